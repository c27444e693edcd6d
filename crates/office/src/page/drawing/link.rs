//! The QR code of an invitation, at the table of a draw or of a matching. A page with `?party=` shows it for as long as the
//! link waits, to the session that made it: after the redirect, after loading again, and when it comes back later.

use app::Platform;
use app::party::Invitation;
use domain::ids::PartyId;
use domain::state::PartyState;
use serde::Deserialize;
use web::{Result, qr_svg};

/// Whose code a page shows.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    party: String,
}

/// One party of a table: id, state, and its link where this session may see it.
pub(crate) type Seated<'a> = (PartyId, PartyState, Option<&'a Invitation>);

/// What `link.html` prints.
#[derive(Default)]
pub(crate) struct LinkPanel {
    /// The code and the address in it.
    pub(crate) shown: Option<Shown>,
    /// A code was asked for that another session made.
    pub(crate) of_another: bool,
    /// The address in the codes, where no phone can open it; empty otherwise.
    pub(crate) unreachable: String,
}

impl LinkPanel {
    /// What to do about an address that no phone can open.
    pub(crate) fn remedy(&self) -> String {
        text::ceremony::unreachable(&self.unreachable)
    }
}

/// A link.
pub(crate) struct Shown {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) qr: String,
}

/// The address of a page that shows a party's code.
pub(crate) fn with_code(page: &str, party: PartyId) -> String {
    format!("{page}?party={party}")
}

/// What a page shows of what was asked for.
pub(crate) fn panel<'a>(
    platform: &Platform,
    asked: &Asked,
    seated: impl IntoIterator<Item = Seated<'a>>,
) -> Result<LinkPanel> {
    // A witness's phone opens the one address, everybody's in the hall the other.
    let addresses = [platform.base_url(), platform.site_url()];
    let unreachable = addresses.into_iter().find(|url| domain::address::is_for_this_machine(url));
    let mut panel = LinkPanel { unreachable: unreachable.unwrap_or_default().to_owned(), ..LinkPanel::default() };
    let id = asked.party.parse::<PartyId>().ok();
    if let Some((_, state, link)) = seated.into_iter().find(|(party, _, _)| Some(*party) == id) {
        panel.of_another = link.is_none() && state == PartyState::Invited;
        if let Some(link) = link {
            panel.shown = Some(Shown { qr: qr_svg(&link.url)?, name: link.name.clone(), url: link.url.clone() });
        }
    }
    Ok(panel)
}
