//! `mingcha demo`: a city, made and run. The files of the kind that bureaus exchange are written, imported as a clerk
//! would import them, and seed 000 is played through the use cases that the pages call. Nothing here goes round `app`.

pub mod city;
mod clock;
mod people;
mod play;
mod scheme;
mod summary;

pub use clock::DemoClock;
pub use play::{Plan, play};
