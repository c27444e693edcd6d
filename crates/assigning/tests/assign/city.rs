//! A small city with a drawn task: ten or so firms in two counties and a functional zone, inspectors, five items.

use app::assigning::{self, Share};
use app::{Post, Result};
use chrono::NaiveDate;
use domain::agency::AgencyLevel;
use domain::ids::{AgencyId, CheckItemId, DrawId, InspectorId, JobId, RevisionId, ShareId, SubjectId, TaskId};
use domain::role::Role;
use domain::scheme::{
    Condition, ConditionTest, SchemeColumn, SchemeDraft, SizeRounding, StratumMembership, StratumRule, StratumSize,
};
use store::{insert_rows, values};
use testkit::{FrozenObject, World};

/// One drawn firm.
pub struct Firm {
    pub code: String,
    pub name: String,
    pub strata: Vec<&'static str>,
    pub tags: Vec<&'static str>,
    pub unit: &'static str,
    pub kind: &'static str,
}

pub fn firm(unit: &'static str, n: usize, strata: &[&'static str], tags: &[&'static str]) -> Firm {
    Firm {
        code: format!("9{unit}MA{n:08}"),
        name: format!("{unit}第{n}号试验商行"),
        strata: strata.to_vec(),
        tags: tags.to_vec(),
        unit,
        kind: "enterprise",
    }
}

/// The city, drawn and not yet dispatched.
pub struct City {
    pub world: World,
    pub task: TaskId,
    pub draw: DrawId,
    /// The digest of the result.
    pub result: String,
    pub clerk: Post,
    pub a_clerk: Post,
    pub a_leader: Post,
    pub b_clerk: Post,
    pub city: AgencyId,
    pub a: AgencyId,
    pub b: AgencyId,
    pub zone: AgencyId,
}

/// Three classes of enterprises; 其它 is checked for its own item only (R59).
fn scheme_draft() -> SchemeDraft {
    let class = |code: &str, label: &str, items: &[&str], tag: Option<&str>, ratio: &str| StratumRule {
        code: code.to_owned(),
        label: label.to_owned(),
        population: "企业".to_owned(),
        items: items.iter().map(|item| (*item).to_owned()).collect(),
        tagged: tag.is_some(),
        conditions: vec![match tag {
            Some(tag) => Condition::new(SchemeColumn::Tags, ConditionTest::Has, [tag]),
            None => Condition::new(SchemeColumn::Kind, ConditionTest::In, ["企业"]),
        }],
        size: StratumSize::Ratio { ratio: ratio.to_owned(), rounding: SizeRounding::Ceil, at_least: None },
        split: None,
        otherwise: false,
    };
    let mut draft = SchemeDraft::empty("试验方案");
    draft.membership = StratumMembership::Every;
    draft.strata = vec![
        class("E2", "电子商务平台经营者", &["登记事项检查", "电子商务经营行为监督检查"], Some("电子商务平台"), "1"),
        class("E6", "特种设备使用单位", &["登记事项检查", "特种设备检查"], Some("特种设备"), "1"),
        class("E8", "其它类型企业", &["登记事项检查"], None, "0.03"),
    ];
    draft
}

/// The id of the firm at this place.
fn subject(n: usize) -> SubjectId {
    SubjectId::from_parts(i64::try_from(n).unwrap(), [3; 10])
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

impl City {
    /// A city with these drawn firms. Units are `130302` (A), `130303` (B) and `1303KF` (a zone without division).
    pub async fn new(world: World, firms: &[Firm]) -> Self {
        let city = world.agency("130300", "试验市市场监督管理局", AgencyLevel::City, None).await;
        let a = world.agency("130302", "甲区市场监督管理局", AgencyLevel::County, Some("130300")).await;
        let b = world.agency("130303", "乙县市场监督管理局", AgencyLevel::County, Some("130300")).await;
        let zone = world.agency("1303KF", "开发区分局", AgencyLevel::County, Some("130300")).await;
        let clerk = world.person("city", "周经办", city, Role::Clerk).await;
        let a_clerk = world.person("a_clerk", "甲经办", a, Role::Clerk).await;
        let a_leader = world.person("a_leader", "甲领导", a, Role::Leader).await;
        let b_clerk = world.person("b_clerk", "乙经办", b, Role::Clerk).await;
        let (task, draw) = (TaskId::from_bytes([7; 16]), DrawId::from_bytes([8; 16]));
        let result = String::new();
        let mut this = Self { world, task, draw, result, clerk, a_clerk, a_leader, b_clerk, city, a, b, zone };
        this.write(firms).await;
        let frozen: Vec<_> = firms.iter().enumerate().map(|(n, firm)| this.frozen(n, firm)).collect();
        this.result = this.world.freeze_draw(draw, &["E2", "E6", "E8"], &frozen).await;
        this
    }

    /// A firm as it was on the roll's day.
    pub fn frozen(&self, n: usize, firm: &Firm) -> FrozenObject {
        FrozenObject {
            code: firm.code.clone(),
            subject: subject(n),
            name: firm.name.clone(),
            agency: self.unit(firm.unit),
            division: "130302".to_owned(),
            kind: firm.kind.to_owned(),
            tags: firm.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            strata: firm.strata.iter().map(|code| (*code).to_owned()).collect(),
        }
    }

    fn unit(&self, code: &str) -> AgencyId {
        match code {
            "130302" => self.a,
            "130303" => self.b,
            _ => self.zone,
        }
    }

    async fn write(&self, firms: &[Firm]) {
        let store = self.world.store().await;
        let mut tx = store.write().await.unwrap();
        let (scheme, items) =
            (RevisionId::from_bytes([5; 16]).to_string(), RevisionId::from_bytes([6; 16]).to_string());
        let draft = scheme_draft();
        let content = serde_json::to_string(&draft).unwrap();
        let document = String::from_utf8(app::scheme::compile(&draft).unwrap().to_jcs()).unwrap();
        for (id, kind, content) in [(&scheme, "scheme", content.as_str()), (&items, "item_list", "{}")] {
            tx.execute(
                "INSERT INTO revision (id, kind, number, revision, title, agency_id, state, content, digest, created_by, created_at, changed_at)
                 VALUES ($1, $2, $3, 1, '试验', $4, 'published', $5, 'x', 'system', 0, 0)",
                values![id, kind, kind, self.city.to_string(), content],
            )
            .await
            .unwrap();
        }
        self.write_items(&mut tx, &items).await;
        tx.execute(
            "INSERT INTO task (id, number, title, agency_id, scheme_id, item_list_id, window_from, window_to, contact, state,
             created_by, created_account, created_at, changed_at)
             VALUES ($1, '130300202105060001', '2021年度内部联合抽查', $2, $3, $4, '2021-05-06', '2021-08-31', '周经办 0335-0000001',
             'drawn', 'system', 'x', 0, 0)",
            values![self.task.to_string(), self.city.to_string(), &scheme, &items],
        )
        .await
        .unwrap();
        tx.execute(
            "INSERT INTO draw (id, task_id, attempt, state, suite, roll_source, scheme_document, created_at)
             VALUES ($1, $2, 1, 'drawn', 'mc1-sha256', '名录库', $3, 0)",
            values![self.draw.to_string(), self.task.to_string(), document],
        )
        .await
        .unwrap();
        self.write_firms(&mut tx, firms).await;
        tx.commit().await.unwrap();
        store.close().await;
    }

    async fn write_items(&self, tx: &mut store::Tx, revision: &str) {
        let rows = [
            ("A01", "登记事项检查", "营业执照规范使用情况的检查", "", "", "2020-01-01"),
            ("A02", "电子商务经营行为监督检查", "平台经营者履行主体责任的检查", "", "", "2020-01-01"),
            ("A03", "特种设备检查", "特种设备使用单位的检查", "", "special_equipment", "2020-01-01"),
            ("A04", "广告检查", "广告经营行为的检查", "广告", "", "2020-01-01"),
            ("A05", "商标检查", "商标代理行为的检查", "商标代理", "", "2030-01-01"),
        ]
        .iter()
        .zip(1_i64..)
        .map(|((code, category, name, tags, qualification, from), n)| {
            values![
                CheckItemId::from_bytes([u8::try_from(n).unwrap(); 16]).to_string(),
                revision,
                *code,
                *category,
                *name,
                format!("《试验法》第{n}条"),
                "general",
                "on_site",
                "",
                *tags,
                *qualification,
                "市场监管部门",
                if *code == "A01" { "营业执照正、副本\n住所使用证明" } else { "" },
                *from,
                Option::<&str>::None,
                n
            ]
        })
        .collect();
        let columns = &[
            "id",
            "revision_id",
            "code",
            "category",
            "name",
            "legal_basis",
            "grade",
            "methods",
            "subjects",
            "tags",
            "qualification",
            "body",
            "materials",
            "valid_from",
            "valid_to",
            "position",
        ];
        insert_rows(tx, "check_item", columns, rows).await.unwrap();
    }

    async fn write_firms(&self, tx: &mut store::Tx, firms: &[Firm]) {
        let (mut subjects, mut tags, mut drawn) = (Vec::new(), Vec::new(), Vec::new());
        let mut rank = 0;
        for (n, firm) in firms.iter().enumerate() {
            let id = subject(n).to_string();
            let unit = self.unit(firm.unit).to_string();
            subjects.push(values![
                &id,
                &firm.code,
                &firm.name,
                firm.kind,
                "",
                &unit,
                "130302",
                "2015-01-01",
                "operating",
                "F51",
                "虚构路1号",
                "赵负责",
                "0335-1",
                firm.tags.join(","),
                "[]",
                1,
                0,
                "system"
            ]);
            tags.extend(firm.tags.iter().map(|tag| values![&id, *tag]));
            for stratum in &firm.strata {
                rank += 1;
                drawn.push(values![
                    self.draw.to_string(),
                    *stratum,
                    "",
                    rank,
                    0,
                    &id,
                    &firm.code,
                    &firm.name,
                    &unit,
                    format!("{rank:064}")
                ]);
            }
        }
        let columns = &[
            "id",
            "code",
            "name",
            "kind",
            "sub_kind",
            "agency_id",
            "division",
            "registered_on",
            "status",
            "industry",
            "address",
            "legal_person",
            "phone",
            "tags",
            "licences",
            "version",
            "valid_from",
            "changed_by",
        ];
        insert_rows(tx, "subject", columns, subjects).await.unwrap();
        insert_rows(tx, "subject_tag", &["subject_id", "tag"], tags).await.unwrap();
        let columns =
            &["draw_id", "stratum", "cell", "rank", "reserve", "subject_id", "code", "name", "agency_id", "ticket"];
        insert_rows(tx, "drawn", columns, drawn).await.unwrap();
    }

    /// Adds inspectors to a unit, certificates valid until the day given.
    pub async fn inspectors(&self, unit: AgencyId, count: u8, valid_to: &str) -> Vec<InspectorId> {
        let store = self.world.store().await;
        let mut tx = store.write().await.unwrap();
        let before = tx.int("SELECT COUNT(*) FROM inspector", vec![]).await.unwrap();
        let mut ids = Vec::new();
        let rows = (0..count)
            .map(|n| {
                let serial = before + i64::from(n);
                let id = InspectorId::from_parts(serial, [4; 10]);
                ids.push(id);
                values![
                    id.to_string(),
                    format!("冀C{serial:05}"),
                    format!("{serial}"),
                    format!("检查员{serial}"),
                    unit.to_string(),
                    "执法科",
                    "2019-01-01",
                    valid_to,
                    "",
                    1
                ]
            })
            .collect();
        let columns = &[
            "id",
            "certificate",
            "staff_number",
            "name",
            "agency_id",
            "section",
            "certificate_from",
            "certificate_to",
            "expertise",
            "version",
        ];
        insert_rows(&mut tx, "inspector", columns, rows).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        ids
    }

    /// Runs one statement, for what the directory's own use cases would do.
    pub async fn sql(&self, sql: &str, values: Vec<store::Value>) {
        let store = self.world.store().await;
        let mut tx = store.write().await.unwrap();
        tx.execute(sql, values).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
    }

    /// One number.
    pub async fn int(&self, sql: &str) -> i64 {
        let store = self.world.store().await;
        let mut conn = store.read().await.unwrap();
        let n = conn.int(sql, vec![]).await.unwrap();
        drop(conn);
        store.close().await;
        n
    }

    /// One text, called `line`.
    pub async fn text(&self, sql: &str) -> String {
        let store = self.world.store().await;
        let mut conn = store.read().await.unwrap();
        let row = conn.row(sql, vec![]).await.unwrap().unwrap();
        drop(conn);
        store.close().await;
        row.text("line").unwrap()
    }

    pub async fn ask(&self, by: &Post, first_on: Option<&str>) -> Result<JobId> {
        let input = assigning::DispatchInput { task: self.task, first_on: first_on.map(day) };
        assigning::dispatch(&self.world.platform, &self.world.as_post(by), input).await
    }

    /// Dispatches by the city's clerk and runs the job.
    pub async fn dispatch(&self) {
        self.ask(&self.clerk, None).await.unwrap();
        assert_eq!(self.world.work().await, 1);
    }

    /// The share of a unit.
    pub async fn share(&self, unit: AgencyId) -> Share {
        let ctx = self.world.as_post(&self.clerk);
        let shares = assigning::list(&self.world.platform, &ctx, None, app::Window::page(0, 100)).await.unwrap().rows;
        shares.into_iter().map(|view| view.share).find(|share| share.agency_id == unit).unwrap()
    }

    /// Signs for A's share and returns it.
    pub async fn accepted(&self) -> ShareId {
        let share = self.share(self.a).await;
        assigning::accept(&self.world.platform, &self.world.as_post(&self.a_clerk), share.id, share.version)
            .await
            .unwrap();
        share.id
    }

    pub async fn job_error(&self) -> String {
        let store = self.world.store().await;
        let mut conn = store.read().await.unwrap();
        let row = conn
            .row("SELECT error FROM job WHERE state = 'failed' ORDER BY created_at DESC, id DESC", vec![])
            .await
            .unwrap();
        let error: serde_json::Value = serde_json::from_str(&row.unwrap().text("error").unwrap()).unwrap();
        drop(conn);
        store.close().await;
        error["code"].as_str().unwrap().to_owned()
    }
}

/// The code of a refusal, of its first field where there is one.
pub fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    let error = result.unwrap_err();
    error.fields.first().map_or(error.code, |field| field.code)
}

/// Six firms of A, three of B, one of the zone.
pub fn ten() -> Vec<Firm> {
    let mut firms: Vec<Firm> = (1..=4).map(|n| firm("130302", n, &["E8"], &[])).collect();
    firms.push(firm("130302", 5, &["E2", "E6"], &["特种设备", "电子商务平台"]));
    firms.push(firm("130302", 6, &["E8"], &["商标代理", "广告"]));
    firms.extend((1..=3).map(|n| firm("130303", n, &["E8"], &[])));
    firms.push(firm("1303KF", 1, &["E8"], &[]));
    firms
}
