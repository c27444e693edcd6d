//! Schemes as people read them: the list, one with its history, and what a form offers to choose from.

use domain::ids::RevisionId;
use domain::registry::UseCase;
use domain::scheme::{SchemeColumn, SchemeDraft};
use domain::subject::{SubjectKind, SubjectStatus};
use store::repo;
use store::repo::approval::Approval;
use store::repo::revision::Revision;
use text::Label as _;

use super::KIND;
use kernel::{Ctx, Error, Platform, Result};

/// Values that a form offers for one column at most.
const CHOICES_MAX: u32 = 200;

/// One scheme with everything round it.
#[derive(Clone, Debug)]
pub struct SchemeView {
    /// The revision.
    pub revision: Revision,
    /// Its content.
    pub draft: SchemeDraft,
    /// Who decided what, oldest first.
    pub decisions: Vec<Approval>,
    /// Name of its agency.
    pub agency: String,
    /// Name of whoever wrote it.
    pub author: String,
    /// The acting post's own agency made it.
    pub own: bool,
}

/// Schemes of the scope, newest first.
///
/// # Errors
/// `Denied`, `Unauthenticated`.
pub async fn list(platform: &Platform, ctx: &Ctx) -> Result<Vec<Revision>> {
    ctx.require(UseCase::SchemeList)?;
    let mut conn = platform.store().read().await?;
    Ok(repo::revision::list(&mut conn, &ctx.scope()?, KIND).await?)
}

/// One scheme.
///
/// # Errors
/// `NotFound`, `Denied`.
pub async fn view(platform: &Platform, ctx: &Ctx, id: RevisionId) -> Result<SchemeView> {
    ctx.require(UseCase::SchemeView)?;
    let mut conn = platform.store().read().await?;
    let revision = repo::revision::get(&mut conn, &ctx.scope()?, id).await?;
    if revision.kind != KIND {
        return Err(Error::not_found());
    }
    let draft = serde_json::from_str(&revision.content)?;
    let decisions = repo::approval::of_subject(&mut conn, KIND, &id.to_string()).await?;
    let agency = repo::agency::by_id_unscoped(&mut conn, revision.agency_id).await?.name;
    let author = match revision.created_by.parse() {
        Ok(post) => repo::post::by_id_unscoped(&mut conn, post).await?.person,
        Err(_) => revision.created_by.clone(),
    };
    let own = ctx.post().is_ok_and(|post| post.agency_id == revision.agency_id);
    Ok(SchemeView { revision, draft, decisions, agency, author, own })
}

/// What the form offers for a column: values with the number of objects, where that is known.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// For each column its values as they stand in rolls, with a text for people.
    pub columns: Vec<(SchemeColumn, Vec<(String, String)>)>,
}

impl Choices {
    /// The values of one column.
    #[must_use]
    pub fn of(&self, column: SchemeColumn) -> &[(String, String)] {
        self.columns.iter().find(|(known, _)| *known == column).map_or(&[], |(_, values)| values)
    }
}

/// The values that occur in the directory of the scope.
///
/// # Errors
/// `Denied`.
pub async fn choices(platform: &Platform, ctx: &Ctx) -> Result<Choices> {
    ctx.require(UseCase::SchemeView)?;
    let scope = ctx.scope()?;
    let mut conn = platform.store().read().await?;
    let same = |label: &str| (label.to_owned(), label.to_owned());
    let mut columns = vec![
        (SchemeColumn::Kind, SubjectKind::ALL.iter().map(|kind| same(kind.label())).collect()),
        (SchemeColumn::Status, SubjectStatus::ALL.iter().map(|status| same(status.label())).collect()),
        (SchemeColumn::Risk, ["A", "B", "C", "D", "E"].iter().map(|class| same(class)).collect()),
    ];
    for (column, name) in [
        (SchemeColumn::SubKind, "sub_kind"),
        (SchemeColumn::Industry, "industry"),
        (SchemeColumn::Division, "division"),
        (SchemeColumn::Tags, "tag"),
        (SchemeColumn::Licences, "licence"),
    ] {
        let values = repo::roll::values_of(&mut conn, &scope, name, CHOICES_MAX).await?;
        columns
            .push((column, values.into_iter().map(|(value, n)| (value.clone(), format!("{value}（{n}）"))).collect()));
    }
    let agencies = repo::agency::list(&mut conn, &scope).await?;
    columns.push((
        SchemeColumn::Organ,
        agencies
            .into_iter()
            .map(|agency| (agency.code.clone(), format!("{} {}", agency.code, agency.short_name)))
            .collect(),
    ));
    Ok(Choices { columns })
}
