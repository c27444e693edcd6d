//! Fuzzes documents of the protocol.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::checks::document(data));
