//! What the fronts share: assets, layouts, components, errors as pages and as problem documents, security headers, the
//! check where a request comes from, and the address of lists. It knows no use case, no SQL and no session: the fronts
//! hand in who is signed in and what is to be shown. How to write a page stands in `README.md` beside this crate.

// The macros of templates/components say `web::…`, so that they read the same in this crate and in the fronts.
extern crate self as web;

pub mod assets;
pub mod back;
pub mod budget;
pub mod client;
pub mod component;
pub mod download;
pub mod error;
mod error_page;
pub mod extract;
pub mod filters;
pub mod flash;
pub mod format;
mod frame;
#[cfg(feature = "app")]
mod from_app;
pub mod gallery;
pub mod harden;
pub mod origin;
pub mod page;
pub mod qr;
pub mod query;
pub mod request_id;
pub mod table;
pub mod tally;
pub mod typed;

pub use assets::{asset_url, icon};
pub use client::{Client, Proxies};
pub use component::{
    Choice, Crumb, FieldErrors, JobView, Moment, Stale, Step, StepState, Tab, TimelineEntry, Todo, Tone, Urgency,
};
pub use error::{Category, Error};
pub use extract::{Form, Json, Path, Query};
pub use flash::{Flash, go, go_saying};
pub use frame::Frame;
pub use gallery::gallery;
pub use harden::{Hardening, harden};
pub use page::{Area, Html, Page, Seat};
pub use qr::qr_svg;
pub use query::{FileFormat, ListQuery, Pager};
pub use request_id::RequestId;
pub use table::{Cell, Column, Look, Table};

/// The result of a handler.
pub type Result<T, E = Error> = std::result::Result<T, E>;
