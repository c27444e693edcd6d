//! Dispatch (派发): every drawn object goes to the agency that registers it, as one visit with the items of its strata and
//! those that its tags call (R62). One job, one transaction: a task is dispatched whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::agency::{AgencyPath, Scope};
use domain::division::DivisionCode;
use domain::ids::{AgencyId, DrawId, JobId, ShareId, SubjectId, TaskId, VisitId};
use domain::item::{CheckItem, VisitProblem};
use domain::numbering::Pattern;
use domain::projection::Projection;
use domain::registry::UseCase;
use domain::state::{JobState, TaskState};
use domain::subject::{SubjectKind, Tag};
use store::repo::agency::Agency;
use store::repo::dispatch::{self as repo, NewShare, NewVisit, Source};
use store::{Conn, StoreError};

use super::days::{self, UnitCapacity, Window};
use super::deadline;
use crate::items::{Class, classes, on_form};
use kernel::job::Run;
use kernel::rulebook;
use kernel::{Ctx, Error, NewJob, Platform, Result};

/// The handler's name.
pub const DISPATCH_JOB: &str = "dispatch";
/// How visits are numbered: division, year, six digits.
const NUMBER_PATTERN: &str = "{区划6}{年4}{序6}";

/// What a clerk asks for.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct DispatchInput {
    /// The task.
    pub task: TaskId,
    /// The first day on which visits are planned; `None` for the day after the matching deadline. From it on they are spread
    /// by capacity; units may move them later.
    pub first_on: Option<NaiveDate>,
}

/// One unit's line on the dispatch page.
#[derive(Clone, Debug)]
pub struct UnitLine {
    /// The unit.
    pub agency_id: AgencyId,
    /// Its name.
    pub name: String,
    /// Drawn objects that it registers.
    pub objects: i64,
    /// Its inspectors who have not left.
    pub inspectors: usize,
    /// What it can carry out on the days from [`DispatchPreview::first_on`] on, or from the day after its own deadline.
    pub load: UnitCapacity,
}

/// What the classes of a drawn task lack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Words of the scheme that name nothing: nothing is dispatched before they are mapped.
    pub unknown: Vec<UnknownWord>,
    /// Drawn objects without an applicable item: they are dispatched, and their items have to be settled.
    pub without: Vec<WithoutItems>,
}

/// A word of the scheme that names nothing of the task's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// Code of its class.
    pub class: String,
    /// Label of its class.
    pub label: String,
    /// The word.
    pub entry: String,
}

/// Drawn objects without an applicable item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithoutItems {
    /// Codes of the classes that drew them.
    pub classes: Vec<String>,
    /// Labels of these classes.
    pub labels: Vec<String>,
    /// What they are.
    pub kind: SubjectKind,
    /// How many (户).
    pub objects: u64,
}

/// What a dispatch would do, before it is done.
#[derive(Clone, Debug)]
pub struct DispatchPreview {
    /// Number of the task.
    pub number: String,
    /// Title of the task.
    pub title: String,
    /// First day of visits.
    pub window_from: NaiveDate,
    /// Last day of visits.
    pub window_to: NaiveDate,
    /// The units.
    pub units: Vec<UnitLine>,
    /// Objects of all units.
    pub objects: i64,
    /// When receipt would be due, in words.
    pub receipt_span: String,
    /// When matching would be due, in words.
    pub matching_span: String,
    /// The first day of visits where nothing else is said.
    pub first_on: NaiveDate,
    /// What classes lack.
    pub gaps: Gaps,
    /// It has been dispatched already.
    pub dispatched: bool,
    /// The job that is at work on it.
    pub job: Option<JobId>,
    /// The last job, if it failed and nothing is dispatched.
    pub failed: Option<JobId>,
}

/// What the dispatch of a task would do.
///
/// # Errors
/// `NotFound`; `DISP-001` if the task is not drawn; `Denied`.
pub async fn preview(platform: &Platform, ctx: &Ctx, task: TaskId) -> Result<DispatchPreview> {
    ctx.require(UseCase::TaskView)?;
    let calendar = platform.calendar().await?;
    let mut conn = platform.store().read().await?;
    let source = repo::source(&mut conn, &ctx.scope()?, task).await?;
    let draw = drawn_attempt(&source)?;
    let window = window_of(&source);
    let mut units = Vec::new();
    for unit in repo::unit_counts(&mut conn, draw).await? {
        let inspectors = store::repo::roster::of_unit(&mut conn, unit.agency_id, 2000).await?.len();
        let agency = store::repo::agency::by_id_unscoped(&mut conn, unit.agency_id).await?;
        let book = rulebook::in_force(&mut conn, &agency.path, Some(task)).await?;
        let first = days::first_day(&window, deadline::matching_due(&book, ctx.today(), &calendar).on);
        let days = days::of_unit(&mut conn, unit.agency_id, (first, window.to), &book, &calendar).await?;
        let load = UnitCapacity::of(u64::try_from(unit.objects).unwrap_or_default(), &days);
        units.push(UnitLine {
            agency_id: unit.agency_id,
            name: unit.agency_name,
            objects: unit.objects,
            inspectors,
            load,
        });
    }
    let rules = rulebook::in_force(&mut conn, &source.agency_path, Some(task)).await?;
    let gaps = gaps(platform, &mut conn, &source, draw, ctx.today()).await?;
    Ok(DispatchPreview {
        gaps,
        objects: units.iter().map(|unit| unit.objects).sum(),
        receipt_span: deadline::span_words(rules.receipt_span()),
        matching_span: deadline::span_words(rules.matching_span()),
        first_on: days::first_day(&window, deadline::matching_due(&rules, ctx.today(), &calendar).on),
        dispatched: source.shares > 0,
        job: open_job(&mut conn, task).await?,
        failed: if source.shares > 0 { None } else { failed_job(&mut conn, task).await? },
        number: source.number,
        title: source.title,
        window_from: source.window_from,
        window_to: source.window_to,
        units,
    })
}

/// What the classes of a drawn task lack: words that name nothing, and objects without an applicable item.
pub(super) async fn gaps(
    platform: &Platform,
    conn: &mut Conn,
    source: &Source,
    draw: DrawId,
    today: NaiveDate,
) -> Result<Gaps> {
    if source.item_list_id.is_empty() {
        return Ok(Gaps::default());
    }
    let items = items(conn, source).await?;
    let mappings = store::repo::item_mapping::of_task(conn, source.task_id).await?;
    let classes = classes(&source.scheme, &items, &mappings)?;
    let executable: Vec<CheckItem> = items.into_iter().filter(|item| item.executable_on(today)).collect();
    let (drawn, tags) = drawn_of(platform, draw, &[]).await?;
    let carried = by_subject(&tags);
    let none = BTreeSet::new();
    let mut without: BTreeMap<(Vec<&str>, SubjectKind), u64> = BTreeMap::new();
    for rows in drawn.chunk_by(|a, b| a.subject_id == b.subject_id) {
        let Some(first) = rows.first() else { continue };
        let of: Vec<&Class> = classes.iter().filter(|class| rows.iter().any(|row| row.stratum == class.code)).collect();
        let tags = carried.get(&first.subject_id).unwrap_or(&none);
        if on_form(&of, first.kind, tags, &executable).is_empty() {
            let codes = of.iter().map(|class| class.code.as_str()).collect();
            *without.entry((codes, first.kind)).or_default() += 1;
        }
    }
    let label = |code: &&str| classes.iter().find(|class| class.code == **code).map(|class| class.label.clone());
    let without = without.into_iter().map(|((codes, kind), objects)| WithoutItems {
        labels: codes.iter().filter_map(label).collect(),
        classes: codes.into_iter().map(str::to_owned).collect(),
        kind,
        objects,
    });
    let unknown = classes.iter().flat_map(|class| {
        let word = |entry: &String| UnknownWord {
            class: class.code.clone(),
            label: class.label.clone(),
            entry: entry.clone(),
        };
        class.unknown.iter().map(word)
    });
    Ok(Gaps { unknown: unknown.collect(), without: without.collect() })
}

fn by_subject(tags: &[(SubjectId, Tag)]) -> BTreeMap<SubjectId, BTreeSet<Tag>> {
    let mut carried: BTreeMap<SubjectId, BTreeSet<Tag>> = BTreeMap::new();
    for (subject, tag) in tags {
        carried.entry(*subject).or_default().insert(tag.clone());
    }
    carried
}

/// Asks for the dispatch of a drawn task; a job does it.
///
/// # Errors
/// `NotFound`; `Denied` (`DISP-008` for another agency's task); `DISP-001` not drawn, `DISP-002` dispatched already,
/// `DISP-003` under way, `DISP-004` no item list, `DISP-007` a word that names no item and is not mapped; `Invalid` on
/// `first_on` (`DISP-005`).
pub async fn dispatch(platform: &Platform, ctx: &Ctx, input: DispatchInput) -> Result<JobId> {
    let mut command = platform.command(ctx, UseCase::TaskDispatch).await?;
    let source = repo::source(command.tx(), &ctx.scope()?, input.task).await?;
    if ctx.post().is_ok_and(|post| post.agency_id != source.agency_id) {
        return Err(Error::denied("DISP-008").with("agency", &source.agency_name));
    }
    drawn_attempt(&source)?;
    check_undispatched(&source)?;
    if source.item_list_id.is_empty() {
        return Err(Error::conflict("DISP-004").with("number", &source.number));
    }
    let items = items(command.tx(), &source).await?;
    let mappings = store::repo::item_mapping::of_task(command.tx(), input.task).await?;
    require_known(&classes(&source.scheme, &items, &mappings)?)?;
    if let Some(day) = input.first_on
        && (day < source.window_from.max(ctx.today()) || day > source.window_to)
    {
        return Err(Error::field("first_on", "DISP-005")
            .with("from", text::day(source.window_from.max(ctx.today())))
            .with("to", text::day(source.window_to)));
    }
    if open_job(command.tx(), input.task).await?.is_some() {
        return Err(Error::conflict("DISP-003"));
    }
    let job = command
        .enqueue(NewJob {
            kind: DISPATCH_JOB,
            title: text::assign::dispatch_title(&source.number, &source.title),
            payload: serde_json::to_value(&input)?,
            subject_kind: "task",
            subject_id: input.task.to_string(),
        })
        .await?;
    command
        .finish_as(
            "task.dispatch_begun",
            "task",
            input.task,
            serde_json::json!({ "number": source.number, "first_on": input.first_on }),
        )
        .await?;
    Ok(job)
}

/// The job: everything is prepared in memory, then written by one transaction.
pub(crate) async fn run_dispatch(platform: &Platform, run: &mut Run) -> Result<()> {
    let input: DispatchInput = run.payload()?;
    let calendar = platform.calendar().await?;
    run.progress(0, 3, "dispatch").await?;
    let mut conn = platform.store().read().await?;
    let source = repo::source(&mut conn, &Scope::everything(), input.task).await?;
    let draw = drawn_attempt(&source)?;
    check_undispatched(&source)?;
    let items = items(&mut conn, &source).await?;
    let agencies = store::repo::agency::list(&mut conn, &Scope::everything()).await?;
    let window = window_of(&source);
    let (drawn, tags) = drawn_of(platform, draw, &agencies).await?;
    let mut days = BTreeMap::new();
    let mut books = BTreeMap::new();
    for id in drawn.iter().map(|d| d.agency_id).collect::<BTreeSet<_>>() {
        let agency = agencies.iter().find(|a| a.id == id).ok_or(StoreError::NotFound)?;
        let book = rulebook::in_force(&mut conn, &agency.path, Some(input.task)).await?;
        let due = deadline::matching_due(&book, run.ctx.today(), &calendar).on;
        let first = input.first_on.unwrap_or_else(|| days::first_day(&window, due));
        days.insert(id, days::of_unit(&mut conn, id, (first, window.to), &book, &calendar).await?);
        books.insert(id, book);
    }
    run.progress(1, 3, "dispatch").await?;
    let mappings = store::repo::item_mapping::of_task(&mut conn, input.task).await?;
    drop(conn);
    let classes = classes(&source.scheme, &items, &mappings)?;
    require_known(&classes)?;
    // What is not published and in force is never executed (R1).
    let executable: Vec<CheckItem> = items.into_iter().filter(|item| item.executable_on(run.ctx.today())).collect();
    let mut plan = plan_visits(&run.ctx, &drawn, &tags, &executable, &classes)?;
    days::place(&mut plan.visits, &days::Places::of(&drawn), &days);
    run.progress(2, 3, "dispatch").await?;
    kernel::point("dispatch.prepared");

    let ctx = run.ctx.clone();
    let mut command = platform.command(&ctx, UseCase::TaskDispatch).await?;
    command.on_behalf_of(source.agency_id, &source.agency_name);
    let again = repo::source(command.tx(), &Scope::everything(), input.task).await?;
    drawn_attempt(&again)?;
    check_undispatched(&again)?;
    let division = division_of(&agencies, &source.agency_path)?;
    number(command.tx(), &ctx, division, &mut plan.visits).await?;
    repo::write(command.tx(), &source, draw, &plan.shares, &plan.visits, ctx.now).await.map_err(
        |error| match error {
            StoreError::Duplicate(_) => Error::conflict("DISP-002"),
            other => other.into(),
        },
    )?;
    for share in &plan.shares {
        let book = books.get(&share.agency_id).cloned().unwrap_or_default();
        deadline::start(command.tx(), &ctx, (input.task, share.id), share.agency_id, &book, &calendar).await?;
    }
    let summary =
        serde_json::json!({ "number": source.number, "units": plan.shares.len(), "visits": plan.visits.len() });
    run.finish(&mut command, &summary).await?;
    command.seal(Projection::Share, input.task).await?;
    command.seal(Projection::Visit, input.task).await?;
    command.seal(Projection::VisitItem, input.task).await?;
    kernel::point("dispatch.commit");
    command.finish("task", input.task, summary).await?;
    kernel::point("dispatch.done");
    Ok(())
}

/// The items of the task's list, in its order.
async fn items(conn: &mut Conn, source: &Source) -> Result<Vec<CheckItem>> {
    let revision = source.item_list_id.parse().map_err(Error::internal)?;
    let records = store::repo::check_item::of_revision(conn, revision).await?;
    Ok(records.into_iter().map(|record| record.item).collect())
}

/// One object in one stratum, as it was frozen.
pub(crate) struct Drawn {
    stratum: String,
    pub(crate) subject_id: SubjectId,
    code: String,
    name: String,
    agency_id: AgencyId,
    kind: SubjectKind,
    /// Code of the division, or empty.
    pub(crate) territory: String,
    /// Hex.
    pub(crate) ticket: String,
}

/// The drawn objects by agency and code, an object of several strata several times in a row, and the tags that each carries.
async fn drawn_of(
    platform: &Platform,
    draw: DrawId,
    agencies: &[Agency],
) -> Result<(Vec<Drawn>, Vec<(SubjectId, Tag)>)> {
    let place = |id: AgencyId| agencies.iter().position(|agency| agency.id == id);
    let mut objects = drawing::drawn_objects(platform, draw).await?;
    // By code they are already; agencies stand in the order of their paths.
    objects.sort_by_key(|object| place(object.registered.agency));
    let (mut drawn, mut tags) = (Vec::new(), Vec::new());
    for object in objects {
        let of = object.registered;
        tags.extend(of.tags.into_iter().map(|tag| (of.subject, tag)));
        drawn.extend(object.strata.into_iter().map(|stratum| Drawn {
            stratum,
            subject_id: of.subject,
            code: object.code.clone(),
            name: of.name.clone(),
            agency_id: of.agency,
            kind: of.kind,
            territory: of.territory.clone(),
            ticket: object.ticket.clone(),
        }));
    }
    Ok((drawn, tags))
}

pub(super) fn drawn_attempt(source: &Source) -> Result<DrawId> {
    match (source.state, source.draw_id) {
        (TaskState::Drawn, Some(draw)) => Ok(draw),
        _ => Err(Error::conflict("DISP-001").with("number", &source.number)),
    }
}

fn check_undispatched(source: &Source) -> Result<()> {
    if source.shares == 0 { Ok(()) } else { Err(Error::conflict("DISP-002").with("number", &source.number)) }
}

fn window_of(source: &Source) -> Window {
    Window { from: source.window_from, to: source.window_to }
}

async fn open_job(conn: &mut Conn, task: TaskId) -> Result<Option<JobId>> {
    let jobs = store::repo::job::of_subject(conn, "task", &task.to_string()).await?;
    let open = |state: JobState| matches!(state, JobState::Queued | JobState::Running);
    Ok(jobs.iter().find(|job| job.kind == DISPATCH_JOB && open(job.state)).map(|job| job.id))
}

async fn failed_job(conn: &mut Conn, task: TaskId) -> Result<Option<JobId>> {
    let jobs = store::repo::job::of_subject(conn, "task", &task.to_string()).await?;
    let last = jobs.iter().find(|job| job.kind == DISPATCH_JOB);
    Ok(last.filter(|job| job.state == JobState::Failed).map(|job| job.id))
}

/// A word that names nothing concerns a whole class: it is mapped by two people first, not left out.
fn require_known(classes: &[Class]) -> Result<()> {
    match classes.iter().find_map(|class| class.unknown.first().map(|entry| (class, entry))) {
        None => Ok(()),
        Some((class, entry)) => Err(Error::conflict("DISP-007").with("entry", entry).with("class", &class.label)),
    }
}

struct Plan {
    shares: Vec<NewShare>,
    visits: Vec<NewVisit>,
}

/// One visit for each object, in the order of agencies and codes; numbers come later, inside the transaction.
fn plan_visits(
    ctx: &Ctx,
    drawn: &[Drawn],
    tags: &[(SubjectId, Tag)],
    items: &[CheckItem],
    classes: &[Class],
) -> Result<Plan> {
    let carried = by_subject(tags);
    let mut shares: Vec<NewShare> = Vec::new();
    let mut visits = Vec::new();
    // Rows of one object stand together: they are ordered by agency and code, and a code is one object's.
    for rows in drawn.chunk_by(|a, b| a.subject_id == b.subject_id) {
        let Some(first) = rows.first() else { continue };
        let of: Vec<&Class> = classes.iter().filter(|class| rows.iter().any(|row| row.stratum == class.code)).collect();
        let none = BTreeSet::new();
        let tags = carried.get(&first.subject_id).unwrap_or(&none);
        // One object without an item is two people's to settle, for its class; the others are dispatched all the same.
        let on_form = on_form(&of, first.kind, tags, items);
        let share = match shares.last_mut() {
            Some(share) if share.agency_id == first.agency_id => share,
            _ => {
                let id = ShareId::from_parts(ctx.ms(), ctx.ten());
                shares.push(NewShare { id, agency_id: first.agency_id, visits: 0 });
                shares.last_mut().ok_or(StoreError::NotFound)?
            }
        };
        share.visits += 1;
        visits.push(NewVisit {
            id: VisitId::from_parts(ctx.ms(), ctx.ten()),
            share_id: share.id,
            agency_id: first.agency_id,
            subject_id: first.subject_id,
            code: first.code.clone(),
            name: first.name.clone(),
            number: String::new(),
            // `days::place` gives each its day.
            planned_on: ctx.today(),
            strata: of.iter().map(|class| class.code.as_str()).collect::<Vec<_>>().join(","),
            items: on_form.iter().map(|item| item.code.clone()).collect(),
            problem: on_form.is_empty().then_some(VisitProblem::NoItems),
        });
    }
    Ok(Plan { shares, visits })
}

/// The organiser's division, or that of the nearest agency above: functional zones have none of their own.
fn division_of(agencies: &[Agency], path: &AgencyPath) -> Result<DivisionCode> {
    let code = agencies
        .iter()
        .rev()
        .filter(|agency| path.as_str().starts_with(agency.path.as_str()))
        .find_map(|agency| agency.division.clone())
        .ok_or_else(|| Error::conflict("DISP-009"))?;
    code.parse().map_err(Error::internal)
}

async fn number(tx: &mut store::Tx, ctx: &Ctx, division: DivisionCode, visits: &mut [NewVisit]) -> Result<()> {
    let pattern: Pattern = NUMBER_PATTERN.parse().map_err(Error::internal)?;
    let series = format!("visit:{}", pattern.series(division, ctx.today()));
    let count = i64::try_from(visits.len()).map_err(Error::internal)?;
    let first = store::repo::counter::take(tx, &series, count).await?;
    for (serial, visit) in (first..).zip(visits) {
        let serial = u32::try_from(serial).map_err(Error::internal)?;
        visit.number = pattern.number(division, ctx.today(), serial).map_err(Error::internal)?;
    }
    Ok(())
}
