//! The two renderers of an error: a page in the browser's language, and `application/problem+json` for programs and for
//! parts of pages. Both read the same [`Shown`], so they cannot drift.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::error::{Category, Error, Shown};
use crate::frame::Frame;
use crate::page::Page;
use crate::request_id::RequestId;
use crate::typed::Again;
use crate::{back, flash};

/// Where a front sends people who are not signed in, and where home is.
#[derive(Clone, Copy, Debug, Default)]
pub struct ErrorPages {
    /// The sign-in page; `?next=` with the wanted address is added. `None` on a front without sign-in.
    pub sign_in: Option<&'static str>,
    /// Where "back to the start" leads; `/` if empty.
    pub home: &'static str,
    /// Where it leads from addresses that do not lie below `home`, where a public front is served beside it.
    pub home_outside: Option<&'static str>,
}

impl ErrorPages {
    fn home_from(&self, address: &str) -> &'static str {
        match self.home_outside {
            Some(outside) if !address.starts_with(self.home) => outside,
            _ if self.home.is_empty() => "/",
            _ => self.home,
        }
    }
}

/// Replaces the plain form of an [`Error`] by what the asker can use.
pub(crate) async fn render(pages: ErrorPages, trusted: &[&str], mut request: Request, next: Next) -> Response {
    let asked = Asked::of(&request, trusted);
    request.extensions_mut().insert(asked.frame.clone());
    let response = next.run(request).await;
    match response.extensions().get::<Shown>() {
        Some(shown) => answer(pages, &asked, shown, &response),
        None if is_bare(&response) => answer_bare(pages, &asked, response),
        None => response,
    }
}

/// What of a request decides the form of the answer.
struct Asked {
    page: bool,
    part: bool,
    get: bool,
    address: String,
    /// The page of ours that it came from.
    from: Option<String>,
    frame: Frame,
    request_id: String,
}

impl Asked {
    fn of(request: &Request, trusted: &[&str]) -> Self {
        let headers = request.headers();
        let part = headers.contains_key("hx-request");
        let address = request.uri().path_and_query().map_or("/", |address| address.as_str()).to_owned();
        let request_id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        Self {
            page: wants_page(headers),
            part,
            get: request.method() == Method::GET,
            address,
            from: back::came_from(headers, request.uri(), trusted),
            frame: Frame::default(),
            request_id,
        }
    }

    /// Where a form of ours stood, as a page that can be opened.
    fn back(&self) -> Option<String> {
        self.from.as_deref().map(|from| self.frame.standing(from))
    }
}

/// A browser that goes somewhere asks for `text/html` first; our own scripts and programs name JSON first.
fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    match (accept.find("text/html"), accept.find("json")) {
        (Some(html), Some(json)) => html < json,
        (html, _) => html.is_some(),
    }
}

fn answer(pages: ErrorPages, asked: &Asked, shown: &Shown, plain: &Response) -> Response {
    let mut response = if shown.category == Category::Unauthenticated && (asked.page || asked.part) {
        match pages.sign_in {
            Some(sign_in) => to_sign_in(sign_in, asked),
            None => page(pages, asked, shown, plain.status()),
        }
    } else if asked.part {
        part(asked, shown, plain.status())
    } else if let Some(again) = shown.again.as_deref().filter(|_| asked.page) {
        let home = pages.home_from(&asked.address);
        rendered(&AgainPage { shown, again, request_id: &asked.request_id, home }, plain.status())
    } else if asked.page {
        match asked.back().filter(|_| !asked.get && asked.frame.page().is_some() && comes_back(shown.category)) {
            Some(back) => refused(&back, asked, shown),
            None => page(pages, asked, shown, plain.status()),
        }
    } else {
        problem(asked, shown, plain.status())
    };
    // What the handler set (a retry time, an ended cookie) stays; the body's own headers do not.
    for (name, value) in plain.headers() {
        if !is_about_body(name) {
            response.headers_mut().append(name.clone(), value.clone());
        }
    }
    response
}

/// What a person can do something about is said on the page where they pressed the button. A fault of ours is not hidden
/// behind a page that looks well.
fn comes_back(category: Category) -> bool {
    !matches!(category, Category::Unauthenticated | Category::Internal)
}

fn refused(back: &str, asked: &Asked, shown: &Shown) -> Response {
    let fields: String = shown.fields.iter().map(|(_, message)| message.as_str()).collect();
    let next_step = format!("{fields}{}", shown.next_step);
    flash::go_refused(back, &shown.message, &next_step, &format!("{} · 编号 {}", shown.code, asked.request_id))
}

fn is_about_body(name: &HeaderName) -> bool {
    [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING].contains(name)
}

/// The way back from signing in. After a POST or a part of a page it is the page that sent it; a form that was sent in vain
/// is told apart, because what was typed in it is still in the browser.
fn to_sign_in(sign_in: &str, asked: &Asked) -> Response {
    let own = asked.get && !asked.part;
    let next = if own { Some(asked.address.clone()) } else { asked.back().filter(|back| !back.starts_with(sign_in)) };
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(next) = &next {
        query.append_pair("next", next);
    }
    if !asked.get && next.is_some() {
        query.append_pair("expired", "1");
    }
    let address = if next.is_none() { sign_in.to_owned() } else { format!("{sign_in}?{}", query.finish()) };
    if asked.part {
        let value = HeaderValue::from_str(&address).unwrap_or(HeaderValue::from_static("/"));
        return (StatusCode::NO_CONTENT, [(HeaderName::from_static("hx-redirect"), value)]).into_response();
    }
    Redirect::to(&address).into_response()
}

#[derive(Template)]
#[template(path = "error/page.html")]
struct ErrorPage<'a> {
    shown: &'a Shown,
    status: u16,
    request_id: &'a str,
    home: &'a str,
}

/// A form that no handler saw, to be corrected and sent again.
#[derive(Template)]
#[template(path = "error/again.html")]
struct AgainPage<'a> {
    shown: &'a Shown,
    again: &'a Again,
    request_id: &'a str,
    home: &'a str,
}

/// The same inside the frame of whoever is signed in.
#[derive(Template)]
#[template(path = "error/framed.html")]
struct FramedPage<'a> {
    page: &'a Page,
    shown: &'a Shown,
    status: u16,
    request_id: &'a str,
    home: &'a str,
    back: Option<String>,
}

#[derive(Template)]
#[template(path = "error/part.html")]
struct ErrorPart<'a> {
    shown: &'a Shown,
    request_id: &'a str,
}

fn page(pages: ErrorPages, asked: &Asked, shown: &Shown, status: StatusCode) -> Response {
    let home = pages.home_from(&asked.address);
    if let Some(page) = asked.frame.page() {
        let back = asked.back().filter(|back| *back != asked.address && *back != home);
        let (status_code, request_id) = (status.as_u16(), asked.request_id.as_str());
        return rendered(&FramedPage { page, shown, status: status_code, request_id, home, back }, status);
    }
    let template = ErrorPage { shown, status: status.as_u16(), request_id: &asked.request_id, home };
    rendered(&template, status)
}

/// A failed part must not replace the table it was meant for: it goes to the place for notices.
fn part(asked: &Asked, shown: &Shown, status: StatusCode) -> Response {
    let mut response = rendered(&ErrorPart { shown, request_id: &asked.request_id }, status);
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("hx-retarget"), HeaderValue::from_static("#notices"));
    headers.insert(HeaderName::from_static("hx-reswap"), HeaderValue::from_static("innerHTML show:top"));
    response
}

fn rendered(template: &impl Template, status: StatusCode) -> Response {
    match template.render() {
        Ok(html) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        Err(error) => {
            tracing::error!(%error, "the error page itself cannot be rendered");
            status.into_response()
        }
    }
}

fn problem(asked: &Asked, shown: &Shown, status: StatusCode) -> Response {
    let fields: Vec<_> =
        shown.fields.iter().map(|(field, message)| serde_json::json!({"field": field, "message": message})).collect();
    let body = serde_json::json!({
        "type": format!("urn:mingcha:{}", shown.code),
        "status": status.as_u16(),
        "code": shown.code,
        "title": shown.message,
        "detail": shown.next_step,
        "fields": fields,
        "request_id": asked.request_id,
    });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// axum's own answers (no such route, wrong method, body too large) have no words; they get ours.
fn is_bare(response: &Response) -> bool {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    (status.is_client_error() || status.is_server_error()) && (kind.is_empty() || kind.starts_with("text/plain"))
}

fn answer_bare(pages: ErrorPages, asked: &Asked, response: Response) -> Response {
    let status = response.status();
    let error = match status {
        StatusCode::NOT_FOUND => Error::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => {
            Error::not_found().saying("WEB-405", "这个地址不能这样打开", "请从页面上的按钮进入。")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            Error::new(Category::TooMany).saying("WEB-413", "提交的内容太大", "请拆成几次提交，或压缩附件。")
        }
        StatusCode::UNAUTHORIZED => Error::unauthenticated(),
        StatusCode::FORBIDDEN => Error::new(Category::Denied),
        StatusCode::TOO_MANY_REQUESTS => Error::new(Category::TooMany),
        status if status.is_server_error() => Error::new(Category::Internal),
        _ => Error::new(Category::Invalid).saying("WEB-400", "这个请求不完整", "请返回上一页重新提交。"),
    }
    .with_status(status);
    let plain = error.into_response();
    let shown = plain.extensions().get::<Shown>().cloned();
    match shown {
        Some(shown) => answer(pages, asked, &shown, &response),
        None => response,
    }
}
