//! Live counts: how many objects of the directory, as it is now, each rule of a scheme meets, and what a person should
//! notice before it is fixed. Nothing is written.

use domain::agency::Scope;
use domain::registry::UseCase;
use domain::rulebook::Rule;
use domain::scheme::{Census, Expected, Finding, SchemeColumn, SchemeDraft, SchemeProblem};
use draw::{Scheme, Sizes};
use text::Label as _;

use super::census::census;
use super::compile;
use super::demands::{FindingView, Subject, findings};
use super::roll::{Directory, live_roll};
use kernel::{Ctx, Error, Platform, Result};

/// A rule that isolates fewer rows than this is flagged: it is about somebody, not about a kind of firm.
pub const ISOLATED_ROWS: u64 = 5;

/// The counts of a scheme.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct LiveCounts {
    /// What keeps the scheme from being counted; the counts are empty then.
    pub problems: Vec<SchemeProblemView>,
    /// Objects in the directory.
    pub rows: u64,
    /// Objects that leave, by exclusion in order.
    pub exclusions: Vec<RuleCount>,
    /// Objects of no stratum.
    pub outside: u64,
    /// The strata in order.
    pub strata: Vec<StratumCount>,
    /// How many would be drawn, over all strata (户次): one object of several strata counts in each.
    pub total: u64,
    /// Objects that belong to a stratum, each counted once (户).
    pub objects: u64,
    /// Of these, objects that belong to several.
    pub shared: u64,
    /// How many visits (户) the draw would lead to.
    pub expected: Expected,
    /// What a person should notice.
    pub warnings: Vec<Warning>,
    /// What later steps demand and is missing, what blocks first.
    pub findings: Vec<FindingView>,
}

impl LiveCounts {
    /// How many are drawn and how many will be visited, in words.
    #[must_use]
    pub fn expected_words(&self) -> String {
        text::scheme::expected(self.total, self.expected.least, self.expected.most)
    }

    /// Why the rows of the strata do not add up, in words; `None` where they do.
    #[must_use]
    pub fn overlap_words(&self) -> Option<String> {
        (self.shared > 0).then(|| text::scheme::overlap(self.objects, self.shared))
    }
}

/// A problem with its place, in words.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SchemeProblemView {
    /// Where, as `strata[0].size`.
    pub place: String,
    /// In words.
    pub text: String,
}

impl From<&SchemeProblem> for SchemeProblemView {
    fn from(problem: &SchemeProblem) -> Self {
        Self { place: problem.place.clone(), text: text::scheme::problem(problem) }
    }
}

/// How many objects an exclusion removes.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct RuleCount {
    /// Code.
    pub code: String,
    /// Label.
    pub label: String,
    /// The rule in words.
    pub sentence: String,
    /// Rows.
    pub rows: u64,
}

/// Rows and size of a stratum.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct StratumCount {
    /// Code.
    pub code: String,
    /// Label.
    pub label: String,
    /// Population.
    pub population: String,
    /// Check items.
    pub items: Vec<String>,
    /// Whether items that tags call are added.
    #[serde(default)]
    pub tagged: bool,
    /// The rule in words.
    pub sentence: String,
    /// Rows.
    pub rows: u64,
    /// How many are drawn.
    pub size: u64,
    /// Cells with rows and, where it is known, size.
    pub cells: Vec<(String, u64, Option<u64>)>,
}

/// Something to notice.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// `isolated`, `nobody`, `nothing`, `no_chance`, `outside`, `withheld`, `disclosed`, `reused`.
    pub kind: &'static str,
    /// In words.
    pub text: String,
}

/// Counts a draft against the directory of the acting post's agency.
///
/// # Errors
/// `Denied`; `Unauthenticated` without a post; `TASK-013` if the directory holds something that no roll can hold.
pub async fn counts(platform: &Platform, ctx: &Ctx, draft: &SchemeDraft) -> Result<LiveCounts> {
    ctx.require(UseCase::SchemeView)?;
    live(platform, ctx, draft).await.map(|(counts, _)| counts)
}

/// The counts, and what later steps would miss.
pub(crate) async fn live(platform: &Platform, ctx: &Ctx, draft: &SchemeDraft) -> Result<(LiveCounts, Vec<Finding>)> {
    let scheme = match compile(draft) {
        Ok(scheme) => scheme,
        Err(problems) => {
            let problems = problems.iter().map(Into::into).collect();
            return Ok((LiveCounts { problems, ..LiveCounts::default() }, Vec::new()));
        }
    };
    let post = ctx.post()?;
    let calendar = platform.calendar().await?;
    let mut conn = platform.store().read().await?;
    let list = super::items::in_force(&mut conn, &post.agency_path).await?;
    let items = list.map(|list| list.items);
    let book = kernel::rulebook::in_force(&mut conn, &post.agency_path, None).await?;
    drop(conn);
    let Directory { roll, facts } = live_roll(platform, &Scope::below(&post.agency_path), ctx.today()).await?;
    let (theirs, known) = (draft.clone(), items.clone().unwrap_or_default());
    let work = move || {
        let rows = u64::from(roll.rows());
        let sizes = draw::sizes(&scheme, &roll, &mut draw::unattended)?;
        let census = census(&theirs, &scheme, &roll, &facts, &known, &mut draw::unattended)?;
        Ok((of_sizes(&theirs, &scheme, &sizes, &census, rows), census, sizes))
    };
    let counted: std::result::Result<_, draw::Refused> =
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    let (mut counts, census, sizes) = match counted {
        Ok(counted) => counted,
        Err(refused) => {
            let problems = vec![SchemeProblemView { place: refused.place.clone(), text: refusal(&refused) }];
            return Ok((LiveCounts { problems, ..LiveCounts::default() }, Vec::new()));
        }
    };
    let mut conn = platform.store().read().await?;
    let subject = Subject {
        draft,
        census: &census,
        sizes: &sizes.strata,
        organiser: &post.agency_path,
        items: items.as_deref(),
        window: (draft.window_from, draft.window_to),
        today: ctx.today(),
        matching: (draft.span(Rule::MatchingSpan).unwrap_or(book.matching_span()), &calendar),
        per_day: book.visits_per_day(),
        paper: None,
    };
    let findings = findings(&mut conn, &subject).await?;
    counts.findings = findings.iter().map(Into::into).collect();
    Ok((counts, findings))
}

/// A refusal of the sizes in words. What a valid scheme can meet is a value without a ratio.
pub fn refusal(refused: &draw::Refused) -> String {
    match &refused.reason {
        draw::Reason::ValueNotNamed { value } => text::scheme::value_not_named(&refused.place, value),
        _ => text::protocol::refusal(&refused.place, refused.code(), &refused.args()),
    }
}

fn of_sizes(draft: &SchemeDraft, scheme: &Scheme, sizes: &Sizes, census: &Census, rows: u64) -> LiveCounts {
    let (exclusions, strata) = sentences(draft, sizes);
    LiveCounts {
        problems: Vec::new(),
        rows,
        exclusions,
        outside: sizes.outside,
        strata,
        total: sizes.total(),
        objects: census.objects(),
        shared: census.shared(),
        expected: census.expected(&sizes.strata.iter().map(|stratum| stratum.size).collect::<Vec<_>>()),
        warnings: warnings(draft, scheme, sizes),
        findings: Vec::new(),
    }
}

/// The rules of a scheme in words, with the counts of a sizes document.
pub fn sentences(draft: &SchemeDraft, sizes: &Sizes) -> (Vec<RuleCount>, Vec<StratumCount>) {
    let excluded = |code: &str| sizes.excluded.iter().find(|(known, _)| known == code).map_or(0, |(_, rows)| *rows);
    let exclusions = draft.exclusions.iter().map(|rule| RuleCount {
        code: rule.code.clone(),
        label: rule.label.clone(),
        sentence: text::scheme::conditions(&rule.conditions),
        rows: excluded(&rule.code),
    });
    let strata = draft.strata.iter().zip(&sizes.strata).map(|(rule, size)| StratumCount {
        code: rule.code.clone(),
        label: rule.label.clone(),
        population: rule.population.clone(),
        items: rule.items.clone(),
        tagged: rule.tagged,
        sentence: text::scheme::stratum(rule),
        rows: size.rows,
        size: size.size,
        cells: size.cells.iter().map(|cell| (cell.cell.clone(), cell.rows, cell.size)).collect(),
    });
    (exclusions.collect(), strata.collect())
}

/// What a person should notice before the seal.
pub fn warnings(draft: &SchemeDraft, scheme: &Scheme, sizes: &Sizes) -> Vec<Warning> {
    let mut found = Vec::new();
    let mut warn = |kind, text| found.push(Warning { kind, text });
    for (rule, (_, rows)) in draft.exclusions.iter().zip(&sizes.excluded) {
        if (1..ISOLATED_ROWS).contains(rows) {
            warn("isolated", text::scheme::isolated(&rule.label, *rows));
        }
    }
    for ((rule, stratum), size) in draft.strata.iter().zip(&scheme.strata).zip(&sizes.strata) {
        match (size.rows, size.size) {
            (0, _) => warn("nobody", text::scheme::nobody(&rule.label)),
            (rows, 0) => warn("nothing", text::scheme::nothing(&rule.label, rows)),
            (rows, _) if rows < ISOLATED_ROWS => warn("isolated", text::scheme::isolated(&rule.label, rows)),
            _ => {}
        }
        let tiny = size.cells.iter().filter(|cell| cell.rows < ISOLATED_ROWS).count();
        if tiny > 0 {
            warn("isolated", text::scheme::tiny_cells(&rule.label, tiny));
        }
        // Under Hamilton a cell whose quota has a small remainder may never get a seat, whatever the seed.
        let hamilton = stratum.split.as_ref().is_some_and(|split| split.method == draw::SplitMethod::Hamilton);
        let quota_below_one = |rows: u64| u128::from(size.size) * u128::from(rows) < u128::from(size.rows);
        let without =
            size.cells.iter().filter(|cell| cell.size == Some(0) || (hamilton && quota_below_one(cell.rows))).count();
        if without > 0 {
            warn("no_chance", text::scheme::no_chance(&rule.label, without));
        }
    }
    if sizes.outside > 0 {
        warn("outside", text::scheme::outside(sizes.outside));
    }
    found.extend(disclosures(draft));
    found
}

/// What the public will not get, and what it will see all the same, because the scheme reads columns for regulators only.
fn disclosures(draft: &SchemeDraft) -> Vec<Warning> {
    let internal = internal_labels(draft);
    if internal.is_empty() {
        return Vec::new();
    }
    let mut found = vec![Warning { kind: "withheld", text: text::scheme::withheld(&internal) }];
    for rule in &draft.strata {
        let columns = rule.columns().into_iter().filter(|column| column.is_internal());
        let columns: Vec<_> = columns.map(SchemeColumn::label).collect();
        if !columns.is_empty() {
            found.push(Warning { kind: "disclosed", text: text::scheme::disclosed(&rule.label, &columns) });
        }
    }
    found
}

/// The internal columns that a scheme reads, as pages call them.
pub fn internal_labels(draft: &SchemeDraft) -> Vec<&'static str> {
    draft.internal_columns().into_iter().map(SchemeColumn::label).collect()
}
