//! Checks all that is typed before a handler sees it: every part of the path, every pair of the query, every field of a
//! form, every text of a JSON body. A handler cannot forget it, because it is no handler's to do: the layer stands in
//! [`crate::harden`], and what passes has the form of [`domain::text`]. What a field means is still its use case's to judge.
//!
//! It does not look into uploaded files: their cells are checked as they are read, their names where they are taken in.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, OriginalUri, Request};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::text::{BadText, Shape, check, proposal, tidy};
use serde_json::Value;
use text::Explain as _;
use text::written;

use crate::component::FieldErrors;
use crate::error::{Category, Error};
use crate::extract::unread;

/// Characters of one address, decoded.
pub const PATH_CHARS_MAX: usize = 1_000;
/// Characters of the name of a field.
pub const NAME_CHARS_MAX: usize = 100;
/// Fields that may have several lines, whichever form they stand in. A test compares them with the pages.
pub const LINES: &[&str] = &["answer", "basis", "notes", "off", "on", "reason", "why"];
/// Fields that are never shown again, and whose content is taken as it was typed.
pub const SECRETS: &[&str] = &["again", "current", "password"];

/// A form that can be corrected and sent again, for the page that refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Again {
    /// Whether it is a form that changes something.
    pub(crate) post: bool,
    /// Where it goes.
    pub(crate) address: String,
    pub(crate) fields: Vec<Field>,
}

/// A field of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    /// What was typed; of a bad one, what can be sent.
    pub(crate) value: String,
    pub(crate) lines: bool,
    /// What is wrong with it; empty if nothing.
    pub(crate) message: String,
}

/// Layer: lets a request pass whose texts are fit, tidied; answers the others.
pub(crate) async fn fit(request: Request, next: Next) -> Response {
    match fitted(request).await {
        Ok(request) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

async fn fitted(request: Request) -> Result<Request, Error> {
    check(&decoded(request.uri().path()), Shape::Line, PATH_CHARS_MAX).map_err(|bad| lost(&bad))?;
    let request = fit_query(request)?;
    match kind_of(request.headers()) {
        Kind::Form => fit_form(request).await,
        Kind::Json => fit_json(request).await,
        Kind::Other => Ok(request),
    }
}

/// What a body is, by its own word.
enum Kind {
    Form,
    Json,
    Other,
}

fn kind_of(headers: &HeaderMap) -> Kind {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/x-www-form-urlencoded" => Kind::Form,
        "application/json" => Kind::Json,
        kind if kind.ends_with("+json") => Kind::Json,
        _ => Kind::Other,
    }
}

fn lost(bad: &BadText) -> Error {
    Error::not_found().saying("WEB-404", written::no_such_address(bad), "请检查网址，或从首页重新进入。")
}

/// A path without its percent signs; what is no UTF-8 shows as U+FFFD, and is refused for it.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match code.filter(|_| *first == b'%').and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

type Pairs = Vec<(String, String)>;

/// The pairs of a query or a form, tidied, and whether tidying changed any.
struct Looked {
    pairs: Pairs,
    changed: bool,
    fields: Vec<Field>,
    errors: FieldErrors,
}

fn look(encoded: &[u8], in_form: bool) -> Looked {
    let mut looked = Looked { pairs: Vec::new(), changed: false, fields: Vec::new(), errors: FieldErrors::none() };
    for (name, value) in form_urlencoded::parse(encoded) {
        let secret = SECRETS.contains(&&*name);
        let lines = in_form && LINES.contains(&&*name);
        let shape = if lines { Shape::Lines } else { Shape::Line };
        let tidied = if secret { value.clone() } else { tidy(&value, shape) };
        let sound_name = check(&name, Shape::Line, NAME_CHARS_MAX);
        let checked = sound_name.and(check(&tidied, shape, shape.chars_max()));
        let message = checked.err().map_or_else(String::new, |bad| {
            let (what, said) = (written::field_named(&name), bad.explain());
            let what = if sound_name.is_ok() { what } else { written::FIELD_NAME.to_owned() };
            format!("{what}：{}{}", said.what, said.next)
        });
        if !message.is_empty() {
            looked.errors.push(&*name, message.clone());
        }
        looked.changed |= *tidied != *value;
        looked.fields.push(Field {
            label: written::field_named(&name),
            value: if checked.is_ok() { tidied.clone().into_owned() } else { proposal(&value, shape) },
            name: proposal(&name, Shape::Line),
            lines,
            message,
        });
        looked.pairs.push((name.into_owned(), tidied.into_owned()));
    }
    looked
}

impl Looked {
    fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish()
    }

    /// The refusal, with the form to be sent again unless it holds a secret.
    fn refused(self, status: StatusCode, post: bool, address: &str) -> Error {
        let secret = self.pairs.iter().any(|(name, _)| SECRETS.contains(&name.as_str()));
        let next = if secret { written::UNFIT_BACK } else { written::UNFIT_NEXT };
        let error = unfit(next, self.errors, status);
        if secret {
            return error;
        }
        error.with_again(Again { post, address: address.to_owned(), fields: self.fields })
    }
}

fn unfit(next: &'static str, errors: FieldErrors, status: StatusCode) -> Error {
    Error::new(Category::Invalid).saying("WEB-TEXT", written::UNFIT, next).with_fields(errors).with_status(status)
}

fn fit_query(request: Request) -> Result<Request, Error> {
    let Some(query) = request.uri().query().filter(|query| !query.is_empty()) else { return Ok(request) };
    let looked = look(query.as_bytes(), false);
    if !looked.errors.is_empty() {
        let plain = [Method::GET, Method::HEAD].contains(request.method());
        let path = request.uri().path();
        return Err(if plain {
            looked.refused(StatusCode::BAD_REQUEST, false, path)
        } else {
            unfit(written::UNFIT_BACK, looked.errors, StatusCode::BAD_REQUEST)
        });
    }
    if looked.changed { with_query(request, &looked.encoded()) } else { Ok(request) }
}

/// The same request with another query, also for those who look at the address as it was sent.
fn with_query(mut request: Request, query: &str) -> Result<Request, Error> {
    let mut parts = request.uri().clone().into_parts();
    let whole = format!("{}?{query}", request.uri().path());
    parts.path_and_query = Some(PathAndQuery::try_from(whole).map_err(Error::internal)?);
    let uri = Uri::from_parts(parts).map_err(Error::internal)?;
    if request.extensions().get::<OriginalUri>().is_some() {
        request.extensions_mut().insert(OriginalUri(uri.clone()));
    }
    *request.uri_mut() = uri;
    Ok(request)
}

async fn fit_form(request: Request) -> Result<Request, Error> {
    let (parts, body) = request.into_parts();
    let bytes = whole(&parts, body).await?;
    let looked = look(&bytes, true);
    if !looked.errors.is_empty() {
        let address = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
        return Err(looked.refused(StatusCode::UNPROCESSABLE_ENTITY, true, address));
    }
    let bytes = if looked.changed { Bytes::from(looked.encoded()) } else { bytes };
    let mut request = Request::from_parts(parts, Body::from(bytes.clone()));
    request.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    Ok(request)
}

async fn fit_json(request: Request) -> Result<Request, Error> {
    let (parts, body) = request.into_parts();
    let bytes = whole(&parts, body).await?;
    // What is no JSON is refused where it is wanted, with the reader's own words.
    if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
        let mut errors = FieldErrors::none();
        walk(&value, "", &mut errors);
        if !errors.is_empty() {
            return Err(unfit(written::UNFIT_BACK, errors, StatusCode::UNPROCESSABLE_ENTITY));
        }
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

fn walk(value: &Value, place: &str, errors: &mut FieldErrors) {
    let mut judge = |place: &str, text: &str, shape: Shape, chars_max: usize| {
        if let Err(bad) = check(text, shape, chars_max) {
            let said = bad.explain();
            errors.push(place, format!("{}：{}{}", written::field_named(place), said.what, said.next));
        }
    };
    match value {
        Value::String(text) => judge(place, text, Shape::Lines, Shape::Lines.chars_max()),
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                walk(inner, &format!("{place}/{index}"), errors);
            }
        }
        Value::Object(map) => {
            for name in map.keys() {
                judge(place, name, Shape::Line, NAME_CHARS_MAX);
            }
            for (name, inner) in map {
                walk(inner, &format!("{place}/{name}"), errors);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The whole body, within the limit that the request carries.
async fn whole(parts: &Parts, body: Body) -> Result<Bytes, Error> {
    let mut limited = Request::new(body);
    *limited.extensions_mut() = parts.extensions.clone();
    Bytes::from_request(limited, &()).await.map_err(|cause| unread(cause.status(), cause.body_text()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_the_router_reads_them() {
        for (path, expected) in
            [("/a/b", "/a/b"), ("/%E5%B1%B1/a%2Fb", "/山/a/b"), ("/a%00", "/a\0"), ("/a%", "/a%"), ("/%zz+", "/%zz+")]
        {
            assert_eq!(decoded(path), expected);
        }
        assert!(check(&decoded("/%FF"), Shape::Line, PATH_CHARS_MAX).is_err());
    }

    #[test]
    fn a_form_is_tidied_but_for_its_secrets() {
        let looked = look(b"name=+%E5%BC%A0%E4%B8%89%E2%80%8B&password=+e%CC%81+&reason=a%0D%0Ab", true);
        assert!(looked.errors.is_empty() && looked.changed);
        let of = |name: &str| looked.pairs.iter().find(|pair| pair.0 == name).unwrap().1.clone();
        assert_eq!((of("name"), of("password"), of("reason")), ("张三".into(), " e\u{301} ".into(), "a\nb".into()));
        assert!(!look(b"name=a&page=2", false).changed);
    }

    #[test]
    fn every_text_of_a_document_is_looked_at() {
        let mut errors = FieldErrors::none();
        walk(&serde_json::json!({ "a": ["x", { "b": "y\0" }], "c\u{E000}": 1, "d": "甲\n乙" }), "", &mut errors);
        let places: Vec<_> = errors.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["", "/a/1/b"]);
    }
}
