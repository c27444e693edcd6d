//! What later steps demand is checked when a scheme is saved, submitted, frozen and sealed. The scheme is seed 002's.

use app::scheme::FindingView;
use domain::deadline::Span;
use domain::rulebook::Rule;
use domain::scheme::{
    Condition, ConditionTest, Expected, SchemeColumn, SchemeDraft, SizeRounding, SpanRule, StratumMembership,
    StratumRule, StratumSize,
};
use domain::subject::{Licence, LicenceState, SubjectKind};
use testkit::items::{called_by, item, only_for};
use testkit::on_both;

use crate::common::{City, new_task};

/// The words of seed 002 (三、1 and 2).
const WORDS: [&str; 2] = ["获证资格及条件检查", "食品相关产品质量安全监督检查"];
const LICENCE: &str = "工业产品生产许可证";

/// 在营工业产品生产许可证获证企业 and 在营食品相关产品企业, a fifth of each; a firm of both is checked for everything.
fn seed_002(items: [&str; 2]) -> SchemeDraft {
    let operating = || Condition::new(SchemeColumn::Status, ConditionTest::In, ["在营", "存续"]);
    let class = |code: &str, label: &str, of: Condition, item: &str| StratumRule {
        code: code.to_owned(),
        label: label.to_owned(),
        population: "企业".to_owned(),
        items: vec![item.to_owned()],
        tagged: false,
        conditions: vec![operating(), of],
        size: StratumSize::Ratio { ratio: "0.2".to_owned(), rounding: SizeRounding::Ceil, at_least: None },
        split: None,
        otherwise: false,
    };
    let mut draft = SchemeDraft::empty("2020年度工业产品生产许可证生产企业抽查");
    draft.basis = "局函〔2020〕277号".to_owned();
    draft.membership = StratumMembership::Every;
    draft.contact = "质量监管科 0532-0000000".to_owned();
    draft.strata = vec![
        class(
            "licensed",
            "在营获证企业",
            Condition::new(SchemeColumn::Licences, ConditionTest::Has, [LICENCE]),
            items[0],
        ),
        class(
            "food",
            "食品相关产品企业",
            Condition::new(SchemeColumn::Tags, ConditionTest::Has, ["电子商务平台"]),
            items[1],
        ),
    ];
    draft.spans = vec![SpanRule {
        rule: Rule::MatchingSpan,
        span: Span::working_days(5),
        basis: "局函〔2020〕277号 五（二）".to_owned(),
    }];
    draft
}

/// Of 40 enterprises, every second holds the licence; of these every other one in each state of validity.
async fn licensed(city: &City) {
    let store = city.world.store().await;
    let mut tx = store.write().await.unwrap();
    for n in (1..=60).step_by(3) {
        let code = format!("91130302MA{n:08}");
        let Ok(mut record) = store::repo::subject::by_code_unscoped(&mut tx, &code).await else { continue };
        let licence = |kind: &str, to: &str, state| Licence {
            kind: kind.to_owned(),
            number: format!("鲁XK-{n}"),
            valid_from: None,
            valid_to: to.parse().ok(),
            state,
        };
        record.subject.licences = match n % 4 {
            0 => vec![licence(LICENCE, "2021-05-05", LicenceState::Valid)],
            1 => vec![
                licence(LICENCE, "2021-05-06", LicenceState::Valid),
                licence("食品经营许可证", "", LicenceState::Valid),
            ],
            2 => vec![licence(LICENCE, "", LicenceState::Revoked)],
            _ => vec![licence(LICENCE, "", LicenceState::Valid), licence(LICENCE, "2030-01-01", LicenceState::Valid)],
        };
        store::repo::subject::save(&mut tx, &record.subject, record.version, "test", city.world.platform.now())
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
}

fn codes(findings: &[FindingView]) -> Vec<&'static str> {
    let codes: std::collections::BTreeSet<_> = findings.iter().map(|finding| finding.code).collect();
    codes.into_iter().collect()
}

on_both! {
    async fn seed_002s_own_words_are_refused_until_they_are_chosen_from_the_list(world) {
        let city = City::with_register(world, 40).await;
        licensed(&city).await;
        let platform = &city.world.platform;
        let events = city.world.event_kinds().await.len();
        let refused = app::scheme::draft(platform, &city.clerk(), &seed_002(WORDS)).await.unwrap_err();
        assert_eq!((refused.fields[0].field, refused.fields[0].code), ("strata", "SCHM-007"));
        let message = app::Error::field_message(&refused.fields[0]);
        for part in ["“获证资格及条件检查”", "请从清单中选择", "第2个类别的抽查事项"] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(city.world.event_kinds().await.len(), events, "nothing was written");
        // The keeper imports a list that has them: one as an item, one as a category.
        let choices = app::scheme::item_choices(platform, &city.clerk()).await.unwrap();
        assert_eq!(choices.categories.len(), 1);
        let list = [
            item("Q01", "工业产品生产许可证检查", WORDS[0]),
            only_for(&[SubjectKind::Enterprise], item("Q02", WORDS[1], "产品质量监督抽查")),
            called_by(&["广告"], item("Q03", "广告检查", "广告经营行为的检查")),
        ];
        city.world.item_list(city.city, &list).await;
        let choices = app::scheme::item_choices(platform, &city.clerk()).await.unwrap();
        assert_eq!(choices.list.as_ref().unwrap().revision, 2);
        let names: Vec<_> = choices.categories.iter().map(|c| (c.name.as_str(), c.items.len(), c.objects)).collect();
        // 43 enterprises and 20 individuals in the directory.
        assert_eq!(names, [("工业产品生产许可证检查", 1, 63), (WORDS[1], 1, 43), ("广告检查", 1, 63)]);
        assert_eq!(choices.categories[2].items[0].tags, ["广告"]);
        let id = app::scheme::draft(platform, &city.clerk(), &seed_002(WORDS)).await.unwrap();
        // Valid on the day itself counts, the day after does not; revoked does not; two of a kind count once.
        let counts = app::scheme::counts(platform, &city.clerk(), &seed_002(WORDS)).await.unwrap();
        assert!(counts.problems.is_empty());
        let holds = |n: &i32| n % 4 == 1 || n % 4 == 3;
        let held = (1..=60).step_by(3).filter(|n| holds(n) && (n - 1) % 3 == 0).count() as u64;
        assert_eq!((counts.strata[0].rows, counts.strata[1].rows), (held, 4));
        assert_eq!(counts.strata[0].sentence, "登记状态为“在营”或“存续”，且持有有效的“工业产品生产许可证”的，抽取20%，向上取整。");
        assert_eq!(codes(&counts.findings), ["PRE-102", "PRE-104", "PRE-105"], "{:?}", counts.findings);
        app::scheme::submit(platform, &city.clerk(), id, 1).await.unwrap();
        app::scheme::approve(platform, &city.leader(), id, 2).await.unwrap();
    }

    async fn what_a_list_no_longer_has_is_refused_at_submission(world) {
        let city = City::with_register(world, 20).await;
        let platform = &city.world.platform;
        let list = [item("Q01", "许可", WORDS[0]), item("Q02", "质量", WORDS[1])];
        city.world.item_list(city.city, &list).await;
        let id = app::scheme::draft(platform, &city.clerk(), &seed_002(WORDS)).await.unwrap();
        city.world.item_list(city.city, &list[..1]).await;
        let refused = app::scheme::submit(platform, &city.clerk(), id, 1).await.unwrap_err();
        assert_eq!(refused.code, "SCHM-008");
        assert!(refused.message().contains(WORDS[1]), "{}", refused.message());
        // A copy is a draft to be mended, so it is made all the same; saving it asks for the list again.
        let copy = app::scheme::copy(platform, &city.clerk(), id).await.unwrap();
        let saved = app::scheme::update(platform, &city.clerk(), copy, 1, &seed_002(WORDS)).await.unwrap_err();
        assert_eq!(saved.fields[0].code, "SCHM-007");
        // Without any list nothing can be dispatched.
        city.sql("UPDATE revision SET state = 'superseded' WHERE kind = 'item_list'").await;
        let refused = app::scheme::submit(platform, &city.clerk(), id, 1).await.unwrap_err();
        assert!(refused.message().contains("没有现行的抽查事项清单"), "{}", refused.message());
    }

    async fn every_kind_of_member_has_an_item(world) {
        let city = City::with_register(world, 20).await;
        let platform = &city.world.platform;
        let everyone = |tagged: bool| {
            let mut draft = seed_002(["登记事项检查", "登记事项检查"]);
            draft.strata.truncate(1);
            draft.strata[0].conditions = vec![Condition::new(SchemeColumn::Kind, ConditionTest::In, ["企业", "个体工商户"])];
            draft.strata[0].tagged = tagged;
            draft
        };
        let for_firms = only_for(&[SubjectKind::Enterprise], item("K01", "登记事项检查", "营业执照使用情况"));
        let advertising = called_by(&["广告"], only_for(&[SubjectKind::Individual], item("K02", "广告检查", "广告行为")));
        city.world.item_list(city.city, &[for_firms, advertising]).await;
        let missing = async |tagged: bool| {
            let counts = app::scheme::counts(platform, &city.clerk(), &everyone(tagged)).await.unwrap();
            let found = counts.findings.iter().find(|finding| finding.code == "PRE-004").cloned();
            found.map(|finding| (finding.blocks, finding.what))
        };
        let all = "“在营获证企业”中有10户个体工商户没有任何适用的抽查事项。".to_owned();
        assert_eq!(missing(false).await, Some((true, all.clone())));
        // A tag's item helps only those who carry it, and only where the class adds such items.
        city.sql("UPDATE subject SET tags = '广告', version = version + 1 WHERE code = '92130302MA00000002'").await;
        city.sql("INSERT INTO subject_tag (subject_id, tag) SELECT id, '广告' FROM subject WHERE code = '92130302MA00000002'").await;
        assert_eq!(missing(false).await, Some((true, all)));
        let nine = "“在营获证企业”中有9户个体工商户没有任何适用的抽查事项。".to_owned();
        assert_eq!(missing(true).await, Some((true, nine)));
        let id = app::scheme::draft(platform, &city.clerk(), &everyone(true)).await.unwrap();
        assert_eq!(app::scheme::submit(platform, &city.clerk(), id, 1).await.unwrap_err().code, "SCHM-008");
        city.world.item_list(city.city, &[item("K01", "登记事项检查", "营业执照使用情况")]).await;
        assert_eq!(missing(true).await, None);
        app::scheme::submit(platform, &city.clerk(), id, 1).await.unwrap();
    }

    async fn the_seal_is_refused_while_something_blocks(world) {
        let city = City::with_register(world, 20).await;
        let platform = &city.world.platform;
        let task = city.approved_task(false).await;
        // Between the approval and the freeze the list loses what the scheme names.
        city.world.item_list(city.city, &[item("Z01", "其他检查", "其他")]).await;
        city.freeze(task).await;
        let check = app::task::check_seal(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(check.view.findings.first().map(|finding| (finding.code, finding.blocks)), Some(("PRE-002", true)));
        let store = city.world.store().await;
        let mut conn = store.read().await.unwrap();
        let row = conn.row("SELECT data FROM event WHERE kind = 'task.freeze' ORDER BY at DESC, id DESC", vec![]).await.unwrap();
        assert!(row.unwrap().text("data").unwrap().contains("\"unmet\":[\"PRE-002\",\"PRE-002\",\"PRE-002\"]"));
        drop(conn);
        store.close().await;
        let refused = app::task::request_seal(platform, &city.clerk(), task, check.seen, "").await.unwrap_err();
        assert_eq!(refused.code, "TASK-017");
        assert!(refused.message().contains("登记事项检查") && refused.next_step().contains("重新冻结"), "{}", refused.message());
        // Imported since: the next freeze pins the list in force.
        city.world.item_list(city.city, &[item("K01", "登记事项检查", "营业执照使用情况")]).await;
        city.freeze(task).await;
        let check = app::task::check_seal(platform, &city.clerk(), task).await.unwrap();
        assert!(check.view.findings.iter().all(|finding| !finding.blocks), "{:?}", check.view.findings);
        assert_eq!(check.view.item_list.as_ref().unwrap().revision, 3);
        app::task::request_seal(platform, &city.clerk(), task, check.seen, "").await.unwrap();
        // The second person is held back too when something has changed meanwhile.
        city.sql("UPDATE check_item SET valid_to = '2021-05-01'").await;
        let seen = app::task::check_seal(platform, &city.leader(), task).await.unwrap().seen;
        let refused = app::task::approve_seal(platform, &city.leader(), task, seen).await.unwrap_err();
        assert_eq!(refused.code, "TASK-017");
        city.sql("UPDATE check_item SET valid_to = NULL").await;
        city.sql("UPDATE task SET window_to = '2021-05-05'").await;
        let refused = app::task::approve_seal(platform, &city.leader(), task, seen).await.unwrap_err();
        assert!(refused.message().contains("检查结束日期2021-05-05已过"), "{}", refused.message());
        city.sql("UPDATE task SET window_to = '2021-06-30'").await;
        app::task::approve_seal(platform, &city.leader(), task, seen).await.unwrap();
    }

    async fn units_without_people_are_named(world) {
        let city = City::with_register(world, 20).await;
        let platform = &city.world.platform;
        let mut list = [item("K01", "登记事项检查", "营业执照使用情况")];
        list[0].qualifications = ["special_equipment".to_owned()].into();
        city.world.item_list(city.city, &list).await;
        let whats = async || {
            let counts = app::scheme::counts(platform, &city.clerk(), &crate::common::draft()).await.unwrap();
            let whats: Vec<String> = counts.findings.iter().map(|finding| format!("{} {}", finding.code, finding.what)).collect();
            whats
        };
        let has = |found: &[String], part: &str| found.iter().any(|what| what.contains(part));
        let found = whats().await;
        assert!(has(&found, "PRE-102 海港区市场监督管理局没有一名执法证有效的检查人员"), "{found:?}");
        assert!(has(&found, "PRE-105 海港区市场监督管理局只有一个"), "{found:?}");
        assert!(has(&found, "PRE-104 山海关区市场监督管理局没有经办人账号"), "{found:?}");
        for (n, to) in [(1, "2021-12-31"), (2, "2021-12-31"), (3, "2021-05-05")] {
            city.sql(&format!(
                "INSERT INTO inspector (id, certificate, staff_number, name, agency_id, section, certificate_from, certificate_to, expertise)
                 SELECT '0195000{n}-0000-7000-8000-000000000000', 'C{n}', '', '检查员', id, '', '2020-01-01', '{to}', '' FROM agency WHERE code = '130302'"
            ))
            .await;
        }
        assert!(has(&whats().await, "PRE-103 海港区市场监督管理局没有两人能共同具备检查所需的资质：special_equipment"), "{:?}", whats().await);
        city.sql("INSERT INTO inspector_qualification (inspector_id, code) SELECT id, 'special_equipment' FROM inspector WHERE certificate = 'C2'").await;
        let found = whats().await;
        assert!(!has(&found, "PRE-103 海港") && !has(&found, "PRE-102 海港"), "{found:?}");
        // The third one's certificate has run out.
        city.sql("UPDATE inspector SET left_on = '2021-05-01' WHERE certificate = 'C1'").await;
        assert!(has(&whats().await, "PRE-102 海港区市场监督管理局只有1名"));
    }

    async fn a_firm_of_two_classes_is_one_visit(world) {
        let city = City::with_register(world, 40).await;
        let platform = &city.world.platform;
        let mut draft = crate::common::draft();
        draft.membership = StratumMembership::Every;
        let counts = app::scheme::counts(platform, &city.clerk(), &draft).await.unwrap();
        // Four platforms, all drawn; they are enterprises too, of which five are drawn; four of twenty individuals.
        let sizes: Vec<_> = counts.strata.iter().map(|stratum| (stratum.rows, stratum.size)).collect();
        assert_eq!(sizes, [(4, 4), (41, 5), (20, 4)]);
        assert_eq!((counts.total, counts.objects, counts.shared), (13, 61, 4));
        assert_eq!(counts.expected, Expected { least: 9, most: 13 });
        draft.membership = StratumMembership::First;
        let counts = app::scheme::counts(platform, &city.clerk(), &draft).await.unwrap();
        assert_eq!((counts.objects, counts.shared, counts.expected), (61, 0, Expected { least: 12, most: 12 }));
    }

    async fn a_scheme_hands_its_contact_and_deadlines_to_the_task(world) {
        let city = City::with_register(world, 40).await;
        licensed(&city).await;
        let platform = &city.world.platform;
        city.world.item_list(city.city, &[item("Q01", "许可", WORDS[0]), item("Q02", "质量", WORDS[1])]).await;
        let id = app::scheme::draft(platform, &city.clerk(), &seed_002(WORDS)).await.unwrap();
        app::scheme::submit(platform, &city.clerk(), id, 1).await.unwrap();
        app::scheme::approve(platform, &city.leader(), id, 2).await.unwrap();
        let input = app::task::NewTask { contact: String::new(), ..new_task(id, false) };
        let task = app::task::create(platform, &city.clerk(), input).await.unwrap();
        app::task::approve(platform, &city.leader(), task).await.unwrap();
        let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(view.task.contact, "质量监管科 0532-0000000");
        city.freeze(task).await;
        city.seal(task, "").await;
        city.drawn(task).await;
        let input = app::assigning::DispatchInput { task, first_on: None };
        app::assigning::dispatch(platform, &city.clerk(), input).await.unwrap();
        city.world.work().await;
        let share = app::assigning::list(platform, &city.clerk(), None, app::Window::page(0, 10)).await.unwrap().rows.remove(0);
        let matching = share.deadlines.iter().find(|deadline| deadline.kind == "matching").unwrap();
        // Five working days instead of five days, by the scheme's own document; receipt is the rulebook's.
        assert_eq!((matching.due_on.to_string(), matching.basis.as_str()), ("2021-05-12".to_owned(), "局函〔2020〕277号 五（二）"));
        let receipt = share.deadlines.iter().find(|deadline| deadline.kind == "receipt").unwrap();
        assert_ne!(receipt.basis, matching.basis);
    }
}
