//! Fuzzes bundles, as folders of which one file was replaced and as zips.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    fuzz::report_panics();
    fuzz::bundles::bundle(data);
});
