//! What is known not to agree with its proof: then the public is told so, and not what the rows say.

use domain::ids::TaskId;
use domain::projection::Projection;
use store::Conn;

use super::Announced;
use kernel::{Error, Result};

/// What of an announcement does not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The drawn list; what the announcement says besides holds.
    List,
    /// The announcement itself.
    Announcement,
}

/// The doubts of all announcements.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubts(Vec<(TaskId, Projection)>);

impl Doubts {
    pub(super) async fn read(conn: &mut Conn) -> Result<Self> {
        Ok(Self(kernel::audit::doubted(conn).await?))
    }

    /// The tasks in doubt; one may come twice.
    pub(super) fn tasks(&self) -> impl Iterator<Item = TaskId> {
        self.0.iter().map(|(task, _)| *task)
    }

    /// The worst doubt of a task's announcement.
    pub(super) fn of(&self, task: TaskId) -> Option<Doubt> {
        let of = |table: Projection| self.0.iter().any(|(known, of)| *known == task && *of == table);
        if of(Projection::Publication) {
            Some(Doubt::Announcement)
        } else {
            of(Projection::PublishedDrawn).then_some(Doubt::List)
        }
    }
}

/// Refuses to show what is in doubt. The number is the one that was asked for: the row's own may be the one that was changed.
pub(super) fn expect_no_doubt(announced: &Announced, number: &str, list: bool) -> Result<()> {
    match announced.doubt {
        Some(Doubt::Announcement) => Err(Error::conflict("PUBL-007").with("number", number)),
        Some(Doubt::List) if list => Err(Error::conflict("PUBL-006").with("number", number)),
        _ => Ok(()),
    }
}
