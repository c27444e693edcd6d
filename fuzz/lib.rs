//! The checks of the fuzz targets. They live beside the tests that run them over the kept inputs, and are only named here.

#![allow(dead_code, reason = "each target uses its part")]

#[path = "../crates/bundle/tests/checks/mod.rs"]
pub mod bundles;
#[path = "../crates/draw/tests/checks/mod.rs"]
pub mod checks;
#[path = "../crates/draw/tests/oracle/mod.rs"]
mod oracle;
#[path = "../crates/draw/tests/random/mod.rs"]
mod random;

use std::sync::Once;

/// Ends the process at a panic, as libFuzzer expects, but not at one that a reader of Parquet
/// turns into a refusal.
pub fn report_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !bundle::is_reading_guarded() && !bundles::plain_parquet::is_reading() {
                before(panic);
            }
        }));
    });
}
