//! What the steps after the seal will demand of a scheme, its roll and the units, and what is missing. Everything that can
//! refuse after the point of no return stands in this one list, so that it is told before: when a scheme is submitted, after
//! a freeze, on the page before the seal, and by both commands that seal.

use chrono::NaiveDate;

use crate::subject::SubjectKind;

coded_enum! {
    /// A demand of a later step. Codes are stable; those from 100 on are warnings.
    Demand {
        /// Dispatch takes items from the list in force.
        List = "PRE-001",
        /// Dispatch knows every entry of the scheme.
        Listed = "PRE-002",
        /// Dispatch executes only what is in force (R1).
        InForce = "PRE-003",
        /// Every visit has something to check.
        Applies = "PRE-004",
        /// Visits are numbered by division.
        Division = "PRE-005",
        /// Every object has a unit that it goes to.
        Unit = "PRE-006",
        /// A dispatch takes so many objects.
        DrawnMax = "PRE-007",
        /// There are days left for visits.
        Window = "PRE-008",
        /// Documents of the draw take the organiser's name.
        Organiser = "PRE-009",
        /// Forms are printed with the fonts that they name.
        Fonts = "PRE-010",
        /// Items stay in force until the visits.
        ItemsEnd = "PRE-101",
        /// A visit has two inspectors.
        Inspectors = "PRE-102",
        /// One of them is qualified for each item that asks for it.
        Qualified = "PRE-103",
        /// Somebody signs for the unit's share.
        Receiver = "PRE-104",
        /// A second person takes part in the unit's matching.
        Second = "PRE-105",
        /// A matching takes so many inspectors of one unit.
        InspectorsMax = "PRE-106",
        /// Matching ends before the visits do.
        WindowShort = "PRE-107",
        /// The unit's inspectors can make its visits within the window.
        Capacity = "PRE-108",
        /// Those fonts have every character of the names on them.
        Glyphs = "PRE-109",
    }
}

impl Demand {
    /// Whether nothing is sealed while it is not met. The others are warnings: people may still come, be trained or return.
    pub const fn blocks(self) -> bool {
        matches!(
            self,
            Self::List
                | Self::Listed
                | Self::InForce
                | Self::Applies
                | Self::Division
                | Self::Unit
                | Self::DrawnMax
                | Self::Window
                | Self::Organiser
                | Self::Fonts
        )
    }
}

/// A demand that is not met, with what a person needs to know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// No item list is in force for the organiser.
    NoList,
    /// An entry names nothing of the list.
    NotListed {
        /// Label of the class.
        class: String,
        /// The entry.
        entry: String,
    },
    /// An entry names items of which none is in force today.
    NotInForce {
        /// Label of the class.
        class: String,
        /// The entry.
        entry: String,
    },
    /// Members of a class to whom none of its items applies.
    NoItem {
        /// Label of the class.
        class: String,
        /// Their kind.
        kind: SubjectKind,
        /// How many they are.
        rows: u64,
    },
    /// Neither the organiser nor an agency above has a division.
    NoDivision,
    /// Objects whose registrar key is no agency's.
    NoUnit {
        /// The key.
        unit: String,
        /// How many they are.
        rows: u64,
    },
    /// More would be drawn than a dispatch takes.
    TooManyDrawn {
        /// How many.
        drawn: u64,
        /// How many a dispatch takes.
        max: u64,
    },
    /// The window of the visits has ended.
    WindowOver {
        /// Its last day.
        to: NaiveDate,
    },
    /// The organiser's name holds characters that no document of a draw may hold.
    OrganiserName,
    /// An item ends before the visits do.
    ItemEnds {
        /// Its name.
        item: String,
        /// Its last day.
        on: NaiveDate,
    },
    /// Fewer than two inspectors who may go out.
    FewInspectors {
        /// Name of the unit.
        unit: String,
        /// How many there are.
        able: u64,
    },
    /// No two inspectors together hold what the items of a visit ask for.
    NotQualified {
        /// Name of the unit.
        unit: String,
        /// The qualifications that are missing, or all where no pair holds them together.
        codes: Vec<String>,
    },
    /// Nobody in the unit can sign for its share.
    NoReceiver {
        /// Name of the unit.
        unit: String,
    },
    /// One person alone in the unit: a matching needs a second one.
    NoSecond {
        /// Name of the unit.
        unit: String,
    },
    /// More inspectors than a matching takes.
    TooManyInspectors {
        /// Name of the unit.
        unit: String,
        /// How many a matching takes.
        max: u64,
    },
    /// The window ends before matching is due.
    WindowShort {
        /// Its last day.
        to: NaiveDate,
        /// When matching would be due if it were dispatched today.
        due: NaiveDate,
    },
    /// More visits than the inspectors of a unit can make within the window.
    OverCapacity {
        /// Name of the unit.
        unit: String,
        /// Visits that it is to expect.
        visits: u64,
        /// Visits that its inspectors can make.
        capacity: u64,
        /// On how many working days.
        days: u64,
        /// Visits that one inspector makes a day at most.
        per_day: u16,
    },
    /// No font for the forms.
    NoFonts,
    /// Names with characters that no font of the forms has.
    UnsetNames {
        /// How many firms have such names.
        firms: u64,
        /// The characters, ascending, the first ones.
        characters: Vec<char>,
        /// Some of the names.
        names: Vec<String>,
    },
}

impl Finding {
    /// The demand that is not met.
    pub const fn demand(&self) -> Demand {
        match self {
            Self::NoList => Demand::List,
            Self::NotListed { .. } => Demand::Listed,
            Self::NotInForce { .. } => Demand::InForce,
            Self::NoItem { .. } => Demand::Applies,
            Self::NoDivision => Demand::Division,
            Self::NoUnit { .. } => Demand::Unit,
            Self::TooManyDrawn { .. } => Demand::DrawnMax,
            Self::WindowOver { .. } => Demand::Window,
            Self::OrganiserName => Demand::Organiser,
            Self::ItemEnds { .. } => Demand::ItemsEnd,
            Self::FewInspectors { .. } => Demand::Inspectors,
            Self::NotQualified { .. } => Demand::Qualified,
            Self::NoReceiver { .. } => Demand::Receiver,
            Self::NoSecond { .. } => Demand::Second,
            Self::TooManyInspectors { .. } => Demand::InspectorsMax,
            Self::WindowShort { .. } => Demand::WindowShort,
            Self::OverCapacity { .. } => Demand::Capacity,
            Self::NoFonts => Demand::Fonts,
            Self::UnsetNames { .. } => Demand::Glyphs,
        }
    }

    /// Whether nothing is sealed while it stands.
    pub const fn blocks(&self) -> bool {
        self.demand().blocks()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_from_100_on_are_warnings() {
        for demand in Demand::ALL {
            assert_eq!(demand.blocks(), demand.code() < "PRE-100", "{demand}");
        }
    }
}
