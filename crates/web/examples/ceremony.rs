//! Plays the ceremony's two pages on 127.0.0.1:8098 without a platform, to look at them and to try the phone's script:
//! the projector at `/projector`, the witness at `/witness/demo`; `POST /phase/{state}` sets the witness's state, and
//! `/seen` lists what the phone has sent. It keeps nothing and draws nothing.

use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use web::{Html, Tone};

#[derive(Template)]
#[template(path = "drawing/ceremony/witness.html", config = "examples/askama.toml")]
struct Witness {
    organiser: String,
    party: String,
    title: String,
    matching: bool,
}

#[derive(Template)]
#[template(path = "drawing/ceremony/projector.html", config = "examples/askama.toml")]
struct Projector {
    url: String,
    title: String,
    organiser: String,
    draw: String,
    attempt: u32,
    suite: String,
    phase: String,
    failed: bool,
    strength: String,
    reveal_by: String,
    roll_digest: String,
    rows: u64,
    commitment_digest: Option<String>,
    parties: Vec<Party>,
    strata: Vec<Stratum>,
    totals: Stratum,
    objects: u64,
    first: Vec<First>,
    qr: String,
    qr_label: String,
}

struct Party {
    name: String,
    role: String,
    commitment: Option<String>,
    revealed: Option<String>,
    tone: Tone,
    words: String,
}

struct Stratum {
    code: String,
    label: String,
    rows: u64,
    size: u64,
    drawn: u64,
}

struct First {
    number: u32,
    name: String,
    id: String,
    classes: String,
}

/// What the pages have done so far.
#[derive(Clone)]
struct Stage(Arc<Mutex<Played>>);

struct Played {
    state: String,
    suite: String,
    commitment: Option<String>,
    seen: Vec<Value>,
    shown: u64,
}

impl Stage {
    fn with<T>(&self, act: impl FnOnce(&mut Played) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn witness_state(State(stage): State<Stage>) -> Json<Value> {
    stage.with(|played| {
        Json(json!({
            "state": played.state, "draw": "D-2021-0001", "attempt": 1, "organiser": "秦皇岛市市场监督管理局", "party": "纪检监察组",
            "purpose": "draw", "suite": played.suite, "commitment": played.commitment, "reveal_by": "2021-05-08T10:00:00+08:00",
            "message": null, "proof_url": "/projector",
        }))
    })
}

async fn commit(State(stage): State<Stage>, Json(body): Json<Value>) -> Json<Value> {
    stage.with(|played| {
        played.commitment = body.get("commitment").and_then(Value::as_str).map(str::to_owned);
        played.state = "committed".to_owned();
        played.seen.push(body);
    });
    Json(json!({}))
}

async fn reveal(State(stage): State<Stage>, Json(body): Json<Value>) -> Json<Value> {
    stage.with(|played| {
        played.state = "revealed".to_owned();
        played.seen.push(body);
    });
    Json(json!({}))
}

async fn projector(State(stage): State<Stage>) -> web::Result<Html<Projector>> {
    let shown = stage.with(|played| {
        played.shown = (played.shown + 1).min(8);
        played.shown
    });
    let stratum = |code: &str, label: &str, rows: u64, size: u64| Stratum {
        code: code.into(),
        label: label.into(),
        rows,
        size,
        drawn: size * shown.saturating_sub(3).min(4) / 4,
    };
    let strata = vec![
        stratum("E1", "特种设备使用单位", 1_803, 1_803),
        stratum("E2", "电子商务平台经营者", 12, 12),
        stratum("E3", "食品生产企业", 640, 64),
        stratum("E4", "食品销售和餐饮服务经营者", 9_120, 274),
        stratum("E5", "药品零售企业", 1_204, 61),
        stratum("E6", "广告发布单位", 88, 9),
        stratum("E7", "检验检测机构", 73, 73),
        stratum("I1", "个体工商户（食品）", 31_200, 312),
        stratum("I2", "个体工商户（药品）", 410, 21),
        stratum("E8", "其它类型企业", 38_120, 1_144),
        stratum("I4", "个体工商户", 162_004, 321),
    ];
    let sum = |of: fn(&Stratum) -> u64| strata.iter().map(of).sum();
    let totals = Stratum {
        code: "total".into(),
        label: "合计".into(),
        rows: sum(|s| s.rows),
        size: sum(|s| s.size),
        drawn: sum(|s| s.drawn),
    };
    let party = |name: &str, role: &str, byte: &str, value: &str, step: u64| Party {
        name: name.into(),
        role: role.into(),
        commitment: (shown >= step).then(|| byte.repeat(32)),
        revealed: (shown >= step + 2).then(|| value.to_owned()),
        tone: if shown >= step + 2 { Tone::Good } else { Tone::Info },
        words: if shown >= step + 2 {
            "已公开"
        } else if shown >= step {
            "已承诺"
        } else {
            "等待承诺"
        }
        .into(),
    };
    let done = shown >= 8;
    let one = |number, name: &str, id: &str| First { number, name: name.into(), id: id.into(), classes: String::new() };
    Ok(Html(Projector {
        url: "/projector".into(),
        title: "2021 年内部联合抽查 · 公开摇号".into(),
        organiser: "秦皇岛市市场监督管理局".into(),
        draw: "130300-20210508-0001".into(),
        attempt: 1,
        suite: "mc1-sha256".into(),
        phase: if done { "抽取完成" } else { "正在揭示" }.into(),
        failed: false,
        strength: "有见证：3 方，其中见证人 2 名".into(),
        reveal_by: "10:00".into(),
        roll_digest: "93811f0f76f1a94864ba13675bed572b5bc060fd5ff3767bc4a10213ef54f6db".into(),
        rows: 240_256,
        commitment_digest: (shown >= 3)
            .then(|| "35929f9b0fa233b816b19104231ba5ccbb639749583106f1d743ca6eb0883423".to_owned()),
        parties: vec![
            party("平台", "平台", "b4", "3afb875c47ab809c", 0),
            party("纪检监察组", "见证人", "c1", "7 3 9 1", 1),
            party("企业代表", "见证人", "5e", "一二三 20210508", 2),
        ],
        strata,
        totals,
        objects: if done { 3_344 } else { 0 },
        first: if done {
            vec![
                one(1, "秦皇岛云帆渔具有限公司", "91130302MA00000016"),
                one(2, "山海关老城根面馆", "92130303MA0000012X"),
                one(3, "昌黎县碣石葡萄种植农民专业合作社", "93130322MA00000417"),
                one(4, "北戴河听涛民宿服务有限公司", "91130304MA00000333"),
                one(5, "青龙满族自治县祖山板栗加工厂", "91130321MA0000055G"),
                one(6, "卢龙县石门甘薯粉条加工厂", "91130324MA0000061X"),
            ]
        } else {
            Vec::new()
        },
        qr: if done { web::qr_svg("https://example.invalid/draws/130300-20210508-0001")? } else { String::new() },
        qr_label: "扫码核验".into(),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let suite = std::env::args().nth(1).unwrap_or_else(|| "mc1-sha256".to_owned());
    let played = Played { state: "invited".into(), suite, commitment: None, seen: Vec::new(), shown: 0 };
    let stage = Stage(Arc::new(Mutex::new(played)));
    let witness = || async {
        Html(Witness {
            organiser: "秦皇岛市市场监督管理局".into(),
            party: "纪检监察组".into(),
            title: "2021 年内部联合抽查 · 公开摇号".into(),
            matching: false,
        })
    };
    let router = Router::new()
        .route("/witness/demo", get(witness))
        .route("/witness/demo/state", get(witness_state))
        .route("/witness/demo/commit", post(commit))
        .route("/witness/demo/reveal", post(reveal))
        .route("/projector", get(projector))
        .route(
            "/phase/{state}",
            post(|State(stage): State<Stage>, web::Path(state): web::Path<String>| async move {
                stage.with(|played| played.state = state)
            }),
        )
        .route("/seen", get(|State(stage): State<Stage>| async move { Json(stage.with(|played| played.seen.clone())) }))
        .merge(web::assets::router())
        .with_state(stage);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8098").await?;
    axum::serve(listener, web::harden(router, web::Hardening::default())).await?;
    Ok(())
}
