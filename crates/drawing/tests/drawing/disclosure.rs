//! What the public sees of a roll, what stays in the house, and who may have the rest.

use app::ErrorKind;
use app::drawing;
use app::rule::{Level, SetRule};
use bundle::{Bundle, StepName, Verdict};
use domain::ids::TaskId;
use domain::role::Role;
use domain::rulebook::{Rule, RuleValue};
use domain::scheme::{SchemeColumn, SchemeDraft, SizeRounding, StratumSize};
use draw::{Commitment, RollDocument, Subject, unattended};
use store::values;
use testkit::on_both;

use crate::common::{City, Witness, draft, new_task};

/// What the scheme of the other tests, and one that sizes enterprises by their credit-risk class, read.
const OPEN: [&str; 5] = ["id:text", "kind:text", "registered:date", "status:text", "tags:set"];
const BY_RISK: [&str; 6] = ["id:text", "kind:text", "registered:date", "status:text", "risk:text", "tags:set"];

fn by_risk() -> SchemeDraft {
    let mut draft = draft();
    let ratios = [("", "0.1"), ("A", "0.2"), ("D", "1")].map(|(class, ratio)| (class.to_owned(), ratio.to_owned()));
    draft.strata[1].size =
        StratumSize::By { column: SchemeColumn::Risk, ratios: ratios.into(), rounding: SizeRounding::Ceil };
    draft
}

/// A task over this scheme, frozen.
async fn frozen(city: &City, draft: &SchemeDraft) -> TaskId {
    let platform = &city.world.platform;
    let scheme = app::scheme::draft(platform, &city.clerk(), draft).await.unwrap();
    app::scheme::submit(platform, &city.clerk(), scheme, 1).await.unwrap();
    app::scheme::approve(platform, &city.leader(), scheme, 2).await.unwrap();
    let task = app::task::create(platform, &city.clerk(), new_task(scheme, false)).await.unwrap();
    app::task::approve(platform, &city.leader(), task).await.unwrap();
    city.freeze(task).await;
    task
}

async fn drawn(city: &City, task: TaskId) -> [Witness; 2] {
    city.seal(task, "").await;
    let witnesses = city.committed_task(task).await;
    let early = drawing::party_bundle(&city.world.platform, &city.public(), &witnesses[0].invitation.token).await;
    assert_eq!(early.unwrap_err().code, "DRAW-020");
    for witness in &witnesses {
        witness.reveal(city).await.unwrap();
    }
    assert_eq!(city.world.work().await, 1);
    let view = app::task::view(&city.world.platform, &city.clerk(), task).await.unwrap();
    assert_eq!(view.jobs[0].state, "done", "{:?}", view.jobs[0].error);
    witnesses
}

async fn sql(city: &City, sql: &str, values: Vec<store::Value>) {
    let store = city.world.store().await;
    let mut tx = store.write().await.unwrap();
    tx.execute(sql, values).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
}

/// Every third enterprise of class A, every seventh of class D; an older class of each is of no account, nor a later one.
async fn classes(city: &City) {
    for (class, of, day) in
        [("D", 3, "2020-01-01"), ("A", 3, "2021-01-01"), ("D", 7, "2021-02-01"), ("E", 3, "2031-01-01")]
    {
        sql(
            city,
            "INSERT INTO subject_risk (subject_id, scale, class, assessed_on)
             SELECT id, 'credit', $1, $2 FROM subject WHERE kind = 'enterprise' AND CAST(substr(code, 11, 8) AS BIGINT) % $3 = 0",
            values![class, day, of],
        )
        .await;
    }
}

fn stored(city: &City, digest: &str) -> Vec<u8> {
    std::fs::read(city.world.folder.path().join("files").join(&digest[..2]).join(digest)).unwrap()
}

on_both! {
    async fn a_roll_holds_what_its_scheme_reads_and_the_register_is_committed_to(world) {
        let city = City::with_register(world, 20).await;
        classes(&city).await;
        let platform = &city.world.platform;
        let task = frozen(&city, &draft()).await;
        let attempt = app::task::view(platform, &city.clerk(), task).await.unwrap().latest().unwrap().attempt.clone();
        let document = RollDocument::parse(attempt.roll_document.unwrap().as_bytes()).unwrap();
        assert_eq!(document.header.cells(), OPEN);

        // The register, read by its description: every object of the directory once, in order, with what the roll leaves out.
        let digest = attempt.register_file.unwrap();
        let register = String::from_utf8(stored(&city, &digest)).unwrap();
        let lines: Vec<_> = register.lines().collect();
        assert_eq!(lines[0], "mingcha register v1");
        assert!(lines[1].starts_with("salt\t") && lines[1].len() == 5 + 64);
        assert_eq!(lines[2].replace('\t', " "), "code subject name agency organ division kind tags credit_risk food_risk gate");
        let rows: Vec<Vec<&str>> = lines[3..].iter().map(|line| line.split('\t').collect()).collect();
        assert_eq!(rows.len(), 33);
        assert!(rows.windows(2).all(|pair| pair[0][0] < pair[1][0]) && rows.iter().all(|row| row.len() == 11));
        let number = |row: &Vec<&str>| row[0][10..18].parse::<u32>().unwrap();
        for row in rows.iter().filter(|row| row[6] == "enterprise") {
            let class = if number(row) % 7 == 0 { "D" } else if number(row) % 3 == 0 { "A" } else { "" };
            assert_eq!((row[8], row[2]), (class, format!("测试主体{}号", number(row)).as_str()), "{row:?}");
        }

        city.seal(task, "").await;
        let witnesses = city.committed_task(task).await;
        let announced = app::public_site::list(platform, "", 0, 10).await.unwrap().rows.remove(0);
        assert_eq!((announced.content.register_digest.as_str(), announced.content.internal_columns.len()), (digest.as_str(), 0));
        let published = announced.content.latest().unwrap().commitment_document.clone();
        let commitment = Commitment::parse(published.as_bytes()).unwrap();
        let Subject::Draw { roll, .. } = commitment.subject else { panic!("not a draw") };
        assert_eq!(roll.source, format!("检查对象名录库；登记册 SHA-256 {digest}"));

        // Moved and renamed between freeze and draw: the list is that of the roll's day.
        sql(&city, "UPDATE subject SET name = '改了名', agency_id = $1", values![city.city.to_string()]).await;
        for witness in &witnesses {
            witness.reveal(&city).await.unwrap();
        }
        assert_eq!(city.world.work().await, 1);
        let list = drawing::drawn_list(platform, &city.clerk(), task, ("", "", ""), app::Window::page(0, 200)).await.unwrap().rows;
        assert!(!list.is_empty() && list.iter().all(|row| row.name.starts_with("测试主体") && row.agency_id != city.city));
        // Nothing is kept back where everything is open: one file for the house and the public.
        let number = app::task::view(platform, &city.clerk(), task).await.unwrap().task.number;
        let public = app::public_site::bundle(platform, &number).await.unwrap();
        assert_eq!(drawing::bundle(platform, &city.clerk(), task).await.unwrap().digest, public.digest);
        assert_eq!(drawing::whole_bundle(platform, &city.world.as_post(&city.auditor), task).await.unwrap().digest, public.digest);
    }

    async fn a_register_that_the_commitment_does_not_name_stops_the_draw(world) {
        let city = City::with_register(world, 10).await;
        let platform = &city.world.platform;
        let task = frozen(&city, &draft()).await;
        city.seal(task, "").await;
        let witnesses = city.committed_task(task).await;
        let frozen = app::task::view(platform, &city.clerk(), task).await.unwrap().latest().unwrap().attempt.register_file.clone().unwrap();
        let whole = String::from_utf8(stored(&city, &frozen)).unwrap();
        let files = city.world.folder.path().join("files");
        let path = files.join(&frozen[..2]).join(&frozen);
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, whole.replacen("测试主体", "冒名主体", 1)).unwrap();
        for witness in &witnesses {
            witness.reveal(&city).await.unwrap();
        }
        assert_eq!(city.world.work().await, 1);
        let failed = async || {
            let job = app::task::view(platform, &city.clerk(), task).await.unwrap().jobs.remove(0);
            job.error.unwrap()["code"].as_str().unwrap().to_owned()
        };
        assert_eq!(failed().await, "DRAW-026");
        std::fs::write(&path, whole).unwrap();
        drawing::run(platform, &city.clerk(), task).await.unwrap();
        assert_eq!(city.world.work().await, 1);
        assert!(drawing::result(platform, &city.clerk(), task).await.is_ok());
    }

    async fn an_internal_column_keeps_the_roll_in_the_house(world) {
        let city = City::with_register(world, 60).await;
        classes(&city).await;
        let platform = &city.world.platform;
        let task = frozen(&city, &by_risk()).await;
        let check = app::task::check_seal(platform, &city.clerk(), task).await.unwrap();
        let told: Vec<_> = check.warnings.iter().filter(|w| w.text.contains("信用风险等级")).map(|w| w.kind).collect();
        assert_eq!(told, ["withheld", "disclosed"]);
        let counts = app::scheme::counts(platform, &city.clerk(), &by_risk()).await.unwrap();
        assert!(counts.warnings.iter().any(|warning| warning.kind == "disclosed" && warning.text.contains("其它类型企业")));
        let witnesses = drawn(&city, task).await;

        let view = app::task::view(platform, &city.clerk(), task).await.unwrap();
        let attempt = view.latest().unwrap().attempt.clone();
        let number = view.task.number.clone();
        let page = app::public_site::view(platform, &number).await.unwrap().announced;
        assert_eq!(page.content.internal_columns, ["信用风险等级"]);
        let key = RollDocument::parse(attempt.roll_document.unwrap().as_bytes()).unwrap();
        assert_eq!(key.header.cells(), BY_RISK);
        let projection = serde_json::to_string(&page.content).unwrap();
        assert!(!projection.contains(&key.key.unwrap().to_string()) && !projection.contains(&attempt.roll_file.clone().unwrap()));

        // The public: everything but the roll, and the verification says that it is partial.
        let public = app::public_site::bundle(platform, &number).await.unwrap();
        assert_ne!(Some(&public.digest), attempt.bundle_file.as_ref());
        let mut opened = Bundle::open(&public.path).unwrap();
        assert_eq!(opened.roll_format().unwrap(), None);
        assert_eq!(RollDocument::parse(&opened.need("roll.json").unwrap()).unwrap().key, None);
        let report = bundle::verify(&mut opened, None, &mut unattended).unwrap();
        let partial: Vec<_> = report.steps.iter().filter(|step| step.verdict == Verdict::Partial).map(|step| step.name).collect();
        assert_eq!((report.exit_code(), partial, report.result), (3, vec![StepName::Roll, StepName::Result], None));
        assert_eq!(drawing::bundle(platform, &city.clerk(), task).await.unwrap().digest, public.digest);

        // The auditor: the whole, under the name, and the digest that its verification gives.
        let auditor = || city.world.as_post(&city.auditor);
        assert_eq!(drawing::whole_bundle(platform, &city.clerk(), task).await.unwrap_err().kind, ErrorKind::Denied);
        let whole = drawing::whole_bundle(platform, &auditor(), task).await.unwrap();
        let report = bundle::verify(&mut Bundle::open(&whole.path).unwrap(), None, &mut unattended).unwrap();
        let result = report.result.unwrap().to_string();
        assert_eq!((report.exit_code(), Some(&result)), (0, attempt.result_digest.as_ref()));
        let refused = drawing::attest(platform, &auditor(), task, &"0".repeat(64)).await.unwrap_err();
        assert_eq!(refused.fields[0].code, "DRAW-027");
        assert_eq!(drawing::attest(platform, &city.clerk(), task, &result).await.unwrap_err().kind, ErrorKind::Denied);
        drawing::attest(platform, &auditor(), task, &format!(" {} \n", result.to_uppercase())).await.unwrap();
        assert_eq!(drawing::attest(platform, &auditor(), task, &result).await.unwrap_err().code, "DRAW-028");
        let page = app::public_site::view(platform, &number).await.unwrap().announced;
        let said = &page.content.latest().unwrap().attestations;
        assert_eq!((said.len(), said[0].name.as_str(), said[0].role.as_str(), &said[0].result_digest), (1, "赵纪检", "auditor", &result));
        let kinds = city.world.event_kinds().await;
        for (kind, times) in [("bundle.whole", 1), ("bundle.download", 1), ("result.attest", 1)] {
            assert_eq!(kinds.iter().filter(|known| *known == kind).count(), times, "{kind}");
        }

        // A witness, by the link: the same, under the party's name, and nothing before the draw or for a stranger.
        let witness = &witnesses[0].invitation;
        let by_link = drawing::party_bundle(platform, &city.public(), &witness.token).await.unwrap();
        assert_eq!(by_link.digest, whole.digest);
        assert_eq!(drawing::recount(platform, &witness.token).await.unwrap().attested_at, None);
        let refused = drawing::party_attest(platform, &city.public(), &witness.token, "").await.unwrap_err();
        assert_eq!(refused.fields[0].code, "DRAW-027");
        drawing::party_attest(platform, &city.public(), &witness.token, &result).await.unwrap();
        assert_eq!(drawing::party_attest(platform, &city.public(), &witness.token, &result).await.unwrap_err().code, "DRAW-028");
        assert!(drawing::recount(platform, &witness.token).await.unwrap().attested_at.is_some());
        let nobody = drawing::party_bundle(platform, &city.public(), &"0".repeat(64)).await.unwrap_err();
        assert_eq!((nobody.kind, nobody.code), (ErrorKind::NotFound, "DRAW-021"));
        let page = app::public_site::view(platform, &number).await.unwrap().announced;
        let names: Vec<_> = page.content.latest().unwrap().attestations.iter().map(|one| one.name.clone()).collect();
        assert_eq!(names, ["赵纪检", "机关纪委"]);
        let kinds = city.world.event_kinds().await;
        assert!(["party.bundle", "party.attest"].iter().all(|kind| kinds.iter().any(|known| known == kind)));

        // A firm: its own row, checked without roll, bundle or product.
        let outcome = draw::Outcome::parse(&Bundle::open(&whole.path).unwrap().need("result.json").unwrap()).unwrap();
        let firm = outcome.cells.iter().find(|cell| cell.cell.as_deref() == Some("D")).unwrap().drawn[0].id.to_string();
        let bytes = drawing::receipt(platform, &city.clerk(), task, &format!(" {} ", firm.to_lowercase())).await.unwrap();
        let checked = bundle::verify_receipt(&bytes, report.commitment);
        assert_eq!((checked.report.exit_code(), checked.findings.len(), checked.findings[0].is_drawn()), (0, 1, true));
        assert_eq!(checked.result.unwrap().to_string(), result);
        let nobody = drawing::receipt(platform, &city.clerk(), task, "9113").await.unwrap_err();
        assert_eq!(nobody.fields[0].code, "DRAW-029");
        assert_eq!(drawing::receipt(platform, &city.leader(), task, &firm).await.unwrap_err().kind, ErrorKind::Denied);
        let county = drawing::receipt(platform, &city.world.as_post(&city.county_clerk), task, &firm).await.unwrap_err();
        assert_eq!(county.kind, ErrorKind::NotFound);

        // The year's report reads the whole bundle and the register.
        let year = app::fairness::view(platform, &auditor(), None).await.unwrap().year;
        app::fairness::compute(platform, &auditor(), year).await.unwrap();
        assert_eq!(city.world.work().await, 1);
        let made = app::fairness::view(platform, &auditor(), None).await.unwrap().made.expect("a report");
        assert_eq!((made.single.report.draws, made.single.report.units.len()), (1, 2));
    }

    async fn the_rulebook_may_refuse_internal_columns(world) {
        let city = City::with_register(world, 30).await;
        let platform = &city.world.platform;
        let admin = city.world.person("admin", "钱管理", city.city, Role::Administrator).await;
        let task = frozen(&city, &by_risk()).await;
        let set = SetRule {
            rule: Rule::InternalColumns,
            level: Level::Agency(city.city),
            value: Some(RuleValue::Flag(false)),
            basis: "本局保密规定".to_owned(),
            seen_ms: None,
        };
        app::rule::set(platform, &city.world.as_post(&admin), set).await.unwrap();
        let scheme = app::scheme::draft(platform, &city.clerk(), &by_risk()).await.unwrap();
        assert_eq!(app::scheme::submit(platform, &city.clerk(), scheme, 1).await.unwrap_err().code, "TASK-018");
        let seen = app::task::check_seal(platform, &city.clerk(), task).await.unwrap().seen;
        assert_eq!(app::task::request_seal(platform, &city.clerk(), task, seen, "").await.unwrap_err().code, "TASK-018");
        let open = app::scheme::draft(platform, &city.clerk(), &draft()).await.unwrap();
        app::scheme::submit(platform, &city.clerk(), open, 1).await.unwrap();
    }
}
