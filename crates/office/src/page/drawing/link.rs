//! The QR code of an invitation, at the table of a draw or of a matching. A page with `?party=` shows it for as long as the
//! link waits, to the session that made it: after the redirect, after loading again, and when it comes back later.

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
pub(crate) fn panel<'a>(asked: &Asked, seated: impl IntoIterator<Item = Seated<'a>>) -> Result<LinkPanel> {
    let Ok(id) = asked.party.parse::<PartyId>() else { return Ok(LinkPanel::default()) };
    let Some((_, state, link)) = seated.into_iter().find(|(party, _, _)| *party == id) else {
        return Ok(LinkPanel::default());
    };
    let shown = match link {
        Some(link) => Some(Shown { qr: qr_svg(&link.url)?, name: link.name.clone(), url: link.url.clone() }),
        None => None,
    };
    Ok(LinkPanel { of_another: shown.is_none() && state == PartyState::Invited, shown })
}
