//! The sizes document: populations and sizes, known and published before any randomness.

use crate::json::{Json, document_digest};
use crate::mismatch::Mismatch;
use crate::node::Node;
use crate::progress::Progress;
use crate::refused::{Reason, Refused};
use crate::roll::Roll;
use crate::scheme::{Scheme, Size, Stratum};
use crate::selection::pass;
use crate::sieve::Sieve;
use crate::split::split;
use crate::suite::{Digest, Suite, Tickets};

/// `sizes.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// Rows that left, by the code of the first exclusion that they met; in scheme order when computed.
    pub excluded: Vec<(String, u64)>,
    /// Rows of no stratum.
    pub outside: u64,
    /// The strata in scheme order.
    pub strata: Vec<StratumSizes>,
}

/// Rows, size and cells of a stratum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StratumSizes {
    /// The stratum's code.
    pub stratum: String,
    /// Its rows.
    pub rows: u64,
    /// How many of them are drawn.
    pub size: u64,
    /// Its cells, bytewise; none where the stratum is one cell or has no rows.
    pub cells: Vec<CellRows>,
}

/// The rows of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellRows {
    /// The value of the cell's column.
    pub cell: String,
    /// Its rows.
    pub rows: u64,
    /// Its size, where the column's values have their own ratios; a split is made by the seed.
    pub size: Option<u64>,
}

/// A cell with its final size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellPlan {
    /// The value; `None` for a stratum that is one cell.
    pub cell: Option<String>,
    /// Its rows.
    pub rows: u64,
    /// How many of them are drawn.
    pub size: u64,
}

/// Codes with their rows, for a sentence.
fn listed(excluded: &[(String, u64)]) -> String {
    excluded.iter().map(|(code, rows)| format!("{code} {rows}")).collect::<Vec<_>>().join(", ")
}

/// Counts and sizes of a roll under a scheme: the live counts before a seal, and the sizes document.
///
/// # Errors
/// Whatever [`Scheme::check`] refuses; a value without a ratio; cancelled.
pub fn sizes(scheme: &Scheme, roll: &Roll, progress: Progress<'_>) -> Result<Sizes, Refused> {
    let mut sieve = Sieve::counting(scheme, roll.header())?;
    pass(roll, &mut sieve, progress)?;
    sieve.sizes()
}

/// The sizes of counted populations: rows by exclusion, and by stratum its rows with those of its cells.
pub(crate) fn sizes_of(
    scheme: &Scheme,
    excluded: &[u64],
    outside: u64,
    populations: Vec<(u64, Vec<(String, u64)>)>,
) -> Result<Sizes, Refused> {
    let excluded = scheme.exclude.iter().zip(excluded);
    let strata = scheme.strata.iter().zip(populations).enumerate();
    let strata = strata.map(|(index, (stratum, (rows, cells)))| {
        size_stratum(stratum, rows, cells).map_err(|refused| refused.within(&format!("strata[{index}]")))
    });
    Ok(Sizes {
        excluded: excluded.map(|(rule, rows)| (rule.code.clone(), *rows)).collect(),
        outside,
        strata: strata.collect::<Result<_, _>>()?,
    })
}

/// The sizes of one stratum from its populations alone.
fn size_stratum(stratum: &Stratum, rows: u64, cells: Vec<(String, u64)>) -> Result<StratumSizes, Refused> {
    let mut sized = Vec::with_capacity(cells.len());
    for (cell, rows) in cells {
        let size = match &stratum.size {
            Size::By { ratios, rounding, .. } => {
                let ratio = ratios.iter().find(|(value, _)| *value == cell).map(|(_, ratio)| ratio);
                let ratio =
                    ratio.ok_or_else(|| Refused::new("size.ratios", Reason::ValueNotNamed { value: cell.clone() }))?;
                Some(ratio.of(rows, *rounding))
            }
            _ => None,
        };
        sized.push(CellRows { cell, rows, size });
    }
    let size = match &stratum.size {
        Size::Ratio { ratio, rounding, at_least } => ratio.of(rows, *rounding).max(at_least.unwrap_or(0).min(rows)),
        Size::Count(count) => (*count).min(rows),
        Size::By { .. } => sized.iter().filter_map(|cell| cell.size).sum(),
    };
    Ok(StratumSizes { stratum: stratum.code.clone(), rows, size, cells: sized })
}

impl Sizes {
    /// Reads `sizes.json`.
    ///
    /// # Errors
    /// A breach of the document's form, with its path.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let mut fields = Node::document(bytes)?.object()?;
        let excluded = fields.take("excluded")?.object()?.entries();
        let sizes = Self {
            excluded: excluded
                .into_iter()
                .map(|(code, node)| Ok((code, node.count()?)))
                .collect::<Result<_, Refused>>()?,
            outside: fields.take("outside")?.count()?,
            strata: fields.take("strata")?.list()?.into_iter().map(parse_stratum).collect::<Result<_, _>>()?,
        };
        fields.done()?;
        Ok(sizes)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn to_jcs(&self) -> Vec<u8> {
        let excluded = self.excluded.iter().map(|(code, rows)| (code.clone(), Json::count(*rows))).collect();
        Json::object([
            ("excluded", Json::Object(excluded)),
            ("outside", Json::count(self.outside)),
            ("strata", Json::List(self.strata.iter().map(StratumSizes::to_json).collect())),
        ])
        .to_jcs()
    }

    /// The digest that the commitment names.
    #[must_use]
    pub fn digest(&self, suite: Suite) -> Digest {
        document_digest(suite, &self.to_jcs())
    }

    /// Says where these stated sizes differ from those that the roll gives.
    pub(crate) fn difference_from(&self, found: &Self) -> Mismatch {
        let mut strata = self.strata.iter().zip(&found.strata);
        match strata.find(|(stated, found)| stated != found) {
            Some((stated, found)) => Mismatch::SizesStratum {
                stratum: stated.stratum.clone(),
                stated_rows: stated.rows,
                stated_size: stated.size,
                stated_cells: stated.cells.len(),
                rows: found.rows,
                size: found.size,
                cells: found.cells.len(),
            },
            None => Mismatch::SizesOutside {
                stated_excluded: listed(&self.excluded),
                stated_outside: self.outside,
                excluded: listed(&found.excluded),
                outside: found.outside,
            },
        }
    }

    /// How many are drawn over all strata (an object of several strata counts in each).
    #[must_use]
    pub fn total(&self) -> u64 {
        total(self.strata.iter().map(|stratum| stratum.size))
    }

    /// Checks that the document's sizes follow from its own populations under a scheme. It needs no roll and so cannot
    /// tell whether the populations are true.
    ///
    /// # Errors
    /// With the path: codes or their order differ, a size does not follow, cells do not add up, or excluded,
    /// outside and strata cannot add up to the roll's `rows`.
    pub fn expect_consistent(&self, scheme: &Scheme, rows: u64) -> Result<(), Refused> {
        let mismatch = |place: String, what| Err(Refused::new(place, Reason::Mismatch { what }));
        let known = |code: &str| self.excluded.iter().any(|(excluded, _)| excluded == code);
        if self.excluded.len() != scheme.exclude.len() || !scheme.exclude.iter().all(|rule| known(&rule.code)) {
            return mismatch("excluded".to_owned(), Mismatch::SizesExclusions);
        }
        if self.strata.len() != scheme.strata.len() {
            return mismatch("strata".to_owned(), Mismatch::SizesStrata);
        }
        for (index, (stated, stratum)) in self.strata.iter().zip(&scheme.strata).enumerate() {
            let place = format!("strata[{index}]");
            let cells: Vec<_> = stated.cells.iter().map(|cell| (cell.cell.clone(), cell.rows)).collect();
            let ascending = cells.iter().zip(cells.iter().skip(1)).all(|(a, b)| a.0 < b.0);
            let populated = cells.iter().all(|(_, rows)| *rows > 0);
            let sum = total(cells.iter().map(|(_, rows)| *rows));
            let whole = if stratum.cell_column().is_some() { sum == stated.rows } else { cells.is_empty() };
            if !(ascending && populated && whole && stated.rows <= rows) {
                return mismatch(format!("{place}.cells"), Mismatch::SizesCells);
            }
            if size_stratum(stratum, stated.rows, cells).map_err(|refused| refused.within(&place))? != *stated {
                return mismatch(place, Mismatch::SizesFollow);
            }
        }
        let excluded = self.excluded.iter().map(|(_, rows)| *rows);
        let left = total(excluded.chain([self.outside]));
        let members = || self.strata.iter().map(|stratum| stratum.rows);
        let all = left.saturating_add(total(members()));
        // Under `every` a row may stand in several strata, but not twice in one.
        let complete = match scheme.membership {
            crate::scheme::Membership::First => all == rows,
            crate::scheme::Membership::Every => {
                left.saturating_add(members().max().unwrap_or(0)) <= rows && rows <= all
            }
        };
        if complete { Ok(()) } else { mismatch(String::new(), Mismatch::SizesSum) }
    }
}

/// A sum that a hostile document cannot make overflow.
fn total(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

impl StratumSizes {
    /// The cells with their final sizes under a seed; none for a stratum with cells but without rows.
    pub(crate) fn plan(&self, stratum: &Stratum, tickets: &Tickets) -> Vec<CellPlan> {
        if stratum.cell_column().is_none() {
            return vec![CellPlan { cell: None, rows: self.rows, size: self.size }];
        }
        let sizes: Vec<u64> = match &stratum.split {
            None => self.cells.iter().map(|cell| cell.size.unwrap_or(0)).collect(),
            Some(by) => {
                let cells: Vec<_> = self.cells.iter().map(|cell| (cell.cell.as_str(), cell.rows)).collect();
                split(tickets, &stratum.code, self.size, &cells, by.method)
            }
        };
        let cells = self.cells.iter().zip(sizes);
        cells.map(|(cell, size)| CellPlan { cell: Some(cell.cell.clone()), rows: cell.rows, size }).collect()
    }

    fn to_json(&self) -> Json {
        Json::object([
            ("stratum", Json::text(&self.stratum)),
            ("rows", Json::count(self.rows)),
            ("size", Json::count(self.size)),
            ("cells", Json::List(self.cells.iter().map(CellRows::to_json).collect())),
        ])
    }
}

impl CellRows {
    fn to_json(&self) -> Json {
        let (cell, rows) = (("cell", Json::text(&self.cell)), ("rows", Json::count(self.rows)));
        match self.size {
            None => Json::object([cell, rows]),
            Some(size) => Json::object([cell, rows, ("size", Json::count(size))]),
        }
    }
}

fn parse_stratum(node: Node) -> Result<StratumSizes, Refused> {
    let mut fields = node.object()?;
    let stratum = StratumSizes {
        stratum: fields.take("stratum")?.code()?,
        rows: fields.take("rows")?.count()?,
        size: fields.take("size")?.count()?,
        cells: fields.take("cells")?.list()?.into_iter().map(parse_cell).collect::<Result<_, _>>()?,
    };
    fields.done()?;
    Ok(stratum)
}

fn parse_cell(node: Node) -> Result<CellRows, Refused> {
    let mut fields = node.object()?;
    let cell = CellRows {
        cell: fields.take("cell")?.text()?,
        rows: fields.take("rows")?.count()?,
        size: fields.optional("size").map(Node::count).transpose()?,
    };
    fields.done()?;
    Ok(cell)
}
