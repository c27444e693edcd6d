//! Counts and lists that every page of a list needs again: kept as long as nothing that they count has changed.
//!
//! What may have changed is told by a generation, a counter that every write of such rows raises in its own transaction
//! (`store::repo::generation`). A page reads the generation, which is one row, instead of walking the directory; so a kept
//! value is never older than the newest committed write, whichever process wrote. Nothing here expires by time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Values that one [`Memo`] keeps at most. Beyond it all are forgotten: filters that somebody types are endless.
pub const VALUES_MAX: usize = 512;

/// Values of one kind by what was asked, all of the same generation.
#[derive(Debug)]
pub struct Memo<T> {
    kept: Mutex<Kept<T>>,
}

#[derive(Debug)]
struct Kept<T> {
    generation: i64,
    values: HashMap<String, Arc<T>>,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self { kept: Mutex::new(Kept { generation: 0, values: HashMap::new() }) }
    }
}

impl<T> Memo<T> {
    /// The value for `asked`, if it was kept in this generation.
    #[must_use]
    pub fn get(&self, generation: i64, asked: &str) -> Option<Arc<T>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.generation == generation { kept.values.get(asked).cloned() } else { None }
    }

    /// Keeps a value that was counted after `generation` was read. A reader whose generation has passed keeps nothing.
    pub fn keep(&self, generation: i64, asked: String, value: T) -> Arc<T> {
        let value = Arc::new(value);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if generation > kept.generation || kept.values.len() >= VALUES_MAX {
            kept.values.clear();
        }
        if generation >= kept.generation {
            kept.generation = generation;
            kept.values.insert(asked, Arc::clone(&value));
        }
        value
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_for_its_generation_only() {
        let memo = Memo::default();
        assert!(memo.get(3, "a").is_none());
        memo.keep(3, "a".to_owned(), 7);
        assert_eq!(*memo.get(3, "a").unwrap(), 7);
        assert!(memo.get(3, "b").is_none());
        assert!(memo.get(4, "a").is_none(), "a write came between");
        memo.keep(4, "b".to_owned(), 8);
        assert!(memo.get(4, "a").is_none());
        memo.keep(3, "a".to_owned(), 7);
        assert!(memo.get(3, "a").is_none(), "a slow reader does not bring the past back");
        assert_eq!(*memo.get(4, "b").unwrap(), 8);
    }

    #[test]
    fn what_somebody_types_does_not_fill_the_memory() {
        let memo = Memo::default();
        for n in 0..VALUES_MAX * 3 {
            memo.keep(1, n.to_string(), n);
        }
        assert!(memo.kept.lock().unwrap().values.len() <= VALUES_MAX);
    }
}
