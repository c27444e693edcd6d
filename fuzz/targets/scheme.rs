//! Fuzzes schemes, read and drawn.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::checks::scheme(data));
