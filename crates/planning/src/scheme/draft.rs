//! Writing a scheme: a new one, a copy of another, an edit. A draft may be incomplete; only submitting checks it whole.

use domain::approval::SCHEME;
use domain::ids::{PostId, RevisionId};
use domain::registry::UseCase;
use domain::scheme::SchemeDraft;
use domain::state::RevisionState;
use sha2::{Digest as _, Sha256};
use store::repo;
use store::repo::revision::Revision;
use store::{Conn, Tx};
use text::Label as _;

use super::KIND;
use kernel::approval::{self, Over};
use kernel::{Command, Ctx, Error, FieldError, Platform, Result};

/// Begins a scheme of the acting post's agency.
///
/// # Errors
/// `Invalid` on `title`, on the lists that exceed their limits, and on `strata` (`SCHM-007`) for items that are not in the
/// list in force; `Denied`.
pub async fn draft(platform: &Platform, ctx: &Ctx, draft: &SchemeDraft) -> Result<RevisionId> {
    let mut command = platform.command(ctx, UseCase::SchemeDraft).await?;
    check(draft)?;
    check_items(command.tx(), ctx, draft).await?;
    begin(command, ctx, draft).await
}

async fn begin(mut command: Command<'_>, ctx: &Ctx, draft: &SchemeDraft) -> Result<RevisionId> {
    let post = ctx.post()?;
    let year = chrono::Datelike::year(&ctx.today());
    let agency = repo::agency::by_id_unscoped(command.tx(), post.agency_id).await?;
    let series = format!("FA{}{year:04}", agency.code);
    let serial = repo::counter::next(command.tx(), &format!("scheme:{series}")).await?;
    let (content, digest) = content(draft)?;
    let revision = Revision {
        id: RevisionId::from_parts(ctx.ms(), ctx.ten()),
        kind: KIND.to_owned(),
        number: format!("{series}{serial:04}"),
        revision: 1,
        title: draft.title.trim().to_owned(),
        agency_id: post.agency_id,
        state: RevisionState::Draft,
        content,
        digest,
        version: 1,
        created_by: post.id.to_string(),
        created_at: ctx.now,
        changed_at: ctx.now,
    };
    repo::revision::insert(command.tx(), &revision).await?;
    command
        .finish(KIND, revision.id, serde_json::json!({ "number": revision.number, "title": revision.title }))
        .await?;
    Ok(revision.id)
}

/// Begins a scheme with the content of another one. What the other checks may be gone from the list in force: the first
/// save says so.
///
/// # Errors
/// `NotFound`, `Denied`.
pub async fn copy(platform: &Platform, ctx: &Ctx, from: RevisionId) -> Result<RevisionId> {
    ctx.require(UseCase::SchemeDraft)?;
    let mut conn = platform.store().read().await?;
    let revision = repo::revision::get(&mut conn, &ctx.scope()?, from).await?;
    drop(conn);
    let mut content: SchemeDraft = serde_json::from_str(&revision.content)?;
    let room = SchemeDraft::TITLE_CHARS_MAX.saturating_sub(text::scheme::COPY_SUFFIX.chars().count());
    content.title = content.title.chars().take(room).collect::<String>() + text::scheme::COPY_SUFFIX;
    check(&content)?;
    begin(platform.command(ctx, UseCase::SchemeDraft).await?, ctx, &content).await
}

/// Changes a draft. `seen` is the version that the person edited.
///
/// # Errors
/// `SCHM-002` if it is no draft, `SCHM-006` if it is another agency's, `CORE-409` if someone else changed it meanwhile,
/// `Invalid` as [`draft`].
pub async fn update(platform: &Platform, ctx: &Ctx, id: RevisionId, seen: i64, draft: &SchemeDraft) -> Result<()> {
    let mut command = platform.command(ctx, UseCase::SchemeDraft).await?;
    let post = ctx.post()?;
    let mut revision = own(command.tx(), ctx, id).await?;
    if revision.state != RevisionState::Draft {
        return Err(Error::conflict("SCHM-002")
            .with("state", revision.state.label())
            .with("command", UseCase::SchemeDraft.label()));
    }
    check(draft)?;
    check_items(command.tx(), ctx, draft).await?;
    let author = author_account(command.tx(), &revision).await?;
    if author != Some(post.account_id) {
        let key = id.to_string();
        let over = Over { procedure: &SCHEME, id: &key, digest: &revision.digest };
        approval::note(command.tx(), ctx, over, super::decide::EDIT, "").await?;
    }
    (revision.content, revision.digest) = content(draft)?;
    draft.title.trim().clone_into(&mut revision.title);
    revision.version = seen;
    repo::revision::update(command.tx(), &revision, ctx.now).await?;
    command.finish(KIND, id, serde_json::json!({ "digest": revision.digest })).await
}

/// A scheme of the acting post's own agency.
///
/// # Errors
/// `NotFound` outside the scope or for another kind of document, `SCHM-006` for an agency below.
pub async fn own(conn: &mut Conn, ctx: &Ctx, id: RevisionId) -> Result<Revision> {
    let revision = repo::revision::get(conn, &ctx.scope()?, id).await?;
    if revision.kind != KIND {
        return Err(Error::not_found());
    }
    match &ctx.actor {
        kernel::Actor::Post(post) if post.agency_id != revision.agency_id => Err(Error::denied("SCHM-006")),
        _ => Ok(revision),
    }
}

/// The account behind the post that wrote a scheme.
///
/// # Errors
/// `Internal`.
pub async fn author_account(tx: &mut Tx, revision: &Revision) -> Result<Option<domain::ids::AccountId>> {
    match revision.created_by.parse::<PostId>() {
        Ok(post) => Ok(Some(repo::post::by_id_unscoped(tx, post).await?.account_id)),
        Err(_) => Ok(None),
    }
}

/// What even an unfinished draft must keep to: a title, and lists within their limits.
fn check(draft: &SchemeDraft) -> Result<()> {
    let title = draft.title.trim().chars().count();
    if !(1..=SchemeDraft::TITLE_CHARS_MAX).contains(&title) {
        return Err(Error::field("title", "CORE-101").with("max", SchemeDraft::TITLE_CHARS_MAX));
    }
    let too_many: Vec<_> = draft
        .problems()
        .into_iter()
        .filter(|problem| matches!(problem.what, domain::scheme::BadScheme::TooMany { .. }))
        .map(|problem| text::scheme::problem(&problem))
        .collect();
    if too_many.is_empty() {
        return Ok(());
    }
    Err(Error::invalid(vec![FieldError {
        field: "strata",
        code: "SCHM-001",
        args: vec![("count", too_many.len().to_string()), ("problems", too_many.join(" "))],
    }]))
}

/// Items are chosen from the list in force, never made up: what is not in it could not be dispatched after the draw (R1).
async fn check_items(tx: &mut Tx, ctx: &Ctx, draft: &SchemeDraft) -> Result<()> {
    let unlisted = super::items::unlisted(tx, &ctx.post()?.agency_path, draft).await?;
    if unlisted.is_empty() {
        return Ok(());
    }
    let words: Vec<_> = unlisted.iter().map(text::scheme::problem).collect();
    Err(Error::invalid(vec![FieldError {
        field: "strata",
        code: "SCHM-007",
        args: vec![("count", words.len().to_string()), ("problems", words.join(" "))],
    }]))
}

fn content(draft: &SchemeDraft) -> Result<(String, String)> {
    let content = serde_json::to_string(draft)?;
    let digest = hex::encode(Sha256::digest(content.as_bytes()));
    Ok((content, digest))
}
