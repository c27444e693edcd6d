//! The chance of each cell's objects before any seed is known, as an exact fraction, and what about a scheme's sizes should
//! give a person pause. It holds no Chinese text: the pages and commands have the words for each [`Warning`].

use crate::scheme::{Ratio, Scheme, Size, SplitMethod, Stratum};
use crate::sizes::{Sizes, StratumSizes};
use crate::split::split;
use crate::suite::{Digest, Suite, Tickets};

/// A rule or cell that isolates fewer rows than this is flagged (protocol §3).
pub const FEW_ROWS: u64 = 5;
/// A cell whose chance is at least so many times the ratio that the scheme asks for is flagged.
const RAISED_TIMES: u128 = 2;

/// A chance between 0 and 1, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chance {
    /// Above the line.
    pub numerator: u64,
    /// Below the line; never 0.
    pub denominator: u64,
}

impl Chance {
    /// `part` of `whole`; `None` of nothing.
    #[must_use]
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        let (mut a, mut b) = (part, whole);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Some(Self { numerator: part.checked_div(a)?, denominator: whole.checked_div(a).filter(|below| *below > 0)? })
    }

    /// The chance in percent with four digits behind the point, rounded half up: `3.0008`.
    #[must_use]
    pub fn percent(&self) -> String {
        let below = u128::from(self.denominator);
        let scaled = (u128::from(self.numerator) * 1_000_000 * 2 + below) / (below * 2);
        format!("{}.{:04}", scaled / 10_000, scaled % 10_000)
    }
}

impl std::fmt::Display for Chance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// What is known of a cell before any seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChance {
    /// The stratum's code.
    pub stratum: String,
    /// The value; `None` for a stratum that is one cell.
    pub cell: Option<String>,
    /// The cell's rows.
    pub rows: u64,
    /// The cell's size at least. A `random` split is made by the seed, so its cells have `least` or one more.
    pub least: u64,
    /// The cell's size at most.
    pub most: u64,
    /// The chance of each of its objects; `None` for a cell without rows.
    pub chance: Option<Chance>,
}

/// What should give a person pause. None of it is refused: the scheme's author decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Rounding or `at_least` gives a cell at least twice the chance that its ratio asks for (3 rows at 1 %: one of three).
    ChanceRaised {
        /// Which cell.
        cell: CellChance,
        /// The ratio as written.
        ratio: String,
    },
    /// Rounding leaves a cell with a ratio above 0 without any chance.
    ChanceRoundedAway {
        /// Which cell.
        cell: CellChance,
        /// The ratio as written.
        ratio: String,
    },
    /// A `hamilton` split leaves a cell without any chance.
    HamiltonNone {
        /// Which cell.
        cell: CellChance,
    },
    /// Nobody meets the stratum's predicate.
    StratumEmpty {
        /// The stratum's code.
        stratum: String,
    },
    /// A class with a ratio above 0 occurs nowhere in its stratum.
    ClassEmpty {
        /// The stratum's code.
        stratum: String,
        /// The class.
        value: String,
    },
    /// A cell of fewer than [`FEW_ROWS`] rows: who is drawn is nearly settled.
    CellOfFew {
        /// Which cell.
        cell: CellChance,
    },
    /// An exclusion that takes out fewer than [`FEW_ROWS`] rows: it may be made for somebody.
    ExclusionOfFew {
        /// The exclusion's code.
        code: String,
        /// Its rows.
        rows: u64,
    },
    /// All strata together draw less than the floor of the rows that were not excluded.
    UnderFloor {
        /// Drawn over all strata; an object of several strata counts in each.
        drawn: u64,
        /// Rows that were not excluded.
        rows: u64,
        /// The floor as written.
        floor: String,
    },
}

impl Warning {
    /// The stable code, for programs and translations.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ChanceRaised { .. } => "chance-raised",
            Self::ChanceRoundedAway { .. } => "chance-rounded-away",
            Self::HamiltonNone { .. } => "hamilton-none",
            Self::StratumEmpty { .. } => "stratum-empty",
            Self::ClassEmpty { .. } => "class-empty",
            Self::CellOfFew { .. } => "cell-of-few",
            Self::ExclusionOfFew { .. } => "exclusion-of-few",
            Self::UnderFloor { .. } => "under-floor",
        }
    }
}

/// The chance of each cell, strata in scheme order, cells bytewise. `sizes` are those of the scheme.
#[must_use]
pub fn chances(scheme: &Scheme, sizes: &Sizes) -> Vec<CellChance> {
    scheme.strata.iter().zip(&sizes.strata).flat_map(|(stratum, sizes)| chances_of(stratum, sizes)).collect()
}

fn chances_of(stratum: &Stratum, sizes: &StratumSizes) -> Vec<CellChance> {
    let cell = |cell: Option<&str>, rows, least, most, chance| CellChance {
        stratum: stratum.code.clone(),
        cell: cell.map(str::to_owned),
        rows,
        least,
        most,
        chance,
    };
    let fixed = |value, rows, size| cell(value, rows, size, size, Chance::of(size, rows));
    if stratum.cell_column().is_none() {
        return vec![fixed(None, sizes.rows, sizes.size)];
    }
    let of_split = |method| {
        // The largest remainders ask no ticket, so any seed gives them; of a random split only the floors are taken.
        let tickets = Tickets::new(Suite::Sha256, &Digest([0; 32]));
        let cells: Vec<_> = sizes.cells.iter().map(|cell| (cell.cell.as_str(), cell.rows)).collect();
        split(&tickets, &stratum.code, sizes.size, &cells, method)
    };
    match stratum.split.as_ref().map(|split| split.method) {
        None => sizes.cells.iter().map(|cell| fixed(Some(&cell.cell), cell.rows, cell.size.unwrap_or(0))).collect(),
        Some(SplitMethod::Hamilton) => {
            let shares = sizes.cells.iter().zip(of_split(SplitMethod::Hamilton));
            shares.map(|(cell, size)| fixed(Some(&cell.cell), cell.rows, size)).collect()
        }
        Some(SplitMethod::Random) => {
            let all = u128::from(sizes.rows).max(1);
            let share = |rows: u64| {
                let product = u128::from(rows) * u128::from(sizes.size);
                let least = u64::try_from(product / all).unwrap_or(u64::MAX);
                (least, least + u64::from(product % all > 0))
            };
            let chance = Chance::of(sizes.size, sizes.rows);
            let cells = sizes.cells.iter().map(|one| (one, share(one.rows)));
            cells.map(|(one, (least, most))| cell(Some(&one.cell), one.rows, least, most, chance)).collect()
        }
    }
}

/// Everything worth a second look, in the order of the scheme; the floor, if one is given, comes last. `rows` are those of
/// the roll.
#[must_use]
pub fn warnings(scheme: &Scheme, sizes: &Sizes, rows: u64, floor: Option<&Ratio>) -> Vec<Warning> {
    let mut found = Vec::new();
    let few = |rows: u64| (1..FEW_ROWS).contains(&rows);
    for (code, rows) in sizes.excluded.iter().filter(|(_, rows)| few(*rows)) {
        found.push(Warning::ExclusionOfFew { code: code.clone(), rows: *rows });
    }
    for (stratum, sizes) in scheme.strata.iter().zip(&sizes.strata) {
        if sizes.rows == 0 {
            found.push(Warning::StratumEmpty { stratum: stratum.code.clone() });
        }
        if let Size::By { ratios, .. } = &stratum.size {
            let met = |value: &str| sizes.cells.iter().any(|cell| cell.cell == value);
            for (value, _) in ratios.iter().filter(|(value, ratio)| ratio.billionths() > 0 && !met(value)) {
                found.push(Warning::ClassEmpty { stratum: stratum.code.clone(), value: value.clone() });
            }
        }
        let cells = chances_of(stratum, sizes);
        found.extend(cells.iter().filter(|cell| few(cell.rows)).map(|cell| Warning::CellOfFew { cell: cell.clone() }));
        if stratum.split.as_ref().is_some_and(|split| split.method == SplitMethod::Random) {
            // Every object has the stratum's chance, so the stratum is what there is to tell about.
            let (rows, size) = (sizes.rows, sizes.size);
            let whole = CellChance {
                stratum: stratum.code.clone(),
                cell: None,
                rows,
                least: size,
                most: size,
                chance: Chance::of(size, rows),
            };
            found.extend(of_chance(stratum, sizes.size, whole));
        } else {
            found.extend(cells.into_iter().filter_map(|cell| of_chance(stratum, sizes.size, cell)));
        }
    }
    let excluded = sizes.excluded.iter().fold(0, |sum: u64, (_, rows)| sum.saturating_add(*rows));
    let (drawn, rows) = (sizes.total(), rows.saturating_sub(excluded));
    if let Some(floor) = floor
        && u128::from(drawn) * 1_000_000_000 < u128::from(floor.billionths()) * u128::from(rows)
    {
        found.push(Warning::UnderFloor { drawn, rows, floor: floor.as_str().to_owned() });
    }
    found
}

/// What a cell's chance has to do with the ratio that the scheme asks for.
fn of_chance(stratum: &Stratum, size: u64, cell: CellChance) -> Option<Warning> {
    if cell.rows == 0 {
        return None;
    }
    let hamilton = stratum.split.as_ref().is_some_and(|split| split.method == SplitMethod::Hamilton);
    if hamilton && size > 0 && cell.most == 0 {
        return Some(Warning::HamiltonNone { cell });
    }
    let ratio = match &stratum.size {
        Size::Ratio { ratio, .. } => ratio,
        Size::By { ratios, .. } => &ratios.iter().find(|(value, _)| Some(value) == cell.cell.as_ref())?.1,
        Size::Count(_) => return None,
    };
    let chance = cell.chance?;
    let asked = u128::from(ratio.billionths()) * u128::from(chance.denominator);
    let given = u128::from(chance.numerator) * 1_000_000_000;
    let text = ratio.as_str().to_owned();
    match (asked, given) {
        (0, _) => None,
        (_, 0) => Some(Warning::ChanceRoundedAway { cell, ratio: text }),
        _ if given >= asked * RAISED_TIMES => Some(Warning::ChanceRaised { cell, ratio: text }),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_exact_and_in_lowest_terms() {
        for (part, whole, text, percent) in [
            (1, 3, "1/3", "33.3333"),
            (2, 3, "2/3", "66.6667"),
            (1_839, 61_283, "1839/61283", "3.0008"),
            (0, 7, "0/1", "0.0000"),
            (7, 7, "1/1", "100.0000"),
            (1, 2_000_000, "1/2000000", "0.0001"),
            (u64::MAX, u64::MAX, "1/1", "100.0000"),
        ] {
            let chance = Chance::of(part, whole).unwrap();
            assert_eq!((chance.to_string().as_str(), chance.percent().as_str()), (text, percent), "{part} of {whole}");
        }
        assert_eq!((Chance::of(0, 0), Chance::of(1, 0)), (None, None));
    }

    fn scheme(strata: &str) -> Scheme {
        let text = format!(
            r#"{{"exclude":[],"membership":"first","reserves":0,"scheme":"mc1","strata":[{strata}],"title":"t"}}"#
        );
        Scheme::parse(text.as_bytes()).unwrap()
    }

    fn stratum(code: &str, size: &str, split: &str) -> String {
        format!(
            r#"{{"code":"{code}","items":["i"],"label":"l","population":"p","size":{size}{split},"when":{{"column":"kind","empty":false}}}}"#
        )
    }

    fn sizes(stratum: &str, rows: u64, size: u64, cells: &str) -> Sizes {
        let text = format!(
            r#"{{"excluded":{{}},"outside":0,"strata":[{{"cells":[{cells}],"rows":{rows},"size":{size},"stratum":"{stratum}"}}]}}"#
        );
        Sizes::parse(text.as_bytes()).unwrap()
    }

    fn codes(strata: &str, sizes: &Sizes, rows: u64, floor: Option<&str>) -> Vec<&'static str> {
        let floor = floor.map(|floor| Ratio::parse(floor).unwrap());
        warnings(&scheme(strata), sizes, rows, floor.as_ref()).iter().map(Warning::code).collect()
    }

    #[test]
    fn each_thing_worth_a_look_is_told_and_nothing_else() {
        let ratio = |ratio: &str, rounding: &str| {
            stratum("A", &format!(r#"{{"ratio":"{ratio}","rounding":"{rounding}"}}"#), "")
        };
        let whole = |rows, size| sizes("A", rows, size, "");
        assert_eq!(codes(&ratio("0.01", "ceil"), &whole(3, 1), 3, None), ["cell-of-few", "chance-raised"]);
        assert_eq!(codes(&ratio("0.01", "ceil"), &whole(51, 1), 51, None), Vec::<&str>::new());
        assert_eq!(codes(&ratio("0.01", "ceil"), &whole(50, 1), 50, None), ["chance-raised"]);
        assert_eq!(codes(&ratio("0.01", "floor"), &whole(40, 0), 40, None), ["chance-rounded-away"]);
        assert_eq!(codes(&ratio("0", "ceil"), &whole(40, 0), 40, None), Vec::<&str>::new());
        assert_eq!(codes(&ratio("0.01", "ceil"), &whole(0, 0), 9, None), ["stratum-empty"]);
        assert_eq!(codes(&ratio("0.1", "ceil"), &whole(100, 10), 334, Some("0.03")), ["under-floor"]);
        assert_eq!(codes(&ratio("0.1", "ceil"), &whole(100, 10), 333, Some("0.03")), Vec::<&str>::new());

        let by = stratum("A", r#"{"by":"risk","ratios":{"":"0","C":"0.5","D":"1"},"rounding":"ceil"}"#, "");
        let classes = sizes("A", 20, 10, r#"{"cell":"C","rows":20,"size":10}"#);
        assert_eq!(codes(&by, &classes, 20, None), ["class-empty"]);

        let cells = r#"{"cell":"a","rows":90},{"cell":"b","rows":10}"#;
        let shared = sizes("A", 100, 4, cells);
        let split =
            |method: &str| stratum("A", r#"{"count":4}"#, &format!(r#","split":{{"by":"organ","method":"{method}"}}"#));
        assert_eq!(codes(&split("hamilton"), &shared, 100, None), ["hamilton-none"]);
        assert_eq!(codes(&split("random"), &shared, 100, None), Vec::<&str>::new());
        let found = chances(&scheme(&split("random")), &shared);
        let told: Vec<_> = found.iter().map(|cell| (cell.least, cell.most, cell.chance.unwrap().to_string())).collect();
        assert_eq!(told, [(3, 4, "1/25".to_owned()), (0, 1, "1/25".to_owned())]);
        let fixed = chances(&scheme(&split("hamilton")), &shared);
        let told: Vec<_> = fixed.iter().map(|cell| (cell.least, cell.most, cell.chance.unwrap().to_string())).collect();
        assert_eq!(told, [(4, 4, "2/45".to_owned()), (0, 0, "0/1".to_owned())]);
    }
}
