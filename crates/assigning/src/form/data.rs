//! Fills form data from visits, teams, items, the register and the unit that comes; what a notice needs is asked for before
//! anything is printed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::ids::VisitId;
use domain::item::{CheckMethod, VisitProblem};
use domain::projection::Projection;
use store::repo::share::Share;
use store::repo::visit::{self as repo, Seat, Visit};
use store::{Conn, StoreError};
use text::Label as _;

use super::{FormData, FormItem, FormKind, FormPerson, PrintError};
use drawing::public_site::announcement_url;
use kernel::rulebook;
use kernel::{Command, Ctx, Error, Platform, Result};

/// Characters of a basis; beyond it only the names of the laws are listed.
const BASIS_CHARS_MAX: usize = 600;

/// What keeps the notices of a share from being printed (`FORM-010`): a notice names whom the object may ask at the unit
/// that comes, never at the one that ordered the task.
#[must_use]
pub fn lack_of_notice(share: &Share) -> Option<Error> {
    let reachable = !share.agency_contact.is_empty() && !share.agency_phone.is_empty();
    (!reachable).then(|| Error::conflict("FORM-010").with("name", &share.agency_name))
}

/// Refuses to print a notice that would have a hole.
///
/// # Errors
/// `FORM-010` if the unit has no contact or no phone.
pub(super) fn require_contact(kind: FormKind, share: &Share) -> Result<()> {
    match lack_of_notice(share) {
        Some(lack) if kind == FormKind::Notice => Err(lack),
        _ => Ok(()),
    }
}

/// What a form says comes from these tables.
const TOLD: &[Projection] = &[
    Projection::Task,
    Projection::Share,
    Projection::Visit,
    Projection::VisitItem,
    Projection::VisitDay,
    Projection::Matching,
    Projection::Assignment,
];

/// Refuses to print what is known to be wrong: a notice would name to the firm people who were not matched.
///
/// # Errors
/// `FORM-011` naming the first difference.
pub(super) async fn require_agreement(conn: &mut Conn, share: &Share) -> Result<()> {
    let known = kernel::audit::differences(conn, share.task_id).await?;
    match known.into_iter().find(|difference| TOLD.contains(&difference.of)) {
        Some(difference) => Err(Error::conflict("FORM-011").with("what", difference.what)),
        None => Ok(()),
    }
}

/// Notes in the transaction of the printing that these visits' forms left the house; `today` stands on the notices that
/// were not issued before.
///
/// # Errors
/// `FORM-008` if another person issued one of these notices meanwhile, on another day.
pub(super) async fn note_printed(
    command: &mut Command<'_>,
    kind: FormKind,
    visits: &[&Visit],
    today: NaiveDate,
) -> Result<()> {
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    repo::set_prepared(command.tx(), &ids).await?;
    if kind == FormKind::Notice {
        let new: Vec<VisitId> = visits.iter().filter(|visit| visit.notice_on.is_none()).map(|visit| visit.id).collect();
        repo::set_noticed(command.tx(), &new, today).await.map_err(|error| match error {
            StoreError::Stale => Error::conflict("FORM-008"),
            other => other.into(),
        })?;
    }
    Ok(())
}

/// The data of these visits of one share, in their order; for a visit without two inspectors `FORM-002`, without items
/// `FORM-007`, each naming it.
///
/// # Errors
/// `Internal`.
pub(super) async fn of_visits(
    platform: &Platform,
    ctx: &Ctx,
    conn: &mut Conn,
    share: &Share,
    visits: &[Visit],
) -> Result<Vec<Result<FormData>>> {
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    let mut teams: BTreeMap<VisitId, Vec<Seat>> = BTreeMap::new();
    for seat in repo::teams(conn, &ids).await? {
        teams.entry(seat.visit_id).or_default().push(seat);
    }
    let mut items: BTreeMap<VisitId, Vec<repo::FormItem>> = BTreeMap::new();
    for item in repo::items(conn, &share.item_list_id, &ids).await? {
        items.entry(item.visit_id).or_default().push(item);
    }
    let mut places: BTreeMap<_, _> =
        repo::places(conn, &ids).await?.into_iter().map(|place| (place.subject_id, place)).collect();
    let rules = rulebook::in_force(conn, &share.agency_path, Some(share.task_id)).await?;
    let each = visits
        .iter()
        .map(|visit| {
            let team = teams.remove(&visit.id).unwrap_or_default();
            if team.len() < 2 {
                return Err(Error::conflict("FORM-002").with("name", &visit.name));
            }
            if visit.problem == Some(VisitProblem::NoItems) {
                return Err(Error::conflict("FORM-007").with("name", &visit.name));
            }
            let items = items.remove(&visit.id).unwrap_or_default();
            let place = places.remove(&visit.subject_id);
            let (address, representative, phone) =
                place.map_or_else(Default::default, |p| (p.address, p.legal_person, p.phone));
            Ok(FormData {
                number: visit.number.clone(),
                subject_term: text::market_entity(rules.term()).to_owned(),
                task_name: share.task_title.clone(),
                task_number: share.task_number.clone(),
                subject_name: visit.name.clone(),
                subject_code: visit.code.clone(),
                address,
                representative,
                phone,
                organ: share.agency_name.clone(),
                organiser: share.organiser_name.clone(),
                basis: basis(&items),
                method: method(&items),
                materials: materials(&items),
                items: items.into_iter().map(|i| FormItem { category: i.category, name: i.name }).collect(),
                window_from: share.window_from,
                window_to: share.window_to,
                planned_on: visit.planned_on,
                inspectors: team
                    .into_iter()
                    .map(|seat| FormPerson { name: seat.name, certificate: seat.certificate })
                    .collect(),
                contact: share.agency_contact.clone(),
                contact_phone: share.agency_phone.clone(),
                issued_on: visit.notice_on.unwrap_or_else(|| ctx.today()),
                public_url: announcement_url(platform, &share.task_number),
                url: format!("{}/office/visits/{}", platform.base_url(), visit.id),
            })
        })
        .collect();
    Ok(each)
}

/// The methods of all items, each once, in the order in which they are usually named.
fn method(items: &[repo::FormItem]) -> String {
    let used =
        |method: &CheckMethod| items.iter().any(|item| item.methods.split(',').any(|code| code == method.code()));
    CheckMethod::ALL.iter().filter(|method| used(method)).map(|method| method.label()).collect::<Vec<_>>().join("、")
}

/// What the items ask for, each thing once, in the order of the list; for the categories of which no item asks for
/// anything, one line that names them, because a firm has to be told something to have ready (R89).
fn materials(items: &[repo::FormItem]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut lines: Vec<String> = Vec::new();
    for thing in items.iter().flat_map(|item| item.materials.lines()) {
        if seen.insert(thing) {
            lines.push(thing.to_owned());
        }
    }
    let asks = |category: &str| items.iter().any(|item| item.category == category && !item.materials.is_empty());
    let mut silent: Vec<&str> = Vec::new();
    for item in items {
        if !asks(&item.category) && !silent.contains(&item.category.as_str()) {
            silent.push(&item.category);
        }
    }
    if !silent.is_empty() {
        lines.push(text::form::materials_of(&silent));
    }
    lines
}

/// The bases of the items, each once, in the order of the list; where that is too long for a notice, the laws' names.
fn basis(items: &[repo::FormItem]) -> String {
    let each = |parts: Vec<String>| {
        let mut seen = BTreeSet::new();
        parts.into_iter().filter(|part| seen.insert(part.clone())).collect::<Vec<_>>().join("、")
    };
    let trimmed = |text: &str| text.trim().trim_end_matches(['。', '；', ';', '，']).to_owned();
    let full = each(items.iter().map(|item| trimmed(&item.legal_basis)).collect());
    if full.chars().count() <= BASIS_CHARS_MAX {
        return full;
    }
    each(items.iter().flat_map(|item| laws(&item.legal_basis)).collect())
}

/// The names in 《》.
fn laws(text: &str) -> Vec<String> {
    text.split('《').skip(1).filter_map(|part| part.split_once('》')).map(|(name, _)| format!("《{name}》")).collect()
}

/// A printer's refusal in the user's words, naming the firm whose form it is.
pub(super) fn refused(error: PrintError, forms: &[FormData]) -> Error {
    let name = |form: usize| forms.get(form).map(|data| data.subject_name.clone()).unwrap_or_default();
    match error {
        PrintError::Glyph { form, character } => {
            Error::conflict("FORM-003").with("name", name(form)).with("character", code_of(character))
        }
        PrintError::Form { form, detail } => {
            Error::conflict("FORM-004").with("name", name(form)).with("detail", detail)
        }
        PrintError::Fonts(_) => Error::conflict("FORM-001"),
        PrintError::Internal(detail) => Error::internal(detail),
    }
}

/// A character by its code: itself it may not be on the screen either.
pub(super) fn code_of(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn item(basis: &str) -> repo::FormItem {
        repo::FormItem {
            visit_id: VisitId::from_bytes([1; 16]),
            code: "A".to_owned(),
            category: "甲".to_owned(),
            name: "乙".to_owned(),
            legal_basis: basis.to_owned(),
            methods: "on_site".to_owned(),
            materials: String::new(),
            qualification: String::new(),
        }
    }

    #[test]
    fn each_thing_to_have_ready_stands_once_and_silent_categories_share_a_line() {
        let asking = |category: &str, materials: &str| repo::FormItem {
            category: category.to_owned(),
            materials: materials.to_owned(),
            ..item("《甲法》")
        };
        let items = [
            asking("登记", "营业执照\n住所证明"),
            asking("登记", ""),
            asking("公示", ""),
            asking("公示", ""),
            asking("广告", "营业执照\n广告合同"),
            asking("商标", ""),
        ];
        assert_eq!(
            materials(&items),
            ["营业执照", "住所证明", "广告合同", "与公示、商标有关的证照、合同、票据、台账和记录"]
        );
        assert_eq!(materials(&items[..1]), ["营业执照", "住所证明"]);
    }

    #[test]
    fn methods_are_joined_in_their_usual_order() {
        let by = |methods: &str| repo::FormItem { methods: methods.to_owned(), ..item("《甲法》") };
        assert_eq!(method(&[by("sampling"), by("documents,on_site"), by("on_site")]), "实地核查、书面检查、抽样检测");
    }

    #[test]
    fn each_basis_stands_once_and_long_ones_become_names() {
        let two = [item("《企业信息公示暂行条例》第十四条。"), item("《企业信息公示暂行条例》第十四条")];
        assert_eq!(basis(&two), "《企业信息公示暂行条例》第十四条");
        let long = format!("《广告法》{}与《商标法》第一条", "条".repeat(BASIS_CHARS_MAX));
        assert_eq!(basis(&[item(&long), item("《广告法》第二条")]), "《广告法》、《商标法》");
    }
}
