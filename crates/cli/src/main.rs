//! The binary `mingcha`.

fn main() {}
