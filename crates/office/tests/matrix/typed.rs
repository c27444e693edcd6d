//! Every address with what nobody may type: in the path, in the query, in a form, in a document. Nothing fails, each refusal
//! names the field and the place, and no table has any of it afterwards.

use domain::text::{LINE_CHARS_MAX, LINES_CHARS_MAX};
use testkit::store::{Engine, migration_names, tables_after};
use web::typed::{LINES, NAME_CHARS_MAX, PATH_CHARS_MAX};

use super::*;

const FORM: &str = "application/x-www-form-urlencoded";
/// Stands in every text that is sent here, so that it can be looked for.
const MARK: &str = "ZQX";

/// A bad text, percent-encoded, and what its refusal says.
fn bad_texts(chars_max: usize) -> Vec<(String, &'static str)> {
    vec![
        (format!("{MARK}%00b"), "U+0000"),
        (format!("{MARK}%01b"), "U+0001"),
        (format!("{MARK}%7Fb"), "U+007F"),
        (format!("{MARK}%EE%84%A3"), "U+E123"),
        (format!("{MARK}%E2%80%8Bb"), "U+200B"),
        (format!("{MARK}%E2%80%AEb"), "U+202E"),
        (format!("{MARK}%EF%BF%BF"), "U+FFFF"),
        (format!("{MARK}%CD%B8"), "U+0378"),
        (format!("{MARK}%FF"), "U+FFFD"),
        (format!("{MARK}{}", "a".repeat(chars_max)), "最多"),
    ]
}

/// Rows of all tables that hold `like` in some text.
async fn rows_with(world: &World, like: &str) -> Vec<String> {
    let store = world.store().await;
    let exact = if store.engine() == Engine::Sqlite { "INSTR" } else { "STRPOS" };
    let mut conn = store.read().await.unwrap();
    let mut found = Vec::new();
    for table in tables_after(migration_names().len()) {
        for column in table.columns.iter().map(|column| column.name) {
            let sql = format!("SELECT COUNT(*) AS n FROM {} WHERE {exact}(CAST({column} AS TEXT), $1) > 0", table.name);
            if conn.int(&sql, vec![like.into()]).await.unwrap() > 0 {
                found.push(format!("{}.{column}", table.name));
            }
        }
    }
    drop(conn);
    store.close().await;
    found
}

/// The paths of a route with one varying part replaced.
fn paths_with(front: &Front, route: &Route, text: &str) -> Vec<String> {
    let parts: Vec<&str> = route.path.split('/').collect();
    let varies = |part: &str| part.starts_with('{') && part.ends_with('}');
    let own = front.address(route);
    let own: Vec<&str> = own.split('/').collect();
    let with = |at: usize| (0..parts.len()).map(|n| if n == at { text } else { own[n] }).collect::<Vec<_>>().join("/");
    (0..parts.len()).filter(|at| varies(parts[*at])).map(with).collect()
}

impl Front {
    /// Somebody who may open the address, if an account is needed.
    fn opener(&self, route: &Route) -> Option<&str> {
        self.people.iter().find(|person| may_here(person, route)).map(|person| person.cookie.as_str())
    }
}

on_both! {
    async fn nothing_unfit_passes_any_address(world) {
        let front = front(&world).await;
        let before = world.event_kinds().await.len();
        let (mut asked, mut wrong) = (0, Vec::new());
        let mut judge = |answer: &Answer, wanted: &[u16], words: &[&str], what: String| {
            let said = words.iter().all(|word| answer.body.contains(word));
            if !wanted.contains(&answer.status.as_u16()) || !said {
                let body: String = answer.body.chars().take(200).collect();
                wrong.push(format!("{what}: {} {body}", answer.status));
            }
        };
        for route in table() {
            let (own, cookie) = (front.address(&route), front.opener(&route));
            let kind = (route.method == Method::POST).then_some(FORM);
            for (text, code) in bad_texts(LINE_CHARS_MAX) {
                let address = format!("{own}?page=1&q={text}");
                let answer = front.knock(&route.method, &address, cookie, kind, String::new()).await;
                judge(&answer, &[400], &["WEB-TEXT", "查找的内容", code], format!("{} {own}?q={code}", route.method));
                asked += 1;
            }
            for (text, code) in bad_texts(PATH_CHARS_MAX) {
                for address in paths_with(&front, &route, &text) {
                    let answer = front.knock(&route.method, &address, cookie, kind, String::new()).await;
                    judge(&answer, &[404], &["WEB-404", code], format!("{} {} with {code}", route.method, route.path));
                    asked += 1;
                }
            }
            if route.method != Method::POST {
                continue;
            }
            for field in ["name", "reason", "title", "next", "stratum-1-code", "password"] {
                let max = if LINES.contains(&field) { LINES_CHARS_MAX } else { LINE_CHARS_MAX };
                for (text, code) in bad_texts(max) {
                    let form = format!("{}&{field}={text}", typed(&route));
                    let answer = front.knock(&route.method, &own, cookie, kind, form).await;
                    judge(&answer, &[422], &["WEB-TEXT", code], format!("POST {own} {field}={code}"));
                    asked += 1;
                }
            }
            for form in [format!("a%00{MARK}=1"), format!("{MARK}{}=1", "a".repeat(NAME_CHARS_MAX))] {
                let answer = front.knock(&route.method, &own, cookie, kind, form).await;
                judge(&answer, &[422], &["WEB-TEXT"], format!("POST {own} with a bad name"));
                asked += 1;
            }
            let document = format!("{{\"salt\": [\"{MARK}\\u0000\"], \"value\": \"{MARK}\\ue123\"}}");
            let answer = front.knock(&route.method, &own, cookie, Some("application/json"), document).await;
            judge(&answer, &[422], &["WEB-TEXT", "/salt/0", "/value"], format!("POST {own} with a document"));
            asked += 1;
        }
        println!("{asked} unfit requests");
        assert!(asked > 5_000, "{asked}");
        assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(world.event_kinds().await.len(), before, "something was done");
        assert_eq!(rows_with(&world, MARK).await, Vec::<String>::new(), "stored");
    }

    async fn what_is_not_in_its_normal_form_is_stored_in_it(world) {
        let front = front(&world).await;
        let decomposed = "e%CC%81NFD";
        let mut wrong = Vec::new();
        for route in table() {
            let (own, cookie) = (front.address(&route), front.opener(&route));
            let kind = (route.method == Method::POST).then_some(FORM);
            let mut addresses = paths_with(&front, &route, decomposed);
            addresses.push(format!("{own}?q={decomposed}&tag={decomposed}"));
            addresses.push(own);
            for address in addresses {
                let form = match kind {
                    Some(_) => typed(&route).replace("=test", &format!("={decomposed}")),
                    None => String::new(),
                };
                let answer = front.knock(&route.method, &address, cookie, kind, form).await;
                if answer.status.is_server_error() {
                    wrong.push(format!("{} {address}: {}", route.method, answer.status));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(rows_with(&world, "e\u{301}NFD").await, Vec::<String>::new(), "stored as it was sent");
        assert!(rows_with(&world, "éNFD").await.len() > 1, "nothing was stored at all");
    }
}

#[test]
fn the_pages_fields_of_several_lines_are_those_that_may_have_them() {
    let mut found = BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let page = std::fs::read_to_string(&path).unwrap();
            for rest in page.split("ui::area(").skip(1) {
                let name = rest.trim_start().trim_start_matches('"').split('"').next().unwrap();
                found.insert(name.to_owned());
            }
            // A bare one without a name is for scripts; one with a name would be missed above.
            for rest in page.split("<textarea").skip(1) {
                assert!(!rest.split('>').next().unwrap().contains(" name="), "{}: use ui::area", path.display());
            }
        }
    }
    let known: BTreeSet<String> = LINES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(found, known);
}
