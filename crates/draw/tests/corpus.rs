//! The kept inputs of the fuzz targets of this crate, and some thousand random draws, against the same checks as in `fuzz/`.

// Tests read their inputs from files; the crate itself may not (clippy.toml).
#![allow(clippy::disallowed_methods)]
#![allow(clippy::cast_possible_truncation)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod checks;
mod oracle;
mod random;

/// Runs the kept inputs of a target and says how many there were.
fn kept(target: &str, check: fn(&[u8])) -> usize {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let inputs: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    for input in &inputs {
        let data = std::fs::read(input).unwrap();
        let done = std::panic::catch_unwind(|| check(&data));
        assert!(done.is_ok(), "{}", input.display());
    }
    inputs.len()
}

#[test]
fn kept_inputs_hold() {
    for (target, check) in
        [("documents", checks::document as fn(&[u8])), ("scheme", checks::scheme), ("selection", checks::selection)]
    {
        assert!(kept(target, check) > 20, "{target} has lost its inputs");
    }
}

#[test]
fn the_engine_agrees_with_the_oracle_on_thousands_of_draws() {
    for number in 0..3_000 {
        checks::selection(&random::series(number, 600));
    }
    // Rolls of some thousand rows, where most candidates of a cell are forgotten on the way.
    for number in 0..40 {
        let (choices, rows) = (random::series(number, 300), 300 * (1 + number as usize % 9));
        let scheme = random::scheme(&mut random::Bytes::of(&choices));
        let table = random::table(&mut random::Bytes::of(&random::series(1_000_000 + number, 6 * rows)), rows);
        assert!(checks::agree(&scheme, &table, draw::Suite::Sha256, draw::Suite::Sm3.hash(&[&choices])));
    }
}
