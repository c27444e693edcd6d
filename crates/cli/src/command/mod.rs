//! The commands, one file each.

pub mod audit;
pub mod draw;
pub mod migrate;
pub mod serve;
pub mod user;
pub mod verify;
