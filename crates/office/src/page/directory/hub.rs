//! The start page of the directories: what each holds, and where to go.

use app::directory::hub::{self, Hub};
use askama::Template;
use domain::registry::UseCase;
use web::{Area, Html, Page, Result, Tone};

use crate::{Desk, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().get("/office/directory", UseCase::ItemList, index)
}

#[derive(Template)]
#[template(path = "directory/index.html")]
struct IndexPage {
    page: Page,
    hub: Hub,
    may_subjects: bool,
    may_inspectors: bool,
    may_import: bool,
}

async fn index(desk: Desk) -> Result<Html<IndexPage>> {
    let hub = hub::view(&desk.platform, &desk.ctx).await?;
    Ok(Html(IndexPage {
        may_subjects: desk.may(UseCase::SubjectList),
        may_inspectors: desk.may(UseCase::InspectorList),
        may_import: desk.may(UseCase::ImportList),
        page: desk.page(Area::Directory),
        hub,
    }))
}
