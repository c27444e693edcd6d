//! Fills form data from visits, teams, items and the register.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::VisitId;
use domain::item::VisitProblem;
use store::Conn;
use store::repo::share::Share;
use store::repo::visit::{self as repo, Seat, Visit};

use super::{FormData, FormItem, FormPerson, PrintError};
use kernel::rulebook;
use kernel::{Ctx, Error, Platform, Result};

/// Characters of a basis; beyond it only the names of the laws are listed.
const BASIS_CHARS_MAX: usize = 600;

/// The data of these visits of one share, in their order.
///
/// # Errors
/// `FORM-002` naming the first object without two inspectors, `FORM-007` the first without items.
pub(super) async fn of_visits(
    platform: &Platform,
    ctx: &Ctx,
    conn: &mut Conn,
    share: &Share,
    visits: &[Visit],
) -> Result<Vec<FormData>> {
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
    visits
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
                basis: basis(&items),
                items: items.into_iter().map(|i| FormItem { category: i.category, name: i.name }).collect(),
                window_from: share.window_from,
                window_to: share.window_to,
                planned_on: visit.planned_on,
                inspectors: team
                    .into_iter()
                    .map(|seat| FormPerson { name: seat.name, certificate: seat.certificate })
                    .collect(),
                contact: share.contact.clone(),
                issued_on: ctx.today(),
                url: format!("{}/office/visits/{}", platform.base_url(), visit.id),
            })
        })
        .collect()
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
            Error::conflict("FORM-003").with("name", name(form)).with("character", character)
        }
        PrintError::Form { form, detail } => {
            Error::conflict("FORM-004").with("name", name(form)).with("detail", detail)
        }
        PrintError::Fonts(_) => Error::conflict("FORM-001"),
        PrintError::Internal(detail) => Error::internal(detail),
    }
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
            qualification: String::new(),
        }
    }

    #[test]
    fn each_basis_stands_once_and_long_ones_become_names() {
        let two = [item("《企业信息公示暂行条例》第十四条。"), item("《企业信息公示暂行条例》第十四条")];
        assert_eq!(basis(&two), "《企业信息公示暂行条例》第十四条");
        let long = format!("《广告法》{}与《商标法》第一条", "条".repeat(BASIS_CHARS_MAX));
        assert_eq!(basis(&[item(&long), item("《广告法》第二条")]), "《广告法》、《商标法》");
    }
}
