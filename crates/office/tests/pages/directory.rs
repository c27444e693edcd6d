//! The directory pages over HTTP, in process: lists, forms that come back with what was typed, and doors that stay shut.
use axum::http::{StatusCode, header};
use domain::agency::AgencyLevel;
use domain::ids::{InspectorId, SubjectId};
use domain::inspector::{Certificate, Inspector};
use domain::role::Role;
use domain::subject::{Licence, LicenceState, RiskClass, RiskLevel, RiskScale, Subject, SubjectKind, SubjectStatus};
use testkit::store::repo;
use testkit::store::repo::inspector::InspectorRecord;
use testkit::{World, on_both, run_sql};

use crate::front::Front;

const CODE: &str = "91130302MA07X00032";

struct Register {
    front: Front,
    subject: SubjectId,
    inspector: InspectorId,
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

impl Register {
    async fn new(world: World) -> Self {
        let city = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
        let haigang = world.agency("130302", "海港区市场监督管理局", AgencyLevel::County, Some("130300")).await;
        let other = world.agency("130303", "山海关区市场监督管理局", AgencyLevel::County, Some("130300")).await;
        world.person("keeper", "钱名录", haigang, Role::DirectoryKeeper).await;
        world.person("clerk", "王经办", haigang, Role::Clerk).await;
        world.person("other", "吴名录", other, Role::DirectoryKeeper).await;
        world.person("city", "孙市局", city, Role::DirectoryKeeper).await;
        let ctx = world.system();
        let subject = Subject {
            id: SubjectId::from_parts(ctx.ms(), ctx.ten()),
            key: CODE.to_owned(),
            code: CODE.parse().ok(),
            name: "秦皇岛北方春晖<商贸>有限公司".to_owned(),
            kind: SubjectKind::Enterprise,
            sub_kind: None,
            status: SubjectStatus::Existing,
            established_on: Some(day("2019-03-15")),
            registrar: haigang,
            territory: None,
            division: "130302".parse().ok(),
            address: "秦皇岛市海港区文化路1号".to_owned(),
            representative: "周明".to_owned(),
            phone: "0335-1234567".to_owned(),
            industry: Some("F5211".to_owned()),
            tags: ["广告".parse().unwrap()].into(),
            risk_classes: vec![RiskClass::new(RiskScale::Credit, RiskLevel::C, day("2021-01-01")).unwrap()],
            licences: vec![Licence {
                kind: "食品经营许可证".to_owned(),
                number: "JY21303020001".to_owned(),
                valid_from: None,
                valid_to: Some(day("2025-01-01")),
                state: LicenceState::Valid,
            }],
        };
        let inspector = InspectorRecord {
            inspector: Inspector {
                id: InspectorId::from_parts(ctx.ms(), ctx.ten()),
                account: None,
                staff_number: "G001".to_owned(),
                name: "张执法".to_owned(),
                agency: haigang,
                active: true,
                certificates: vec![Certificate {
                    number: "冀C001".to_owned(),
                    valid_from: day("2019-01-01"),
                    valid_to: day("2025-12-31"),
                }],
                qualifications: Vec::new(),
                leaves: Vec::new(),
            },
            section: "执法大队".to_owned(),
            expertise: String::new(),
            left_on: None,
            agency_code: String::new(),
            agency_name: String::new(),
            account_login: String::new(),
            account_confirmed_at: None,
            version: 1,
            valid_from: ctx.now,
            changed_by: String::new(),
        };
        let store = world.store().await;
        let mut tx = store.write().await.unwrap();
        repo::subject::insert(&mut tx, &subject, "system", ctx.now).await.unwrap();
        repo::inspector::insert(
            &mut tx,
            &inspector,
            repo::inspector::Written { by: "system", at: ctx.now, import: None },
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        Self { front: Front::new(world), subject: subject.id, inspector: inspector.inspector.id }
    }
}

/// The whole form of the object, as a browser sends it.
fn form<'a>(version: &'a str, name: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("version", version),
        ("name", name),
        ("kind", "enterprise"),
        ("sub_kind", ""),
        ("status", "existing"),
        ("registered_on", "2019-03-15"),
        ("agency", "130302"),
        ("division", "130302"),
        ("address", "秦皇岛市海港区文化路1号"),
        ("legal_person", "周明"),
        ("phone", "0335-1234567"),
        ("industry", "F5211"),
        ("tags", "广告"),
        ("licence-1-kind", "食品经营许可证"),
        ("licence-1-number", "JY21303020001"),
        ("licence-1-to", "2025-01-01"),
        ("licence-2-kind", ""),
        ("risk_scale", ""),
        ("risk_level", ""),
        ("risk_on", ""),
    ]
}

on_both! {
    async fn every_page_opens_and_shows_what_is_there(world) {
        let Register { front, subject, inspector } = Register::new(world).await;
        let token = front.sign_in("keeper").await;
        let check = |path: String, expect: &'static [&'static str]| {
            let (front, token) = (&front, token.clone());
            async move {
                let answer = front.get(&token, &path).await;
                assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
                for text in expect {
                    assert!(answer.body.contains(text), "{path} lacks {text}: {}", answer.body);
                }
                assert!(!answer.body.contains("<商贸>"), "{path}: text is escaped");
            }
        };
        check("/office/directory".into(), &["检查对象分布", "海港区市场监督管理局", "/office/imports", "还没有发布的抽查事项清单"]).await;
        check("/office/subjects".into(), &["共 1 户", CODE, "format=xlsx", "存续"]).await;
        check("/office/subjects?tag=%E5%B9%BF%E5%91%8A&risk=C".into(), &["共 1 户", "清除条件", "risk=C&#38;format=xlsx"]).await;
        check("/office/subjects?q=nobody".into(), &["没有符合条件的检查对象"]).await;
        check(format!("/office/subjects/{subject}"), &["文化路1号", "列入名录", "JY21303020001", "采用", "还没有被抽中过"]).await;
        check(format!("/office/subjects/{subject}/edit"), &["name=\"version\" value=\"1\"", "licence-3-kind", "JY21303020001"]).await;
        check("/office/inspectors".into(), &["张执法", "冀C001", "有效"]).await;
        check(format!("/office/inspectors/{inspector}"), &["执法大队", "没有申报回避", "登记请假"]).await;
        check(format!("/office/inspectors/{inspector}/recusals/new?subject_code={CODE}"), &[CODE, "申报回避"]).await;
        check(format!("/office/inspectors/{inspector}/leaves/new"), &["登记请假"]).await;
        check("/office/items".into(), &["还没有发布的抽查事项清单", "导入抽查事项清单"]).await;
    }

    async fn a_form_comes_back_with_what_was_typed(world) {
        let Register { front, subject, .. } = Register::new(world).await;
        let token = front.sign_in("keeper").await;
        let path = format!("/office/subjects/{}/edit", subject);
        let mut wrong = form("1", "");
        wrong.retain(|(name, _)| *name != "phone" && *name != "industry");
        wrong.extend([("phone", "我填的电话"), ("industry", "5211"), ("licence-2-number", "只有编号")]);
        let answer = front.post(&token, &path, &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for text in ["我填的电话", "value=\"5211\"", "只有编号", "href=\"#licences\"", "未填写名称"] {
            assert!(answer.body.contains(text), "{text}: {}", answer.body);
        }
        let saved = front.post(&token, &path, &form("1", "秦皇岛北方春晖百货有限公司")).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        assert_eq!(saved.headers[header::LOCATION], format!("/office/subjects/{}", subject));
        let page = front.get(&token, &format!("/office/subjects/{}", subject)).await;
        assert!(page.body.contains("第 2 版：修改名称") && page.body.contains("钱名录"), "{}", page.body);

        let stale = front.post(&token, &path, &form("1", "秦皇岛迟到商贸有限公司")).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        for text in ["钱名录（海港区市场监督管理局）已于2021-05-06", "秦皇岛迟到商贸有限公司", "name=\"version\" value=\"2\"", "百货"] {
            assert!(stale.body.contains(text), "{text}: {}", stale.body);
        }
        assert!(front.world.event_kinds().await.contains(&"subject.save".to_owned()));
    }

    async fn recusals_and_leaves_go_in_by_form(world) {
        let Register { front, inspector, .. } = Register::new(world).await;
        let token = front.sign_in("clerk").await;
        let base = format!("/office/inspectors/{}", inspector);
        let wrong = front.post(&token, &format!("{base}/recusals/new"), &[("subject_code", "123"), ("reason", "近亲属任职")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("近亲属任职") && wrong.body.contains("没有代码为“123”的检查对象"), "{}", wrong.body);
        let right = [("subject_code", CODE), ("reason", "近亲属任职")];
        assert_eq!(front.post(&token, &format!("{base}/recusals/new"), &right).await.status, StatusCode::SEE_OTHER);
        let twice = front.post(&token, &format!("{base}/recusals/new"), &right).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        assert!(twice.body.contains("无须重复申报"), "{}", twice.body);

        let wrong = front.post(&token, &format!("{base}/leaves/new"), &[("from", "2021-06-02"), ("to", "2021-06-01"), ("reason", "年休假")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("结束日期早于开始日期") && wrong.body.contains("2021-06-02"), "{}", wrong.body);
        let right = [("from", "2021-05-06"), ("to", "2021-06-02"), ("reason", "年休假")];
        assert_eq!(front.post(&token, &format!("{base}/leaves/new"), &right).await.status, StatusCode::SEE_OTHER);
        let page = front.get(&token, &base).await;
        assert!(page.body.contains("请假中") && page.body.contains("近亲属任职") && page.body.contains("王经办"), "{}", page.body);
    }

    async fn an_export_is_sent_as_a_file(world) {
        let Register { front, .. } = Register::new(world).await;
        let token = front.sign_in("clerk").await;
        let answer = front.get(&token, "/office/subjects?format=csv&q=%E6%98%A5%E6%99%96").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
        assert!(answer.headers[header::CONTENT_DISPOSITION].to_str().unwrap().ends_with("-2021-05-06.csv"));
        assert_eq!(answer.body.lines().count(), 2);
        run_sql(&front.world.store_config, "UPDATE subject SET name = '=1+1', legal_person = '@甲', address = '-2号'").await;
        let formulas = front.get(&token, "/office/subjects?format=csv").await.body;
        for text in ["'=1+1", "'@甲", "'-2号"] {
            assert!(formulas.contains(text) && !formulas.contains(&text.replace('\'', ",")), "{text}: {formulas}");
        }
        let answer = front.get(&token, "/office/subjects?format=xlsx").await;
        assert!(answer.headers[header::CONTENT_DISPOSITION].to_str().unwrap().ends_with(".xlsx"));
        assert!(answer.body.starts_with("PK"));
    }

    async fn doors_stay_shut(world) {
        let Register { front, subject, inspector } = Register::new(world).await;
        let (clerk, other) = (front.sign_in("clerk").await, front.sign_in("other").await);
        let edit = format!("/office/subjects/{}/edit", subject);
        assert_eq!(front.get(&clerk, &edit).await.status, StatusCode::FORBIDDEN, "a clerk does not edit");
        assert_eq!(front.post(&clerk, &edit, &form("1", "甲")).await.status, StatusCode::FORBIDDEN);
        for path in [
            edit.clone(),
            format!("/office/subjects/{}", subject),
            format!("/office/inspectors/{}", inspector),
            format!("/office/inspectors/{}/recusals/new", inspector),
            format!("/office/inspectors/{}/leaves/new", inspector),
            "/office/subjects/nonsense".to_owned(),
            "/office/items/nonsense".to_owned(),
        ] {
            assert_eq!(front.get(&other, &path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(front.post(&other, &edit, &form("1", "甲")).await.status, StatusCode::NOT_FOUND);
        let list = front.get(&other, "/office/subjects").await;
        assert!(list.body.contains("名录库里还没有检查对象") && !list.body.contains(CODE), "{}", list.body);
        assert_eq!(front.get("", "/office/subjects").await.status, StatusCode::SEE_OTHER, "nobody is led to the sign-in page");
    }
}
