//! A form that came too late: somebody else saved in between. Every form of a thing with a version answers so: 409, what was
//! typed kept, the latest version's number in it, and on top who changed what.

use domain::ids::AccountId;
use domain::registry::UseCase;
use web::{Result, Stale};

use crate::Desk;
use crate::page::upkeep::event::facts;

/// What the form says on top. `subject` is the thing's kind and id as events name them; `count` how many changes it missed.
pub(crate) async fn late(
    desk: &Desk,
    error: &app::Error,
    use_case: UseCase,
    subject: (&str, &str),
    count: i64,
) -> Result<Stale> {
    let count = u32::try_from(count).unwrap_or(1);
    Ok(told(error, app::change::latest(&desk.platform, &desk.ctx, use_case, subject, count).await?))
}

/// The same of an account, whose posts are changed with it.
pub(crate) async fn late_account(
    desk: &Desk,
    error: &app::Error,
    use_case: UseCase,
    id: AccountId,
    count: i64,
) -> Result<Stale> {
    let count = u32::try_from(count).unwrap_or(1);
    Ok(told(error, app::account::changes(&desk.platform, &desk.ctx, use_case, id, count).await?))
}

fn told(error: &app::Error, changes: Vec<app::change::Change>) -> Stale {
    let line = |change: &app::change::Change| {
        let facts = facts(&change.data).into_iter().map(|(name, words)| format!("{name} {words}"));
        let facts = facts.collect::<Vec<_>>().join("，");
        let (what, at) = (text::event::what(&change.kind), text::moment(change.at));
        format!("{}（{}），{at}：{what}。{facts}", change.who, change.agency)
    };
    let mut changes: Vec<String> = changes.iter().map(line).collect();
    if changes.is_empty() {
        changes.push("修改的人不在您的数据范围内。".to_owned());
    }
    Stale { said: error.message(), changes }
}

/// Did somebody else save in between?
pub(crate) fn is_late(error: &app::Error) -> bool {
    error.code == "CORE-409"
}
