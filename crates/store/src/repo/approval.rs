//! Approvals: who decided what over which document, record or task, and why.

use domain::ids::{AccountId, ApprovalId, PostId};
use domain::time::Instant;

use crate::{Conn, Result, Tx, values};

/// One decision.
#[derive(Clone, Debug)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// Kind of thing: `scheme`, `task` …
    pub subject_kind: String,
    /// That thing's id.
    pub subject_id: String,
    /// Code of the step in its `domain::approval::Procedure`; other marks (`edit`, `void`) stand beside the steps.
    pub step: String,
    /// `asked`, `approved` or `returned`.
    pub decision: String,
    /// Reason or remark; needed when something is returned.
    pub reason: String,
    /// As which post.
    pub post_id: PostId,
    /// The person's name of that day.
    pub person: String,
    /// The account, which is what "another person" is judged by.
    pub account_id: AccountId,
    /// Digest of the subject that was seen.
    pub digest: String,
    /// For a return: code of the step to which it goes back; else empty.
    pub returned_to: String,
    /// When.
    pub at: Instant,
}

/// Records a decision.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn insert(tx: &mut Tx, a: &Approval) -> Result<()> {
    tx.execute(
        "INSERT INTO approval (id, subject_kind, subject_id, step, decision, reason, post_id, person, account_id, digest, returned_to, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        values![
            a.id.to_string(),
            &a.subject_kind,
            &a.subject_id,
            &a.step,
            &a.decision,
            &a.reason,
            a.post_id.to_string(),
            &a.person,
            a.account_id.to_string(),
            &a.digest,
            &a.returned_to,
            a.at
        ],
    )
    .await?;
    Ok(())
}

/// The decisions over one thing, oldest first.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn of_subject(conn: &mut Conn, subject_kind: &str, subject_id: &str) -> Result<Vec<Approval>> {
    conn.rows(
        "SELECT id, subject_kind, subject_id, step, decision, reason, post_id, person, account_id, digest, returned_to, at
         FROM approval WHERE subject_kind = $1 AND subject_id = $2 ORDER BY at, id LIMIT 1000",
        values![subject_kind, subject_id],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Approval {
            id: row.parse("id")?,
            subject_kind: row.text("subject_kind")?,
            subject_id: row.text("subject_id")?,
            step: row.text("step")?,
            decision: row.text("decision")?,
            reason: row.text("reason")?,
            post_id: row.parse("post_id")?,
            person: row.text("person")?,
            account_id: row.parse("account_id")?,
            digest: row.text("digest")?,
            returned_to: row.text("returned_to")?,
            at: row.instant("at")?,
        })
    })
    .collect()
}
