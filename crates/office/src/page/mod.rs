//! The pages, one file or folder an area. An address `/office/<area>/…` is served from `page/<area>`.

pub mod account;
pub mod dispatch;
pub mod event;
pub mod home;
pub mod job;
pub mod matching;
pub mod share;
pub mod visit;
