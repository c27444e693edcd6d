//! The pages, one file or folder an area. An address `/office/<area>/…` is served from `page/<area>`.

pub mod account;
pub mod admin;
pub mod directory;
pub mod dispatch;
pub mod event;
pub mod fairness;
pub mod home;
pub mod import;
pub mod inspector;
pub mod item;
pub mod job;
pub mod matching;
pub mod scheme;
mod scheme_form;
pub mod share;
pub mod subject;
pub mod task;
pub mod visit;
