//! What an area hands up to whoever joins the areas (`app`): its kinds of jobs with their handlers, what waits for a
//! post, its checks for the doctor, and the points at which the crash tests kill it. The kernel walks the rows and knows
//! no area by name.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::{Error, Platform, Result, check, job, todo};

/// One area's rows. An area is a crate; it has one constant of this type, `AREA`.
#[derive(Debug)]
pub struct Area {
    /// The crate's name.
    pub name: &'static str,
    /// Long work: which handler does which kind of job.
    pub jobs: &'static [job::Kind],
    /// What waits for a post.
    pub todos: &'static [todo::Source],
    /// What a post's person has sent off and others have now.
    pub sent: &'static [todo::SentSource],
    /// What the doctor looks at.
    pub checks: &'static [check::Row],
    /// What can be recomputed from sealed files, for the check of the log.
    pub recounts: &'static [Recount],
    /// Named points of long operations, see [`crate::point`].
    pub points: &'static [&'static str],
}

/// Recomputes all things of one kind and compares the rows that came of them; gives how many things there were, and what differs.
pub type Recount =
    for<'a> fn(&'a Platform, job::Progress<'a>) -> BoxFuture<'a, Result<(u64, Vec<crate::audit::AuditFault>)>>;

/// What areas keep beside the platform for its whole life (a cache, a printer), one value a type. The kernel carries
/// them and cannot name them.
#[derive(Clone, Default)]
pub struct Parts(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl Parts {
    /// Adds a value; an earlier one of the same type is replaced.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, part: T) -> Self {
        self.0.insert(TypeId::of::<T>(), Arc::new(part));
        self
    }

    /// The value of a type.
    ///
    /// # Errors
    /// `Internal` if the platform was opened without it.
    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Result<&T> {
        let part = self.0.get(&TypeId::of::<T>()).and_then(|part| part.downcast_ref());
        part.ok_or_else(|| Error::internal(format!("the platform was opened without {}", type_name::<T>())))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_by_its_type_and_its_absence_is_a_fault() {
        let parts = Parts::default().with(7_u8).with(8_u8).with("text");
        assert_eq!(*parts.get::<u8>().unwrap(), 8);
        assert_eq!(*parts.get::<&str>().unwrap(), "text");
        assert!(parts.get::<u16>().unwrap_err().cause().is_some());
    }
}
