//! Imports × foreign rows: for every kind of file, each way in which a row can be somebody else's. The kinds come from
//! `ImportKind::ALL`; a new one has no cases and does not compile.

use domain::agency::AgencyLevel;
use domain::import::{ImportKind, ImportState};
use domain::role::Role;
use testkit::{World, on_both};

use crate::desk::*;

const AGENCIES: &str = "机构代码,机构名称,机构简称,上级机构代码,层级,机构类型,行政区划\n";
const INSPECTORS: &str = "执法证号,姓名,机构代码,执法证有效期起,执法证有效期至\n";
const ITEMS: &str = "事项编码,抽查类别,抽查事项,事项类型,检查方式,检查依据\n";

/// What becomes of a file.
enum Expect {
    /// It is refused with these reasons, and nothing is written.
    Refused(&'static [&'static str]),
    /// It is taken as the importer's own; of everybody else's nothing changes.
    Own,
}
use Expect::{Own, Refused};

/// Why a row is foreign, the file, and what becomes of it. 130302 owns what is asked for, 130303 imports.
fn cases(kind: ImportKind) -> Vec<(&'static str, String, Expect)> {
    let station = |row: &str| format!("{AGENCIES}{row},所,市场监督管理所,130303\n");
    match kind {
        ImportKind::Agency => vec![
            (
                "a new top",
                format!("{AGENCIES}000001,假冒监管总局,假总局,,省,市场监督管理局,110000\n"),
                Refused(&["root_by_owner"]),
            ),
            ("a key that is a path", station("130302/X9,插入他局,插入,130303"), Refused(&["agency_form"])),
            ("a key that climbs", station("../X9,插入他局,插入,130303"), Refused(&["agency_form"])),
            ("a parent that is a path", station("X9,插入他局,插入,130300/130302"), Refused(&["agency_form"])),
            ("below another county", station("X9,插入他局,插入,130302"), Refused(&["agency_outside"])),
            ("below the city", station("X9,插入他局,插入,130300"), Refused(&["agency_outside"])),
            (
                "another county renamed",
                format!("{AGENCIES}130302,抢来的局,抢,130300,县,市场监督管理局,130302\n"),
                Refused(&["agency_outside"]),
            ),
            (
                "the city renamed",
                format!("{AGENCIES}130300,抢来的局,抢,,市,市场监督管理局,130300\n"),
                Refused(&["agency_outside"]),
            ),
            (
                "the own county torn off",
                format!("{AGENCIES}130303,独立的局,独立,,县,市场监督管理局,130303\n"),
                Refused(&["agency_moved"]),
            ),
            (
                "agencies above each other",
                format!("{}X8,乙所,乙,X9,所,市场监督管理所,130303\n", station("X9,甲所,甲,X8")),
                Refused(&["agency_depth", "agency_depth"]),
            ),
        ],
        ImportKind::Subject => vec![
            (
                "an object of another county",
                register(&[row(CODES[0]).replace(",130302,", ",130303,")]),
                Refused(&["registered_elsewhere"]),
            ),
            ("a new object for another county", register(&[row(CODES[1])]), Refused(&["agency_outside"])),
            (
                "a new object for the city",
                register(&[row(CODES[1]).replace(",130302,", ",130300,")]),
                Refused(&["agency_outside"]),
            ),
        ],
        ImportKind::Inspector => vec![
            (
                "somebody of another county",
                format!("{INSPECTORS}0303000001,抢来人,130303,2017-01-01,2026-12-31\n"),
                Refused(&["listed_elsewhere"]),
            ),
            (
                "somebody new for another county",
                format!("{INSPECTORS}0303000009,塞进人,130302,2017-01-01,2026-12-31\n"),
                Refused(&["agency_outside"]),
            ),
        ],
        // A list is its agency's own as a whole: the code of another's item names nothing of that list.
        ImportKind::Item => vec![(
            "the code of another list's item",
            format!("{ITEMS}K01,登记事项检查,抢来的事项,一般检查事项,现场检查,《试验法》\n"),
            Own,
        )],
    }
}

/// Everything that could be somebody else's, row by row: all of the directories but what 130303 has.
async fn others(world: &World) -> Vec<String> {
    let store = world.store().await;
    let mut conn = store.read().await.unwrap();
    let mut lines = Vec::new();
    for sql in [
        "SELECT path || '|' || code || '|' || name || '|' || short_name || '|' || contact AS line FROM agency",
        "SELECT s.code || '|' || s.name || '|' || a.code || '|' || CAST(s.version AS TEXT) AS line
         FROM subject s JOIN agency a ON a.id = s.agency_id",
        "SELECT i.certificate || '|' || i.name || '|' || a.code || '|' || CAST(i.version AS TEXT) AS line
         FROM inspector i JOIN agency a ON a.id = i.agency_id",
        "SELECT r.number || '|' || r.state || '|' || c.code || '|' || c.name AS line
         FROM check_item c JOIN revision r ON r.id = c.revision_id WHERE r.number <> 'ITEMS-130303'",
    ] {
        lines.extend(conn.rows(sql, vec![]).await.unwrap().iter().map(|row| row.text("line").unwrap()));
    }
    drop(conn);
    store.close().await;
    lines.sort();
    lines
}

on_both! {
    async fn no_kind_of_file_reaches_what_is_another_bureau_s(world) {
        let city = city(&world).await;
        let agencies = app::agency::list(&world.platform, &world.system()).await.unwrap();
        let south = agencies.iter().find(|agency| agency.code == "130303").unwrap().id;
        let admin = world.person("s.admin", "石管理", south, Role::Administrator).await;
        let clerk = world.person("s.clerk", "石经办", south, Role::Clerk).await;
        import_now(&world, &city.county_clerk, ImportKind::Subject, "户.csv", register(&[row(CODES[0])])).await;
        let person = format!("{INSPECTORS}0303000001,张三,130302,2017-01-01,2022-12-31\n");
        import_now(&world, &city.county_clerk, ImportKind::Inspector, "人.csv", person).await;
        let item = format!("{ITEMS}K01,登记事项检查,营业执照使用情况,一般检查事项,现场检查,《试验法》\n");
        import_now(&world, &city.county_clerk, ImportKind::Item, "项.csv", item).await;
        let before = others(&world).await;
        assert!(before.len() > 5, "{before:?}");
        for kind in ImportKind::ALL {
            let cases = cases(*kind);
            assert!(!cases.is_empty(), "{kind}");
            for (why, file, expect) in cases {
                let post = if *kind == ImportKind::Agency { &admin } else { &clerk };
                let done = import_now(&world, post, *kind, "外.csv", file).await;
                let report = done.report.unwrap();
                let codes: Vec<_> = report.shown.iter().map(|problem| problem.code.as_str()).collect();
                match expect {
                    Refused(reasons) => {
                        assert_eq!((done.import.state, codes.as_slice()), (ImportState::Refused, reasons), "{kind}: {why}");
                        assert!(report.shown.iter().all(|problem| problem.reason.ends_with('。')), "{kind}: {why}");
                    }
                    Own => assert_eq!((done.import.state, codes), (ImportState::Committed, vec![]), "{kind}: {why}"),
                }
                assert_eq!(others(&world).await, before, "{kind}: {why}");
            }
        }
    }

    /// What a county could not see when its file was checked counts when the file is to be written.
    async fn an_agency_that_another_county_made_meanwhile_is_not_renamed(world) {
        let city = city(&world).await;
        let agencies = app::agency::list(&world.platform, &world.system()).await.unwrap();
        let at = |code: &str| agencies.iter().find(|agency| agency.code == code).unwrap().id;
        let south = world.person("s.admin", "石管理", at("130303"), Role::Administrator).await;
        let north = world.person("n.admin", "海管理", at("130302"), Role::Administrator).await;
        let file = |above: &str, name: &str| format!("{AGENCIES}X9,{name},所,{above},所,市场监督管理所,{above}\n");
        let early = dry_run(&world, &south, ImportKind::Agency, "先.csv", file("130303", "甲所")).await.import;
        assert_eq!(early.state, ImportState::Checked);
        import_now(&world, &north, ImportKind::Agency, "后.csv", file("130302", "乙所")).await;
        let before = others(&world).await;
        app::directory::import::commit(&world.platform, &world.as_post(&south), early.id).await.unwrap();
        world.work().await;
        let failed = view(&world, &south, early.id).await;
        assert_eq!(failed.job.unwrap().error.unwrap()["code"], "IMPT-010");
        assert_eq!(others(&world).await, before);
        queue_is_empty(&world).await;
        drop(city);
    }

    async fn the_owner_makes_one_top_and_the_city_s_administrator_sees_all(world) {
        let file = |rows: &str| format!("{AGENCIES}{rows}");
        let top = "130300,秦皇岛市市场监督管理局,市局,,市,市场监督管理局,130300\n";
        let path = incoming(&world, "机构.csv", file(&format!("1303KF,开发区分局,开发区,130300,县,功能区分局,\n{top}")));
        let input = app::directory::import::Upload { kind: ImportKind::Agency, path, file_name: "机构.csv".to_owned() };
        app::directory::import::import_now(&world.platform, &world.system(), input).await.unwrap();
        world.work().await;
        assert_eq!(app::public_site::bureau(&world.platform).await.unwrap(), "秦皇岛市市场监督管理局");
        let agencies = app::agency::list(&world.platform, &world.system()).await.unwrap();
        let admin = world.person("admin", "孙管理", agencies[0].id, Role::Administrator).await;
        assert_eq!(app::agency::list(&world.platform, &world.as_post(&admin)).await.unwrap().len(), 2);
        // Neither the administrator of the top nor the owner makes a second one, and what sorts first is not the top.
        let second = file("000001,假冒监管总局,假总局,,省,市场监督管理局,110000\n");
        let refused = import_now(&world, &admin, ImportKind::Agency, "二.csv", second.clone()).await.report.unwrap();
        assert_eq!(refused.shown[0].code, "root_by_owner");
        let path = incoming(&world, "二.csv", second);
        let input = app::directory::import::Upload { kind: ImportKind::Agency, path, file_name: "二.csv".to_owned() };
        let (id, _) = app::directory::import::import_now(&world.platform, &world.system(), input).await.unwrap();
        world.work().await;
        let report = app::directory::import::get(&world.platform, &world.system(), id).await.unwrap().report.unwrap();
        assert_eq!(report.shown[0].code, "root_taken");
        world.agency("000001", "排在前面的县局", AgencyLevel::County, Some("130300")).await;
        assert_eq!(app::public_site::bureau(&world.platform).await.unwrap(), "秦皇岛市市场监督管理局");
    }
}
