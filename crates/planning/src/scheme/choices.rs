//! What the form offers as values of conditions: those that occur in the directory, each with the number of objects that
//! have it. They are counted in the roll that is kept in memory for the live counts, so offering them costs no query.

use std::collections::HashMap;

use domain::agency::Scope;
use domain::registry::UseCase;
use domain::scheme::{SchemeColumn, near};
use domain::subject::{RiskLevel, SubjectKind, SubjectStatus};
use draw::{Column, Roll};
use store::repo;
use text::Label as _;

use super::roll::{Directory, live_roll};
use kernel::{Ctx, Error, Platform, Result};

/// Values named to somebody who typed one that does not occur.
const NEAR_MAX: usize = 3;

/// A value that a condition may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueChoice {
    /// As it stands in rolls.
    pub value: String,
    /// As people read it.
    pub label: String,
    /// Objects of the scope that have it.
    pub objects: u64,
}

/// What the form offers, by column.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// For each column but days its values: those of a closed list in its order, others by the number of objects.
    pub columns: Vec<(SchemeColumn, Vec<ValueChoice>)>,
}

impl Choices {
    /// The values of one column.
    #[must_use]
    pub fn of(&self, column: SchemeColumn) -> &[ValueChoice] {
        self.columns.iter().find(|(known, _)| *known == column).map_or(&[], |(_, values)| values)
    }

    /// A value of a column.
    #[must_use]
    pub fn find(&self, column: SchemeColumn, value: &str) -> Option<&ValueChoice> {
        self.of(column).iter().find(|choice| choice.value == value)
    }

    /// What somebody may have meant who typed a value that does not occur, by value or by label.
    #[must_use]
    pub fn near(&self, column: SchemeColumn, typed: &str) -> Vec<&ValueChoice> {
        let values = self.of(column);
        let labels = near(typed, values.iter().map(|choice| choice.label.as_str()), NEAR_MAX);
        labels.into_iter().filter_map(|label| values.iter().find(|choice| choice.label == label)).collect()
    }
}

/// The values that occur in the directory of the scope.
///
/// # Errors
/// `Denied`, `Unauthenticated`; `TASK-013` if the directory holds something that no roll can hold.
pub async fn choices(platform: &Platform, ctx: &Ctx) -> Result<Choices> {
    ctx.require(UseCase::SchemeView)?;
    let scope = Scope::below(&ctx.post()?.agency_path);
    let Directory { roll, .. } = live_roll(platform, &scope, ctx.today()).await?;
    let mut counted = tokio::task::spawn_blocking(move || counted(&roll)).await.map_err(Error::internal)?;
    let mut conn = platform.store().read().await?;
    let agencies = repo::agency::list(&mut conn, &scope).await?;
    drop(conn);
    let mut closed = |column: SchemeColumn, values: Vec<(String, String)>| {
        let mut found = counted.remove(&column).unwrap_or_default();
        let choices = values.into_iter().map(|(value, label)| {
            let objects = found.remove(&value).unwrap_or_default();
            ValueChoice { value, label, objects }
        });
        (column, choices.collect::<Vec<_>>())
    };
    let same = |label: &str| (label.to_owned(), label.to_owned());
    let organs = agencies.into_iter().map(|one| (one.code.to_string(), format!("{} {}", one.code, one.short_name)));
    let mut columns = vec![
        closed(SchemeColumn::Kind, SubjectKind::ALL.iter().map(|kind| same(kind.label())).collect()),
        closed(SchemeColumn::Status, SubjectStatus::ALL.iter().map(|status| same(status.label())).collect()),
        closed(SchemeColumn::Risk, RiskLevel::ALL.iter().map(|level| same(domain::Coded::code(*level))).collect()),
        closed(SchemeColumn::Organ, organs.collect()),
    ];
    for column in super::COLUMNS {
        let Some(found) = counted.remove(&column) else { continue };
        let choice = |(value, objects): (String, u64)| ValueChoice { label: value.clone(), value, objects };
        let mut values: Vec<_> = found.into_iter().map(choice).collect();
        values.sort_by(|a, b| b.objects.cmp(&a.objects).then_with(|| a.value.cmp(&b.value)));
        columns.push((column, values));
    }
    Ok(Choices { columns })
}

/// For each column but days how many rows have each value; of a set each member counts.
fn counted(roll: &Roll) -> HashMap<SchemeColumn, HashMap<String, u64>> {
    let mut all = HashMap::new();
    for column in super::COLUMNS.into_iter().filter(|column| *column != SchemeColumn::Registered) {
        let Some((place, _)) = roll.header().find(column.code()) else { continue };
        let mut cells: HashMap<&str, u64> = HashMap::new();
        for part in roll.parts() {
            match part.column(place) {
                Some(Column::Dictionary { codes, values }) => {
                    let mut rows = vec![0_u64; values.len()];
                    for code in codes {
                        if let Some(count) = rows.get_mut(*code as usize) {
                            *count += 1;
                        }
                    }
                    for (code, count) in rows.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                        *cells.entry(values.text(code).unwrap_or_default()).or_default() += count;
                    }
                }
                Some(Column::Plain(texts)) => {
                    for row in 0..texts.len() {
                        *cells.entry(texts.text(row).unwrap_or_default()).or_default() += 1;
                    }
                }
                None => {}
            }
        }
        let mut values: HashMap<String, u64> = HashMap::new();
        for (cell, rows) in cells {
            let members = cell.split(',').filter(|_| column.is_set()).chain((!column.is_set()).then_some(cell));
            for member in members.filter(|member| !member.is_empty()) {
                *values.entry(member.to_owned()).or_default() += rows;
            }
        }
        all.insert(column, values);
    }
    all
}
