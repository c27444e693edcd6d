//! The home page: a to-do list.

use app::home::{Todo, TodoKind};
use askama::Template;
use axum::response::Redirect;
use domain::calendar::Calendar;
use domain::deadline::{SpanUnit, remaining};
use domain::registry::UseCase;
use web::{Area, Html, JobView, Page, Result, Urgency};

use crate::page::upkeep::job::component;
use crate::{Desk, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office", UseCase::HomeView, view)
        .get("/office/", UseCase::HomeView, |_: Desk| async { Redirect::permanent("/office") })
        .get("/office/components", UseCase::ComponentGallery, gallery)
}

#[derive(Template)]
#[template(path = "home/index.html")]
struct HomePage {
    page: Page,
    today: String,
    todos: Vec<web::Todo>,
    jobs: Vec<JobView>,
}

async fn view(desk: Desk) -> Result<Html<HomePage>> {
    let home = app::home::view(&desk.platform, &desk.ctx).await?;
    let calendar = desk.platform.calendar().await?;
    let today = desk.ctx.today();
    let todos: Vec<web::Todo> = home.todos.iter().map(|todo| shown(todo, today, &calendar)).collect();
    let mut page = desk.page(Area::Home);
    page.todos = todos.len() as u64;
    Ok(Html(HomePage {
        page,
        today: text::day_with_kind(today, &calendar),
        todos,
        jobs: home.jobs.iter().map(component).collect(),
    }))
}

fn shown(todo: &Todo, today: chrono::NaiveDate, calendar: &Calendar) -> web::Todo {
    let urgency = match todo.due_on {
        Some(due) if due < today => Urgency::Overdue,
        Some(due) if due == today => Urgency::Today,
        _ => Urgency::Soon,
    };
    let due = todo.due_on.map_or_else(String::new, |due| {
        let left = text::remaining(remaining(due, today, SpanUnit::WorkingDay, calendar));
        format!("截止 {}，{left}", text::day_with_kind(due, calendar))
    });
    let href = match todo.kind {
        TodoKind::ApproveScheme => format!("/office/schemes/{}", todo.id),
        TodoKind::HoldCeremony | TodoKind::Draw => format!("/office/tasks/{}/ceremony", todo.id),
        TodoKind::ApproveSeal => format!("/office/tasks/{}/seal", todo.id),
        TodoKind::ApproveMapping => format!("/office/tasks/{}/mappings", todo.id),
        // Before the first freeze there is nothing to seal; the task's page has both buttons.
        TodoKind::ApproveTask | TodoKind::Freeze | TodoKind::NewAttempt => format!("/office/tasks/{}", todo.id),
        TodoKind::Dispatch => format!("/office/tasks/{}/dispatch", todo.id),
        TodoKind::AcceptShare | TodoKind::MatchShare => format!("/office/shares/{}", todo.id),
    };
    let context = match todo.kind {
        TodoKind::AcceptShare | TodoKind::MatchShare => {
            format!("{}（{} 户）", todo.name, web::format::thousands(todo.count))
        }
        _ => todo.name.clone(),
    };
    web::Todo {
        urgency,
        title: todo.kind.title().to_owned(),
        context,
        due,
        href,
        action: todo.kind.action().to_owned(),
    }
}

/// The internal page that shows every component in every state.
async fn gallery(desk: Desk) -> Result<Html<web::gallery::Gallery>> {
    web::gallery(desk.page(Area::None)).await
}
