//! Where the crash tests kill the process. The set-up is handed in once by `cli`, since this crate reads no environment.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

struct Plan {
    point: String,
    count: u64,
    seen: AtomicU64,
}

static PLAN: OnceLock<Plan> = OnceLock::new();

/// Plans a crash: `import.staged` or `import.staged:3`. Only the first call counts.
pub fn plan(text: &str) {
    let (point, count) = match text.rsplit_once(':') {
        Some((point, count)) => (point, count.parse().unwrap_or(1)),
        None => (text, 1),
    };
    PLAN.get_or_init(|| Plan { point: point.to_owned(), count, seen: AtomicU64::new(0) });
}

pub(crate) fn reached(name: &str) {
    if let Some(plan) = PLAN.get()
        && plan.point == name
        && plan.seen.fetch_add(1, Ordering::SeqCst) + 1 == plan.count
    {
        std::process::abort();
    }
}
