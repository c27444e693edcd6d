//! What the words of a drawn task's scheme stand for: proposed by the clerk, approved or returned by a leader.

use app::ErrorKind;
use app::assigning::mapping::{self as cases, MappingClass, MappingEntry, MappingView, Proposal};
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::ids::{ItemMappingId, TaskId};
use domain::registry::UseCase;
use domain::state::MappingState;
use text::Label as _;
use web::{Area, Choice, Crumb, FieldErrors, Form, Html, Page, Path, Result, Tone};

use super::dispatch::{done, parse};
use crate::{Desk, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/office/tasks/{task}/mappings", UseCase::MappingView, view)
        .post("/office/tasks/{task}/mappings/new", UseCase::MappingPropose, propose)
        .post("/office/tasks/{task}/mappings/{mapping}/approve", UseCase::MappingApprove, approve)
        .post("/office/tasks/{task}/mappings/{mapping}/return", UseCase::MappingReturn, give_back)
}

#[derive(Template)]
#[template(path = "assigning/mapping/view.html")]
struct MappingPage {
    page: Page,
    base: String,
    view: MappingView,
    /// Words for which something is missing.
    words: Vec<Choice>,
    /// Items with their category, and whether they are ticked.
    items: Vec<(Choice, bool)>,
    word: String,
    reason: String,
    returned: String,
    may_propose: bool,
    may_decide: bool,
    errors: FieldErrors,
}

impl MappingPage {
    fn label(&self, state: &MappingState) -> &'static str {
        state.label()
    }

    fn tone(&self, state: &MappingState) -> Tone {
        match state {
            MappingState::Proposed => Tone::Warn,
            MappingState::Approved => Tone::Good,
            MappingState::Returned => Tone::Plain,
        }
    }

    fn open(&self, state: &MappingState) -> bool {
        *state == MappingState::Proposed
    }

    /// What a class lacks, in words.
    fn lacking(&self, class: &MappingClass) -> String {
        let words: Vec<_> = class.entries.iter().filter(|e| e.missing).map(|e| e.name.as_str()).collect();
        text::assign::lacking(&words, &class.without)
    }

    fn decided(&self, name: &Option<String>, at: &Option<domain::Instant>) -> String {
        match (name, at) {
            (Some(name), Some(at)) => format!("{name} {}", text::moment(*at)),
            _ => String::new(),
        }
    }
}

/// Between the class and the word in the form; no code holds it.
const BETWEEN: char = ':';

async fn view(desk: Desk, Path(task): Path<String>) -> Result<Response> {
    Ok(Html(shown(&desk, parse(&task)?, Proposal::default(), FieldErrors::none()).await?).into_response())
}

async fn shown(desk: &Desk, task: TaskId, typed: Proposal, errors: FieldErrors) -> Result<MappingPage> {
    let view = cases::view(&desk.platform, &desk.ctx, task).await?;
    let base = format!("/office/tasks/{task}/mappings");
    let crumbs = [
        Crumb::to("抽查任务", "/office/tasks"),
        Crumb::to(view.number.clone(), format!("/office/tasks/{task}")),
        Crumb::here("事项对应"),
    ];
    let missing = view.classes.iter().flat_map(|class| {
        let word = |entry: &MappingEntry| {
            let value = format!("{}{BETWEEN}{}", class.code, entry.name);
            Choice::new(value, format!("{}：{}", class.label, entry.name))
        };
        class.entries.iter().filter(|entry| entry.missing).map(word).collect::<Vec<_>>()
    });
    let words: Vec<Choice> = missing.collect();
    let items = view.items.iter().map(|(code, category, name)| {
        (Choice::new(code.clone(), format!("{category}：{name}")), typed.items.contains(code))
    });
    let word =
        if typed.stratum.is_empty() { String::new() } else { format!("{}{BETWEEN}{}", typed.stratum, typed.entry) };
    Ok(MappingPage {
        page: desk.page_under(Area::Task, crumbs),
        base,
        items: items.collect(),
        may_propose: view.own && !words.is_empty() && desk.may(UseCase::MappingPropose),
        may_decide: view.own && desk.may(UseCase::MappingApprove),
        words,
        word,
        reason: typed.reason,
        returned: String::new(),
        view,
        errors,
    })
}

async fn propose(desk: Desk, Path(task): Path<String>, Form(pairs): Form<Vec<(String, String)>>) -> Result<Response> {
    let task = parse(&task)?;
    let mut input = Proposal::default();
    for (name, value) in pairs {
        match name.as_str() {
            "entry" => {
                if let Some((stratum, entry)) = value.split_once(BETWEEN) {
                    stratum.clone_into(&mut input.stratum);
                    entry.clone_into(&mut input.entry);
                }
            }
            "items" => input.items.push(value),
            "reason" => input.reason = value,
            _ => {}
        }
    }
    match cases::propose(&desk.platform, &desk.ctx, task, &input).await {
        Ok(_) => Ok(done(&format!("/office/tasks/{task}/mappings"), "已提出，等待分管领导批准；批准后公布并生效。")),
        Err(error) if error.kind == ErrorKind::Invalid => {
            Ok(Html::invalid(shown(&desk, task, input, FieldErrors::from(&error)).await?))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(serde::Deserialize)]
struct DecisionForm {
    version: i64,
    #[serde(default)]
    reason: String,
}

async fn approve(
    desk: Desk,
    Path((task, mapping)): Path<(String, String)>,
    Form(form): Form<DecisionForm>,
) -> Result<Response> {
    let (task, mapping): (TaskId, ItemMappingId) = (parse(&task)?, parse(&mapping)?);
    cases::approve(&desk.platform, &desk.ctx, task, mapping, form.version).await?;
    Ok(done(&format!("/office/tasks/{task}/mappings"), "已批准并公布在任务的公众页面上。"))
}

async fn give_back(
    desk: Desk,
    Path((task, mapping)): Path<(String, String)>,
    Form(form): Form<DecisionForm>,
) -> Result<Response> {
    let (task, mapping): (TaskId, ItemMappingId) = (parse(&task)?, parse(&mapping)?);
    match cases::give_back(&desk.platform, &desk.ctx, task, mapping, form.version, &form.reason).await {
        Ok(()) => Ok(done(&format!("/office/tasks/{task}/mappings"), "已退回，可以重新提出。")),
        Err(error) if error.kind == ErrorKind::Invalid => {
            let mut page = shown(&desk, task, Proposal::default(), FieldErrors::from(&error)).await?;
            page.returned = form.reason;
            Ok(Html::invalid(page))
        }
        Err(error) => Err(error.into()),
    }
}
