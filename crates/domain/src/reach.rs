//! May a write touch what it is about to touch? The one answer to it, for every write that finds its row by a key.
//!
//! What a form, a file or a command names is a text; whose row it overwrites is decided by the row that stands there. So
//! three places are looked at: the agency of the row that was found, the agency above the new place, and the new place
//! itself. Rows that are read by id within a [`Scope`] need no second question: outside it they are not found.

use crate::agency::{AgencyPath, Scope};

/// Where in the tree of agencies a write wants to put something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Above<'a> {
    /// The tree itself stays as it is.
    Unasked,
    /// Nothing is above: a new top of the tree.
    Nothing,
    /// This agency is.
    Agency(&'a AgencyPath),
}

/// What a write is about to touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch<'a> {
    found: Option<&'a AgencyPath>,
    above: Above<'a>,
    place: Option<&'a AgencyPath>,
}

/// What of it lies outside the scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutOfReach {
    /// The row that would be overwritten belongs to an agency outside.
    #[error("the row that was found lies outside the scope")]
    Found,
    /// It would be a new top of the tree, which only the owner of the installation makes.
    #[error("only the owner of the installation makes an agency with none above it")]
    Root,
    /// The agency above the new place lies outside.
    #[error("the agency above lies outside the scope")]
    Parent,
    /// The new place lies outside.
    #[error("the new place lies outside the scope")]
    Place,
}

impl<'a> Touch<'a> {
    /// A row that stands and belongs to the agency at this path; it stays there unless [`Touch::to`] says otherwise.
    #[must_use]
    pub const fn row(found: &'a AgencyPath) -> Self {
        Self { found: Some(found), above: Above::Unasked, place: None }
    }

    /// A row that does not exist yet and will belong to the agency at this path.
    #[must_use]
    pub const fn new_row(place: &'a AgencyPath) -> Self {
        Self { found: None, above: Above::Unasked, place: Some(place) }
    }

    /// A new agency at `place`, below `parent`; with none it would be the top of the tree.
    #[must_use]
    pub const fn new_agency(parent: Option<&'a AgencyPath>, place: &'a AgencyPath) -> Self {
        let above = match parent {
            Some(parent) => Above::Agency(parent),
            None => Above::Nothing,
        };
        Self { found: None, above, place: Some(place) }
    }

    /// The same, with the row belonging to the agency at `place` afterwards.
    #[must_use]
    pub const fn to(self, place: &'a AgencyPath) -> Self {
        Self { place: Some(place), ..self }
    }
}

impl Scope {
    /// Whether a write may touch all that it is about to touch.
    ///
    /// # Errors
    /// [`OutOfReach`], the found row before all else: who may not overwrite a row learns nothing about its new place.
    pub fn reaches(&self, touch: &Touch<'_>) -> Result<(), OutOfReach> {
        let outside = |path: Option<&AgencyPath>| path.is_some_and(|path| !self.covers(path));
        if outside(touch.found) {
            return Err(OutOfReach::Found);
        }
        match touch.above {
            Above::Nothing if *self != Self::everything() => return Err(OutOfReach::Root),
            Above::Agency(parent) if !self.covers(parent) => return Err(OutOfReach::Parent),
            Above::Unasked | Above::Nothing | Above::Agency(_) => {}
        }
        if outside(touch.place) { Err(OutOfReach::Place) } else { Ok(()) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn path(text: &str) -> AgencyPath {
        text.parse().unwrap()
    }

    #[test]
    fn every_place_counts_and_the_found_row_first() {
        let (root, city) = (path("130300/"), path("130300/130302/"));
        let (other, below, elsewhere) =
            (path("130300/130303/"), path("130300/130302/S01/"), path("130300/130303/S01/"));
        let check = |touch: Touch<'_>, expect: Result<(), OutOfReach>| {
            assert_eq!(Scope::below(&city).reaches(&touch), expect, "{touch:?}");
            let whole = Scope::everything().reaches(&touch);
            assert_eq!(whole, Ok(()), "the owner reaches all: {touch:?}");
        };
        check(Touch::row(&city), Ok(()));
        check(Touch::row(&below), Ok(()));
        check(Touch::row(&other), Err(OutOfReach::Found));
        check(Touch::row(&root), Err(OutOfReach::Found));
        check(Touch::row(&city).to(&below), Ok(()));
        check(Touch::row(&city).to(&other), Err(OutOfReach::Place));
        check(Touch::row(&other).to(&city), Err(OutOfReach::Found));
        check(Touch::row(&other).to(&elsewhere), Err(OutOfReach::Found));
        check(Touch::new_row(&below), Ok(()));
        check(Touch::new_row(&other), Err(OutOfReach::Place));
        check(Touch::new_agency(Some(&city), &below), Ok(()));
        check(Touch::new_agency(Some(&other), &elsewhere), Err(OutOfReach::Parent));
        check(Touch::new_agency(Some(&root), &other), Err(OutOfReach::Parent));
        check(Touch::new_agency(None, &path("000001/")), Err(OutOfReach::Root));
    }

    /// Whoever keeps the agency at the top makes no second top either, although nothing else lies outside that scope.
    #[test]
    fn a_new_top_is_the_owner_s() {
        let top = path("130300/");
        let touch = Touch::new_agency(None, &top);
        assert_eq!(Scope::below(&top).reaches(&touch), Err(OutOfReach::Root));
        assert_eq!(Scope::everything().reaches(&touch), Ok(()));
    }
}
