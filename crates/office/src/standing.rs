//! From any address of the front to the page that stands for it. Forms are sent to addresses that cannot be opened, and a form
//! that came back is shown under such an address, too; after a refusal or a new sign-in a person goes to a page that opens.

use std::sync::OnceLock;

use axum::http::Method;
use web::Crumb;

/// The addresses that open, as they stand in the table of routes.
static PAGES: OnceLock<Vec<&'static str>> = OnceLock::new();

/// The address itself if it opens, or else the nearest above it that does; `/office` at last.
pub(crate) fn page_for(address: &str) -> String {
    let pages = PAGES.get_or_init(|| {
        let routes = crate::routes();
        routes.table().iter().filter(|route| route.method == Method::GET).map(|route| route.path).collect()
    });
    let opens = |path: &str| pages.iter().any(|pattern| fits(pattern, path));
    let path = address.split('?').next().unwrap_or_default();
    if opens(path) {
        return address.to_owned();
    }
    let mut above = path;
    while let Some((head, _)) = above.rsplit_once('/') {
        if opens(head) {
            return head.to_owned();
        }
        above = head;
    }
    "/office".to_owned()
}

fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given || (wanted.starts_with('{') && !given.is_empty()) => {}
            _ => return false,
        }
    }
}

/// The thing to which a page belongs, as a link: where its state and its work under way are shown. `None` on its own page.
pub(crate) fn thing_above(path: &str) -> Option<Crumb> {
    let mut parts = path.strip_prefix("/office/")?.split('/');
    let (noun, id, _below) = (parts.next()?, parts.next()?, parts.next()?);
    let label = match noun {
        "tasks" => "查看任务的进展",
        "shares" => "查看派发的进展",
        "schemes" => "查看方案",
        _ => return None,
    };
    Some(Crumb::to(label, format!("/office/{noun}/{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_a_page_that_stands_for_it() {
        let check = |address: &str, expect: &str| assert_eq!(page_for(address), expect, "{address}");
        check("/office", "/office");
        check("/office/tasks?page=2", "/office/tasks?page=2");
        check("/office/tasks/new", "/office/tasks/new");
        check("/office/tasks/0179/ceremony", "/office/tasks/0179/ceremony");
        check("/office/tasks/0179/parties/new", "/office/tasks/0179");
        check("/office/tasks/0179/freeze?a=b", "/office/tasks/0179");
        check("/office/fairness/compute", "/office/fairness");
        check("/office/nowhere/at/all", "/office");
        check("/", "/office");
        check("", "/office");
    }

    #[test]
    fn a_page_of_a_thing_leads_to_the_thing() {
        let check = |path: &str, expect: Option<&str>| {
            let link = thing_above(path).and_then(|crumb| crumb.href);
            assert_eq!(link.as_deref(), expect, "{path}");
        };
        check("/office/tasks/0179/seal", Some("/office/tasks/0179"));
        check("/office/shares/0179/matching", Some("/office/shares/0179"));
        check("/office/tasks/0179", None);
        check("/office/tasks", None);
        check("/office/subjects/0179/edit", None);
        check("/witness/0179", None);
    }
}
