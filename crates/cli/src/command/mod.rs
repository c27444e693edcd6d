//! The commands, one file each.

pub mod audit;
pub mod backup;
pub mod demo;
pub mod doctor;
pub mod draw;
pub mod fairness;
pub mod import;
pub mod migrate;
pub mod prove;
pub mod restore;
pub mod roll;
pub mod serve;
pub mod sizes;
pub mod user;
pub mod verify;
pub mod verify_receipt;
