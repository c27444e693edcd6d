//! The home page: a to-do list, and what one has sent off.

use app::home::{Sent, SentKind, Todo, TodoKind};
use askama::Template;
use axum::response::Redirect;
use domain::calendar::Calendar;
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
    sent: Vec<SentLine>,
    jobs: Vec<JobView>,
}

/// Something sent off, in words.
struct SentLine {
    title: &'static str,
    name: String,
    href: String,
    holder: String,
    since: String,
}

fn sent_line(sent: &Sent) -> SentLine {
    let id = &sent.id;
    SentLine {
        title: sent.kind.title(),
        name: sent.name.clone(),
        href: match sent.kind {
            SentKind::Scheme => format!("/office/schemes/{id}"),
            SentKind::Task => format!("/office/tasks/{id}"),
            SentKind::Seal => format!("/office/tasks/{id}/seal"),
            SentKind::Share => format!("/office/shares/{id}"),
            SentKind::Matching => format!("/office/matchings/{id}"),
            SentKind::Move => format!("/office/moves/{id}"),
        },
        holder: sent.kind.holder(&sent.agency, &sent.person),
        since: text::moment(sent.since),
    }
}

async fn view(desk: Desk) -> Result<Html<HomePage>> {
    let home = app::home::view(&desk.platform, &desk.ctx).await?;
    let calendar = desk.platform.calendar().await?;
    let today = desk.ctx.today();
    let todos: Vec<web::Todo> = home.todos.iter().map(|todo| shown(todo, desk.ctx.now, &calendar)).collect();
    let mut page = desk.page(Area::Home);
    page.todos = todos.len() as u64;
    Ok(Html(HomePage {
        page,
        today: text::day_with_kind(today, &calendar),
        todos,
        sent: home.sent.iter().map(sent_line).collect(),
        jobs: home.jobs.iter().map(component).collect(),
    }))
}

fn shown(todo: &Todo, now: domain::Instant, calendar: &Calendar) -> web::Todo {
    let today = domain::china_day(now);
    let urgency = match (todo.kind, todo.due_at, todo.due_on) {
        (TodoKind::FailedJob | TodoKind::RowsDiffer, ..) => Urgency::Overdue,
        (_, Some(due), _) if due <= now => Urgency::Overdue,
        (_, Some(_), _) => Urgency::Today,
        (_, None, Some(due)) if due < today => Urgency::Overdue,
        (_, None, Some(due)) if due == today => Urgency::Today,
        _ => Urgency::Soon,
    };
    let due_day = todo.due_on.map_or_else(String::new, |due| {
        format!("截止 {}，{}", text::day_with_kind(due, calendar), text::left(due, today, calendar))
    });
    let due = match (todo.kind, todo.due_at) {
        (TodoKind::FailedJob | TodoKind::RowsDiffer, _) => todo.detail.clone(),
        // A visit has a planned day, not a deadline.
        (TodoKind::LateVisits, _) => {
            todo.due_on.map_or_else(String::new, |day| format!("最早的计划日 {}", text::day_with_kind(day, calendar)))
        }
        (TodoKind::TodayVisits, _) => String::new(),
        (_, Some(at)) => text::todo::until(at, now),
        (_, None) => due_day,
    };
    let href = match todo.kind {
        TodoKind::ApproveScheme => format!("/office/schemes/{}", todo.id),
        TodoKind::HoldCeremony | TodoKind::Draw => format!("/office/tasks/{}/ceremony", todo.id),
        TodoKind::ApproveSeal => format!("/office/tasks/{}/seal", todo.id),
        TodoKind::ApproveMapping => format!("/office/tasks/{}/mappings", todo.id),
        // Before the first freeze there is nothing to seal; the task's page has both buttons.
        TodoKind::ApproveTask | TodoKind::Freeze | TodoKind::NewAttempt => format!("/office/tasks/{}", todo.id),
        TodoKind::Dispatch => format!("/office/tasks/{}/dispatch", todo.id),
        TodoKind::AcceptShare | TodoKind::MatchShare | TodoKind::Redispatch => format!("/office/shares/{}", todo.id),
        TodoKind::CreateTask => format!("/office/tasks/new?scheme={}", todo.id),
        TodoKind::JoinMatching | TodoKind::RevealMatching => format!("/office/matchings/{}", todo.id),
        // A leader is led to the task, whoever verifies the log to the check.
        TodoKind::RowsDiffer if !todo.id.is_empty() => format!("/office/tasks/{}", todo.id),
        TodoKind::RowsDiffer => "/office/events/verify".to_owned(),
        TodoKind::FailedJob => format!("/office/jobs/{}", todo.id),
        TodoKind::LateVisits | TodoKind::TodayVisits => "/office/visits/mine".to_owned(),
        TodoKind::ConfirmInspector => "/office/account".to_owned(),
        TodoKind::DecideMove => format!("/office/moves/{}", todo.id),
    };
    let context = match todo.kind {
        TodoKind::AcceptShare
        | TodoKind::MatchShare
        | TodoKind::Redispatch
        | TodoKind::JoinMatching
        | TodoKind::RevealMatching => {
            format!("{}（{} 户）", todo.name, web::format::thousands(todo.count))
        }
        TodoKind::LateVisits | TodoKind::TodayVisits => format!("{} 户", web::format::thousands(todo.count)),
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
