//! Fuzzes rolls in Parquet, and their way to CSV and back.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    fuzz::report_panics();
    fuzz::bundles::parquet(data);
});
