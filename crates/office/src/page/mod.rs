//! The pages, one folder an area: the same areas as the use cases behind them. Within an area the address names the file
//! or folder: `/office/schemes/…` is `planning/scheme.rs`, `/office/inspectors/…` is `directory/inspector/`. A page's
//! templates lie under the same area and name in `templates/`.

pub mod admin;
pub mod assigning;
pub mod directory;
pub mod drawing;
pub mod home;
pub mod planning;
pub mod upkeep;
