//! The list of inspected objects.

use app::directory::subject::{self, EXPORT_ROWS_MAX, SubjectLine};
use askama::Template;
use domain::registry::UseCase;
use domain::subject::{RiskLevel, SubjectKind, SubjectStatus};
use text::Label as _;
use web::{Area, Choice, Crumb, Html, ListQuery, Page, Pager, Result, Tone};

use super::{choices, query_of, risk_tone, status_tone};
use crate::Desk;

#[derive(Template)]
#[template(path = "directory/subject/list.html")]
pub(super) struct ListPage {
    page: Page,
    query: ListQuery,
    pager: Pager,
    rows: Vec<SubjectLine>,
    agencies: Vec<Choice>,
    kinds: Vec<Choice>,
    statuses: Vec<Choice>,
    levels: Vec<Choice>,
    tags: Vec<Choice>,
    export: String,
    export_csv: String,
    too_many: bool,
    may_export: bool,
    may_import: bool,
}

impl ListPage {
    fn status_tone(&self, status: &SubjectStatus) -> Tone {
        status_tone(*status)
    }

    fn risk_tone(&self, level: &RiskLevel) -> Tone {
        risk_tone(*level)
    }
}

pub(super) async fn list(desk: Desk, query: ListQuery) -> Result<Html<ListPage>> {
    let found = subject::list(&desk.platform, &desk.ctx, &query_of(&query), query.page - 1, query.per_page).await?;
    let under = query.url_under("/office/subjects/export");
    let join = if under.contains('?') { '&' } else { '?' };
    let tag = |(tag, count): &(String, u64)| Choice::new(tag, format!("{tag}（{}）", web::format::thousands(count)));
    Ok(Html(ListPage {
        page: desk.page_under(Area::Directory, [Crumb::to("名录库", "/office/directory"), Crumb::here("检查对象")]),
        pager: query.pager(found.total),
        agencies: found.agencies.iter().map(|agency| Choice::new(agency.id.to_string(), &agency.short_name)).collect(),
        kinds: choices::<SubjectKind>(),
        statuses: choices::<SubjectStatus>(),
        levels: choices::<RiskLevel>(),
        tags: found.tags.iter().map(tag).collect(),
        export: format!("{under}{join}format=xlsx"),
        export_csv: format!("{under}{join}format=csv"),
        too_many: found.total > EXPORT_ROWS_MAX,
        may_export: desk.may(UseCase::SubjectExport),
        may_import: desk.may(UseCase::SubjectImport),
        rows: found.rows,
        query,
    }))
}
