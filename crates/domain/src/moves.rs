//! Moves of inspectors between agencies (人员调动): which side asks and which has to agree.
//!
//! An agency's list of inspectors decides who is matched to its visits. So nobody is taken from it, and nobody put on it,
//! by one side alone: whoever keeps one of the two asks, and somebody else who keeps the other agrees.

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
    /// them) speaks for the agency that the person leaves, so that the one that has to work with them is asked.
    #[must_use]
    pub fn asking(scope: &Scope, from: &AgencyPath, to: &AgencyPath) -> Option<Self> {
        if scope.reaches(&Touch::row(from)).is_ok() {
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
        for side in MoveSide::ALL {
            assert_ne!(side.other(), *side);
            assert_ne!(side.of(1, 2), side.other().of(1, 2));
        }
    }
}
