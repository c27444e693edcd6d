//! The scheme editor with live counts. It is one form: its buttons either change what stands in it (add, copy, move, delete)
//! and show it again unsaved, or save it. Whatever comes back, what was typed stands in it.

use app::scheme::{CategoryChoice, Choices, ItemChoices, LiveCounts};
use app::{ErrorKind, scheme as cases};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::scheme::{ConditionTest, SchemeColumn, SeatMethod, SizeRounding, StratumMembership};
use text::Label as _;
use web::{Area, Choice, Crumb, FieldErrors, Form, Html, Page, Path, Result, Tone, go_saying};

use super::scheme::id;
use super::scheme_form::{self, Read, RuleForm, Sheet, SpanForm};
use crate::Desk;

/// Values of a column that the page lists to type from; more are known all the same.
const LISTED_MAX: usize = 1_000;

#[derive(Template)]
#[template(path = "planning/scheme/edit.html")]
struct EditPage {
    page: Page,
    id: String,
    version: i64,
    sheet: Sheet,
    spans: Vec<SpanForm>,
    span_units: Vec<Choice>,
    exclusions: Vec<RuleForm>,
    strata: Vec<RuleForm>,
    counts: LiveCounts,
    columns: Vec<Choice>,
    tests: Vec<Choice>,
    roundings: Vec<Choice>,
    memberships: Vec<Choice>,
    cells: Vec<Choice>,
    seats: Vec<Choice>,
    lists: Vec<(SchemeColumn, Vec<Choice>)>,
    /// Names of the item list in force; `None` if there is none.
    list: Option<String>,
    categories: Vec<CategoryChoice>,
    populations: Vec<&'static str>,
    /// What stands in the form differs from what is saved.
    unsaved: bool,
    /// Someone else saved in between: who and when, and how it differs from what was typed.
    conflict: Option<(String, Vec<String>)>,
    errors: FieldErrors,
}

impl EditPage {
    /// Whether the scheme sets a deadline itself.
    fn has_own_spans(&self) -> bool {
        self.spans.iter().any(|span| !span.n.is_empty() || !span.basis.is_empty())
    }

    /// Kinds of objects to which a category applies, in words.
    fn kinds_of(&self, category: &CategoryChoice) -> String {
        category.kinds.iter().map(|kind| kind.label()).collect::<Vec<_>>().join("、")
    }
}

/// What the form offers.
struct Offered {
    choices: Choices,
    items: ItemChoices,
}

async fn offered(desk: &Desk) -> Result<Offered> {
    let choices = cases::choices(&desk.platform, &desk.ctx).await?;
    Ok(Offered { choices, items: cases::item_choices(&desk.platform, &desk.ctx).await? })
}

pub(super) async fn edit(desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let scheme = cases::view(&desk.platform, &desk.ctx, id(&name)?).await?;
    let sheet = Sheet::of(&scheme.draft);
    let offered = offered(&desk).await?;
    // A scheme that was just begun is no mistake; one that was begun and left says what it lacks.
    let errors = if sheet.is_empty() { FieldErrors::none() } else { lacking(&sheet, &offered, FieldErrors::none()) };
    let page = page(&desk, name, scheme.revision.version, sheet.with_one_class(), &offered, errors).await?;
    Ok(Html(page).into_response())
}

/// What cannot be read, and what is missing besides.
fn lacking(sheet: &Sheet, offered: &Offered, mut errors: FieldErrors) -> FieldErrors {
    let Read { draft, errors: unread } = sheet.read(&offered.choices, &offered.items);
    for (field, message) in unread.iter() {
        push(&mut errors, field.clone(), message.clone());
    }
    for problem in draft.problems() {
        let (field, message) = sheet.field_of(&problem);
        push(&mut errors, field, message);
    }
    errors
}

/// One message a field: the first says what to mend first.
fn push(errors: &mut FieldErrors, field: String, message: String) {
    if errors.of(&field).is_empty() {
        errors.push(field, message);
    }
}

async fn page(
    desk: &Desk,
    name: String,
    version: i64,
    sheet: Sheet,
    offered: &Offered,
    mut errors: FieldErrors,
) -> Result<EditPage> {
    let Offered { choices, items } = offered;
    let Read { draft, .. } = sheet.read(choices, items);
    let mut counts = cases::counts(&desk.platform, &desk.ctx, &draft).await?;
    // Whatever keeps a whole draft from being counted is an error of a field like any other.
    if draft.problems().is_empty() {
        for problem in counts.problems.drain(..) {
            push(&mut errors, sheet.field_at(&problem.place), problem.text);
        }
    }
    let here = format!("/office/schemes/{name}");
    // A link needs words, whatever was emptied.
    let title = if sheet.get("title").is_empty() { "方案".to_owned() } else { sheet.get("title").to_owned() };
    let crumbs = [Crumb::to("抽查方案", "/office/schemes"), Crumb::to(title, here), Crumb::here("编辑")];
    let rules = |list| scheme_form::rules(&sheet, list, &draft, &counts, (choices, items), &errors);
    let (exclusions, strata) = (rules('x'), rules('s'));
    let lists = choices.columns.iter().map(|(column, values)| {
        let option = |choice: &cases::ValueChoice| {
            let objects = web::format::thousands(choice.objects);
            Choice::new(&choice.value, format!("{}（{objects} 户）", choice.label))
        };
        (*column, values.iter().take(LISTED_MAX).map(option).collect())
    });
    Ok(EditPage {
        page: desk.page_under(Area::Scheme, crumbs),
        id: name,
        version,
        spans: scheme_form::spans(&sheet),
        span_units: scheme_form::span_units(),
        columns: SchemeColumn::ALL.iter().map(|c| Choice::new(c.code(), c.label())).collect(),
        tests: ConditionTest::ALL.iter().map(|t| Choice::new(t.code(), t.label())).collect(),
        roundings: SizeRounding::ALL.iter().map(|r| Choice::new(r.code(), r.label())).collect(),
        memberships: StratumMembership::ALL.iter().map(|m| Choice::new(m.code(), m.label())).collect(),
        // A firm carries many tags, so they make no cells.
        cells: SchemeColumn::ALL
            .iter()
            .filter(|column| !column.is_set())
            .map(|c| Choice::new(c.code(), c.label()))
            .collect(),
        seats: SeatMethod::ALL.iter().map(|m| Choice::new(m.code(), m.label())).collect(),
        lists: lists.collect(),
        list: items.list.as_ref().map(|list| format!("{}（第 {} 版）", list.title, list.revision)),
        categories: items.categories.clone(),
        populations: domain::subject::SubjectKind::ALL.iter().map(|kind| kind.label()).collect(),
        unsaved: false,
        conflict: None,
        exclusions,
        strata,
        sheet,
        counts,
        errors,
    })
}

pub(super) async fn save(
    desk: Desk,
    Path(name): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    // Whose scheme it is comes first: what comes back counts objects and names values of the directory.
    cases::view(&desk.platform, &desk.ctx, id(&name)?).await?;
    let (sheet, changed) = Sheet::posted(pairs);
    let seen = sheet.get("version").parse().unwrap_or(0);
    let offered = offered(&desk).await?;
    if changed {
        let mut page = page(&desk, name, seen, sheet, &offered, FieldErrors::none()).await?;
        page.unsaved = true;
        return Ok(Html(page).into_response());
    }
    let Read { draft, mut errors } = sheet.read(&offered.choices, &offered.items);
    if errors.is_empty() {
        match cases::update(&desk.platform, &desk.ctx, id(&name)?, seen, &draft).await {
            Ok(()) if sheet.get("then") == "done" => {
                return Ok(go_saying(&format!("/office/schemes/{name}"), Tone::Good, "方案已保存。"));
            }
            Ok(()) => {
                return Ok(go_saying(&format!("/office/schemes/{name}/edit"), Tone::Good, "已保存，统计已更新。"));
            }
            Err(error) if error.kind == ErrorKind::Invalid => errors = FieldErrors::from(&error),
            Err(error) if error.code == "CORE-409" => return stale(&desk, name, sheet, &offered).await,
            Err(error) => return Err(error.into()),
        }
    }
    let errors = lacking(&sheet, &offered, errors);
    Ok(Html::invalid(page(&desk, name, seen, sheet, &offered, errors).await?))
}

/// The form again, now over the latest version: what the other saved stands on top, what was typed below.
async fn stale(desk: &Desk, name: String, sheet: Sheet, offered: &Offered) -> Result<Response> {
    let latest = cases::view(&desk.platform, &desk.ctx, id(&name)?).await?;
    let said = match cases::last_saved(&desk.platform, &desk.ctx, latest.revision.id).await? {
        Some((who, at)) => format!("您打开以后，{who}于 {} 保存过这份方案", text::moment(at)),
        None => "您打开以后，这份方案被保存过".to_owned(),
    };
    let Read { draft, .. } = sheet.read(&offered.choices, &offered.items);
    let differences = text::scheme::differences(&latest.draft, &draft);
    let mut page = page(desk, name, latest.revision.version, sheet, offered, FieldErrors::none()).await?;
    page.conflict = Some((said, differences));
    page.unsaved = true;
    Ok(Html(page).with_status(StatusCode::CONFLICT))
}
