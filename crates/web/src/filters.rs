//! askama filters for pages: `use web::filters;` beside the template's struct, then `{{ count|thousands }}`. The work is
//! done in [`crate::format`]; these only fit it to templates.

// The attribute makes a struct and methods beside each function, which carry no documentation of their own.
#![allow(missing_docs)]

use std::fmt::Display;

use askama::{Result, Values};

use crate::component::Moment;
use crate::format;

/// `240256` → `240,256`.
///
/// # Errors
/// None.
#[askama::filter_fn]
pub fn thousands(number: impl Display, _: &dyn Values) -> Result<String> {
    Ok(format::thousands(number))
}

/// A moment as `2021-05-08 09:00`, Beijing time.
///
/// # Errors
/// None.
#[askama::filter_fn]
pub fn instant(at: impl Moment, _: &dyn Values) -> Result<String> {
    Ok(format::instant(&at))
}

/// A moment to the second: `2021-05-08 09:00:07`.
///
/// # Errors
/// None.
#[askama::filter_fn]
pub fn instant_seconds(at: impl Moment, _: &dyn Values) -> Result<String> {
    Ok(format::instant_seconds(&at))
}

/// A moment for the `datetime` attribute: `2021-05-08T09:00:07+08:00`.
///
/// # Errors
/// None.
#[askama::filter_fn]
pub fn rfc3339(at: impl Moment, _: &dyn Values) -> Result<String> {
    Ok(format::rfc3339(&at))
}

/// A day with its weekday: `2021-05-08（周六）`.
///
/// # Errors
/// None.
#[askama::filter_fn]
pub fn day(day: &chrono::NaiveDate, _: &dyn Values) -> Result<String> {
    Ok(format::day(*day))
}

/// `1536` → `1.5 KB`.
///
/// # Errors
/// None.
#[askama::filter_fn]
pub fn bytes(size: &u64, _: &dyn Values) -> Result<String> {
    Ok(format::bytes(*size))
}

/// Hex in groups of four, to be read out.
///
/// # Errors
/// None.
#[askama::filter_fn]
pub fn grouped(hex: impl Display, _: &dyn Values) -> Result<String> {
    Ok(format::grouped(&hex.to_string()))
}
