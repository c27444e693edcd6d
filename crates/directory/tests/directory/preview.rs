//! What an import would do, shown before it is confirmed: the same as the dry run counts and the commit then does.

use app::directory::import::{self, LEAVING, Preview, PreviewLine, PreviewQuery};
use app::directory::subject;
use app::export::Format;
use app::{ErrorKind, Post, Window};
use domain::agency::AgencyLevel;
use domain::credit_code::UnifiedCreditCode;
use domain::ids::ImportId;
use domain::import::{ImportEffect, ImportKind, ImportState};
use domain::role::Role;
use testkit::{World, on_both};

use crate::desk::*;

async fn preview(world: &World, post: &Post, id: ImportId, query: &PreviewQuery) -> Preview {
    import::preview(&world.platform, &world.as_post(post), id, query, Window::page(0, 50)).await.unwrap()
}

fn only(effect: ImportEffect) -> PreviewQuery {
    PreviewQuery { effect: effect.code().to_owned(), ..PreviewQuery::default() }
}

fn field(key: &str) -> PreviewQuery {
    PreviewQuery { field: key.to_owned(), ..PreviewQuery::default() }
}

/// `field: before → after` of a line.
fn said(line: &PreviewLine) -> Vec<String> {
    line.changes.iter().map(|c| format!("{}: {} → {}", c.field, c.before, c.after)).collect()
}

/// Row, effect and code of each line.
fn told(lines: &[PreviewLine]) -> Vec<(Option<u32>, ImportEffect, &str)> {
    lines.iter().map(|line| (line.row, line.effect, line.code.as_str())).collect()
}

/// The preview says what the dry run counted, each filter lets through as many lines, and the commit does as many.
async fn holds(world: &World, post: &Post, id: ImportId) -> Preview {
    let whole = preview(world, post, id, &PreviewQuery::default()).await;
    let report = view(world, post, id).await.report.unwrap();
    let counts = whole.counts;
    assert_eq!(
        (report.new, report.changed, report.unchanged, report.removed),
        (counts.new, counts.changed, counts.unchanged, counts.removed)
    );
    assert!(!whole.moved_on);
    for (effect, count) in [
        (ImportEffect::New, counts.new),
        (ImportEffect::Changed, counts.changed),
        (ImportEffect::Unchanged, counts.unchanged),
        (ImportEffect::Removed, counts.removed),
    ] {
        let found = preview(world, post, id, &only(effect)).await;
        assert_eq!(found.total, count, "{effect}");
        assert!(found.lines.iter().all(|line| line.effect == effect), "{effect}");
        assert_eq!(found.counts, counts, "{effect}: a filter changes no count");
    }
    for FieldRows { key, rows } in fields(&whole) {
        let found = preview(world, post, id, &field(key)).await;
        assert_eq!(found.total, rows, "{key}");
        assert!(found.lines.iter().all(|line| line.changes.iter().any(|change| change.field == key)), "{key}");
    }
    whole
}

struct FieldRows {
    key: &'static str,
    rows: u64,
}

fn fields(preview: &Preview) -> Vec<FieldRows> {
    preview.fields.iter().map(|field| FieldRows { key: field.key, rows: field.rows }).collect()
}

async fn commit(world: &World, post: &Post, id: ImportId) {
    let before = view(world, post, id).await.report.unwrap();
    import::commit(&world.platform, &world.as_post(post), id).await.unwrap();
    world.work().await;
    let done = view(world, post, id).await;
    assert_eq!(done.import.state, ImportState::Committed);
    assert_eq!(done.report.unwrap(), before, "the commit does what the dry run counted");
    let error =
        import::preview(&world.platform, &world.as_post(post), id, &PreviewQuery::default(), Window::page(0, 50)).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "IMPT-013"));
}

fn code(n: u32) -> String {
    UnifiedCreditCode::compose('9', '1', "130302".parse().unwrap(), &format!("7{n:07}")).unwrap().to_string()
}

on_both! {
    async fn a_register_shows_each_new_row_and_each_change_and_the_history_then_says_the_same(world) {
        let city = city(&world).await;
        let first = register(&[row(CODES[0]), row(CODES[1]), row(CODES[2]), row(&code(1)), row(&code(9))]);
        import_now(&world, &city.clerk, ImportKind::Subject, "一.csv", first).await;
        world.clock.advance_seconds(3600);
        let next = register(&[
            row(&code(2)),
            row(CODES[2]),
            row(CODES[0])
                .replace("河北大街1号", "文化路2号")
                .replace("广告；商标使用", "拍卖；广告")
                .replace(",存续,", ",注销,")
                .replace("JY1:2025-12-31", "JY1:2026-12-31"),
            row(CODES[1]).replace(",B,2021-04-01", ",C,2021-05-01"),
            row(&code(1)).replace(",130302,", ",130303,").replace("试报", "改报"),
        ]);
        let id = dry_run(&world, &city.keeper, ImportKind::Subject, "二.csv", next).await.import.id;
        let whole = holds(&world, &city.keeper, id).await;
        assert_eq!(told(&whole.lines), [
            (Some(2), ImportEffect::New, code(2).as_str()),
            (Some(3), ImportEffect::Unchanged, CODES[2]),
            (Some(4), ImportEffect::Changed, CODES[0]),
            (Some(5), ImportEffect::Changed, CODES[1]),
            (Some(6), ImportEffect::Changed, code(1).as_str()),
        ]);
        assert_eq!(whole.lines[0].summary, "企业；秦皇岛市海港区市场监督管理局；存续；商标使用、广告");
        assert_eq!(said(&whole.lines[2]), [
            "status: 存续 → 注销",
            "address: 河北大街1号 → 文化路2号",
            "tags: 商标使用、广告 → 广告、拍卖",
            "licences: 食品经营许可证 JY1（至 2025-12-31） → 食品经营许可证 JY1（至 2026-12-31）",
        ]);
        assert_eq!(said(&whole.lines[3]), ["credit_class: B（2021-04-01评定） → C（2021-05-01评定）"]);
        assert_eq!(said(&whole.lines[4]), [
            format!("name: 试报{0}商贸有限公司 → 改报{0}商贸有限公司", code(1)),
            "agency: 秦皇岛市海港区市场监督管理局 → 秦皇岛市山海关区市场监督管理局".to_owned(),
        ]);
        // What a keeper looks for first: who is closed, and what the file does not speak of.
        assert_eq!((whole.leaving, whole.untouched), (1, Some(1)));
        let leaving = preview(&world, &city.keeper, id, &field(LEAVING)).await;
        assert_eq!((leaving.total, leaving.lines[0].code.as_str(), leaving.lines[0].leaving), (1, CODES[0], true));
        let rows: Vec<_> = fields(&whole).iter().map(|f| (f.key, f.rows)).collect();
        assert_eq!(rows, [
            ("name", 1), ("agency", 1), ("status", 1), ("address", 1), ("tags", 1), ("licences", 1), ("credit_class", 1),
        ]);
        let search = PreviewQuery { q: "改报".to_owned(), ..PreviewQuery::default() };
        assert_eq!(told(&preview(&world, &city.keeper, id, &search).await.lines), [(Some(6), ImportEffect::Changed, code(1).as_str())]);
        let by_code = PreviewQuery { q: CODES[1].to_owned(), ..PreviewQuery::default() };
        assert_eq!(preview(&world, &city.keeper, id, &by_code).await.total, 1);
        assert_eq!(preview(&world, &city.keeper, id, &field("nonsense")).await.total, 0);
        let ctx = world.as_post(&city.keeper);
        let second = import::preview(&world.platform, &ctx, id, &PreviewQuery::default(), Window::page(1, 2)).await.unwrap();
        assert_eq!((second.total, told(&second.lines)), (5, told(&whole.lines[2..4])));

        commit(&world, &city.keeper, id).await;
        let mut versioned = Vec::new();
        for object in walk(&world).await {
            let shown = subject::view(&world.platform, &ctx, object.id).await.unwrap();
            if let Some(changes) = shown.history[0].changes.clone() {
                versioned.push((object.code.clone(), changes));
            }
        }
        let mut expected: Vec<_> = whole
            .lines
            .into_iter()
            .map(|line| (line.code, line.changes.into_iter().filter(|c| c.field != "credit_class").collect::<Vec<_>>()))
            .filter(|(_, changes)| !changes.is_empty())
            .collect();
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        versioned.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(versioned, expected, "the history says word for word what was shown");
    }

    async fn a_file_of_the_changes_has_a_line_for_each_field(world) {
        let city = city(&world).await;
        import_now(&world, &city.clerk, ImportKind::Subject, "一.csv", register(&[row(CODES[0]), row(CODES[1])])).await;
        let changed = row(CODES[1]).replace("河北大街1号", "文化路2号").replace(",存续,", ",注销,");
        let next = register(&[changed, row(CODES[0]), row(CODES[2])]);
        let id = dry_run(&world, &city.clerk, ImportKind::Subject, "二.csv", next).await.import.id;
        let ctx = world.as_post(&city.clerk);
        let text = async |query: PreviewQuery, sort| {
            let export = import::preview_file(&world.platform, &ctx, id, &query, sort, Format::Csv).await.unwrap();
            assert!(export.name.starts_with("导入变化-") && export.name.ends_with(".csv"), "{}", export.name);
            let mut text = String::new();
            std::io::Read::read_to_string(&mut { export.file }, &mut text).unwrap();
            let lines: Vec<_> = text.trim_start_matches('\u{FEFF}').lines().map(str::to_owned).collect();
            assert_eq!(lines.len() as u64, export.rows + 1);
            lines
        };
        let name = |n: usize| format!("试报{}商贸有限公司,{}", CODES[n], CODES[n]);
        let whole = text(PreviewQuery::default(), None).await;
        assert_eq!(whole, [
            "文件行,变化,名称,代码,变更的内容,原内容,新内容".to_owned(),
            format!("2,变更,{},登记状态,存续,注销", name(1)),
            format!("2,变更,{},住所（经营场所）,河北大街1号,文化路2号", name(1)),
            format!("3,不变,{},,,", name(0)),
            format!("4,新增,{},,,企业；秦皇岛市海港区市场监督管理局；存续；商标使用、广告", name(2)),
        ]);
        let by_code = text(PreviewQuery::default(), Some(("code", true))).await;
        assert!(by_code[1].starts_with("4,新增") && by_code[4].starts_with("3,不变"), "{by_code:?}");
        assert_eq!(text(only(ImportEffect::Changed), None).await.len(), 3);
        for (max, fits) in [(4, true), (3, false)] {
            let all = PreviewQuery::default();
            let done = import::preview_file_up_to(&world.platform, &ctx, id, &all, None, Format::Xlsx, max).await;
            assert_eq!(done.err().map(|error| error.code), (!fits).then_some("LIST-001"), "{max}");
        }
        let noted = world.event_kinds().await.into_iter().filter(|kind| kind == "list.export").count();
        assert_eq!(noted, 4, "what leaves the house is noted");
    }

    async fn a_column_that_the_file_lacks_changes_nothing(world) {
        let city = city(&world).await;
        import_now(&world, &city.clerk, ImportKind::Subject, "一.csv", register(&[row(CODES[0])])).await;
        let short = format!("名称,统一社会信用代码,主体类别,登记机关,成立日期,登记状态,信用风险等级\n改名有限公司,{},企业,130302,2015-03-09,存续,B\n", CODES[0]);
        let id = dry_run(&world, &city.clerk, ImportKind::Subject, "短.csv", short).await.import.id;
        let whole = holds(&world, &city.clerk, id).await;
        // The class of a file without days is today's, and holds already.
        assert_eq!(said(&whole.lines[0]), [format!("name: 试报{}商贸有限公司 → 改名有限公司", CODES[0])]);
        commit(&world, &city.clerk, id).await;
    }

    async fn a_preview_tells_when_the_directory_has_moved_on(world) {
        let city = city(&world).await;
        let file = register(&[row(CODES[0]), row(CODES[1])]);
        let id = dry_run(&world, &city.clerk, ImportKind::Subject, "一.csv", &file).await.import.id;
        assert_eq!(holds(&world, &city.clerk, id).await.counts.new, 2);
        import_now(&world, &city.keeper, ImportKind::Subject, "二.csv", register(&[row(CODES[0]).replace("河北大街1号", "文化路2号")])).await;
        let now = preview(&world, &city.clerk, id, &PreviewQuery::default()).await;
        assert!(now.moved_on);
        assert_eq!((now.counts.new, now.counts.changed), (1, 1));
        assert_eq!(said(&now.lines[0]), ["address: 文化路2号 → 河北大街1号"]);
        import::commit(&world.platform, &world.as_post(&city.clerk), id).await.unwrap();
        world.work().await;
        let report = view(&world, &city.clerk, id).await.report.unwrap();
        assert_eq!((report.new, report.changed), (1, 1), "and the commit does what the preview of now said");
    }

    async fn nobody_else_sees_it_and_nothing_is_shown_before_a_dry_run(world) {
        let city = city(&world).await;
        let id = upload(&world, &city.clerk, ImportKind::Subject, "一.csv", register(&[row(CODES[0])])).await;
        let asked = async |post: &Post| {
            import::preview(&world.platform, &world.as_post(post), id, &PreviewQuery::default(), Window::page(0, 50)).await.unwrap_err()
        };
        assert_eq!(asked(&city.clerk).await.code, "IMPT-013");
        assert_eq!(asked(&city.county_clerk).await.kind, ErrorKind::NotFound);
        assert_eq!(asked(&city.leader).await.kind, ErrorKind::Denied);
        assert_eq!(asked(&city.admin).await.kind, ErrorKind::Denied, "an administrator imports no register");
    }

    async fn agencies_show_what_changes(world) {
        let city = city(&world).await;
        let file = "机构代码,机构名称,机构简称,上级机构代码,层级,机构类型,行政区划,联系人,联系电话\n\
            130300,秦皇岛市市场监督管理局,秦皇岛市市场监督管理局,,市,市场监督管理局,130300,钱接待,0335-0000003\n\
            130302,海港区市场监督管理局,海港局,130300,县,市场监督管理局,130302,孙接待,0335-3650001\n\
            130302S01,河北大街市场监督管理所,河北大街所,130302,所,市场监督管理所,130302,,\n";
        let id = dry_run(&world, &city.admin, ImportKind::Agency, "机构.csv", file).await.import.id;
        let whole = holds(&world, &city.admin, id).await;
        assert_eq!(told(&whole.lines), [
            (Some(2), ImportEffect::Unchanged, "130300"), (Some(3), ImportEffect::Changed, "130302"), (Some(4), ImportEffect::New, "130302S01"),
        ]);
        assert_eq!(said(&whole.lines[1]), [
            "name: 秦皇岛市海港区市场监督管理局 → 海港区市场监督管理局",
            "short_name: 秦皇岛市海港区市场监督管理局 → 海港局",
            "contact: 钱接待 → 孙接待",
            "phone: 0335-0000003 → 0335-3650001",
        ]);
        assert_eq!((whole.lines[2].summary.as_str(), whole.untouched), ("所级；市场监督管理所", Some(1)));
        commit(&world, &city.admin, id).await;
        let all = app::agency::list(&world.platform, &world.as_post(&city.admin)).await.unwrap();
        let changed = all.iter().find(|a| a.code == "130302").unwrap();
        assert_eq!((changed.short_name.as_str(), changed.version), ("海港局", 2));
        assert_eq!(all.iter().find(|a| a.code == "130300").unwrap().version, 1, "what was not to change has not");
    }

    async fn inspectors_show_what_changes(world) {
        let city = city(&world).await;
        let heading = "执法证号,姓名,机构代码,科室（所）,执法证有效期起,执法证有效期至,资质,岗位状态,登录名\n";
        let first = format!("{heading}001,张三,130302,信用股,2017-01-01,2022-12-31,检验检测:2022-12-31；计量:,在岗,\n\
            002,李四,130302,信用股,2017-01-01,2022-12-31,,在岗,\n003,王五,130302,信用股,2017-01-01,2022-12-31,,在岗,\n");
        import_now(&world, &city.clerk, ImportKind::Inspector, "一.csv", first).await;
        let next = format!("{heading}001,张三,130302,执法股,2017-01-01,2026-12-31,检验检测:2026-12-31,在岗,county\n\
            002,李四,130302,信用股,2017-01-01,2022-12-31,,离岗,\n004,赵六,130303,执法股,2020-01-01,2026-12-31,,在岗,\n");
        let id = dry_run(&world, &city.clerk, ImportKind::Inspector, "二.csv", next).await.import.id;
        let whole = holds(&world, &city.clerk, id).await;
        assert_eq!(said(&whole.lines[0]), [
            "section: 信用股 → 执法股",
            "certificate_to: 2022-12-31 → 2026-12-31",
            "qualifications: 检验检测（至 2022-12-31）、计量（长期有效） → 检验检测（至 2026-12-31）",
            "login:  → county",
        ]);
        assert_eq!(said(&whole.lines[1]), ["active: 在岗 → 离岗（2021-05-06起）"]);
        assert_eq!((whole.lines[2].effect, whole.lines[2].summary.as_str()), (ImportEffect::New, "秦皇岛市山海关区市场监督管理局；执法股"));
        assert_eq!(whole.untouched, Some(1));
        commit(&world, &city.clerk, id).await;
    }

    async fn an_inspector_of_another_bureau_is_not_taken_over(world) {
        let city = city(&world).await;
        let other = world.agency("130304", "邯郸市市场监督管理局", AgencyLevel::County, Some("130300")).await;
        let neighbour = world.person("neighbour", "钱邻市", other, Role::DirectoryKeeper).await;
        let file = |agency: &str| format!("执法证号,姓名,机构代码,执法证有效期起,执法证有效期至\n001,张三,{agency},2017-01-01,2022-12-31\n");
        // Checked while nobody had the certificate, confirmed when somebody has.
        let early = dry_run(&world, &city.county_clerk, ImportKind::Inspector, "先.csv", file("130302")).await.import.id;
        import_now(&world, &neighbour, ImportKind::Inspector, "邻.csv", file("130304")).await;
        import::commit(&world.platform, &world.as_post(&city.county_clerk), early).await.unwrap();
        world.work().await;
        let failed = view(&world, &city.county_clerk, early).await;
        assert_eq!(failed.import.state, ImportState::Checked);
        assert_eq!(failed.job.unwrap().error.unwrap()["code"], "IMPT-010");
        let refused = dry_run(&world, &city.county_clerk, ImportKind::Inspector, "后.csv", file("130302")).await.report.unwrap();
        let shown: Vec<_> = refused.shown.iter().map(|p| (p.code.as_str(), p.row, p.column.as_str())).collect();
        assert_eq!(shown, [("listed_elsewhere", 2, "A")]);
        assert!(refused.shown[0].reason.contains("邯郸市市场监督管理局"));
    }

    async fn an_item_list_shows_what_it_no_longer_has(world) {
        let city = city(&world).await;
        let heading = "事项编码,抽查类别,抽查事项,检查对象,适用标签,事项类型,检查方式,检查依据,需准备的资料,生效日期\n";
        let item = |code: &str, name: &str| format!("{code},登记事项检查,{name},企业；个体工商户,,一般检查事项,现场检查,《公司法》,营业执照,2020-01-01\n");
        let first = format!("{heading}{}{}{}", item("Q-1", "甲"), item("Q-2", "乙"), item("Q-3", "丙"));
        import_now(&world, &city.clerk, ImportKind::Item, "一.csv", first).await;
        world.clock.advance_seconds(60);
        let changed = item("Q-2", "乙").replace("现场检查", "现场检查、书面检查").replace(",营业执照,", ",营业执照；合同,").replace("；个体工商户", "");
        let next = format!("{heading}{}{changed}{}", item("Q-4", "丁"), item("Q-1", "甲"));
        let id = dry_run(&world, &city.clerk, ImportKind::Item, "二.csv", next).await.import.id;
        let whole = holds(&world, &city.clerk, id).await;
        assert_eq!(told(&whole.lines), [
            (Some(2), ImportEffect::New, "Q-4"), (Some(3), ImportEffect::Changed, "Q-2"), (Some(4), ImportEffect::Unchanged, "Q-1"),
            (None, ImportEffect::Removed, "Q-3"),
        ]);
        assert_eq!(said(&whole.lines[1]), [
            "kinds: 企业、个体工商户 → 企业", "methods: 实地核查 → 实地核查、书面检查", "materials: 营业执照 → 营业执照\n合同",
        ]);
        assert_eq!(whole.untouched, None);
        commit(&world, &city.clerk, id).await;
        let codes: Vec<_> = items(&world).await.1.into_iter().map(|record| record.item.code).collect();
        assert_eq!(codes, ["Q-4", "Q-2", "Q-1"]);
    }

    async fn the_same_file_again_shows_that_nothing_changes(world) {
        let city = city(&world).await;
        let file = register(&[row(CODES[0]), row(CODES[1])]);
        import_now(&world, &city.clerk, ImportKind::Subject, "一.csv", &file).await;
        let id = dry_run(&world, &city.clerk, ImportKind::Subject, "二.csv", &file).await.import.id;
        let whole = holds(&world, &city.clerk, id).await;
        assert!(whole.fields.is_empty());
        assert!(whole.lines.iter().all(|line| line.effect == ImportEffect::Unchanged && line.changes.is_empty()));
        commit(&world, &city.clerk, id).await;
    }
}
