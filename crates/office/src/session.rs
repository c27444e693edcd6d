//! From the cookie to the acting post. A page that needs someone signed in takes a [`Desk`]; without a session the
//! browser is sent to the sign-in page and comes back afterwards.

use std::sync::Arc;

use app::account::{Session, resume};
use app::{Actor, Ctx, Platform, Post, SessionKey};
use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use domain::registry::UseCase;
use text::Label as _;
use web::budget::{Budget, Heavy, Spent, Turn};
use web::flash::FlashFromCookie;
use web::{Area, Client, Crumb, Flash, Frame, Page, RequestId, Seat};

use crate::Office;
use crate::routes::Needs;
use crate::standing::{page_for, thing_above};

/// Hours a browser keeps the cookie; the server ends the session by its own rules.
pub const SESSION_HOURS: u32 = 12;
/// Where a person with a first password is sent.
const PASSWORD_PAGE: &str = "/office/account/password";

/// The desk of someone signed in: who they are, and what every page needs of them.
pub struct Desk {
    /// The platform.
    pub platform: Platform,
    /// The context of this request.
    pub ctx: Ctx,
    /// The post that acts.
    pub post: Post,
    /// All posts the person may act as today.
    pub posts: Vec<Post>,
    /// The session's token, for signing out and switching posts.
    pub token: String,
    flash: FlashFromCookie,
    /// The thing to which this page belongs, for a refusal that is shown here.
    above: Option<Crumb>,
    demo: bool,
    /// The turn of a request that costs much; the next one's begins when this desk is left.
    turn: Option<Turn>,
}

impl Desk {
    /// What stands round a page of an area.
    #[must_use]
    pub fn page(&self, area: Area) -> Page {
        let seat = Seat {
            person: self.post.person.clone(),
            post: self.post.role.label().to_owned(),
            agency: self.post.agency_name.clone(),
            account: self.post.account_id.to_string(),
        };
        let (closed, detours) = (self.closed(), self.detours());
        let flash = self.flash.0.clone().map(|flash| Flash { link: self.above.clone(), ..flash });
        Page { flash, demo: self.demo, closed, detours, ..Page::office(seat, area) }
    }

    /// The same, with the way here.
    #[must_use]
    pub fn page_under(&self, area: Area, crumbs: impl IntoIterator<Item = Crumb>) -> Page {
        self.page(area).under(crumbs)
    }

    /// The areas in which the acting post may do nothing; the navigation leaves them out.
    fn closed(&self) -> Vec<Area> {
        let opens = |area: Area| -> &[UseCase] {
            match area {
                Area::Home | Area::None => &[UseCase::HomeView],
                Area::Directory => &[UseCase::SubjectList, UseCase::ItemList, UseCase::ImportList],
                Area::Scheme => &[UseCase::SchemeList],
                Area::Task => &[UseCase::TaskList],
                Area::Dispatch => &[UseCase::ShareList, UseCase::VisitList],
                Area::Visit => &[UseCase::VisitMine],
                Area::Job => &[UseCase::JobList],
                Area::Event => &[UseCase::EventList],
                Area::Admin => &[UseCase::AccountList, UseCase::RulebookView],
            }
        };
        let shut = |area: &Area| !opens(*area).iter().any(|use_case| self.may(*use_case));
        web::page::NAV.iter().map(|entry| entry.area).filter(shut).collect()
    }

    /// Where an area begins for a post that may not open its usual start page.
    fn detours(&self) -> Vec<(Area, &'static str)> {
        let mut detours = Vec::new();
        if !self.may(UseCase::ShareList) {
            detours.push((Area::Dispatch, "/office/loads"));
        }
        if !self.may(UseCase::AccountList) {
            detours.push((Area::Admin, "/office/agencies"));
        }
        detours
    }

    /// May the acting post do this? For showing a button; the use case checks again.
    #[must_use]
    pub fn may(&self, use_case: UseCase) -> bool {
        domain::registry::may(self.post.role, use_case)
    }
}

impl FromRequestParts<Office> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, office: &Office) -> Result<Self, Response> {
        let refused = |error: app::Error| web::Error::from(error).into_response();
        let frame = parts.extensions.get::<Frame>().cloned().unwrap_or_default();
        frame.knows(page_for);
        let Some(token) = token_of(&parts.headers, office.secure) else { return Err(nobody()) };
        let session = resume(&office.platform, &token).await.map_err(refused)?;
        let Some(Session { post, posts, must_change }) = session else { return Err(nobody()) };
        if must_change && ![PASSWORD_PAGE, "/office/sign-out"].contains(&parts.uri.path()) {
            return Err(Redirect::to(PASSWORD_PAGE).into_response());
        }
        let request_id = RequestId::from_request_parts(parts, office).await.unwrap_or_else(|never| match never {});
        let flash = FlashFromCookie::from_request_parts(parts, office).await.unwrap_or_else(|never| match never {});
        let mut ctx = office.platform.ctx(Actor::Post(Box::new(post.clone())), request_id.to_string());
        ctx.session = Some(SessionKey::of_token(&token));
        ctx.address = parts.extensions.get::<Client>().map(|client| client.0);
        let above = thing_above(parts.uri.path());
        let (platform, demo) = (office.platform.clone(), office.demo);
        let mut desk = Self { platform, ctx, post, posts, token, flash, above, demo, turn: None };
        // A notice waits for the page that it was meant for.
        frame.fill(Page { flash: None, ..desk.page(area_of(parts.uri.path())) });
        // Before any form is read: whoever may not do this learns nothing about what it takes.
        if let Some(Needs(use_case)) = parts.extensions.get() {
            desk.ctx.require(*use_case).map_err(refused)?;
        }
        let heavy = parts.extensions.get::<Heavy>().is_some();
        if let Some(budget) = parts.extensions.get::<Arc<Budget>>().filter(|_| heavy).cloned() {
            let asker = desk.post.account_id.to_string();
            desk.turn = Some(budget.turn(&asker).await.map_err(Spent::into_response)?);
        }
        Ok(desk)
    }
}

/// A context for a request of someone who is not signed in: signing in, and parties who hold a token.
#[must_use]
pub fn anonymous(office: &Office, request_id: RequestId) -> Ctx {
    office.platform.ctx(Actor::Public, request_id.to_string())
}

fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-mingcha" } else { "mingcha" }
}

pub(crate) fn token_of(headers: &HeaderMap, secure: bool) -> Option<String> {
    let name = cookie_name(secure);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
        .find(|token| token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()))
        .map(str::to_owned)
}

/// The cookie that begins a session.
pub(crate) fn begin(token: &str, secure: bool) -> Option<HeaderValue> {
    set(token, u64::from(SESSION_HOURS) * 3600, secure)
}

/// The cookie that ends it.
pub(crate) fn end(secure: bool) -> Option<HeaderValue> {
    set("", 0, secure)
}

fn set(token: &str, seconds: u64, secure: bool) -> Option<HeaderValue> {
    let only = if secure { "; Secure" } else { "" };
    let cookie = format!("{}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{only}", cookie_name(secure));
    HeaderValue::from_str(&cookie).ok()
}

/// Pages are led to the sign-in page and back (`web::harden` does it); programs and scripts get a 401.
fn nobody() -> Response {
    web::Error::from(app::Error::new(app::ErrorKind::Unauthenticated, "CORE-401")).into_response()
}

/// Which entry of the navigation an address lies under; of a refusal, which belongs to no page.
fn area_of(path: &str) -> Area {
    let noun = path.strip_prefix("/office/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    match noun {
        "directory" | "subjects" | "inspectors" | "items" | "imports" => Area::Directory,
        "schemes" => Area::Scheme,
        "tasks" | "fairness" => Area::Task,
        "dispatch" | "shares" | "matchings" | "visits" | "loads" => Area::Dispatch,
        "jobs" => Area::Job,
        "events" => Area::Event,
        "accounts" | "agencies" | "rules" | "calendar" => Area::Admin,
        _ => Area::None,
    }
}

/// Where to go after signing in: only pages of this front, so that nobody is led elsewhere.
pub(crate) fn safe_next(next: &str) -> &str {
    let ours = next == "/office" || next.starts_with("/office/") || next.starts_with("/office?");
    web::back::own_address(next).filter(|_| ours).unwrap_or("/office")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::COOKIE;

    use super::{safe_next, token_of};

    #[test]
    fn a_spoilt_cookie_does_not_hide_a_good_one() {
        let good = "a".repeat(64);
        let sent = |cookie: String| HeaderMap::from_iter(cookie.parse().ok().map(|cookie| (COOKIE, cookie)));
        for before in ["mingcha=bad; ", "mingcha=; mingcha=b; ", ""] {
            assert_eq!(token_of(&sent(format!("{before}mingcha={good}")), false).as_ref(), Some(&good), "{before}");
        }
        assert_eq!(token_of(&sent("mingcha=bad".to_owned()), false), None);
    }

    #[test]
    fn nobody_is_led_elsewhere_after_signing_in() {
        let check = |next: &str, expect: &str| assert_eq!(safe_next(next), expect, "{next}");
        check("/office/tasks?page=2", "/office/tasks?page=2");
        check("/office", "/office");
        check("//evil.example", "/office");
        check("https://evil.example", "/office");
        check("/office//evil.example", "/office");
        check("/office\\evil", "/office");
        check("/office/\r\nset-cookie: a=b", "/office");
        check("/office/\0", "/office");
        check("/officeevil", "/office");
        check("", "/office");
    }
}
