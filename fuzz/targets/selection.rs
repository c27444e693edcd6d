//! Fuzzes the draw against the oracle.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::checks::selection(data));
