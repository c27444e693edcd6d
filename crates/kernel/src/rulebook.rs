//! The rulebook in force for an agency and a task: defaults, then installation, then the agencies from the root down,
//! then the task. A setting of a rule that this version does not have is passed over; the doctor points at it.

use std::collections::BTreeSet;

use domain::agency::{AgencyPath, Scope};
use domain::ids::TaskId;
use domain::rulebook::{Rule, RuleLayer, RuleValue, Rulebook};
use store::Conn;
use store::repo::rulebook::Setting;

use crate::{Error, Result};

/// The rules in force.
///
/// # Errors
/// `Internal` if a stored value is none that its rule takes.
pub async fn in_force(conn: &mut Conn, path: &AgencyPath, task: Option<TaskId>) -> Result<Rulebook> {
    let settings = store::repo::rulebook::all(conn).await?;
    if settings.is_empty() {
        return Ok(Rulebook::default());
    }
    // Parents come before their children, so a later layer is a nearer one.
    let above = store::repo::agency::list(conn, &Scope::everything()).await?;
    let mut layers = vec![layer(&settings, "installation", "")?];
    for agency in above.iter().filter(|agency| path.as_str().starts_with(agency.path.as_str())) {
        layers.push(layer(&settings, "agency", &agency.id.to_string())?);
    }
    if let Some(task) = task {
        layers.push(layer(&settings, "task", &task.to_string())?);
    }
    Ok(Rulebook::of(&layers))
}

fn layer(settings: &[Setting], kind: &str, id: &str) -> Result<RuleLayer> {
    let mut layer = RuleLayer::default();
    for setting in settings.iter().filter(|s| s.scope_kind == kind && s.scope_id == id) {
        let Ok(rule) = setting.name.parse::<Rule>() else { continue };
        layer.set(rule, value_of(setting)?).map_err(Error::internal)?;
    }
    Ok(layer)
}

fn value_of(setting: &Setting) -> Result<RuleValue> {
    Ok(serde_json::from_str(&setting.value)?)
}

/// The settings that count for nothing, because this version has no such rule; and those whose rule takes no such value,
/// which fail whatever asks for the rules.
pub(crate) async fn strangers(conn: &mut Conn) -> Result<(BTreeSet<String>, BTreeSet<String>)> {
    let (mut unknown, mut bad) = (BTreeSet::new(), BTreeSet::new());
    for setting in store::repo::rulebook::all(conn).await? {
        match setting.name.parse::<Rule>() {
            Err(_) => unknown.insert(setting.name),
            Ok(rule) if value_of(&setting).is_ok_and(|value| RuleLayer::default().set(rule, value).is_ok()) => false,
            Ok(_) => bad.insert(setting.name),
        };
    }
    Ok((unknown, bad))
}
