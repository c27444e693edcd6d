//! Item lists in force, for tests whose subject is not their import.

use std::collections::BTreeSet;

use domain::ids::{AgencyId, CheckItemId, RevisionId};
use domain::item::{AppliesTo, CheckItem, CheckMethod, ItemWeight};
use domain::state::RevisionState;
use domain::subject::{SubjectKind, Tag};
use store::repo::check_item::{self, ItemRecord, REVISION_KIND};
use store::repo::revision::{self, Revision};

use crate::World;

/// An item for all kinds of objects, in force since 2020.
#[must_use]
pub fn item(code: &str, category: &str, name: &str) -> CheckItem {
    CheckItem {
        id: CheckItemId::from_parts(0, [0; 10]),
        code: code.to_owned(),
        category: category.to_owned(),
        name: name.to_owned(),
        legal_basis: "《试验法》第一条".to_owned(),
        weight: ItemWeight::General,
        methods: [CheckMethod::OnSite].into(),
        applies: AppliesTo::default(),
        qualifications: BTreeSet::new(),
        published: true,
        valid_from: "2020-01-01".parse().unwrap(),
        valid_to: None,
    }
}

/// The same item for these kinds only.
#[must_use]
pub fn only_for(kinds: &[SubjectKind], mut item: CheckItem) -> CheckItem {
    item.applies.kinds = kinds.iter().copied().collect();
    item
}

/// The same item, called by these tags.
#[must_use]
pub fn called_by(tags: &[&str], mut item: CheckItem) -> CheckItem {
    item.applies.tags = tags.iter().map(|tag| tag.parse::<Tag>().unwrap()).collect();
    item
}

impl World {
    /// Publishes an item list of an agency; it takes the place of the list before.
    pub async fn item_list(&self, agency: AgencyId, items: &[CheckItem]) -> RevisionId {
        let store = self.store().await;
        let mut tx = store.write().await.unwrap();
        tx.execute(
            "UPDATE revision SET state = 'superseded' WHERE kind = 'item_list' AND agency_id = $1",
            store::values![agency.to_string()],
        )
        .await
        .unwrap();
        let before = tx
            .int(
                "SELECT COUNT(*) FROM revision WHERE kind = 'item_list' AND agency_id = $1",
                store::values![agency.to_string()],
            )
            .await
            .unwrap();
        let (now, n) = (self.platform.now(), u8::try_from(before + 1).unwrap());
        let id = RevisionId::from_parts(now.unix_ms(), [n; 10]);
        let list = Revision {
            id,
            kind: REVISION_KIND.to_owned(),
            number: format!("SX-{agency}"),
            revision: before + 1,
            title: "抽查事项清单".to_owned(),
            agency_id: agency,
            state: RevisionState::Published,
            content: "{}".to_owned(),
            digest: "x".to_owned(),
            version: 1,
            created_by: "system".to_owned(),
            created_at: now,
            changed_at: now,
        };
        revision::insert(&mut tx, &list).await.unwrap();
        let record = |(place, item): (usize, &CheckItem)| {
            let mut random = [n; 10];
            random[9] = u8::try_from(place).unwrap();
            ItemRecord {
                item: CheckItem { id: CheckItemId::from_parts(now.unix_ms(), random), ..item.clone() },
                body: "市场监督管理部门".to_owned(),
                materials: String::new(),
                revision_id: id,
            }
        };
        let records: Vec<_> = items.iter().enumerate().map(record).collect();
        check_item::insert_all(&mut tx, id, &records).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        id
    }
}
