//! The rules on which the sources disagree: what is in force for an agency and why, and setting one for the installation
//! or for an agency. A task's own rules are set with the task.

use domain::agency::Scope;
use domain::deadline::{Span, SpanUnit};
use domain::ids::{AgencyId, PostId};
use domain::registry::UseCase;
use domain::rulebook::{Rule, RuleValue, StartEvent, Term};
use domain::time::Instant;
use store::repo::agency::Agency;
use store::repo::rulebook::{Setting, Stored};
use store::{Conn, repo};
use text::Explain as _;

use crate::{Ctx, Error, Platform, Result, actor_id};

/// Characters of the basis of a setting.
const BASIS_CHARS_MAX: usize = 200;

/// Where a rule is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// For all agencies.
    Installation,
    /// For an agency and all below it.
    Agency(AgencyId),
}

impl Level {
    /// Code and id in the database.
    fn key(self) -> (&'static str, String) {
        match self {
            Self::Installation => ("installation", String::new()),
            Self::Agency(id) => ("agency", id.to_string()),
        }
    }
}

/// What one level sets.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Where.
    pub level: Level,
    /// The agency's name; empty for the installation.
    pub agency: String,
    /// The value.
    pub value: RuleValue,
    /// The rule or document it rests on.
    pub basis: String,
    /// Who set it; empty if nobody is known by that id any more.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// A rule as it is in force for an agency.
#[derive(Clone, Debug)]
pub struct RuleRow {
    /// The rule.
    pub rule: Rule,
    /// The value in force.
    pub value: RuleValue,
    /// Every level that sets it, the installation first; the last one is in force. Empty where the default is.
    pub layers: Vec<Layer>,
}

impl RuleRow {
    /// What the value in force rests on.
    #[must_use]
    pub fn basis(&self) -> String {
        self.layers.last().map_or_else(|| text::rule_basis(self.rule).to_owned(), |layer| layer.basis.clone())
    }

    /// What a level sets itself.
    #[must_use]
    pub fn at(&self, level: Level) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.level == level)
    }
}

/// All rules for one agency.
#[derive(Clone, Debug)]
pub struct RuleView {
    /// The agency.
    pub agency: Agency,
    /// Its rules.
    pub rules: Vec<RuleRow>,
}

/// Input of [`set`].
#[derive(Clone, Debug)]
pub struct SetRule {
    /// The rule.
    pub rule: Rule,
    /// Where.
    pub level: Level,
    /// The value, or `None` to leave it to the level above again.
    pub value: Option<RuleValue>,
    /// What it rests on.
    pub basis: String,
    /// When the setting that the form showed was made (milliseconds); `None` if there was none.
    pub seen_ms: Option<i64>,
}

/// The rules in force for an agency of the post's scope; `None` is the post's own.
///
/// # Errors
/// `NotFound` if the agency lies outside the scope.
pub async fn view(platform: &Platform, ctx: &Ctx, agency: Option<AgencyId>) -> Result<RuleView> {
    ctx.require(UseCase::RulebookView)?;
    let id = match agency {
        Some(id) => id,
        None => ctx.post()?.agency_id,
    };
    let mut conn = platform.store().read().await?;
    let agency = repo::agency::get(&mut conn, &ctx.scope()?, id).await?;
    let way = way_to(&mut conn, &agency).await?;
    let stored = repo::rulebook::stored_unscoped(&mut conn).await?;
    let mut rules = Vec::with_capacity(Rule::ALL.len());
    for rule in Rule::ALL.iter().copied() {
        let mut layers = Vec::new();
        for (level, name) in &way {
            if let Some(found) = find(&stored, rule, *level) {
                layers.push(layer(&mut conn, *level, name, found).await?);
            }
        }
        let value = layers.last().map_or(rule.default_value(), |layer: &Layer| layer.value);
        rules.push(RuleRow { rule, value, layers });
    }
    Ok(RuleView { agency, rules })
}

/// Sets a rule at a level, or takes the setting back.
///
/// # Errors
/// `Denied` (`ADMN-001`) for the installation's level unless the post's agency is the root; `NotFound` if the agency lies
/// outside the scope; `Invalid` on `value` (`RULE-001`) or `basis` (`CORE-101`); `Conflict` (`CORE-409`) if the setting
/// was changed meanwhile.
pub async fn set(platform: &Platform, ctx: &Ctx, input: SetRule) -> Result<()> {
    ctx.require(UseCase::RulebookSet)?;
    let mut command = platform.command(ctx, UseCase::RulebookSet).await?;
    let agency = match input.level {
        Level::Installation => {
            ctx.require_root()?;
            None
        }
        Level::Agency(id) => Some(repo::agency::get(command.tx(), &ctx.scope()?, id).await?),
    };
    if let Some(value) = input.value {
        input.rule.check(value).map_err(|bad| Error::field("value", "RULE-001").with("why", bad.explain()))?;
    }
    let basis = input.basis.trim();
    if !(1..=BASIS_CHARS_MAX).contains(&basis.chars().count()) {
        return Err(Error::field("basis", "CORE-101").with("max", BASIS_CHARS_MAX));
    }
    let stored = repo::rulebook::stored_unscoped(command.tx()).await?;
    let before = find(&stored, input.rule, input.level);
    if before.map(|stored| stored.changed_at.unix_ms()) != input.seen_ms {
        return Err(Error::conflict("CORE-409"));
    }
    let from = before.map(|stored| stored.setting.value.clone());
    let (scope_kind, scope_id) = input.level.key();
    match input.value {
        None => repo::rulebook::remove(command.tx(), scope_kind, &scope_id, input.rule.code()).await?,
        Some(value) => {
            let setting = Setting {
                scope_kind: scope_kind.to_owned(),
                scope_id,
                name: input.rule.code().to_owned(),
                value: serde_json::to_string(&value)?,
                basis: basis.to_owned(),
            };
            let id = format!("{scope_kind}/{}/{}", setting.scope_id, setting.name);
            repo::rulebook::set(command.tx(), &id, &setting, &actor_id(&ctx.actor), ctx.now).await?;
        }
    }
    let from = from.map(|value| serde_json::from_str::<RuleValue>(&value)).transpose()?;
    let data = serde_json::json!({
        "rule": input.rule.code(), "level": scope_kind, "agency": agency.map(|agency| agency.name),
        "from": from.map(text::rule_value), "to": input.value.map(text::rule_value), "basis": basis,
    });
    command.finish("rule", input.rule.code(), data).await
}

/// What a form says about a value, by the kind of the rule.
#[derive(Clone, Debug, Default)]
pub struct TypedValue {
    /// A number: of days, of times, of persons.
    pub n: String,
    /// `day` or `working_day`.
    pub unit: String,
    /// A code of one of the rule's choices.
    pub choice: String,
}

/// The codes among which a rule chooses; empty where it takes a number.
#[must_use]
pub fn choices(rule: Rule) -> Vec<(String, RuleValue)> {
    let coded = |code: &str, value: RuleValue| (code.to_owned(), value);
    match rule.default_value() {
        RuleValue::Span(_) | RuleValue::Count(_) => Vec::new(),
        RuleValue::Flag(_) => vec![coded("1", RuleValue::Flag(true)), coded("0", RuleValue::Flag(false))],
        RuleValue::Term(_) => Term::ALL.iter().map(|v| coded(v.code(), RuleValue::Term(*v))).collect(),
        RuleValue::StartEvent(_) => {
            StartEvent::ALL.iter().map(|v| coded(v.code(), RuleValue::StartEvent(*v))).collect()
        }
    }
}

/// The other way round, to fill a form.
#[must_use]
pub fn typed(rule: Rule, value: RuleValue) -> TypedValue {
    let choice = choices(rule).into_iter().find(|(_, known)| *known == value).map(|(code, _)| code).unwrap_or_default();
    match value {
        RuleValue::Span(span) => {
            TypedValue { n: span.n.to_string(), unit: span.unit.code().to_owned(), choice: String::new() }
        }
        RuleValue::Count(n) => TypedValue { n: n.to_string(), ..TypedValue::default() },
        _ => TypedValue { choice, ..TypedValue::default() },
    }
}

/// Reads what a form says.
///
/// # Errors
/// `Invalid` on `value` (`RULE-002`) if it is no value of the rule's kind.
pub fn read(rule: Rule, typed: &TypedValue) -> Result<RuleValue> {
    let n = || typed.n.trim().parse::<u16>().ok();
    let value = match rule.default_value() {
        RuleValue::Span(_) => {
            n().zip(SpanUnit::from_code(&typed.unit)).map(|(n, unit)| RuleValue::Span(Span { n, unit }))
        }
        RuleValue::Count(_) => n().map(RuleValue::Count),
        _ => choices(rule).into_iter().find(|(code, _)| *code == typed.choice).map(|(_, value)| value),
    };
    value.ok_or_else(|| Error::field("value", "RULE-002"))
}

/// The levels that reach an agency, the installation first and the agency itself last, with the agencies' names.
async fn way_to(conn: &mut Conn, agency: &Agency) -> Result<Vec<(Level, String)>> {
    let all = repo::agency::list(conn, &Scope::everything()).await?;
    let above = all.into_iter().filter(|a| agency.path.as_str().starts_with(a.path.as_str()));
    let mut way = vec![(Level::Installation, String::new())];
    way.extend(above.map(|a| (Level::Agency(a.id), a.name)));
    Ok(way)
}

fn find(stored: &[Stored], rule: Rule, level: Level) -> Option<&Stored> {
    let (kind, id) = level.key();
    stored.iter().find(|s| s.setting.name == rule.code() && s.setting.scope_kind == kind && s.setting.scope_id == id)
}

async fn layer(conn: &mut Conn, level: Level, agency: &str, stored: &Stored) -> Result<Layer> {
    let by = match stored.changed_by.parse::<PostId>() {
        Ok(post) => repo::post::by_id_unscoped(conn, post).await?.person,
        Err(_) => text::core::system_name().to_owned(),
    };
    Ok(Layer {
        level,
        agency: agency.to_owned(),
        value: serde_json::from_str(&stored.setting.value)?,
        basis: stored.setting.basis.clone(),
        by,
        at: stored.changed_at,
    })
}
