//! The office's front in process, as a browser asks it, and a city that plays.

use std::convert::Infallible;
use std::net::SocketAddr;

use app::Actor;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode, header};
use domain::agency::AgencyLevel;
use domain::role::Role;
use office::Office;
use testkit::play::Cast;
use testkit::{PASSWORD, World};
use tower::ServiceExt as _;
use web::harden::ErrorPages;
use web::{Hardening, harden};

/// Bytes of an answer that are read at most.
const BODY_MAX: usize = 8 << 20;
const FORM: &str = "application/x-www-form-urlencoded";
/// A name that a page must not take for markup.
pub const SCRIPT: &str = "<script>alert(1)</script>";

pub struct Front {
    pub world: World,
    router: Router,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// Where a form leads after it was taken.
    pub fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.headers[header::LOCATION].to_str().unwrap()
    }

    /// Answers so, with all of these words and none of those; nobody's name is markup.
    pub fn says(&self, status: u16, words: &[&str], not: &[&str]) {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        for word in words {
            assert!(self.body.contains(word), "lacks {word}:\n{}", self.body);
        }
        for word in not.iter().chain(&[SCRIPT]) {
            assert!(!self.body.contains(word), "has {word}:\n{}", self.body);
        }
    }

    /// A form that comes back: what is wrong stands in the summary and beside the field, and the field keeps `typed`.
    pub fn refuses(&self, field: &str, why: &str, typed: &str) {
        self.says(422, &[&format!("<a href=\"#{field}\">"), why, &format!("id=\"{field}-error\"")], &[]);
        if !typed.is_empty() {
            let kept = self.body.contains(&format!("value=\"{typed}\"")) || self.body.contains(&format!(">{typed}<"));
            assert!(kept, "{field} lost {typed}:\n{}", self.body);
        }
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

fn with(request: Builder, headers: &[(&str, &str)]) -> Builder {
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

impl Front {
    pub fn new(world: World) -> Self {
        let router = office::router(Office { platform: world.platform.clone(), secure: false, demo: false });
        let pages = ErrorPages { sign_in: Some("/office/sign-in"), home: "/office", home_outside: Some("/") };
        let router = harden(router, Hardening { pages, ..Hardening::default() });
        Self { world, router }
    }

    pub async fn sign_in(&self, login: &str) -> String {
        let ctx = self.world.platform.ctx(Actor::Public, "test");
        app::account::sign_in(&self.world.platform, &ctx, login, PASSWORD, None).await.unwrap().token
    }

    /// A form from an address; without a token nobody is signed in.
    pub async fn post_at(&self, address: &str, token: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<_> = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let peer: SocketAddr = format!("{address}:1234").parse().unwrap();
        let request = Request::post(path)
            .extension(ConnectInfo(peer))
            .header(header::CONTENT_TYPE, FORM)
            .header(header::ORIGIN, "http://localhost");
        self.ask(token, request, body.join("&")).await
    }

    async fn ask(&self, token: &str, request: Builder, body: impl Into<Body>) -> Answer {
        let mut request = request.header(header::HOST, "localhost").header(header::COOKIE, format!("mingcha={token}"));
        if !request.headers_ref().unwrap().contains_key(header::ACCEPT) {
            request = request.header(header::ACCEPT, "text/html");
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), BODY_MAX).await.unwrap();
        let body = String::from_utf8_lossy(&bytes);
        // As a browser reads it: where a template breaks its lines makes no difference.
        let page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let body = if page { body.split_whitespace().collect::<Vec<_>>().join(" ") } else { body.into_owned() };
        Answer { status, headers, body }
    }

    pub async fn get(&self, token: &str, path: &str) -> Answer {
        self.ask(token, Request::get(path), Body::empty()).await
    }

    pub async fn post(&self, token: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from("http://localhost", token, path, fields).await
    }

    /// A page, with further headers.
    pub async fn get_with(&self, token: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(token, with(Request::get(path), headers), Body::empty()).await
    }

    /// A form, with further headers.
    pub async fn post_with(
        &self,
        token: &str,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let body: Vec<_> = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let request = Request::post(path).header(header::CONTENT_TYPE, FORM).header(header::ORIGIN, "http://localhost");
        self.ask(token, with(request, headers), body.join("&")).await
    }

    /// A form of a page of another origin.
    pub async fn post_from(&self, origin: &str, token: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<_> = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let request = Request::post(path).header(header::CONTENT_TYPE, FORM).header(header::ORIGIN, origin);
        self.ask(token, request, body.join("&")).await
    }

    /// A file, in the field that is named.
    pub async fn upload(&self, token: &str, path: &str, field: &str, file_name: &str, text: &str) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut")
            .header(header::ORIGIN, "http://localhost");
        let head = format!("Content-Disposition: form-data; name=\"{field}\"; filename=\"{file_name}\"");
        self.ask(token, request, format!("--cut\r\n{head}\r\nContent-Type: text/csv\r\n\r\n{text}\r\n--cut--\r\n"))
            .await
    }

    /// The head of an upload of so many bytes, of which none comes.
    pub async fn announce(&self, token: &str, path: &str, bytes: usize) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut")
            .header(header::CONTENT_LENGTH, bytes)
            .header(header::ORIGIN, "http://localhost");
        self.ask(token, request, Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, Infallible>>()))
            .await
    }

    /// What is posted from elsewhere is refused, and the address is not there to be opened.
    pub async fn is_a_form_of_ours(&self, token: &str, path: &str) {
        let foreign = self.post_from("https://elsewhere.example", token, path, &[]).await;
        foreign.says(403, &["WEB-ORIGIN"], &[]);
        self.get(token, path).await.says(405, &["这个地址不能这样打开"], &[]);
    }
}

/// Registrar keys of the two counties.
pub const COUNTIES: [&str; 2] = ["130302", "130304"];

/// A city whose first county does what is dispatched to it, with everybody's session.
pub struct City {
    pub front: Front,
    pub cast: Cast,
    pub clerk: String,
    pub leader: String,
    pub auditor: String,
    pub unit_clerk: String,
    pub unit_leader: String,
    /// A clerk of the second county.
    pub other: String,
}

impl City {
    pub async fn new(world: World) -> Self {
        let city = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
        let unit = world.agency(COUNTIES[0], "海港区市场监督管理局", AgencyLevel::County, Some("130300")).await;
        let other = world.agency(COUNTIES[1], "北戴河区市场监督管理局", AgencyLevel::County, Some("130300")).await;
        let cast = Cast {
            clerk: world.person("clerk", "王经办", city, Role::Clerk).await,
            leader: world.person("leader", "李局长", city, Role::Leader).await,
            unit_clerk: world.person("unit_clerk", "甲经办", unit, Role::Clerk).await,
            unit_leader: world.person("unit_leader", "甲领导", unit, Role::Leader).await,
        };
        world.person("auditor", "赵纪检", city, Role::Auditor).await;
        world.person("other", "乙经办", other, Role::Clerk).await;
        let front = Front::new(world);
        Self {
            clerk: front.sign_in("clerk").await,
            leader: front.sign_in("leader").await,
            auditor: front.sign_in("auditor").await,
            unit_clerk: front.sign_in("unit_clerk").await,
            unit_leader: front.sign_in("unit_leader").await,
            other: front.sign_in("other").await,
            front,
            cast,
        }
    }

    /// The same with items, inspectors and a register of both counties.
    pub async fn with_lists(world: World) -> Self {
        let city = Self::new(world).await;
        city.cast.lists(&city.front.world, &COUNTIES, 60).await;
        city
    }
}
