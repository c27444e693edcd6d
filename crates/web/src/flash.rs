//! A notice that survives one redirect: `go_saying("/office/tasks", Tone::Good, "已封存")`, and the next page shows it once.
//! It travels in a short-lived cookie. It is never trusted: pages print it as text, and only the browser's owner can set it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::client::Secure;
use crate::component::{Crumb, Tone};

/// Name of the cookie. Where browsers reach us over HTTPS it carries the prefix that no other host of the domain can set.
const COOKIE: &str = "mingcha_flash";
/// That prefix.
const HOST_PREFIX: &str = "__Host-";
/// Seconds a notice waits for its page.
const SECONDS_MAX: u32 = 60;
/// Most characters of a notice; longer ones are cut, because browsers drop cookies over 4 KB.
pub const CHARACTERS_MAX: usize = 200;
/// Most characters of what to do after a refusal.
pub const NEXT_CHARACTERS_MAX: usize = 150;
/// Most characters of a refusal's code and number.
const TRACE_CHARACTERS_MAX: usize = 80;
/// Between the parts of a notice; it stands in no text of ours.
const BETWEEN: char = '\u{1f}';

/// A notice shown once on top of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flash {
    /// Good or bad.
    pub tone: Tone,
    /// What it says.
    pub text: String,
    /// After a refusal: what to do. Empty otherwise.
    pub next_step: String,
    /// After a refusal: its code and the request's number, to be told to an administrator. Empty otherwise.
    pub trace: String,
    /// Where it can be done, if not on the page that shows the notice. It does not travel with the notice.
    pub link: Option<Crumb>,
}

impl Flash {
    /// Does it say why something was refused?
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        !self.next_step.is_empty()
    }
}

/// Goes on to another page after a POST (303).
#[must_use]
pub fn go(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// Goes on, and says something there.
#[must_use]
pub fn go_saying(to: &str, tone: Tone, text: &str) -> Response {
    carrying(to, tone, &cut(text, CHARACTERS_MAX))
}

/// Goes back to a page and says there why something was refused and what to do.
#[must_use]
pub(crate) fn go_refused(to: &str, text: &str, next_step: &str, trace: &str) -> Response {
    let parts = [cut(text, CHARACTERS_MAX), cut(next_step, NEXT_CHARACTERS_MAX), cut(trace, TRACE_CHARACTERS_MAX)];
    carrying(to, Tone::Bad, &parts.join(&BETWEEN.to_string()))
}

fn cut(text: &str, characters_max: usize) -> String {
    text.chars().filter(|c| *c != BETWEEN).take(characters_max).collect()
}

fn carrying(to: &str, tone: Tone, text: &str) -> Response {
    let mut response = go(to);
    let packed: String = form_urlencoded::Serializer::new(String::new()).append_pair(tone.class(), text).finish();
    // A cookie value may not hold `=`; urlencoding leaves exactly the first one.
    let value = packed.replacen('=', ".", 1);
    let cookie = format!("{COOKIE}={value}; Path=/; Max-Age={SECONDS_MAX}; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The notice of the request before, for `Page`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlashFromCookie(pub Option<Flash>);

impl<S: Send + Sync> FromRequestParts<S> for FlashFromCookie {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let secure = parts.extensions.get::<Secure>().is_some_and(|secure| secure.0);
        Ok(Self(read(&parts.headers, secure)))
    }
}

/// Reads the notice from the request's headers; over HTTPS only from the cookie that was set over HTTPS.
#[must_use]
pub fn read(headers: &HeaderMap, secure: bool) -> Option<Flash> {
    let prefix = if secure { HOST_PREFIX } else { "" };
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().strip_prefix(prefix)?.strip_prefix(COOKIE)?.strip_prefix('='))
        .find_map(unpacked)
}

/// The notice in a cookie's value, if it is one.
fn unpacked(value: &str) -> Option<Flash> {
    let packed = value.replacen('.', "=", 1);
    let (class, text) = form_urlencoded::parse(packed.as_bytes()).next()?;
    let tone = Tone::ALL.into_iter().find(|tone| tone.class() == class)?;
    let mut parts = text.split(BETWEEN);
    let mut part = |characters_max| cut(parts.next().unwrap_or_default(), characters_max);
    let (text, next_step, trace) = (part(CHARACTERS_MAX), part(NEXT_CHARACTERS_MAX), part(TRACE_CHARACTERS_MAX));
    (!text.is_empty()).then_some(Flash { tone, text, next_step, trace, link: None })
}

/// Makes the notices of an answer notices for HTTPS only. They are written without knowing how the browser reaches us, so
/// it is done here, once, for all of them.
pub(crate) fn secure(headers: &mut HeaderMap) {
    let cookies: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        let ours = cookie.to_str().ok().filter(|text| text.starts_with(COOKIE));
        let marked = ours.and_then(|text| HeaderValue::from_str(&format!("{HOST_PREFIX}{text}; Secure")).ok());
        headers.append(header::SET_COOKIE, marked.unwrap_or(cookie));
    }
}

/// Ends the cookie: the page that showed the notice carries this.
pub(crate) fn ended() -> HeaderValue {
    HeaderValue::from_static("mingcha_flash=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn round_trip(tone: Tone, text: &str) -> Option<Flash> {
        arrived(&go_saying("/office", tone, text))
    }

    fn arrived(response: &Response) -> Option<Flash> {
        let cookie = response.headers().get(header::SET_COOKIE).unwrap().to_str().unwrap().to_owned();
        let mut headers = HeaderMap::new();
        let sent = cookie.split(';').next().unwrap();
        headers.insert(header::COOKIE, format!("a=b; {sent}; c=d").parse().unwrap());
        read(&headers, false)
    }

    #[test]
    fn over_https_a_notice_is_for_https_only() {
        let mut response = go_saying("/office", Tone::Good, "已封存");
        response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static("other=1; HttpOnly"));
        secure(response.headers_mut());
        let set: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().map(|c| c.to_str().unwrap()).collect();
        assert!(set[0].starts_with("__Host-mingcha_flash=good.") && set[0].ends_with("; Secure"), "{set:?}");
        assert_eq!(set[1], "other=1; HttpOnly");
        let sent = |cookie: &str| HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]);
        let marked = sent(set[0].split(';').next().unwrap());
        assert_eq!(read(&marked, true).unwrap().text, "已封存");
        assert_eq!(read(&marked, false), None);
        assert_eq!(read(&sent("mingcha_flash=bad; mingcha_flash=good.text"), false).unwrap().text, "text");
        assert_eq!(read(&sent("mingcha_flash=good.text"), true), None, "another host of the domain may have set it");
    }

    #[test]
    fn a_notice_survives_one_redirect() {
        for (tone, text) in [(Tone::Good, "已封存"), (Tone::Bad, "a=b; c%d & 1+1.5"), (Tone::Info, "“引号”\n换行")]
        {
            assert_eq!(round_trip(tone, text), Some(Flash { tone, text: text.to_owned(), ..Flash::default() }));
        }
    }

    #[test]
    fn long_notices_are_cut_at_the_limit() {
        assert_eq!(round_trip(Tone::Good, &"字".repeat(CHARACTERS_MAX)).unwrap().text.chars().count(), CHARACTERS_MAX);
        assert_eq!(
            round_trip(Tone::Good, &"字".repeat(CHARACTERS_MAX + 1)).unwrap().text.chars().count(),
            CHARACTERS_MAX
        );
    }

    #[test]
    fn a_refusal_brings_what_to_do_and_its_number() {
        let flash = arrived(&go_refused("/office", "正在冻结", "请等作业结束。", "TASK-006 · 编号 1")).unwrap();
        assert!(flash.is_refusal() && flash.tone == Tone::Bad);
        assert_eq!(
            (&*flash.text, &*flash.next_step, &*flash.trace),
            ("正在冻结", "请等作业结束。", "TASK-006 · 编号 1")
        );
        let cookie = |n: usize, m: usize| {
            let response = go_refused("/office", &"字".repeat(n), &"步".repeat(m), &"1".repeat(TRACE_CHARACTERS_MAX));
            (response.headers()[header::SET_COOKIE].len(), arrived(&response).unwrap())
        };
        let (longest, flash) = cookie(CHARACTERS_MAX, NEXT_CHARACTERS_MAX);
        let (beyond, cut) = cookie(CHARACTERS_MAX + 1, NEXT_CHARACTERS_MAX + 1);
        assert!(flash == cut && flash.next_step.chars().count() == NEXT_CHARACTERS_MAX);
        assert!(longest == beyond && longest < 4096, "{longest}");
    }

    #[test]
    fn what_we_did_not_write_is_ignored() {
        let check = |cookie: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            assert_eq!(read(&headers, false), None, "{cookie}");
        };
        check("mingcha_flash=");
        check("mingcha_flash=unknown.text");
        check("mingcha_flash=good.");
        check("mingcha_flashy=good.text");
        check("other=good.text");
    }
}
