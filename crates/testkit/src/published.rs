//! Announcements as the ceremony and the draw would write them, through the store's own functions, so that tests of the
//! public front need no whole draw.

use app::public_site::{Announcement, PublishedDrawn};
use domain::ids::{AgencyId, RevisionId, TaskId};
use domain::state::{RevisionState, TaskState};
use sha2::{Digest as _, Sha256};
use store::repo;
use store::repo::publication::Publication;
use store::repo::revision::Revision;
use store::repo::task::Task;

use crate::World;

/// What is announced.
#[derive(Clone, Debug)]
pub struct Published {
    /// Number of the task.
    pub number: String,
    /// Title.
    pub title: String,
    /// Name of the organiser.
    pub organiser: String,
    /// What it says.
    pub content: Announcement,
    /// The drawn list.
    pub drawn: Vec<PublishedDrawn>,
    /// Bytes of the bundle.
    pub bundle: Option<Vec<u8>>,
}

impl World {
    /// Announces a task of `agency`, with all that a task needs, at the clock's time.
    pub async fn publish(&self, agency: AgencyId, what: &Published) {
        let ctx = self.system();
        let scheme = Revision {
            id: RevisionId::from_parts(ctx.ms(), ctx.ten()),
            kind: "scheme".to_owned(),
            number: format!("S-{}", what.number),
            revision: 1,
            title: what.title.clone(),
            agency_id: agency,
            state: RevisionState::Approved,
            content: "{}".to_owned(),
            digest: "0".repeat(64),
            version: 1,
            created_by: "test".to_owned(),
            created_at: ctx.now,
            changed_at: ctx.now,
        };
        let task = Task {
            id: TaskId::from_parts(ctx.ms(), ctx.ten()),
            number: what.number.clone(),
            title: what.title.clone(),
            agency_id: agency,
            scheme_id: scheme.id,
            item_list_id: None,
            window_from: what.content.window_from.parse().unwrap(),
            window_to: what.content.window_to.parse().unwrap(),
            contact: what.content.contact.clone(),
            state: TaskState::Committed,
            rehearsal: what.content.rehearsal,
            version: 1,
            created_by: "test".to_owned(),
            created_account: "test".to_owned(),
            created_at: ctx.now,
            changed_at: ctx.now,
        };
        let publication = Publication {
            id: task.id.to_string(),
            kind: "draw".to_owned(),
            task_id: task.id,
            number: what.number.clone(),
            title: what.title.clone(),
            organiser: what.organiser.clone(),
            content: serde_json::to_string(&what.content).unwrap(),
            bundle_file: what.bundle.as_deref().map(|bytes| self.keep(bytes)),
            published_at: ctx.now,
        };
        let store = self.store().await;
        let mut tx = store.write().await.unwrap();
        repo::revision::insert(&mut tx, &scheme).await.unwrap();
        repo::task::insert(&mut tx, &task).await.unwrap();
        repo::publication::put(&mut tx, &publication).await.unwrap();
        repo::publication::insert_drawn(&mut tx, &publication.id, &what.drawn).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
    }

    /// Puts bytes where the platform keeps files, and gives their digest.
    pub(crate) fn keep(&self, bytes: &[u8]) -> String {
        let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let folder = self.folder.path().join("files").join(&digest[..2]);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(&digest), bytes).unwrap();
        digest
    }
}
