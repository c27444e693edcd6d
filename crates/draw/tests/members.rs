//! The members of each cell are those that a draw draws from.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{drawn, roll_of, rows, scheme, stratum};
use draw::{members, unattended};

#[test]
fn members_are_the_rows_of_the_results_cells() {
    let (roll, document) = roll_of(&rows(200));
    let half = r#"{"ratio":"0.5","rounding":"ceil"}"#;
    let by_organ = stratum("A", half, r#","split":{"by":"organ","method":"random"}"#);
    for (membership, strata) in
        [("first", by_organ.clone()), ("every", format!("{by_organ},{}", stratum("B", half, "")))]
    {
        let scheme = scheme(membership, &strata);
        let outcome = drawn(&scheme, &roll, &document);
        let cells = members(&scheme, &roll, &mut unattended).unwrap();
        assert_eq!(cells.len(), outcome.cells.len());
        for (cell, result) in cells.iter().zip(&outcome.cells) {
            assert_eq!(
                (&cell.stratum, &cell.cell, cell.rows.len() as u64),
                (&result.stratum, &result.cell, result.rows)
            );
            assert!(cell.rows.is_sorted_by(|one, two| one < two));
            for drawn in &result.drawn {
                assert!(cell.rows.contains(&roll.find(&drawn.id).unwrap()), "{}", drawn.id);
            }
            if let Some(organ) = &cell.cell {
                assert!(cell.rows.iter().all(|row| roll.field(*row, 3) == Some(organ)));
            }
        }
        let in_first: usize = cells.iter().filter(|cell| cell.stratum == "A").map(|cell| cell.rows.len()).sum();
        assert_eq!(in_first, 200);
    }
}
