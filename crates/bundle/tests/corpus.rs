//! The kept inputs of the fuzz targets of this crate against the same checks as in `fuzz/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod checks;

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
    let targets = [
        ("csv", checks::csv as fn(&[u8])),
        ("bundle", checks::bundle),
        ("log", checks::log),
        ("parquet", checks::parquet),
    ];
    for (target, check) in targets {
        assert!(kept(target, check) > 20, "{target} has lost its inputs");
    }
}

#[test]
fn the_small_bundle_holds_and_each_of_its_files_counts() {
    for (letter, name) in checks::REPLACED {
        let good = checks::small::files().iter().find(|(known, _)| known == name);
        let bytes = good.map_or(&b"{}"[..], |(_, bytes)| bytes);
        checks::bundle(&[&[letter], bytes].concat());
        checks::bundle(&[&[letter], bytes, b" ".as_slice()].concat());
    }
}

#[test]
fn thousands_of_logs_are_judged_as_the_oracle_judges_them() {
    for number in 0_u64..3_000 {
        let digest = draw::Suite::Sha256.hash(&[b"mingcha stats", number.to_string().as_bytes()]);
        let length = 1 + 3 * (1 + usize::from(digest.0[31]) % 9);
        checks::log(&digest.0[..length]);
    }
}
