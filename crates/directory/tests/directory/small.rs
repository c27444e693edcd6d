//! Agencies, inspectors and item lists: in, the same again, changed.

use domain::import::{ImportKind, ImportState};
use domain::state::RevisionState;
use store::repo::inspector::InspectorFilter;
use testkit::on_both;

use crate::desk::*;

const AGENCIES: &str = "机构代码,机构名称,机构简称,上级机构代码,层级,机构类型,行政区划\n\
    130302S01,河北大街市场监督管理所,河北大街所,130302,所,市场监督管理所,130302\n\
    1303KF,秦皇岛市市场监督管理局经济技术开发区分局,开发区分局,130300,县,功能区分局,\n\
    1303KFS01,西区市场监督管理所,西区所,1303KF,所,市场监督管理所,\n";

const INSPECTORS: &str = "单位工号,姓名,所属机构,机构代码,科室（所）,执法证号,执法证有效期起,执法证有效期至,资质,业务专长,岗位状态\n\
    001,张三,秦皇岛市海港区市场监督管理局,130302,信用股,0303000001,2017-01-01,2022-12-31,检验检测:2022-12-31；计量:,计量,在岗\n\
    002,李四,秦皇岛市海港区市场监督管理局,130302,信用股,0303000002,2017-01-01,2022-12-31,,广告,在岗\n";

const ITEMS: &str = "事项编码,抽查类别,抽查事项,检查对象,适用标签,事项类型,检查方式,检查主体,检查依据,人员资质要求,生效日期\n\
    QHD01-01,登记事项检查,营业执照使用情况,企业；个体工商户,,一般检查事项,现场检查、书面检查,县级以上市场监督管理部门,《中华人民共和国公司法》,,2020-01-01\n\
    QHD12-01,检验检测机构检查,检验检测报告真实性,企业,检验检测-食品；检验检测-工程,重点检查事项,现场检查,县级以上市场监督管理部门,《检验检测机构监督管理办法》,检验检测,2020-01-01\n";

on_both! {
    async fn a_list_of_agencies(world) {
        let city = city(&world).await;
        let done = import_now(&world, &city.admin, ImportKind::Agency, "机构.csv", AGENCIES).await;
        let report = done.report.unwrap();
        assert_eq!((done.import.state, report.new), (ImportState::Committed, 3));
        let all = app::agency::list(&world.platform, &world.as_post(&city.admin)).await.unwrap();
        let station = all.iter().find(|a| a.code == "1303KFS01").unwrap();
        assert_eq!(station.path.as_str(), "130300/1303KF/1303KFS01/");
        let renamed = AGENCIES.replace("西区所", "西区市场所");
        let again = import_now(&world, &city.admin, ImportKind::Agency, "机构.csv", renamed).await;
        let report = again.report.unwrap();
        assert_eq!((report.new, report.changed, report.unchanged), (0, 1, 2));
        let moved = AGENCIES.replace("西区所,1303KF", "西区所,130302");
        let refused = dry_run(&world, &city.admin, ImportKind::Agency, "机构.csv", moved + "990001S01,孤所,,999999,所,市场监督管理所,130302\n").await;
        let codes: Vec<_> = refused.report.unwrap().shown.into_iter().map(|p| p.code).collect();
        assert_eq!(codes, ["agency_moved", "parent_unknown"]);
        queue_is_empty(&world).await;
    }

    async fn a_list_says_whom_a_firm_may_ask(world) {
        let city = city(&world).await;
        let with = |contact: &str, phone: &str| {
            format!(
                "机构代码,机构名称,层级,机构类型,行政区划,上级机构代码,联系人,联系电话\n\
                 130302,秦皇岛市海港区市场监督管理局,县,市场监督管理局,130302,130300,{contact},{phone}\n"
            )
        };
        let known = async || {
            let all = app::agency::list(&world.platform, &world.as_post(&city.admin)).await.unwrap();
            all.into_iter().find(|a| a.code == "130302").map(|a| (a.contact, a.phone)).unwrap()
        };
        let done = import_now(&world, &city.admin, ImportKind::Agency, "机构.csv", with("孙接待", "0335-3650001转801")).await;
        assert_eq!(done.report.unwrap().changed, 1);
        assert_eq!(known().await, ("孙接待".to_owned(), "0335-3650001转801".to_owned()));
        let report = import_now(&world, &city.admin, ImportKind::Agency, "机构.csv", with("孙接待", "0335-3650001转801")).await.report;
        assert_eq!(report.unwrap().unchanged, 1);
        // A file without the columns says nothing about them.
        let names = "机构代码,机构名称,层级,机构类型,行政区划,上级机构代码\n130302,海港区市场监管局,县,市场监督管理局,130302,130300\n";
        let report = import_now(&world, &city.admin, ImportKind::Agency, "机构.csv", names).await.report;
        assert_eq!(report.unwrap().changed, 1);
        assert_eq!(known().await.0, "孙接待");
        let long = "字".repeat(domain::agency::Agency::CONTACT_CHARS_MAX + 1);
        let refused = dry_run(&world, &city.admin, ImportKind::Agency, "机构.csv", with(&long, "问前台")).await;
        let codes: Vec<_> = refused.report.unwrap().shown.into_iter().map(|p| p.code).collect();
        assert_eq!(codes, ["too_long", "phone_form"]);
    }

    async fn a_list_of_inspectors(world) {
        let city = city(&world).await;
        let done = import_now(&world, &city.clerk, ImportKind::Inspector, "人员.csv", INSPECTORS).await;
        assert_eq!((done.import.state, done.report.unwrap().new), (ImportState::Committed, 2));
        let filter = InspectorFilter { qualification: "检验检测".to_owned(), ..Default::default() };
        let found = inspectors(&world, &filter).await;
        assert_eq!(found.len(), 1);
        let i = &found[0].inspector;
        assert_eq!((i.name.as_str(), i.qualifications.len(), i.qualifications[1].valid_to), ("张三", 2, None));
        let left = INSPECTORS.replace("广告,在岗", "广告,离岗");
        let report = import_now(&world, &city.clerk, ImportKind::Inspector, "人员.csv", left).await.report.unwrap();
        assert_eq!((report.new, report.changed, report.unchanged), (0, 1, 1));
        assert_eq!(inspectors(&world, &InspectorFilter { valid_only: true, ..Default::default() }).await.len(), 1);
        let bad = INSPECTORS.replace("2022-12-31,,广告", "2016-12-31,计量:某年,广告").replace("0303000002", "０303000002");
        let refused = dry_run(&world, &city.clerk, ImportKind::Inspector, "人员.csv", bad).await;
        let codes: Vec<_> = refused.report.unwrap().by_kind.into_iter().map(|k| k.code).collect();
        assert_eq!(codes, ["backwards", "full_width", "qualification_form"]);
    }

    async fn an_item_list_is_a_revision_and_the_next_supersedes_it(world) {
        let city = city(&world).await;
        let done = import_now(&world, &city.clerk, ImportKind::Item, "清单.csv", ITEMS).await;
        assert_eq!((done.import.state, done.report.unwrap().new), (ImportState::Committed, 2));
        let (lists, found) = items(&world).await;
        assert_eq!((lists, found.len()), (vec![(1, RevisionState::Published)], 2));
        assert!(found[1].item.applies.tags.iter().any(|tag| tag.as_str() == "检验检测-食品"));
        let same = import_now(&world, &city.clerk, ImportKind::Item, "清单.csv", ITEMS).await;
        assert_eq!(same.report.unwrap().unchanged, 2);
        assert_eq!(items(&world).await.0.len(), 1);
        world.clock.advance_seconds(60);
        let next = ITEMS.replace("营业执照使用情况", "营业执照悬挂情况");
        let report = import_now(&world, &city.clerk, ImportKind::Item, "清单.csv", next).await.report.unwrap();
        assert_eq!((report.new, report.changed, report.unchanged), (0, 1, 1));
        assert_eq!(items(&world).await.0, [(2, RevisionState::Published), (1, RevisionState::Superseded)]);
        let bad = ITEMS.replace("《中华人民共和国公司法》", "").replace("现场检查,县级", "电话,县级");
        let refused = dry_run(&world, &city.clerk, ImportKind::Item, "清单.csv", bad).await;
        let codes: Vec<_> = refused.report.unwrap().shown.into_iter().map(|p| p.code).collect();
        assert_eq!(codes, ["item_form", "method_unknown"]);
    }

    async fn an_item_says_what_a_firm_has_ready(world) {
        let city = city(&world).await;
        let with = |materials: &str| {
            format!(
                "事项编码,抽查类别,抽查事项,事项类型,检查方式,检查依据,需准备的资料\n\
                 QHD01-01,登记事项检查,营业执照使用情况,一般检查事项,现场检查,《中华人民共和国公司法》,{materials}\n"
            )
        };
        import_now(&world, &city.clerk, ImportKind::Item, "清单.csv", with(" 营业执照正、副本；；住所使用证明; ")).await;
        assert_eq!(items(&world).await.1[0].materials, "营业执照正、副本\n住所使用证明");
        let report = import_now(&world, &city.clerk, ImportKind::Item, "清单.csv", with("营业执照")).await.report.unwrap();
        assert_eq!((report.new, report.changed), (0, 1));
        let (count, chars) = (domain::item::CheckItem::MATERIALS_MAX, domain::item::CheckItem::MATERIAL_CHARS_MAX);
        let at = |count: usize, chars: usize| vec!["字".repeat(chars); count].join("；");
        let code = async |materials: String| {
            let report = dry_run(&world, &city.clerk, ImportKind::Item, "清单.csv", with(&materials)).await.report.unwrap();
            report.shown.into_iter().map(|p| p.code).next()
        };
        assert_eq!(code(at(count, chars)).await, None);
        assert_eq!(code(at(count + 1, 1)).await.as_deref(), Some("too_many_materials"));
        assert_eq!(code(at(1, chars + 1)).await.as_deref(), Some("material_too_long"));
    }
}
