//! Words that every area uses.

/// Who acts when nobody is signed in: workers, the sealer, the command line.
#[must_use]
pub const fn system_name() -> &'static str {
    "系统"
}
