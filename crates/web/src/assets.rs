//! Scripts, styles and icons, built by `npm run build` and embedded, also in development, so that tests see what is
//! served. Names carry a digest, so browsers may keep them for a year. It reads no folder at run time.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

/// MISSING FOLDER? The compiler points here when the browser's files are not built yet: run `make assets` and build again.
#[derive(RustEmbed)]
#[folder = "../../client/dist"]
struct Dist;

// Names it as a source of this crate, so that cargo builds again when the set of files changes.
// MISSING FILE? Run `make assets` and build again.
const MANIFEST: &str = include_str!("../../../client/dist/manifest.json");
const ICONS: &str = include_str!("../../../client/dist/icons.json");

static NAMES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| parse(MANIFEST));
static DRAWINGS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| parse(ICONS));

const FOREVER: &str = "public, max-age=31536000, immutable";

/// Where today's version of a file is served: `asset_url("app.js")` is `/assets/app-1A2B3C4D.js`.
///
/// An unknown name comes back unchanged under `/assets/`, which answers 404; a test looks up every name that a template uses.
#[must_use]
pub fn asset_url(name: &str) -> String {
    let hashed = NAMES.get(name).map_or(name, String::as_str);
    format!("/assets/{hashed}")
}

/// An icon of the kept set as inline SVG, hidden from readers aloud: words must stand beside it.
#[must_use]
pub fn icon(name: &str) -> Icon {
    Icon(DRAWINGS.get(name).map_or("", String::as_str))
}

/// The drawing of an icon; templates print it unescaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icon(&'static str);

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl askama::FastWritable for Icon {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        dest.write_str(self.0).map_err(Into::into)
    }
}

impl askama::filters::HtmlSafe for Icon {}

/// Serves `/assets/…`. The router has no state and may be merged into any front.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(serve))
}

async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    if !NAMES.values().any(|known| *known == name) && !name.starts_with("part-") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Some(kind) = kind_of(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let packed = if accepts_gzip(&headers) { Dist::get(&format!("{name}.gz")) } else { None };
    let zipped = packed.is_some();
    let Some(file) = packed.or_else(|| Dist::get(&name)) else { return StatusCode::NOT_FOUND.into_response() };
    let body = match file.data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let mut response =
        ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FOREVER), (header::VARY, "accept-encoding")], body)
            .into_response();
    if zipped {
        response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
    }
    response
}

/// Types are named here and not guessed: with `nosniff` a wrong one would switch the page off.
fn kind_of(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "txt" => Some("text/plain; charset=utf-8"),
        _ => None,
    }
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|part| part.trim().split(';').next() == Some("gzip")))
}

/// Both files are made by our own build; one that does not parse shows as missing names, which the test below finds.
fn parse(json: &str) -> BTreeMap<String, String> {
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_pages_use_are_there() {
        for name in ["app.js", "style.css", "witness.js", "ceremony.js", "icon.svg", "licences.txt"] {
            let url = asset_url(name);
            let file = url.strip_prefix("/assets/").unwrap();
            assert_ne!(file, name, "{name} carries no digest");
            assert!(Dist::get(file).is_some(), "{file} is not embedded");
            assert!(Dist::get(&format!("{file}.gz")).is_some(), "{file} has no gzip beside it");
            assert!(kind_of(file).is_some());
        }
    }

    #[test]
    fn icons_are_drawn_and_unknown_ones_are_empty() {
        assert!(icon("check").to_string().starts_with("<svg class=\"icon\""));
        assert_eq!(icon("no-such-icon").to_string(), "");
    }

    #[test]
    fn gzip_is_sent_only_where_it_is_asked_for() {
        let check = |value: &str, expect| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
            assert_eq!(accepts_gzip(&headers), expect, "{value}");
        };
        check("gzip, deflate, br", true);
        check("br;q=1.0, gzip;q=0.8", true);
        check("br", false);
        check("x-gzip", false);
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
