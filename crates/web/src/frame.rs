//! What stands round the pages of whoever asks. A front leaves it with the request as soon as it knows, so that a refusal is
//! shown inside it, and a person is not thrown out of the office by one.

use std::sync::{Arc, OnceLock};

use crate::page::Page;

/// From the address of a request to the address of the page that stands for it: itself if it can be opened, or else what it
/// belongs to.
pub type Standing = fn(&str) -> String;

/// One request's place for it; every clone is the same place. `harden` puts it among the request's extensions.
#[derive(Clone, Debug, Default)]
pub struct Frame(Arc<Place>);

#[derive(Debug, Default)]
struct Place {
    page: OnceLock<Page>,
    standing: OnceLock<Standing>,
}

impl Frame {
    /// Says which addresses are pages. The first word holds.
    pub fn knows(&self, standing: Standing) {
        self.0.standing.get_or_init(|| standing);
    }

    /// Leaves what stands round this person's pages. The first word holds.
    pub fn fill(&self, page: Page) {
        self.0.page.get_or_init(|| page);
    }

    /// What was left; `None` if nobody is signed in.
    pub(crate) fn page(&self) -> Option<&Page> {
        self.0.page.get()
    }

    /// The page that stands for an address.
    pub(crate) fn standing(&self, address: &str) -> String {
        self.0.standing.get().map_or_else(|| address.to_owned(), |standing| standing(address))
    }
}
