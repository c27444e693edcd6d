//! A hardened router in process: errors in both forms, headers, origin, limits, panics, notices, assets, the gallery.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::{get, post};
use serde::Deserialize;
use tower::ServiceExt;
use web::gallery::Gallery;
use web::harden::{BODY_BYTES_MAX, CONTENT_SECURITY_POLICY, ErrorPages};
use web::{Category, Error, FieldErrors, Hardening, Tone};

#[derive(Deserialize)]
struct Typed {
    number: u32,
}

fn router(secure: bool) -> Router {
    let mut errors = Router::new();
    for (index, category) in Category::ALL.into_iter().enumerate() {
        errors = errors.route(
            &format!("/error/{index}"),
            get(move || async move { Error::new(category).because("secret cause") }),
        );
    }
    let router = Router::new()
        .merge(errors)
        .merge(web::assets::router())
        .route("/ok", get(|| async { web::Html(Gallery::example(Gallery::example_page()).unwrap()) }))
        .route("/change", post(|| async { web::go_saying("/ok", Tone::Good, "已保存") }))
        .route("/typed", post(|web::Json(typed): web::Json<Typed>| async move { typed.number.to_string() }))
        .route("/form", post(|web::Form(typed): web::Form<Typed>| async move { typed.number.to_string() }))
        .route("/bytes", post(|bytes: Bytes| async move { bytes.len().to_string() }))
        .route("/item/{id}", get(|web::Path(id): web::Path<u32>| async move { id.to_string() }))
        .route("/panic", get(panics))
        .route(
            "/fields",
            get(|| async {
                let fields: FieldErrors = [("name".to_owned(), "名称不能为空".to_owned())].into_iter().collect();
                Error::new(Category::Invalid).saying("TASK-003", "任务不能保存", "请改正名称").with_fields(fields)
            }),
        );
    let pages = ErrorPages { sign_in: Some("/office/sign-in"), home: "/office", home_outside: Some("/") };
    web::harden(router, Hardening { pages, secure, ..Hardening::default() })
}

async fn panics() -> &'static str {
    let empty: [&str; 0] = [];
    empty[std::hint::black_box(0)]
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn ask(method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    ask_over(false, method, path, headers, body).await
}

async fn ask_over(secure: bool, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("host", "a.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router(secure).oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 16 << 20).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
}

#[tokio::test]
async fn over_https_notices_are_for_https_only_and_browsers_stay() {
    for secure in [false, true] {
        let said = ask_over(secure, "POST", "/change", &[PAGE], Body::empty()).await;
        let cookie = said.header("set-cookie").to_owned();
        assert_eq!(cookie.starts_with("__Host-mingcha_flash=") && cookie.ends_with("; Secure"), secure, "{cookie}");
        assert_eq!(!said.header("strict-transport-security").is_empty(), secure);
        let sent = cookie.split(';').next().unwrap();
        let page = ask_over(secure, "GET", "/ok", &[PAGE, ("cookie", sent)], Body::empty()).await;
        let ended = page.header("set-cookie");
        assert_eq!(ended.starts_with("__Host-mingcha_flash=;") && ended.ends_with("; Secure"), secure, "{ended}");
        assert!(ended.contains("Max-Age=0"));
    }
}

const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
const JSON: (&str, &str) = ("accept", "application/json");

#[tokio::test]
async fn one_table_gives_page_and_document_the_same_status() {
    for (index, category) in Category::ALL.into_iter().enumerate() {
        let path = format!("/error/{index}");
        let document = ask("GET", &path, &[JSON], Body::empty()).await;
        assert_eq!(document.status, category.status());
        assert_eq!(document.header("content-type"), "application/problem+json");
        let json: serde_json::Value = serde_json::from_str(&document.body).unwrap();
        assert_eq!(json["status"], category.status().as_u16());
        assert_eq!(json["request_id"], document.header("x-request-id"));
        assert!(!json["title"].as_str().unwrap().is_empty() && !json["detail"].as_str().unwrap().is_empty());
        assert!(!document.body.contains("secret"), "the cause is for the log");
        if category == Category::Unauthenticated {
            continue;
        }
        let page = ask("GET", &path, &[PAGE], Body::empty()).await;
        assert_eq!(page.status, document.status);
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.body.contains(json["title"].as_str().unwrap()) && page.body.contains(page.header("x-request-id")));
        assert!(!page.body.contains("secret"));
        let part = ask("GET", &path, &[PAGE, ("hx-request", "true")], Body::empty()).await;
        assert_eq!((part.status, part.header("hx-retarget")), (document.status, "#notices"));
        assert!(!part.body.contains("<html"));
    }
}

#[tokio::test]
async fn who_is_not_signed_in_is_sent_there_and_comes_back() {
    let page = ask("GET", "/error/4?a=1&b=2", &[PAGE], Body::empty()).await;
    assert_eq!(
        (page.status, page.header("location")),
        (StatusCode::SEE_OTHER, "/office/sign-in?next=%2Ferror%2F4%3Fa%3D1%26b%3D2")
    );
    let part = ask("GET", "/error/4", &[("hx-request", "true")], Body::empty()).await;
    assert_eq!((part.status, part.header("hx-redirect")), (StatusCode::NO_CONTENT, "/office/sign-in"));
    let program = ask("GET", "/error/4", &[JSON], Body::empty()).await;
    assert_eq!(program.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn fields_are_named_in_both_forms() {
    let document = ask("GET", "/fields", &[JSON], Body::empty()).await;
    let json: serde_json::Value = serde_json::from_str(&document.body).unwrap();
    assert_eq!((json["code"].as_str(), json["fields"][0]["field"].as_str()), (Some("TASK-003"), Some("name")));
    assert!(ask("GET", "/fields", &[PAGE], Body::empty()).await.body.contains("名称不能为空"));
}

#[tokio::test]
async fn what_axum_refuses_has_words_too() {
    let check = async |method: &str, path: &str, headers: &[(&str, &str)], body: &str, status: u16, code: &str| {
        let mut all = vec![JSON];
        all.extend_from_slice(headers);
        let answer = ask(method, path, &all, body.to_owned()).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.body);
        assert!(answer.body.contains(code), "{method} {path}: {}", answer.body);
    };
    check("GET", "/nowhere", &[], "", 404, "WEB-404").await;
    check("GET", "/item/seven", &[], "", 404, "WEB-404").await;
    check("DELETE", "/ok", &[], "", 405, "WEB-405").await;
    check("POST", "/typed", &[("content-type", "application/json")], "{", 400, "WEB-400").await;
    check("POST", "/typed", &[("content-type", "application/json")], "{\"number\": -1}", 422, "WEB-400").await;
    check("POST", "/typed", &[], "{\"number\": 1}", 415, "WEB-415").await;
    check("POST", "/form", &[("content-type", "application/x-www-form-urlencoded")], "number=x", 422, "WEB-400").await;
}

#[tokio::test]
async fn a_panic_is_a_page_with_a_number() {
    let answer = ask("GET", "/panic", &[PAGE], Body::empty()).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.body.contains(answer.header("x-request-id")) && !answer.body.contains("out of bounds"));
}

#[tokio::test]
async fn bodies_end_at_the_limit() {
    let at = ask("POST", "/bytes", &[JSON], vec![b'a'; BODY_BYTES_MAX]).await;
    assert_eq!((at.status, at.body.as_str()), (StatusCode::OK, BODY_BYTES_MAX.to_string().as_str()));
    let above = ask("POST", "/bytes", &[JSON], vec![b'a'; BODY_BYTES_MAX + 1]).await;
    assert_eq!(above.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(above.body.contains("WEB-413"));
}

#[tokio::test]
async fn other_sites_change_nothing() {
    let foreign = ask("POST", "/change", &[PAGE, ("origin", "https://b.example")], Body::empty()).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert!(foreign.body.contains("WEB-ORIGIN"));
    let ours = ask("POST", "/change", &[PAGE, ("origin", "https://a.example")], Body::empty()).await;
    assert_eq!(ours.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    for path in ["/ok", "/nowhere", "/panic", "/error/0", &web::asset_url("app.js")] {
        let answer = ask("GET", path, &[PAGE], Body::empty()).await;
        assert_eq!(answer.header("content-security-policy"), CONTENT_SECURITY_POLICY, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 32, "{path}");
        let cache = if path.starts_with("/assets") { "public, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(answer.header("cache-control"), cache, "{path}");
    }
}

#[tokio::test]
async fn a_notice_is_shown_once() {
    let answer = ask("POST", "/change", &[PAGE], Body::empty()).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let shown = ask("GET", "/ok", &[PAGE, ("cookie", &cookie)], Body::empty()).await;
    assert!(shown.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(ask("GET", "/ok", &[PAGE], Body::empty()).await.header("set-cookie"), "");
}

#[tokio::test]
async fn assets_come_as_what_they_are_and_nothing_else_comes() {
    for (name, kind) in [("app.js", "text/javascript"), ("style.css", "text/css"), ("icon.svg", "image/svg+xml")] {
        let answer = ask("GET", &web::asset_url(name), &[], Body::empty()).await;
        assert!(answer.status.is_success() && answer.header("content-type").starts_with(kind), "{name}");
        assert_eq!(answer.header("content-encoding"), "");
        let packed = ask("GET", &web::asset_url(name), &[("accept-encoding", "gzip")], Body::empty()).await;
        assert_eq!(packed.header("content-encoding"), "gzip");
    }
    for path in ["/assets/manifest.json", "/assets/icons.json", "/assets/..%2Fbuild.mjs", "/assets/app.js", "/assets/"]
    {
        assert_eq!(ask("GET", path, &[], Body::empty()).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// The page itself obeys its own rules: nothing inline that the policy would switch off, every icon drawn, ids once.
#[tokio::test]
async fn the_gallery_keeps_the_rules_of_pages() {
    let page = ask("GET", "/ok", &[PAGE], Body::empty()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains(" style=\"") && !page.body.contains("<style") && !page.body.contains(" onclick="));
    assert_eq!(
        page.body.matches("<script").count(),
        page.body.matches("<script type=\"module\" src=\"/assets/").count()
    );
    let mut ids: Vec<&str> = page.body.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id stands twice");
    for link in page.body.split(" for=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.contains(&link), "the label for {link} has no field");
    }
}

/// Every icon and asset that a template of any front names is in the kept set.
#[test]
fn templates_name_only_icons_and_assets_that_exist() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders: Vec<_> =
        ["web", "office", "public"].iter().map(|name| crates.join(name).join("templates")).collect();
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for name in text.split("web::icon(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert_ne!(
                    web::icon(name).to_string(),
                    "",
                    "{}: icon {name}; add it to client/icons.json",
                    path.display()
                );
                seen += 1;
            }
            for name in text.split("web::asset_url(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert_ne!(web::asset_url(name), format!("/assets/{name}"), "{}: asset {name}", path.display());
            }
        }
    }
    assert!(seen > 10, "the templates were found");
}
