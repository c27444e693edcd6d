//! The public front in process, on both databases: each page, what must not stand on it, the answers for codes, limits,
//! escaping, exports and the bundle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::net::SocketAddr;

use app::public_site::{Announcement, EXPORT_ROWS_MAX, PublicAttempt, PublicParty, PublishedDrawn};
use app::scheme::{RuleCount, StratumCount};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use domain::agency::AgencyLevel;
use domain::credit_code::UnifiedCreditCode;
use public::{CHECKS_PER_MINUTE_MAX, Public};
use sha2::{Digest as _, Sha256};
use testkit::{Published, World};
use tower::ServiceExt as _;
use web::harden::ErrorPages;

const SEED: &str = "bb0c5cd934d5a7ac6aec1efdebca4fe654939c1a67c931cabb052e1400e6fa6a";
const SALT: &str = "5a17000000000000000000000000000000000000000000000000000000000001";
const SCRIPT: &str = "<script>alert(1)</script>商行";
const FORMULA: &str = "=HYPERLINK(\"http://a.example\")餐饮店";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

fn front(world: &World) -> Router {
    let public =
        Public { platform: world.platform.clone(), bureau: "临海市市场监督管理局".to_owned(), demo: true };
    let pages = ErrorPages { sign_in: None, home: "/", home_outside: None };
    let health = public::health(world.platform.clone(), true);
    let router = public::router(public).merge(health).merge(web::assets::router());
    let proxies = std::iter::once("10.7.0.1".parse().unwrap()).collect();
    web::harden(router, web::Hardening { pages, proxies, ..web::Hardening::default() })
}

async fn ask_from(front: &Router, peer: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().uri(path).header("host", "a.example").header("accept", "text/html");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    let peer: SocketAddr = format!("{peer}:1234").parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = front.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, bytes }
}

async fn ask(front: &Router, path: &str) -> Answer {
    ask_from(front, "10.0.0.1", path, &[]).await
}

/// A page that must be there.
async fn page(front: &Router, path: &str) -> String {
    let answer = ask(front, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    assert!(answer.header("content-type").starts_with("text/html"), "{path}");
    // As a browser reads it: where a template breaks its lines makes no difference.
    let text = answer.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(!text.contains(" style=\"") && !text.contains(" onclick="), "{path}: the policy would drop this");
    text
}

/// A valid code by its number.
fn code(n: u32) -> String {
    UnifiedCreditCode::compose('9', '1', "130302".parse().unwrap(), &format!("MA{n:06}")).unwrap().to_string()
}

/// Reckoned here from the protocol's text, not by the crate under test.
fn ticket_of(code: &str) -> String {
    let mut block = [0_u8; 32];
    block[..17].copy_from_slice(b"mingcha ticket v1");
    let mut hasher = Sha256::new();
    hasher.update(block);
    hasher.update(hex::decode(SEED).unwrap());
    hasher.update(code.as_bytes());
    hex::encode(hasher.finalize())
}

fn row(position: i64, n: u32, name: &str, unit: &str, stratum: &str) -> PublishedDrawn {
    let code = code(n);
    PublishedDrawn {
        position,
        name: name.to_owned(),
        unit: unit.to_owned(),
        stratum: stratum.to_owned(),
        stratum_label: if stratum == "E8" { "其它企业" } else { "电子商务平台" }.to_owned(),
        ticket: ticket_of(&code),
        code,
    }
}

fn stratum(code: &str, label: &str, rows: u64, size: u64, cells: usize) -> StratumCount {
    StratumCount {
        code: code.to_owned(),
        label: label.to_owned(),
        population: "企业".to_owned(),
        items: vec!["登记事项检查".to_owned()],
        tagged: true,
        sentence: format!("{label}的，抽取3%，向上取整。"),
        rows,
        size,
        cells: (0..cells).map(|n| (format!("13030{n}"), rows, None)).collect(),
    }
}

fn party(name: &str, digit: &str, open: bool) -> PublicParty {
    PublicParty {
        name: name.to_owned(),
        platform: name == "平台",
        commitment: digit.repeat(64),
        salt: open.then(|| SALT.to_owned()),
        value: open.then(|| "四十二".to_owned()),
    }
}

/// The first attempt, as the draw or the failure would have left it.
fn attempt(state: &str, number: &str) -> PublicAttempt {
    let drawn = state == "drawn";
    let open = state != "committed";
    let parties = vec![party("平台", "a", open), party("机关纪委", "b", open)];
    let listed = parties.iter().map(|party| {
        let role = if party.platform { "platform" } else { "witness" };
        serde_json::json!({ "party": party.name, "role": role, "commitment": party.commitment })
    });
    let document = serde_json::json!({
        "protocol": "mc1-sha256", "purpose": "draw", "draw": number, "attempt": 1, "organiser": "临海市市场监督管理局",
        "roll": { "digest": "1".repeat(64), "at": "2021-05-08T08:30:00+08:00", "source": "检查对象名录库" },
        "scheme": "2".repeat(64), "sizes": "3".repeat(64), "parties": listed.collect::<Vec<_>>(), "beacon": null,
        "committed_at": "2021-05-08T09:00:00+08:00", "reveal_by": "2021-05-08T10:00:00+08:00", "previous": "4".repeat(64),
        "replaces": null,
    });
    PublicAttempt {
        attempt: 1,
        state: state.to_owned(),
        commitment_digest: "c".repeat(64),
        commitment_document: document.to_string(),
        committed_at: "2021-05-08T09:00:00+08:00".to_owned(),
        reveal_by: "2021-05-08T10:00:00+08:00".to_owned(),
        parties,
        strength: "有见证：1名见证人各自出数".to_owned(),
        replaces_reason: None,
        failure: (state == "failed").then(|| "机关纪委未在揭示截止时间前揭示".to_owned()),
        seed: drawn.then(|| SEED.to_owned()),
        result_digest: drawn.then(|| "5".repeat(64)),
        drawn_rows: drawn.then_some(5),
        drawn_objects: drawn.then_some(5),
        ended_at: open.then(|| "2021-05-08T09:20:00+08:00".to_owned()),
        attestations: Vec::new(),
    }
}

fn announcement(state: &str, number: &str) -> Announcement {
    Announcement {
        basis: "年度抽查工作计划".to_owned(),
        window_from: "2021-05-10".to_owned(),
        window_to: "2021-07-30".to_owned(),
        contact: "信用监管科 0000-0000000".to_owned(),
        rehearsal: false,
        roll_rows: 1234,
        roll_digest: "1".repeat(64),
        roll_at: "2021-05-08T08:30:00+08:00".to_owned(),
        roll_source: "检查对象名录库".to_owned(),
        register_digest: "e".repeat(64),
        internal_columns: Vec::new(),
        scheme_document: "internal-scheme".to_owned(),
        suite: "mc1-sha256".to_owned(),
        exclusions: vec![RuleCount {
            code: "status".to_owned(),
            label: "非存续".to_owned(),
            sentence: "登记状态不是“存续”".to_owned(),
            rows: 34,
        }],
        strata: vec![stratum("E2", "电子商务平台", 2, 2, 0), stratum("E8", "其它企业", 97, 3, 2)],
        outside: 7,
        total: 5,
        attempts: vec![attempt(state, number)],
        objects: Some((99, 0)),
        expected: Some(domain::scheme::Expected { least: 5, most: 5 }),
        mappings: Vec::new(),
    }
}

fn published(number: &str, state: &str) -> Published {
    let drawn = state == "drawn";
    let rows = vec![
        row(1, 1, "临海一号电子商务有限公司", "海港区", "E2"),
        row(2, 2, SCRIPT, "海港区", "E2"),
        row(3, 3, FORMULA, "山海关区", "E8"),
        row(4, 4, "百分之_百商贸有限公司", "山海关区", "E8"),
        row(5, 5, "临海五号有限公司", "开发区", "E8"),
    ];
    Published {
        number: number.to_owned(),
        title: format!("抽查{number}"),
        organiser: "临海市市场监督管理局".to_owned(),
        content: announcement(state, number),
        drawn: if drawn { rows } else { Vec::new() },
        bundle: drawn.then(|| (0..200_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect()),
    }
}

async fn with(world: &World, all: &[Published]) -> Router {
    let agency = world.agency("130300", "临海市市场监督管理局", AgencyLevel::City, None).await;
    let inspector = world.person("wang", "王检查", agency, domain::role::Role::Inspector).await;
    assert_eq!(inspector.person, "王检查");
    for one in all {
        world.publish(agency, one).await;
    }
    front(world)
}

/// What stands on no public page: people, files, keys, and the salts of a draw that is not over.
fn nothing_internal(path: &str, text: &str) {
    for secret in ["王检查", "internal-", "roll_file"] {
        assert!(!text.contains(secret), "{path} shows {secret}");
    }
}

testkit::on_both! {
    async fn an_empty_installation_says_so(world) {
        let front = front(&world);
        assert!(page(&front, "/").await.contains("还没有公告"));
        assert!(page(&front, "/check").await.contains("我被抽中了吗"));
        let asked = page(&front, &format!("/check?code={}", code(1))).await;
        assert!(asked.contains("还没有可查的名单"));
        let health = ask(&front, "/healthz").await;
        assert_eq!((health.status, health.text().as_str(), health.header("cache-control")), (StatusCode::OK, "ok\n", "no-store"));
    }

    async fn before_the_draw_nothing_of_the_reveals_is_shown(world) {
        let front = with(&world, &[published("D1", "committed")]).await;
        for path in ["/", "/announcements/D1", "/announcements/D1/drawn", "/announcements/D1/proof", "/check?number=D1"] {
            let text = page(&front, path).await;
            nothing_internal(path, &text);
            assert!(!text.contains(SALT) && !text.contains("四十二") && !text.contains(SEED), "{path}");
        }
        let text = page(&front, "/announcements/D1").await;
        for shown in ["承诺已公布", "1111 1111", "2222 2222", "3333 3333", "4444 4444", "cccc cccc", "aaaa aaaa", "bbbb bbbb",
            "机关纪委", "2021-05-08 09:00:00", "1,234", "抽取3%，向上取整", "3.09%", "非存续", "摇号之后公布"] {
            assert!(text.contains(shown), "{shown}");
        }
        assert!(page(&front, "/announcements/D1/drawn").await.contains("还没有名单"));
        assert!(page(&front, "/announcements/D1/proof").await.contains("还没有证明包"));
        assert_eq!(ask(&front, "/announcements/D1/bundle.zip").await.status, StatusCode::NOT_FOUND);
        let document = ask(&front, "/announcements/D1/commitment.json").await;
        assert_eq!(document.text(), announcement("committed", "D1").attempts[0].commitment_document);
        let waiting = page(&front, &format!("/check?code={}", code(1))).await;
        assert!(waiting.contains("还没有可查的名单") && waiting.contains("抽查D1"));
    }

    async fn after_the_draw_everything_is_there(world) {
        let front = with(&world, &[published("D1", "drawn")]).await;
        let text = page(&front, "/announcements/D1").await;
        nothing_internal("view", &text);
        for shown in ["已抽取", "bb0c 5cd9", "5a17 0000", "四十二", "5555 5555", "unit=%E6%B5%B7%E6%B8%AF%E5%8C%BA", "stratum=E8"] {
            assert!(text.contains(shown), "{shown}");
        }
        let threshold = ticket_of(&code(1)).max(ticket_of(&code(2)));
        assert!(text.contains(&threshold), "the threshold of a stratum of one cell");
        assert!(text.contains("各组门限"), "a split stratum has none of its own");
        let proof = page(&front, "/announcements/D1/proof").await;
        nothing_internal("proof", &proof);
        assert!(proof.contains(&format!("mingcha verify D1.zip --commitment {}", "c".repeat(64))));
        assert!(page(&front, "/").await.contains("已抽取"));
    }

    async fn a_failed_attempt_stays_on_the_record(world) {
        let mut twice = published("D1", "committed");
        twice.content.attempts.insert(0, attempt("failed", "D1"));
        twice.content.attempts[1].attempt = 2;
        let failed = published("D2", "failed");
        let front = with(&world, &[twice, failed]).await;
        let text = page(&front, "/announcements/D1").await;
        assert!(text.contains("此前未成的摇号") && text.contains("机关纪委未在揭示截止时间前揭示"));
        assert!(page(&front, "/announcements/D2").await.contains("没有产生任何名单"));
    }

    async fn the_list_is_searched_and_turned(world) {
        let mut all: Vec<Published> = (0..50).map(|n| published(&format!("N{n:02}"), "committed")).collect();
        let front = with(&world, &all).await;
        let full = page(&front, "/").await;
        assert!(full.contains("共 50 条") && !full.contains("下一页"));
        all = vec![published("LAST", "drawn")];
        let agency = app::agency::list(&world.platform, &world.system()).await.unwrap()[0].id;
        world.publish(agency, &all[0]).await;
        let first = page(&front, "/").await;
        assert!(first.contains("共 51 条") && first.contains("下一页") && first.contains("抽查LAST"), "newest first");
        assert!(page(&front, "/?page=2").await.contains("抽查N00"));
        let found = page(&front, "/?q=LAST").await;
        assert!(found.contains("抽查LAST") && !found.contains("抽查N00"));
        assert!(page(&front, "/?q=%25").await.contains("没有符合条件的公告"), "a percent sign is a percent sign");
        assert!(page(&front, "/?page=9").await.contains("这一页没有公告"));
    }

    async fn the_drawn_list_is_filtered_by_the_address(world) {
        let front = with(&world, &[published("D1", "drawn"), published("D2", "drawn")]).await;
        let check = async |query: &str, expect: &[u32]| {
            let text = page(&front, &format!("/announcements/D1/drawn?{query}")).await;
            nothing_internal(query, &text);
            for n in 1..=5 {
                assert_eq!(text.contains(&code(n)), expect.contains(&n), "{query}: {n}");
            }
        };
        check("", &[1, 2, 3, 4, 5]).await;
        check("unit=%E6%B5%B7%E6%B8%AF%E5%8C%BA", &[1, 2]).await;
        check("stratum=E8", &[3, 4, 5]).await;
        check("stratum=E8&unit=%E5%BC%80%E5%8F%91%E5%8C%BA", &[5]).await;
        check("q=%E4%B8%B4%E6%B5%B7", &[1, 5]).await;
        check("q=_", &[4]).await;
        // Codes stand in the search field too, so names are looked for here.
        let small = page(&front, &format!("/announcements/D1/drawn?q={}", code(5).to_lowercase())).await;
        assert!(small.contains("临海五号有限公司") && !small.contains("临海一号"), "small letters find a code");
        assert!(page(&front, "/announcements/D1/drawn?q=nobody").await.contains("名单中没有符合条件的主体"));
    }

    async fn names_are_text_and_never_markup_or_formulas(world) {
        let front = with(&world, &[published("D1", "drawn")]).await;
        let text = page(&front, "/announcements/D1/drawn").await;
        assert!(!text.contains("<script>alert") && text.contains("alert(1)"), "escaped");
        let asked = page(&front, &format!("/check?code={}", code(2))).await;
        assert!(!asked.contains("<script>alert") && asked.contains("被抽中了"));
        let echoed = ask(&front, "/check?code=%3Cscript%3Ealert(2)").await;
        assert!(!echoed.text().contains("<script>alert"));
        let csv = ask(&front, "/announcements/D1/drawn.csv").await;
        assert!(csv.text().contains("'=HYPERLINK") && !csv.text().contains(",=HYPERLINK") && !csv.text().contains(",\"=HYPERLINK"));
    }

    async fn exports_hold_exactly_what_is_shown(world) {
        let front = with(&world, &[published("D1", "drawn")]).await;
        let csv = ask(&front, "/announcements/D1/drawn.csv?stratum=E8&per_page=20&page=2").await;
        assert_eq!(csv.status, StatusCode::OK);
        assert!(csv.header("content-type").starts_with("text/csv"));
        assert_eq!(csv.header("content-disposition"), "attachment; filename=\"D1-drawn.csv\"");
        let text = csv.text();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines.len(), 4, "heading and three rows: {text}");
        assert_eq!(lines[0], "序号,统一社会信用代码/注册号,名称,检查单位,类别代码,抽查类别,票值");
        assert_eq!(lines[3], format!("5,{},临海五号有限公司,开发区,E8,其它企业,{}", code(5), ticket_of(&code(5))));
        let xlsx = ask(&front, "/announcements/D1/drawn.xlsx?stratum=E8").await;
        assert_eq!(xlsx.status, StatusCode::OK);
        assert!(xlsx.bytes.starts_with(b"PK") && xlsx.header("content-type").contains("spreadsheetml"));
    }

    async fn an_export_has_a_limit_and_says_so(world) {
        let mut what = published("D1", "drawn");
        let rows_max = i64::from(EXPORT_ROWS_MAX);
        // Of one stratum, so that what a filter lets through is counted and not what there is.
        what.drawn = (1..=rows_max).map(|n| row(n, u32::try_from(n).unwrap(), "临海商贸有限公司", "海港区", "E8")).collect();
        what.drawn.push(row(rows_max + 1, 0, "临海电子商务有限公司", "海港区", "E2"));
        let front = with(&world, &[what]).await;
        let full = ask(&front, "/announcements/D1/drawn.csv?stratum=E8").await;
        assert_eq!((full.status, full.text().lines().count()), (StatusCode::OK, usize::try_from(rows_max).unwrap() + 1));
        for face in ["drawn.csv", "drawn.xlsx"] {
            let refused = ask(&front, &format!("/announcements/D1/{face}")).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{face}");
            assert!(refused.text().contains("PUBL-004") && refused.text().contains("100000"), "{face}: {}", refused.text());
        }
        assert!(page(&front, "/announcements/D1/drawn").await.contains("100,001"), "the page shows it all the same");
    }

    async fn the_bundle_is_the_file(world) {
        let what = published("D1", "drawn");
        let bytes = what.bundle.clone().unwrap();
        let digest = hex::encode(Sha256::digest(&bytes));
        let front = with(&world, &[what]).await;
        let zip = ask_from(&front, "10.0.0.1", "/announcements/D1/bundle.zip", &[("accept-encoding", "gzip")]).await;
        assert_eq!(zip.status, StatusCode::OK);
        assert!(zip.bytes == bytes, "byte by byte");
        assert_eq!(zip.header("content-type"), "application/zip");
        assert_eq!(zip.header("content-encoding"), "");
        assert_eq!(zip.header("content-length"), bytes.len().to_string());
        assert_eq!(zip.header("content-disposition"), "attachment; filename=\"D1.zip\"");
        assert_eq!(zip.header("etag"), format!("\"{digest}\""));
        let again = ask_from(&front, "10.0.0.1", "/announcements/D1/bundle.zip", &[("if-none-match", zip.header("etag"))]).await;
        assert_eq!((again.status, again.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
        let other = ask_from(&front, "10.0.0.1", "/announcements/D1/bundle.zip", &[("if-none-match", "\"00\"")]).await;
        assert_eq!(other.status, StatusCode::OK);
        let proof = page(&front, "/announcements/D1/proof").await;
        assert!(proof.contains(&digest) && proof.contains("/announcements/D1/bundle.zip"));
    }

    async fn a_code_is_answered_and_nothing_more_is_told(world) {
        let front = with(&world, &[published("OLD", "drawn"), published("NEW", "committed")]).await;
        let drawn = page(&front, &format!("/check?code={}", code(1))).await;
        for shown in ["被抽中了", "临海一号电子商务有限公司", "海港区", "电子商务平台", "抽查OLD", "2021-05-10", "抽查NEW", "本类门限"] {
            assert!(drawn.contains(shown), "{shown}");
        }
        assert!(drawn.contains(&ticket_of(&code(1))));
        let split = page(&front, &format!("/check?code={}", code(5))).await;
        assert!(split.contains("result.json") && !split.contains("本类门限"));
        // Small letters and spaces are the same code.
        let typed = code(1).to_lowercase().replacen("ma", "%20ma%E3%80%80", 1);
        assert!(page(&front, &format!("/check?code={typed}")).await.contains("临海一号电子商务有限公司"));
        // Neither of these is on any list; the answers differ in the code and its ticket alone.
        let (a, b) = (code(77), code(999_999));
        let not_a = page(&front, &format!("/check?code={a}")).await;
        let not_b = page(&front, &format!("/check?code={b}")).await;
        assert!(not_a.contains("没有被抽中") && not_a.contains(&ticket_of(&a)));
        let plain = |text: &str, code: &str| {
            let ticket = ticket_of(code);
            text.replace(&web::format::grouped(&ticket), "T").replace(&ticket, "T").replace(code, "C")
        };
        assert_eq!(plain(&not_a, &a), plain(&not_b, &b));
        let number = page(&front, &format!("/check?code={}&number=NEW", code(1))).await;
        assert!(number.contains("还没有可查的名单") && !number.contains("临海一号"));
        assert_eq!(ask(&front, &format!("/check?code={}&number=NONE", code(1))).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_list_that_does_not_agree_with_its_proof_is_not_told(world) {
        let front = with(&world, &[published("D1", "drawn"), published("D2", "drawn")]).await;
        let known = |table: &str| format!(
            "INSERT INTO projection (name, slice, task_id, n, rows_digest, fault, fault_at)
             SELECT '{table}', id, id, 1, '', '{{}}', 1 FROM task WHERE number = 'D1'"
        );
        testkit::run_sql(&world.store_config, &known("publication_drawn")).await;
        let view = page(&front, "/announcements/D1").await;
        assert!(view.contains("抽取名单与证明不一致") && view.contains("以证明包为准"));
        assert!(!view.contains("看抽取名单") && !view.contains("抽中户次") && !view.contains("unit="));
        assert!(!view.contains(&ticket_of(&code(1)).max(ticket_of(&code(2)))), "no threshold of a list in doubt");
        assert!(view.contains("下载证明"));
        for path in ["/announcements/D1/drawn", "/announcements/D1/drawn.csv", "/announcements/D1/drawn.xlsx"] {
            let refused = ask(&front, path).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{path}");
            assert!(refused.text().contains("以证明包为准"), "{path}: {}", refused.text());
        }
        assert_eq!(ask(&front, "/announcements/D1/bundle.zip").await.status, StatusCode::OK);
        assert!(page(&front, "/").await.contains("正在核对"));
        for asked in [code(1), code(77)] {
            let answer = page(&front, &format!("/check?code={asked}&number=D1")).await;
            assert!(answer.contains("本页对它们不作回答") && answer.contains("D1"), "{asked}");
            assert!(!answer.contains("被抽中了</h2>") && !answer.contains("没有被抽中</h2>"), "{asked}");
        }
        // The other list is answered for, and the one in doubt named beside it.
        let both = page(&front, &format!("/check?code={}", code(1))).await;
        assert!(both.contains("被抽中了</h2>") && both.contains("抽查D2") && both.contains("本页对它们不作回答"));
        assert!(!both.contains("抽查D1"));

        testkit::run_sql(&world.store_config, &known("publication")).await;
        for path in ["/announcements/D1", "/announcements/D1/proof", "/announcements/D1/bundle.zip", "/announcements/D1/drawn"] {
            let refused = ask(&front, path).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{path}");
            assert!(refused.text().contains("与公布时不一致"), "{path}: {}", refused.text());
        }
        assert_eq!(ask(&front, "/announcements/D2/drawn").await.status, StatusCode::OK);
    }

    async fn what_is_no_code_is_told_why(world) {
        let front = with(&world, &[published("D1", "drawn")]).await;
        let check = async |typed: &str, expect: &str| {
            let answer = ask_from(&front, "10.0.0.9", &format!("/check?code={typed}"), &[]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            assert!(answer.text().contains(expect), "{typed}: {}", answer.text());
            assert!(answer.text().contains("name=\"code\""), "the form is there again");
        };
        check("", "请填写统一社会信用代码或注册号").await;
        check("%E3%80%80", "请填写统一社会信用代码或注册号").await;
        check(&code(1)[..17], "代码应为18位，现为17位").await;
        check(&format!("{}0", code(1)), "代码应为18位，现为19位").await;
        check(&code(1).replacen('9', "%EF%BC%99", 1), "是全角字符").await;
        let mut wrong = code(1);
        let last = wrong.pop().unwrap();
        wrong.push(if last == '1' { '2' } else { '1' });
        check(&wrong, "校验码应为").await;
        check("130302000000000", "校验码应为").await;
        check("91130302MA0000O0AB", "代码不使用字母O").await;
        check(&"9".repeat(500), "代码应为18位，现为100位").await;
        let registration = domain::credit_code::RegistrationNumber::compose("130302".parse().unwrap(), "60000001").unwrap();
        assert!(page(&front, &format!("/check?code={registration}")).await.contains("没有被抽中"));
    }

    async fn one_address_asks_so_often_and_no_more(world) {
        let front = with(&world, &[published("D1", "drawn")]).await;
        let path = format!("/check?code={}", code(1));
        for n in 0..CHECKS_PER_MINUTE_MAX {
            assert_eq!(ask_from(&front, "10.0.0.2", &path, &[]).await.status, StatusCode::OK, "{n}");
        }
        let refused = ask_from(&front, "10.0.0.2", &path, &[]).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(refused.text().contains("查询太频繁了") && refused.text().contains("秒后再试"));
        assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 60);
        assert_eq!(ask_from(&front, "10.0.0.2", "/check", &[]).await.status, StatusCode::OK, "the form is free");
        assert_eq!(ask_from(&front, "10.0.0.3", &path, &[]).await.status, StatusCode::OK, "others are not held up");
        world.clock.advance_seconds(61);
        assert_eq!(ask_from(&front, "10.0.0.2", &path, &[]).await.status, StatusCode::OK, "a minute later");
    }

    async fn behind_a_named_proxy_each_asker_counts_alone_and_nobody_names_himself(world) {
        let front = with(&world, &[published("D1", "drawn")]).await;
        let path = format!("/check?code={}", code(1));
        let from = async |peer: &str, named: &str| ask_from(&front, peer, &path, &[("x-forwarded-for", named)]).await.status;
        for n in 0..CHECKS_PER_MINUTE_MAX {
            assert_eq!(from("10.7.0.1", &format!("192.0.2.{n}, 198.51.100.7")).await, StatusCode::OK, "{n}");
            assert_eq!(from("10.0.0.2", &format!("192.0.2.{n}")).await, StatusCode::OK, "{n}");
        }
        assert_eq!(from("10.7.0.1", "198.51.100.7").await, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(from("10.7.0.1", "198.51.100.8").await, StatusCode::OK, "another asker behind the proxy");
        assert_eq!(from("10.0.0.2", "192.0.2.99").await, StatusCode::TOO_MANY_REQUESTS, "a stranger names no address");
    }

    async fn what_is_not_here_is_not_found_in_words(world) {
        let front = with(&world, &[published("D1", "drawn")]).await;
        let check = async |path: &str, words: &str| {
            let answer = ask(&front, path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(answer.text().contains(words) && answer.text().contains("href=\"/\""), "{path}: {}", answer.text());
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        };
        for face in ["", "/drawn", "/drawn.csv", "/drawn.xlsx", "/proof", "/bundle.zip", "/commitment.json"] {
            check(&format!("/announcements/NONE{face}"), "没有这一份公告").await;
        }
        check("/announcements", "没有找到").await;
        for path in ["/office", "/office/sign-in", "/office/tasks", "/witness/x"] {
            check(path, "没有找到").await;
        }
    }

    async fn pages_may_be_kept_for_a_minute_and_answers_not_at_all(world) {
        let front = with(&world, &[published("D1", "drawn")]).await;
        let check = async |path: &str, expect: &str| assert_eq!(ask(&front, path).await.header("cache-control"), expect, "{path}");
        check("/", "public, max-age=60").await;
        check("/announcements/D1", "public, max-age=60").await;
        check("/announcements/D1/drawn", "public, max-age=60").await;
        check("/check", "public, max-age=60").await;
        check(&format!("/check?code={}", code(1)), "no-store").await;
        check("/check?code=1", "no-store").await;
        check("/announcements/D1/bundle.zip", "public, no-cache").await;
    }
}
