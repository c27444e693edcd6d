//! Words that every area uses.

use domain::time::Instant;

/// Who acts when nobody is signed in: workers, the sealer, the command line.
#[must_use]
pub const fn system_name() -> &'static str {
    "系统"
}

/// Hours and minutes on China's clock: `14:05`.
#[must_use]
pub fn clock(at: Instant) -> String {
    let (hour, minute, _, _) = at.china_time();
    format!("{hour:02}:{minute:02}")
}
