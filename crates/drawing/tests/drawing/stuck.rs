//! A drawn task whose list changed under it: nothing is a dead end. Words are mapped by two people, for a class, in public;
//! one firm without an item stops nobody else.

use app::assigning::mapping::{self, Proposal};
use app::assigning::{self, DispatchInput, Filter};
use app::{ErrorKind, Result};
use domain::ids::{ItemMappingId, TaskId};
use domain::item::VisitProblem;
use domain::role::Role;
use domain::state::MappingState;
use domain::subject::SubjectKind;
use testkit::items::{item, only_for};
use testkit::on_both;

use crate::common::City;

async fn dispatch(city: &City, task: TaskId) -> Result<()> {
    let input = DispatchInput { task, first_on: None };
    assigning::dispatch(&city.world.platform, &city.clerk(), input).await?;
    assert_eq!(city.world.work().await, 1);
    let jobs = app::task::view(&city.world.platform, &city.clerk(), task).await.unwrap().jobs;
    assert_eq!(jobs[0].state, "done", "{:?}", jobs[0].error);
    Ok(())
}

fn proposal(stratum: &str, items: &[&str]) -> Proposal {
    Proposal {
        stratum: stratum.to_owned(),
        entry: "登记事项检查".to_owned(),
        items: items.iter().map(|code| (*code).to_owned()).collect(),
        reason: "清单调整后，该类别对应新清单的事项".to_owned(),
    }
}

async fn propose(city: &City, task: TaskId, input: &Proposal) -> Result<ItemMappingId> {
    mapping::propose(&city.world.platform, &city.clerk(), task, input).await
}

fn field(error: &app::Error) -> (&'static str, &'static str) {
    error.fields.first().map_or(("", error.code), |field| (field.field, field.code))
}

/// How many visits have a problem, and how many have each item.
async fn visits(city: &City) -> (u64, Vec<(String, usize)>) {
    let (platform, ctx) = (&city.world.platform, city.clerk());
    let found = assigning::visits(platform, &ctx, &Filter::default(), app::Window::page(0, 200)).await.unwrap();
    let mut items = std::collections::BTreeMap::new();
    for row in &found.rows {
        for item in assigning::visit(platform, &ctx, row.visit.id).await.unwrap().items {
            *items.entry(item.code).or_default() += 1;
        }
    }
    let open = found.rows.iter().filter(|row| row.visit.problem == Some(VisitProblem::NoItems)).count() as u64;
    (open, items.into_iter().collect())
}

on_both! {
    async fn firms_without_an_item_stop_nobody_else(world) {
        let city = City::with_register(world, 40).await;
        let platform = &city.world.platform;
        let list = [item("K01", "登记事项检查", "营业执照使用情况"), item("K02", "公示检查", "公示信息的检查")];
        city.world.item_list(city.city, &list).await;
        let task = city.sealed_task().await;
        city.drawn(task).await;
        assert_eq!(field(&propose(&city, task, &proposal("E8", &["K02"])).await.unwrap_err()), ("entry", "MAP-002"));
        // Eight enterprises and four individuals are drawn; now the item is found to be for individuals only.
        city.sql("UPDATE check_item SET subjects = 'individual' WHERE code = 'K01'").await;
        let preview = assigning::preview(platform, &city.clerk(), task).await.unwrap();
        let without: Vec<_> = preview.gaps.without.iter().map(|w| (w.classes.join(","), w.kind, w.objects)).collect();
        assert_eq!(without, [
            ("E2".to_owned(), SubjectKind::Enterprise, 4),
            ("E8".to_owned(), SubjectKind::Enterprise, 4),
        ]);
        dispatch(&city, task).await.unwrap();
        assert_eq!(visits(&city).await, (8, vec![("K01".to_owned(), 4)]));
        let shares = assigning::list(platform, &city.clerk(), None, app::Window::page(0, 10)).await.unwrap().rows;
        assert_eq!(shares.iter().map(|share| share.without_items).sum::<i64>(), 8);

        let id = propose(&city, task, &proposal("E8", &["K02"])).await.unwrap();
        assert_eq!(field(&propose(&city, task, &proposal("E8", &["K02"])).await.unwrap_err()), ("entry", "MAP-006"));
        assert_eq!(visits(&city).await.0, 8, "a proposal changes nothing");
        mapping::approve(platform, &city.leader(), task, id, 1).await.unwrap();
        // The whole class has it, the other class not yet.
        assert_eq!(visits(&city).await, (4, vec![("K01".to_owned(), 4), ("K02".to_owned(), 4)]));
        let id = propose(&city, task, &proposal("E2", &["K02"])).await.unwrap();
        mapping::approve(platform, &city.leader(), task, id, 1).await.unwrap();
        assert_eq!(visits(&city).await, (0, vec![("K01".to_owned(), 4), ("K02".to_owned(), 8)]));
        assert_eq!(field(&propose(&city, task, &proposal("E2", &["K02"])).await.unwrap_err()), ("entry", "MAP-002"));
        assert_eq!(city.world.work().await, 0);
    }

    async fn a_word_that_no_list_has_is_mapped_by_two_people_in_public(world) {
        let city = City::with_register(world, 40).await;
        let platform = &city.world.platform;
        let task = city.sealed_task().await;
        assert_eq!(propose(&city, task, &proposal("E8", &["N01"])).await.unwrap_err().code, "DISP-001");
        city.drawn(task).await;
        let before = app::public_site::list(platform, "", 0, 20).await.unwrap().rows.remove(0).content;
        // As a task that was sealed before its words were checked.
        city.sql("UPDATE check_item SET category = '改名', name = '改名'").await;
        let refused = dispatch(&city, task).await.unwrap_err();
        assert_eq!(refused.code, "DISP-007");
        assert!(refused.next_step().contains("事项对应"), "{}", refused.next_step());
        let list = [
            only_for(&[SubjectKind::Enterprise], item("N01", "登记", "企业登记事项的检查")),
            only_for(&[SubjectKind::Individual], item("N02", "登记", "个体登记事项的检查")),
            item("N03", "未生效", "尚未生效的检查"),
        ];
        city.world.item_list(city.city, &list).await;
        city.sql("UPDATE check_item SET valid_from = '2030-01-01' WHERE code = 'N03'").await;
        let page = mapping::view(platform, &city.clerk(), task).await.unwrap();
        assert!(page.own && page.mappings.is_empty());
        assert_eq!((page.list.revision, page.items.len()), (2, 2));
        assert!(page.classes.iter().all(|class| class.entries.iter().all(|entry| entry.missing)));

        for (input, expect) in [
            (Proposal { entry: "随便写的一项".to_owned(), ..proposal("E8", &["N01"]) }, ("entry", "MAP-001")),
            (proposal("E8", &[]), ("items", "MAP-003")),
            (proposal("E8", &["N03"]), ("items", "MAP-004")),
            (proposal("E8", &["K01"]), ("items", "MAP-004")),
            (Proposal { reason: "因".repeat(501), ..proposal("E8", &["N01"]) }, ("reason", "MAP-005")),
        ] {
            assert_eq!(field(&propose(&city, task, &input).await.unwrap_err()), expect);
        }
        let county = city.world.as_post(&city.county_clerk);
        let foreign = mapping::propose(platform, &county, task, &proposal("E8", &["N01"])).await.unwrap_err();
        assert_eq!(foreign.kind, ErrorKind::NotFound);
        let long = Proposal { reason: "因".repeat(500), ..proposal("E2", &["N01"]) };
        let e2 = propose(&city, task, &long).await.unwrap();
        let e8 = propose(&city, task, &proposal("E8", &["N01"])).await.unwrap();
        let g4 = propose(&city, task, &proposal("G4", &["N01", "N02"])).await.unwrap();
        // Whoever proposes does not approve, whatever the post.
        let also_leader = city.world.post(city.clerk.account_id, city.city, Role::Leader).await;
        let own = mapping::approve(platform, &city.world.as_post(&also_leader), task, e2, 1).await.unwrap_err();
        assert_eq!((own.kind, own.code), (ErrorKind::Denied, "APPR-003"));
        assert_eq!(mapping::approve(platform, &city.clerk(), task, e2, 1).await.unwrap_err().code, "CORE-403");
        mapping::give_back(platform, &city.leader(), task, g4, 1, "只对应个体事项").await.unwrap();
        assert_eq!(mapping::approve(platform, &city.leader(), task, g4, 2).await.unwrap_err().code, "MAP-008");
        let g4 = propose(&city, task, &proposal("G4", &["N02"])).await.unwrap();
        assert_eq!(mapping::approve(platform, &city.leader(), task, g4, 7).await.unwrap_err().code, "CORE-409");
        for id in [e2, e8] {
            mapping::approve(platform, &city.leader(), task, id, 1).await.unwrap();
        }
        assert_eq!(dispatch(&city, task).await.unwrap_err().code, "DISP-007", "one word is left");
        mapping::approve(platform, &city.leader(), task, g4, 1).await.unwrap();

        // Published with the task before anything is dispatched; roll, scheme, sizes and list stay.
        let after = app::public_site::list(platform, "", 0, 20).await.unwrap().rows.remove(0).content;
        let public: Vec<_> = after.mappings.iter().map(|m| (m.class.as_str(), m.entry.as_str(), m.items.join("、"))).collect();
        assert_eq!(public, [
            ("电子商务平台经营者", "登记事项检查", "企业登记事项的检查".to_owned()),
            ("其它类型企业", "登记事项检查", "企业登记事项的检查".to_owned()),
            ("个体工商户", "登记事项检查", "个体登记事项的检查".to_owned()),
        ]);
        assert_eq!(after.mappings[0].list, ("抽查事项清单".to_owned(), 2));
        assert_eq!((&before.roll_digest, &before.scheme_document, before.total), (&after.roll_digest, &after.scheme_document, after.total));
        dispatch(&city, task).await.unwrap();
        assert_eq!(visits(&city).await, (0, vec![("N01".to_owned(), 8), ("N02".to_owned(), 4)]));
        let page = mapping::view(platform, &city.clerk(), task).await.unwrap();
        let states: Vec<_> = page.mappings.iter().map(|row| row.mapping.state).collect();
        use MappingState::{Approved, Returned};
        assert_eq!(states, [Approved, Approved, Returned, Approved]);
        assert!(page.mappings[2].mapping.return_reason.as_deref() == Some("只对应个体事项"));
        let kinds = city.world.event_kinds().await;
        let mine: Vec<_> = kinds.iter().filter(|kind| kind.starts_with("mapping.")).map(String::as_str).collect();
        assert_eq!(mine, [
            "mapping.propose", "mapping.propose", "mapping.propose", "mapping.return", "mapping.propose",
            "mapping.approve", "mapping.approve", "mapping.approve",
        ]);
    }

    async fn a_mapping_of_a_replaced_list_is_proposed_again(world) {
        let city = City::with_register(world, 20).await;
        let platform = &city.world.platform;
        let task = city.sealed_task().await;
        city.drawn(task).await;
        city.sql("UPDATE check_item SET category = '改名', name = '改名'").await;
        city.world.item_list(city.city, &[item("N01", "登记", "登记事项的检查")]).await;
        let id = propose(&city, task, &proposal("E8", &["N01"])).await.unwrap();
        city.world.item_list(city.city, &[item("P01", "登记", "登记事项的检查")]).await;
        assert_eq!(mapping::approve(platform, &city.leader(), task, id, 1).await.unwrap_err().code, "MAP-009");
        mapping::give_back(platform, &city.leader(), task, id, 1, "清单已更换").await.unwrap();
        let id = propose(&city, task, &proposal("E8", &["P01"])).await.unwrap();
        mapping::approve(platform, &city.leader(), task, id, 1).await.unwrap();
        let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(view.item_list.unwrap().revision, 3);
    }
}
