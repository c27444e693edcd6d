//! Moves of inspectors between agencies (人员调动): which side asks and which has to agree.
//!
//! An agency's list of inspectors decides who is matched to its visits. So nobody is taken from it, and nobody put on it,
//! by one side alone: whoever keeps one of the two asks, and somebody else who keeps the other agrees. A bureau above both
//! speaks for one of them at most: where it asked, or where it keeps the side that asked as well, the other side itself answers.

use crate::agency::{AgencyPath, Scope};
use crate::reach::Touch;

coded_enum! {
    /// A side of a move.
    MoveSide {
        /// The agency that the person leaves.
        Releasing = "releasing",
        /// The agency that the person joins.
        Receiving = "receiving",
    }
}

impl MoveSide {
    /// For which side somebody with this scope asks; `None` where neither lies within it. Who keeps both (a bureau above
    /// them) speaks for the agency that the person leaves, so that the one that has to work with them is asked; but for
    /// itself where it is the one that they join, so that somebody else is asked at all.
    #[must_use]
    pub fn asking(scope: &Scope, from: &AgencyPath, to: &AgencyPath) -> Option<Self> {
        if *scope == Scope::below(to) {
            Some(Self::Receiving)
        } else if scope.reaches(&Touch::row(from)).is_ok() {
            Some(Self::Releasing)
        } else if scope.reaches(&Touch::new_row(to)).is_ok() {
            Some(Self::Receiving)
        } else {
            None
        }
    }

    /// The side that has to agree.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Releasing => Self::Receiving,
            Self::Receiving => Self::Releasing,
        }
    }

    /// Of the two agencies the one that is on this side.
    pub fn of<T>(self, from: T, to: T) -> T {
        match self {
            Self::Releasing => from,
            Self::Receiving => to,
        }
    }
}

/// Whether a post of the agency at `own` may answer for the agency at `deciding`, where a post of the agency at `asker` asked
/// for the one at `asking`. It keeps the deciding agency; it is not of the agency that asked; and unless it is of the deciding
/// agency itself it keeps nothing of the side that asked, for then one bureau would decide both sides.
#[must_use]
pub fn may_answer(own: &AgencyPath, asker: &AgencyPath, asking: &AgencyPath, deciding: &AgencyPath) -> bool {
    let keeps = Scope::below(own);
    keeps.covers(deciding) && own != asker && (own == deciding || !keeps.covers(asking))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn who_keeps_one_side_asks_for_it() {
        let path = |text: &str| text.parse::<AgencyPath>().unwrap();
        let (city, north, south) = (path("130300/"), path("130300/130302/"), path("130300/130303/"));
        let side = |scope: &AgencyPath| MoveSide::asking(&Scope::below(scope), &north, &south);
        assert_eq!(side(&north), Some(MoveSide::Releasing));
        assert_eq!(side(&south), Some(MoveSide::Receiving));
        assert_eq!(side(&city), Some(MoveSide::Releasing));
        assert_eq!(side(&path("130300/130304/")), None);
        // A bureau that takes somebody of its own county asks for itself, and the county answers; it gives like anybody.
        assert_eq!(MoveSide::asking(&Scope::below(&city), &north, &city), Some(MoveSide::Receiving));
        assert_eq!(MoveSide::asking(&Scope::below(&city), &city, &north), Some(MoveSide::Releasing));
        for side in MoveSide::ALL {
            assert_ne!(side.other(), *side);
            assert_ne!(side.of(1, 2), side.other().of(1, 2));
        }
    }

    #[test]
    fn nobody_decides_both_sides() {
        let path = |text: &str| text.parse::<AgencyPath>().unwrap();
        let (province, city, north, south, station) = (
            path("13/"),
            path("13/1303/"),
            path("13/1303/130302/"),
            path("13/1303/130303/"),
            path("13/1303/130303/S01/"),
        );
        let check = |asker: &AgencyPath, asking: &AgencyPath, deciding: &AgencyPath, answer: &[&AgencyPath]| {
            let all = [&province, &city, &north, &south, &station];
            let may: Vec<_> = all.into_iter().filter(|own| may_answer(own, asker, asking, deciding)).collect();
            assert_eq!(may, answer, "{asker} asks for {asking}, {deciding} decides");
        };
        check(&north, &north, &south, &[&south]);
        check(&south, &south, &north, &[&north]);
        check(&city, &north, &south, &[&south]);
        check(&province, &north, &south, &[&south]);
        // Between the common superior and the deciding agency somebody may speak for it.
        check(&north, &north, &station, &[&south, &station]);
        // One side is above the other: it speaks for itself, unless it asked.
        check(&north, &north, &city, &[&city]);
        check(&city, &city, &north, &[&north]);
        check(&province, &city, &north, &[&north]);
        check(&province, &north, &city, &[&city]);
    }
}
