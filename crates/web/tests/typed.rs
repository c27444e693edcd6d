//! What is typed, on its way to a handler: tidied where it is fit, and where not, given back whole with the place of what is
//! wrong, in the form that the asker can use.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use tower::ServiceExt as _;
use web::harden::BODY_BYTES_MAX;
use web::typed::{FORM_PAIRS_MAX, JSON_PARTS_MAX, QUERY_BYTES_MAX, QUERY_PAIRS_MAX};
use web::{Form, Hardening, ListQuery, Query};

type Pairs = Vec<(String, String)>;

fn router() -> Router {
    let told =
        |pairs: Pairs| pairs.iter().map(|(name, value)| format!("{name}=<{value}>")).collect::<Vec<_>>().join(";");
    let router = Router::new()
        .route("/json", post(|web::Json(value): web::Json<serde_json::Value>| async move { value.to_string() }))
        .route("/form", post(move |Form(pairs): Form<Pairs>| async move { told(pairs) }))
        .route("/small", post(|Form(pairs): Form<Pairs>| async move { pairs.len().to_string() }))
        .route("/unread", post(|Form(pairs): Form<Pairs>| async move { pairs.len().to_string() }))
        .route("/query", get(move |Query(pairs): Query<Pairs>| async move { told(pairs) }))
        .route("/list", get(|list: ListQuery| async move { list.filter("q").to_owned() }))
        .route("/item/{id}", get(|web::Path(id): web::Path<String>| async move { id }));
    let bodies = &[("/small", 100), ("/form", BODY_BYTES_MAX), ("/json", BODY_BYTES_MAX)];
    web::harden(router, Hardening { bodies, ..Hardening::default() })
}

const PAGE: (&str, &str) = ("accept", "text/html");
const PART: (&str, &str) = ("hx-request", "true");

async fn ask(method: &str, address: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> (StatusCode, String) {
    let mut request = Request::builder().method(method).uri(address).header("host", "a.example");
    if method == "POST" && !headers.iter().any(|(name, _)| *name == "content-type") {
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

#[tokio::test]
async fn no_spelling_of_a_kind_passes_a_text_unseen() {
    let check = async |address: &str, kind: &str, body: &'static str, wanted: u16| {
        let (status, said) = ask("POST", address, &[("content-type", kind)], body).await;
        assert_eq!(status.as_u16(), wanted, "{address} {kind} {body}: {said}");
    };
    for (kind, good, bad) in [
        ("application/x-www-form-urlencoded", 200, 422),
        ("application/x-www-form-urlencoded;charset=x", 200, 422),
        ("Application/X-WWW-Form-URLEncoded", 200, 422),
        ("application/x-www-form-urlencodedX", 415, 415),
        ("application/x-www-form-urlencoded X", 415, 415),
        ("application/x-www-form-urlencoded, text/plain", 415, 415),
        ("text/plain", 415, 415),
        ("multipart/form-data; boundary=a", 415, 415),
        ("application/json", 400, 400),
    ] {
        check("/form", kind, "name=a", good).await;
        check("/form", kind, "name=a%00", bad).await;
    }
    for (kind, good, bad) in [
        ("application/json", 200, 422),
        ("APPLICATION/JSON; charset=utf-8", 200, 422),
        ("application/problem+json", 200, 422),
        ("application/jsonX", 415, 415),
        ("text/plain", 415, 415),
    ] {
        check("/json", kind, "{\"a\":\"b\"}", good).await;
        check("/json", kind, "{\"a\":\"b\\u0000\"}", bad).await;
    }
    check("/json", "application/json", "{\"x\":1e999,\"a\":\"b\\u0000\"}", 400).await;
}

#[tokio::test]
async fn much_is_refused_shortly() {
    let short = |page: &str| page.len() < 50_000 && !page.contains("<form");
    let flood = "%00&".repeat(BODY_BYTES_MAX / 4);
    for headers in [&[PAGE][..], &[PART][..], &[][..]] {
        let (status, page) = ask("POST", "/form", headers, flood.clone()).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("WEB-MANY") && short(&page), "{status}");
        let (status, page) = ask("POST", "/nowhere", headers, flood.clone()).await;
        assert!(status == StatusCode::NOT_FOUND && short(&page), "{status}");
        let (status, page) = ask("POST", "/form", headers, "%00&".repeat(FORM_PAIRS_MAX - 1)).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("WEB-TEXT") && short(&page), "{status}");
        let long = format!("a=%00&b={}", "%22".repeat(300_000));
        let (status, page) = ask("POST", "/form", headers, long).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && short(&page), "{status}");
        let many = format!("/query?{}", "a=1&".repeat(QUERY_PAIRS_MAX));
        let (status, page) = ask("GET", &many, headers, Body::empty()).await;
        assert!(status == StatusCode::BAD_REQUEST && page.contains("WEB-MANY") && short(&page), "{status}");
        let long = format!("/query?{}", "a".repeat(QUERY_BYTES_MAX + 1));
        let (status, page) = ask("GET", &long, headers, Body::empty()).await;
        assert!(status == StatusCode::BAD_REQUEST && page.contains("WEB-MANY") && short(&page), "{status}");
        let (_, page) = ask("GET", "/nowhere?a=%00", headers, Body::empty()).await;
        assert!(page.contains("U+0000") && short(&page), "{page}");
    }
    let enough = "a=1&".repeat(FORM_PAIRS_MAX - 1) + "a=1";
    assert_eq!(ask("POST", "/form", &[], enough).await.0, StatusCode::OK);
    let json = ("content-type", "application/json");
    let (status, said) = ask("POST", "/json", &[json], format!("[{}0]", "0,".repeat(JSON_PARTS_MAX))).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && said.contains("WEB-MANY") && short(&said), "{status}");
    let texts = format!("[{}0]", "\"\\u0000\",".repeat(JSON_PARTS_MAX - 1));
    let (status, said) = ask("POST", "/json", &[json], texts).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && said.contains("WEB-TEXT") && short(&said), "{status}");
}

#[tokio::test]
async fn a_body_is_read_where_one_is_wanted_and_as_far() {
    assert_eq!(ask("POST", "/small", &[], "a".repeat(100)).await.0, StatusCode::OK);
    assert_eq!(ask("POST", "/small", &[], "a".repeat(101)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(ask("POST", "/unread", &[], "a=1").await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    // Of what is not read nothing can be said.
    assert_eq!(ask("POST", "/query", &[], "a=%00").await.0, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn no_page_shows_the_words_of_a_field_that_is_not_ours() {
    let typed = form(&[("name", "a"), ("请汇款到某账户", "b\0")]);
    let (_, page) = ask("POST", "/form", &[PART], typed.clone()).await;
    assert!(page.contains("第2项") && !page.contains("汇款"), "{page}");
    let (_, page) = ask("POST", "/form", &[PAGE], typed).await;
    assert!(page.contains("第2项") && page.matches("汇款").count() == 1, "only as the name of its field: {page}");
}
