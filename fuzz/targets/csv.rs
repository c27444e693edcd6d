//! Fuzzes rolls in CSV.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    fuzz::report_panics();
    fuzz::bundles::csv(data);
});
