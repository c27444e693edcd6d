//! Checks all that is typed before a handler sees it: every part of the path, every pair of the query, every field of a
//! form, every text of a JSON body. A handler cannot forget it, because it is no handler's to do: the layer stands in
//! [`crate::harden`], and what passes has the form of [`domain::text`]. What a field means is still its use case's to judge.
//!
//! What it looked through carries [`LookedAt`], and [`crate::extract`] takes no other body: however a kind is spelled, no text
//! passes unseen. Much of anything is refused before it is decoded, and an answer repeats little of what was sent.
//!
//! It does not look into uploaded files: their cells are checked as they are read, their names where they are taken in.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, MatchedPath, OriginalUri, Request};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
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
/// Pairs of one form; that of a scheme with all its strata has some thousands.
pub const FORM_PAIRS_MAX: usize = 10_000;
/// Pairs of one query.
pub const QUERY_PAIRS_MAX: usize = 100;
/// Bytes of one query, as it was sent.
pub const QUERY_BYTES_MAX: usize = 8 * 1024;
/// Signs that divide a JSON document into its parts.
pub const JSON_PARTS_MAX: usize = 10_000;
/// Faults that one refusal names; nothing is looked at behind them.
const ERRORS_MAX: usize = 20;
/// Fields of a form that is offered again.
const AGAIN_FIELDS_MAX: usize = 100;
/// Bytes that were typed into such a form.
const AGAIN_BYTES_MAX: usize = 128 * 1024;
/// Fields that may have several lines, whichever form they stand in. A test compares them with the pages.
pub const LINES: &[&str] = &["answer", "basis", "notes", "off", "on", "reason", "why"];
/// Fields that are never shown again, and whose content is taken as it was typed.
pub const SECRETS: &[&str] = &["again", "current", "password"];

/// How many bytes of a form or a document are read below which addresses; the first that fits counts, and below all others no
/// body is read. Without any, all are read within [`crate::harden::BODY_BYTES_MAX`].
pub type Bodies = &'static [(&'static str, usize)];

/// Marks a request whose body was looked through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LookedAt(());

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
pub(crate) async fn fit(bodies: Bodies, request: Request, next: Next) -> Response {
    match fitted(bodies, request).await {
        Ok(request) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

async fn fitted(bodies: Bodies, mut request: Request) -> Result<Request, Error> {
    check(&decoded(request.uri().path()), Shape::Line, PATH_CHARS_MAX).map_err(|bad| lost(&bad))?;
    request.extensions_mut().remove::<LookedAt>();
    let mut request = fit_query(request)?;
    let kind = kind_of(request.headers());
    // Nobody waits for what is sent to where nothing is.
    if matches!(kind, Kind::Other) || !is_served(request.extensions()) {
        return Ok(request);
    }
    if !bodies.is_empty() {
        let path = request.uri().path();
        let Some((_, max)) = bodies.iter().find(|(below, _)| path.starts_with(below)) else { return Ok(request) };
        DefaultBodyLimit::max(*max).apply(&mut request);
    }
    match kind {
        Kind::Form => fit_form(request).await,
        Kind::Json => fit_json(request).await,
        Kind::Other => Ok(request),
    }
}

/// Does the address belong to a page? A route that takes whatever is left does not make it one.
fn is_served(extensions: &Extensions) -> bool {
    extensions.get::<MatchedPath>().is_some_and(|matched| !matched.as_str().contains("{*"))
}

/// The kind of a form, as browsers send it and axum reads it.
const FORM: &str = "application/x-www-form-urlencoded";

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
        FORM => Kind::Form,
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
    /// Whether all of it was looked at; behind so many faults nothing is.
    whole: bool,
}

fn look(encoded: &[u8], in_form: bool) -> Looked {
    let mut looked =
        Looked { pairs: Vec::new(), changed: false, fields: Vec::new(), errors: FieldErrors::none(), whole: true };
    for (index, (name, value)) in form_urlencoded::parse(encoded).enumerate() {
        let secret = SECRETS.contains(&&*name);
        let lines = in_form && LINES.contains(&&*name);
        let shape = if lines { Shape::Lines } else { Shape::Line };
        let tidied = if secret { value.clone() } else { tidy(&value, shape) };
        let sound_name = check(&name, Shape::Line, NAME_CHARS_MAX);
        let checked = sound_name.and(check(&tidied, shape, shape.chars_max()));
        let label = written::field_named(&name, index + 1);
        let message = checked.err().map_or_else(String::new, |bad| {
            let said = bad.explain();
            let what = if sound_name.is_ok() { &label } else { written::FIELD_NAME };
            format!("{what}：{}{}", said.what, said.next)
        });
        if !message.is_empty() {
            if looked.errors.iter().len() == ERRORS_MAX {
                looked.whole = false;
                return looked;
            }
            looked.errors.push(if sound_name.is_ok() { &*name } else { "" }, message.clone());
        }
        looked.changed |= *tidied != *value;
        if looked.fields.len() <= AGAIN_FIELDS_MAX {
            looked.fields.push(Field {
                label,
                value: if checked.is_ok() { tidied.clone().into_owned() } else { proposal(&value, shape) },
                name: proposal(&name, Shape::Line),
                lines,
                message,
            });
        }
        looked.pairs.push((name.into_owned(), tidied.into_owned()));
    }
    looked
}

impl Looked {
    fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish()
    }

    /// The refusal, with the form to be sent again unless it holds a secret or is too much to be repeated.
    fn refused(self, status: StatusCode, post: bool, address: Option<&str>) -> Error {
        let secret = self.pairs.iter().any(|(name, _)| SECRETS.contains(&name.as_str()));
        let bytes: usize = self.fields.iter().map(|field| field.name.len() + field.value.len()).sum();
        let little = self.whole && self.fields.len() <= AGAIN_FIELDS_MAX && bytes <= AGAIN_BYTES_MAX;
        match address.filter(|_| little && !secret) {
            Some(address) => unfit(written::UNFIT_NEXT, self.errors, status).with_again(Again {
                post,
                address: address.to_owned(),
                fields: self.fields,
            }),
            None => unfit(written::UNFIT_BACK, self.errors, status),
        }
    }
}

/// More than any page of ours sends. Nothing of it is repeated.
fn too_many(status: StatusCode) -> Error {
    Error::new(Category::TooMany).saying("WEB-MANY", written::MANY, written::MANY_NEXT).with_status(status)
}

/// Are there more of some bytes than may be?
fn has_more(bytes: &[u8], of: &[u8], max: usize) -> bool {
    bytes.iter().filter(|byte| of.contains(byte)).nth(max).is_some()
}

fn unfit(next: &'static str, errors: FieldErrors, status: StatusCode) -> Error {
    Error::new(Category::Invalid).saying("WEB-TEXT", written::UNFIT, next).with_fields(errors).with_status(status)
}

fn fit_query(request: Request) -> Result<Request, Error> {
    let Some(query) = request.uri().query().filter(|query| !query.is_empty()) else { return Ok(request) };
    // As many pairs as signs between them, and one.
    if query.len() > QUERY_BYTES_MAX || has_more(query.as_bytes(), b"&", QUERY_PAIRS_MAX - 1) {
        return Err(too_many(StatusCode::BAD_REQUEST));
    }
    let looked = look(query.as_bytes(), false);
    if !looked.errors.is_empty() {
        let plain = [Method::GET, Method::HEAD].contains(request.method());
        let path = request.uri().path();
        return Err(if plain {
            looked.refused(StatusCode::BAD_REQUEST, false, Some(path).filter(|_| is_served(request.extensions())))
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
    if has_more(&bytes, b"&", FORM_PAIRS_MAX - 1) {
        return Err(too_many(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let looked = look(&bytes, true);
    if !looked.errors.is_empty() {
        let address = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
        return Err(looked.refused(StatusCode::UNPROCESSABLE_ENTITY, true, Some(address)));
    }
    let bytes = if looked.changed { Bytes::from(looked.encoded()) } else { bytes };
    let mut request = Request::from_parts(parts, Body::from(bytes.clone()));
    request.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    // Its reader knows one spelling, and no big letters.
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(FORM));
    request.extensions_mut().insert(LookedAt(()));
    Ok(request)
}

async fn fit_json(request: Request) -> Result<Request, Error> {
    let (parts, body) = request.into_parts();
    let bytes = whole(&parts, body).await?;
    if has_more(&bytes, b",:[{", JSON_PARTS_MAX) {
        return Err(too_many(StatusCode::UNPROCESSABLE_ENTITY));
    }
    // What this reader does not read, another might, and nobody would have looked at it.
    let value: Value =
        serde_json::from_slice(&bytes).map_err(|cause| unread(StatusCode::BAD_REQUEST, cause.to_string()))?;
    let mut walk = Walk::default();
    walk.through(&value);
    if !walk.errors.is_empty() {
        return Err(unfit(written::UNFIT_BACK, walk.errors, StatusCode::UNPROCESSABLE_ENTITY));
    }
    let mut request = Request::from_parts(parts, Body::from(bytes));
    request.extensions_mut().insert(LookedAt(()));
    Ok(request)
}

/// A walk through all texts of a document.
#[derive(Default)]
struct Walk<'a> {
    /// Where it is.
    place: Vec<Step<'a>>,
    /// Texts so far.
    texts: usize,
    errors: FieldErrors,
}

enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

impl<'a> Walk<'a> {
    fn through(&mut self, value: &'a Value) {
        match value {
            Value::String(text) => {
                self.judge(text, Shape::Lines, Shape::Lines.chars_max());
            }
            Value::Array(list) => {
                for (index, inner) in list.iter().enumerate() {
                    self.within(Step::Index(index), inner);
                }
            }
            Value::Object(map) => {
                for (name, inner) in map {
                    // What has no fit name is refused for it, and its name stands in no place.
                    if self.judge(name, Shape::Line, NAME_CHARS_MAX) {
                        self.within(Step::Name(name), inner);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn within(&mut self, step: Step<'a>, inner: &'a Value) {
        if self.errors.iter().len() < ERRORS_MAX {
            self.place.push(step);
            self.through(inner);
            self.place.pop();
        }
    }

    fn judge(&mut self, text: &str, shape: Shape, chars_max: usize) -> bool {
        self.texts += 1;
        let Err(bad) = check(text, shape, chars_max) else { return true };
        if self.errors.iter().len() < ERRORS_MAX {
            let name = self.place.iter().rev().find_map(|step| match step {
                Step::Name(name) => Some(*name),
                Step::Index(_) => None,
            });
            let (what, said) = (written::field_named(name.unwrap_or(""), self.texts), bad.explain());
            let place: String = self.place.iter().map(Step::written).collect();
            self.errors.push(place, format!("{what}：{}{}", said.what, said.next));
        }
        false
    }
}

impl Step<'_> {
    fn written(&self) -> String {
        match self {
            Self::Name(name) => format!("/{name}"),
            Self::Index(index) => format!("/{index}"),
        }
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
        let document = serde_json::json!({ "a": ["x", { "b": "y\0" }], "c\u{E000}": 1, "d": "甲\n乙" });
        let mut walk = Walk::default();
        walk.through(&document);
        let places: Vec<_> = walk.errors.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["/a/1/b", ""]);
        let many = serde_json::json!(vec!["\0"; 1_000]);
        let mut walk = Walk::default();
        walk.through(&many);
        assert_eq!(walk.errors.iter().len(), ERRORS_MAX);
    }
}
