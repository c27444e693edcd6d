//! The matrix of addresses and roles. Every address of the front is asked, by every role of a city and of two of its
//! counties and by nobody, with the ids of what the first county owns: nothing may fail, whoever may not is refused, the
//! first county finds what it asks for and the second nothing of it. The addresses come from the router itself, so that a
//! new one is covered by itself.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod keys;
mod north;
mod typed;

use std::collections::{BTreeMap, BTreeSet};

use app::Actor;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use domain::agency::AgencyLevel;
use domain::registry::{Allowed, UseCase, may};
use domain::role::Role;
use office::{Office, Route};
use testkit::{PASSWORD, World, on_both};
use tower::ServiceExt as _;
use web::Hardening;
use web::harden::ErrorPages;

/// What a form is sent as.
const FORM: &str = "application/x-www-form-urlencoded";
/// Bytes of an answer that are read at most.
const BODY_MAX: usize = 8 << 20;
/// Parts of an address that name nothing of an agency: a rule, a year, the token of a link.
const NOBODYS: [&str; 3] = ["rule", "year", "token"];

/// Someone signed in.
struct Person {
    place: Place,
    role: Role,
    cookie: String,
    account: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    City,
    North,
    South,
}

impl Person {
    /// Does the person see what belongs to the northern county?
    fn sees_north(&self) -> bool {
        self.place != Place::South
    }
}

/// The front, the people, and what stands for each varying part of an address.
struct Front {
    router: Router,
    people: Vec<Person>,
    ids: BTreeMap<&'static str, String>,
}

async fn front(world: &World) -> Front {
    let city = world.agency("130300", "秦皇岛市市场监督管理局", AgencyLevel::City, None).await;
    let north = world.agency(north::NORTH, "海港区市场监督管理局", AgencyLevel::County, Some("130300")).await;
    let south = world.agency("130304", "北戴河区市场监督管理局", AgencyLevel::County, Some("130300")).await;
    let mut people = Vec::new();
    let mut posts = BTreeMap::new();
    for (place, agency, prefix) in [(Place::City, city, "c"), (Place::North, north, "n"), (Place::South, south, "s")] {
        for role in Role::ALL.iter().copied().filter(|role| role.is_granted()) {
            let login = format!("{prefix}.{}", role.code());
            let post = world.person(&login, &login, agency, role).await;
            let account = post.account_id.to_string();
            posts.insert((prefix, role), post);
            let ctx = world.platform.ctx(Actor::Public, "test");
            let session = app::account::sign_in(&world.platform, &ctx, &login, PASSWORD, None).await.unwrap();
            people.push(Person { place, role, cookie: format!("mingcha={}", session.token), account });
        }
    }
    // Someone of the northern county who may be changed without ending the session of someone in the matrix.
    let victim = world.person("victim", "甲", north, Role::Clerk).await;
    let mut ids = north::owned(world, &posts[&("n", Role::Clerk)], &posts[&("n", Role::Leader)]).await;
    ids.extend([
        ("account", victim.account_id.to_string()),
        ("post", victim.id.to_string()),
        ("agency", north.to_string()),
        ("rule", "matching_span".to_owned()),
        ("year", "2027".to_owned()),
        ("token", "0".repeat(64)),
    ]);
    let parts = office::routes().parameters();
    let without: Vec<_> = parts.iter().filter(|name| !ids.contains_key(*name)).collect();
    assert!(without.is_empty(), "asked with an id that nothing has: {without:?}");
    let idle: Vec<_> = ids.keys().filter(|name| !parts.contains(*name)).collect();
    assert!(idle.is_empty(), "named by no address: {idle:?}");
    let office = Office { platform: world.platform.clone(), secure: false, demo: false };
    let pages = ErrorPages { sign_in: Some("/office/sign-in"), home: "/office", home_outside: Some("/") };
    let router = web::harden(office::router(office), Hardening { pages, ..Hardening::default() });
    Front { router, people, ids }
}

struct Answer {
    status: StatusCode,
    body: String,
}

impl Answer {
    /// Refused because of the role, and not by a rule further inside.
    fn by_role(&self) -> bool {
        self.status == StatusCode::FORBIDDEN && self.body.contains("CORE-403")
    }
}

impl Front {
    /// The address with its parts filled in.
    fn address(&self, route: &Route) -> String {
        let fill = |segment: &str| match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            None => segment.to_owned(),
            Some(name) => self.ids[name].clone(),
        };
        route.path.split('/').map(fill).collect::<Vec<_>>().join("/")
    }

    /// An empty form.
    async fn ask(&self, route: &Route, cookie: Option<&str>) -> Answer {
        self.send(route, cookie, String::new()).await
    }

    async fn send(&self, route: &Route, cookie: Option<&str>, form: String) -> Answer {
        let form_kind = (route.method == Method::POST).then_some(FORM);
        self.knock(&route.method, &self.address(route), cookie, form_kind, form).await
    }

    /// Any request.
    async fn knock(
        &self,
        method: &Method,
        address: &str,
        cookie: Option<&str>,
        kind: Option<&str>,
        form: String,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(address);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(form)).unwrap()).await.unwrap();
        let status = response.status();
        // A ceremony's stream of news never ends; its head is enough.
        let stream = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if stream { Vec::new() } else { to_bytes(response.into_body(), BODY_MAX).await.unwrap().to_vec() };
        Answer { status, body: String::from_utf8_lossy(&body).into_owned() }
    }
}

/// The varying parts of an address that name something of an agency.
fn owned(route: &Route) -> Vec<&'static str> {
    let name = |segment: &'static str| segment.strip_prefix('{')?.strip_suffix('}');
    route.path.split('/').filter_map(name).filter(|name| !NOBODYS.contains(name)).collect()
}

/// A form as someone would fill it in who means it, so that nothing is refused for what was typed.
fn typed(route: &Route) -> String {
    let own = match route.path {
        "/office/inspectors/{inspector}/leaves/new" => "from=2021-06-01&to=2021-06-02",
        _ => "",
    };
    let all = "version=1&seen=1&reason=test&name=test&title=test&planned_on=2021-05-20&first_on=2021-05-20&all=1&why=test&reveal_minutes=10&form=record&disabled=1";
    format!("{own}&{all}").trim_start_matches('&').to_owned()
}

/// Whether someone may do it. An import that is found is besides only for those who may bring in its kind of list; the
/// northern county's is a register.
fn may_here(person: &Person, route: &Route) -> bool {
    let import = route.path.contains("{import}") && person.sees_north();
    may(person.role, route.use_case) && (!import || may(person.role, UseCase::SubjectImport))
}

fn is_open(route: &Route) -> bool {
    route.use_case.row().allowed == Allowed::NoAccount
}

/// Every address, those last that end the session of whoever asks.
fn table() -> Vec<Route> {
    let routes = office::routes();
    assert_eq!(routes.unlisted(), 0, "an area was added as a bare router: its `routes()` must return office::Routes");
    let mut table = routes.table().to_vec();
    table.sort_by_key(|route| route.use_case == UseCase::AccountSignOut);
    assert!(table.len() > 20, "the table was not read");
    table
}

#[test]
fn every_address_stands_once_and_under_the_front() {
    let table = table();
    let distinct: BTreeSet<_> = table.iter().map(|route| (route.method.as_str(), route.path)).collect();
    assert_eq!(distinct.len(), table.len());
    for route in &table {
        assert!(route.path.starts_with("/office") || route.path.starts_with("/witness/"), "{}", route.path);
        assert!([Method::GET, Method::POST].contains(&route.method), "{}", route.path);
    }
}

on_both! {
    async fn every_role_gets_exactly_what_the_registry_allows(world) {
        let front = front(&world).await;
        let mut pairs = 0;
        let mut wrong = Vec::new();
        for route in table() {
            for person in &front.people {
                let answer = front.ask(&route, Some(&person.cookie)).await;
                pairs += 1;
                let what = format!(
                    "{} {} as {:?} of {:?}: {} {}", route.method, route.path, person.role, person.place, answer.status,
                    answer.body.chars().take(120).collect::<String>()
                );
                if answer.status.is_server_error() {
                    wrong.push(format!("failed: {what}"));
                }
                if answer.status == StatusCode::UNAUTHORIZED {
                    wrong.push(format!("the session was lost: {what}"));
                }
                // Whoever may see it finds it; the city's own commands are about what the city organises.
                let its_own = person.place == Place::North || person.sees_north() && route.method == Method::GET;
                if its_own && may_here(person, &route) && answer.status == StatusCode::NOT_FOUND && !is_open(&route) {
                    wrong.push(format!("not found by its owner: {what}"));
                }
                if answer.by_role() == may_here(person, &route) && !is_open(&route) {
                    wrong.push(format!("not what {} says: {what}", route.use_case));
                }
            }
        }
        println!("{pairs} pairs of address and role");
        assert!(wrong.is_empty(), "{} of {pairs}:\n{}", wrong.len(), wrong.join("\n"));
    }

    async fn nobody_gets_in_and_the_other_county_finds_nothing(world) {
        let front = front(&world).await;
        for route in table() {
            let answer = front.ask(&route, None).await;
            let what = format!("{} {}: {}", route.method, route.path, answer.status);
            assert!(!answer.status.is_server_error(), "{what}");
            assert!(is_open(&route) || answer.status == StatusCode::UNAUTHORIZED, "{what}");
        }
        let before = world.event_kinds().await.len();
        let mut pairs = 0;
        let mut wrong = Vec::new();
        for route in table().into_iter().filter(|route| !owned(route).is_empty() && !is_open(route)) {
            for person in front.people.iter().filter(|person| !person.sees_north() && may(person.role, route.use_case)) {
                let answer = front.send(&route, Some(&person.cookie), typed(&route)).await;
                pairs += 1;
                if answer.status != StatusCode::NOT_FOUND {
                    wrong.push(format!("{} {} as {:?}: {}", route.method, route.path, person.role, answer.status));
                }
            }
        }
        println!("{pairs} pairs of address and role with the other county's ids");
        assert!(pairs > 10, "nothing was asked");
        assert!(wrong.is_empty(), "{} of {pairs}:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(world.event_kinds().await.len(), before, "something was changed from outside");
    }
    async fn no_field_of_a_form_reaches_the_other_county(world) {
        let front = front(&world).await;
        let before = world.event_kinds().await;
        let mut wrong = Vec::new();
        for (path, role, form) in keys::NAMED {
            let person = front.people.iter().find(|person| person.place == Place::South && person.role == *role).unwrap();
            let fill = |text: &str| {
                let named = front.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id));
                named.replace("{own}", &person.account)
            };
            let answer = front.knock(&Method::POST, &fill(path), Some(&person.cookie), Some(FORM), fill(form)).await;
            // What is refused is what the field names, and not the form for something else in it.
            let said = answer.body.contains("CORE-403") || answer.status == StatusCode::UNAUTHORIZED;
            if !answer.status.is_client_error() || said {
                wrong.push(format!("{path} as {role:?}: {}", answer.status));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(world.event_kinds().await, before, "something was changed from outside");
        // The same forms, filled with what is one's own, are taken: they are whole but for the key.
        for (path, role, form) in keys::OWN {
            let person = front.people.iter().find(|person| person.place == Place::North && person.role == *role).unwrap();
            let fill = |text: &str| front.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id));
            let answer = front.knock(&Method::POST, &fill(path), Some(&person.cookie), Some(FORM), fill(form)).await;
            assert!(answer.status.is_redirection(), "{path} as {role:?}: {}", answer.status);
        }
    }
}
