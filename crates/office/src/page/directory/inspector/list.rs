//! The list of inspectors.

use app::directory::inspector::{self, CertificateState, InspectorLine, InspectorQuery};
use askama::Template;
use domain::registry::UseCase;
use web::{Area, Choice, Crumb, Html, ListQuery, Page, Pager, Result, Tone};

use super::{state_tone, state_words};
use crate::Desk;

#[derive(Template)]
#[template(path = "directory/inspector/list.html")]
pub(super) struct ListPage {
    page: Page,
    query: ListQuery,
    pager: Pager,
    rows: Vec<InspectorLine>,
    load: u64,
    agencies: Vec<Choice>,
    qualifications: Vec<Choice>,
    states: Vec<Choice>,
    may_import: bool,
}

impl ListPage {
    fn tone(&self, state: &CertificateState) -> Tone {
        state_tone(*state)
    }

    fn words(&self, state: &CertificateState) -> &'static str {
        state_words(*state)
    }
}

pub(super) async fn list(desk: Desk, query: ListQuery) -> Result<Html<ListPage>> {
    let asked = InspectorQuery {
        q: query.filter("q").to_owned(),
        agency: query.filter("agency").to_owned(),
        qualification: query.filter("qualification").to_owned(),
        state: query.filter("state").to_owned(),
    };
    let found = inspector::list(&desk.platform, &desk.ctx, &asked, query.page - 1, query.per_page).await?;
    let states = [("valid", "有效"), ("soon", "60 日内到期"), ("invalid", "已过期或未生效"), ("left", "已离岗")];
    Ok(Html(ListPage {
        page: desk.page_under(Area::Directory, [Crumb::to("名录库", "/office/directory"), Crumb::here("执法检查人员")]),
        pager: query.pager(found.total),
        load: found.rows.iter().map(|line| line.load).sum(),
        agencies: found.agencies.iter().map(|agency| Choice::new(agency.id.to_string(), &agency.short_name)).collect(),
        qualifications: found.qualifications.iter().map(|code| Choice::new(code, code)).collect(),
        states: states.iter().map(|(value, label)| Choice::new(*value, *label)).collect(),
        may_import: desk.may(UseCase::InspectorImport),
        rows: found.rows,
        query,
    }))
}
