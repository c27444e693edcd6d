//! The pages, one file an address.

pub(crate) mod announcement;
pub(crate) mod check;
pub(crate) mod download;
pub(crate) mod drawn;
pub(crate) mod health;
pub(crate) mod proof;

use app::ErrorKind;
use app::public_site::PublicState;
use web::Tone;

/// A refusal in the words of this front: who asks has no post whose data could end.
pub(crate) fn refused(error: app::Error) -> web::Error {
    if error.kind == ErrorKind::NotFound {
        let args: [(&str, String); 0] = [];
        let (what, next) = (text::problem::message("PUBL-005", &args), text::problem::next_step("PUBL-005", &args));
        return web::Error::not_found().saying("PUBL-005", what, next);
    }
    error.into()
}

/// How a state is meant.
pub(crate) const fn tone(state: PublicState) -> Tone {
    match state {
        PublicState::Committed => Tone::Seal,
        PublicState::Drawn => Tone::Good,
        PublicState::Failed => Tone::Bad,
    }
}

/// An RFC 3339 text of the projection as people read it; what does not parse is shown as it is.
pub(crate) fn moment(text: &str) -> String {
    text.parse::<domain::Instant>().map_or_else(|_| text.to_owned(), |at| web::format::instant_seconds(&at))
}
