//! What is typed, on its way to a handler: tidied where it is fit, and where not, given back whole with the place of what is
//! wrong, in the form that the asker can use.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use tower::ServiceExt as _;
use web::harden::BODY_BYTES_MAX;
use web::{Form, Hardening, ListQuery, Query};

type Pairs = Vec<(String, String)>;

fn router() -> Router {
    let told =
        |pairs: Pairs| pairs.iter().map(|(name, value)| format!("{name}=<{value}>")).collect::<Vec<_>>().join(";");
    let router = Router::new()
        .route("/form", post(move |Form(pairs): Form<Pairs>| async move { told(pairs) }))
        .route("/query", get(move |Query(pairs): Query<Pairs>| async move { told(pairs) }))
        .route("/list", get(|list: ListQuery| async move { list.filter("q").to_owned() }))
        .route("/item/{id}", get(|web::Path(id): web::Path<String>| async move { id }));
    web::harden(router, Hardening::default())
}

const PAGE: (&str, &str) = ("accept", "text/html");
const PART: (&str, &str) = ("hx-request", "true");

async fn ask(method: &str, address: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> (StatusCode, String) {
    let mut request = Request::builder().method(method).uri(address).header("host", "a.example");
    if method == "POST" {
        request = request.header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 16 << 20).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[tokio::test]
async fn what_is_fit_reaches_the_handler_tidied() {
    let typed = form(&[
        (" a", "1"),
        ("name", " 张三\u{200B}"),
        ("reason", "甲\r\n乙\t"),
        ("name", "e\u{301}"),
        ("password", " p "),
    ]);
    let (status, body) = ask("POST", "/form", &[], typed).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, " a=<1>;name=<张三>;reason=<甲\n乙>;name=<é>;password=< p >"));
    let (_, body) = ask("GET", "/query?q=e%CC%81&r=+b+", &[], Body::empty()).await;
    assert_eq!(body, "q=<é>;r=<b>");
    // A list looks at the address as it was sent.
    let (_, body) = ask("GET", "/list?q=e%CC%81%E2%80%8B", &[], Body::empty()).await;
    assert_eq!(body, "é");
}

#[tokio::test]
async fn a_refused_form_comes_back_with_all_that_was_typed() {
    let typed =
        [("version", "7"), ("name", "张\u{200B}三\u{E123}\"<b>"), ("reason", "第一行\r\n第\0二行"), ("tag", "a&b")];
    let (status, page) = ask("POST", "/form?from=1", &[PAGE], form(&typed)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "有不能使用的字",
        "method=\"post\" action=\"/form?from=1\"",
        "type=\"hidden\" name=\"version\" value=\"7\"",
        "name=\"tag\" value=\"a&#38;b\"",
        "“名称”：第2个字是看不见的字符（U+200B）",
        "value=\"张三〔U+E123〕&#34;&#60;b&#62;\"",
        "“理由”：第6个字是空字符（U+0000）",
        ">第一行 第二行</textarea>",
        "改好后再提交",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(!page.contains("<b>"), "{page}");
    // What it offers can be sent.
    let again = [("version", "7"), ("name", "张三〔U+E123〕\"<b>"), ("reason", "第一行\n第二行"), ("tag", "a&b")];
    assert_eq!(ask("POST", "/form?from=1", &[PAGE], form(&again)).await.0, StatusCode::OK);
    // A part of a page, and a program, are told the same without a page around it.
    let (status, part) = ask("POST", "/form", &[PART], form(&typed)).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && part.contains("U+200B") && !part.contains("<form"), "{part}");
    let (status, document) = ask("POST", "/form", &[], form(&typed)).await;
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!((status, document["code"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("WEB-TEXT")));
    assert_eq!(document["fields"][0]["field"], "name");
}

#[tokio::test]
async fn a_refused_query_can_be_asked_again() {
    let (status, page) = ask("GET", "/list?q=a%00b&page=2", &[PAGE], Body::empty()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "method=\"get\" action=\"/list\"",
        "“查找的内容”：第2个字是空字符",
        "value=\"ab\"",
        "name=\"page\" value=\"2\"",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let (status, body) = ask("GET", "/item/a%00b", &[PAGE], Body::empty()).await;
    assert!(status == StatusCode::NOT_FOUND && body.contains("U+0000"), "{body}");
    assert_eq!(ask("GET", "/item/%E5%B1%B1", &[PAGE], Body::empty()).await, (StatusCode::OK, "山".to_owned()));
}

#[tokio::test]
async fn a_secret_is_never_written_into_a_page() {
    for (field, value) in [("login", "a\0b"), ("password", "geheim\0")] {
        let typed = form(&[("password", "geheim"), (field, value)]);
        let (status, page) = ask("POST", "/form", &[PAGE], typed).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("U+0000") && !page.contains("geheim") && !page.contains("<form"), "{page}");
    }
}

#[tokio::test]
async fn a_form_beyond_the_limit_is_refused_as_too_large() {
    let (status, body) = ask("POST", "/form", &[], "a".repeat(BODY_BYTES_MAX + 1)).await;
    assert!(status == StatusCode::PAYLOAD_TOO_LARGE && body.contains("WEB-413"), "{status} {body}");
}
