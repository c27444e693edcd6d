//! Every address of the public front, read from its sources, with what nobody may type, on both databases: nothing fails,
//! each refusal names the place, and nothing is kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use public::Public;
use testkit::{World, on_both};
use tower::ServiceExt as _;
use web::harden::ErrorPages;

/// The addresses that the pages of the front put into the router.
fn addresses() -> Vec<String> {
    let folder = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/page");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        found.extend(source.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    found
}

fn front(world: &World) -> Router {
    let public =
        Public { platform: world.platform.clone(), bureau: "临海市市场监督管理局".to_owned(), demo: false };
    let pages = ErrorPages { sign_in: None, home: "/", home_outside: None };
    web::harden(public::router(public), web::Hardening { pages, ..web::Hardening::default() })
}

async fn ask(front: &Router, address: &str) -> (StatusCode, String) {
    let request = Request::get(address).header("host", "a.example").header("accept", "text/html");
    let response = front.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

on_both! {
    async fn nothing_unfit_passes_any_public_address(world) {
        let front = front(&world);
        let addresses = addresses();
        let before = world.event_kinds().await;
        assert!(addresses.len() >= 10, "the sources were not read: {addresses:?}");
        let long = "a".repeat(domain::text::LINE_CHARS_MAX + 1);
        let mut asked = 0;
        for address in &addresses {
            let own = address.replace("{number}", "1");
            for (bad, says) in [
                ("a%00b", "U+0000"), ("%1B", "U+001B"), ("%EE%84%A3", "U+E123"), ("a%E2%80%8Bb", "U+200B"),
                ("%EF%BF%BF", "U+FFFF"), ("%FF", "U+FFFD"), (long.as_str(), "最多"),
            ] {
                for field in ["q", "stratum", "unit", "number", "code", "sort", "page"] {
                    let (status, body) = ask(&front, &format!("{own}?code=1&{field}={bad}")).await;
                    assert!(status == StatusCode::BAD_REQUEST && body.contains(says), "{own} {field} {says}: {status}");
                    asked += 1;
                }
                if address.contains("{number}") {
                    let (status, body) = ask(&front, &address.replace("{number}", bad)).await;
                    let told = says == "最多" || body.contains(says);
                    assert!(status == StatusCode::NOT_FOUND && told, "{address} {says}: {status}");
                    asked += 1;
                }
            }
            // Another form of the same letters is looked for as the letters are kept.
            let (status, _) = ask(&front, &format!("{own}?q=e%CC%81&number=e%CC%81&code=e%CC%81")).await;
            assert!(!status.is_server_error(), "{own}: {status}");
            let (status, _) = ask(&front, &address.replace("{number}", "e%CC%81")).await;
            assert!(!status.is_server_error(), "{address}: {status}");
        }
        assert!(asked >= 7 * 7 * addresses.len(), "{asked} unfit requests");
        assert_eq!(world.event_kinds().await, before);
    }
}
