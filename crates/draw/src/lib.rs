//! The pure part of the draw protocol `mc1`: rolls, schemes, sizes, commitments, seeds, tickets, selection and results.
//!
//! It reads no file, no clock, no environment and no random source: salts, keys and instants are parameters. It depends on
//! no crate of ours, so that a third party can rebuild it. Everything that does not comply is refused with its place
//! ([`Refused`]); nothing is ever normalised or repaired.
//!
//! The usual way: [`Intake`] takes a roll's rows, [`sizes`] counts them under a [`Scheme`], a [`Commitment`] pins all of it,
//! [`Commitment::settle`] makes the seed of the [`Reveals`], and [`draw`] gives the [`Outcome`].

mod addendum;
mod chain;
mod chance;
mod commitment;
mod failure;
mod id;
mod instant;
mod json;
mod members;
mod merkle;
mod mismatch;
mod node;
mod outcome;
mod partition;
mod placement;
mod progress;
mod proof;
mod receipt;
mod refused;
mod reveals;
mod roll;
mod scheme;
mod seed;
mod selection;
mod sieve;
mod signature;
mod sizes;
mod split;
mod suite;
mod text;
mod told;
mod unassigned;

pub use addendum::{Addendum, check_addenda};
pub use chain::{ChainEntry, ChainFault, ChainReport, Ending, check_chain};
pub use chance::{CellChance, Chance, FEW_ROWS, Warning, chances, warnings};
pub use commitment::{
    BeaconForm, BeaconPlan, Commitment, PARTIES_MAX, Party, Replaces, RollReference, Strength, Subject,
};
pub use failure::Failure;
pub use id::Id;
pub use instant::Instant;
pub use json::{DEPTH_MAX, DOCUMENT_BYTES_MAX, INT_MAX, Json, document_digest, parse_document};
pub use members::{CellMembers, members};
pub use merkle::{MerkleTree, inclusion_path, leaf_hash, verify_inclusion};
pub use mismatch::{ChainWord, Expected, Mismatch, Syntax};
pub use outcome::{Drawn, DrawnCell, Outcome, digest_of_document};
pub use placement::{Placement, expect_listed, place};
pub use progress::{Progress, Ticker, unattended};
pub use proof::Proof;
pub use receipt::{CellFinding, Finding, RECEIPT_OBJECTS_MAX, Receipt, ReceiptCell, ReceiptObject};
pub use refused::{Reason, Refused};
pub use reveals::{Beacon, REJECTED_MAX, Rejected, Reveal, Reveals, Settled, VALUE_BYTES_MAX};
pub use roll::{
    COLUMNS_MAX, Column, ColumnBuilder, ColumnSpec, ColumnType, Edges, Header, Intake, Part, ROWS_MAX, Roll,
    RollDocument, Room, RowLeaf, Taken, Texts, are_below, check_edges,
};
pub use scheme::{
    Exclusion, Membership, Predicate, RULES_MAX, Ratio, Rounding, Scheme, Size, Split, SplitMethod, Stratum, Test,
};
pub use seed::{absent_share, match_seed, reveal_commitment, reveal_share, seed, who};
pub use selection::{draw, select};
pub use sieve::{Bounds, Sieve};
pub use signature::{SIGNATURE_BYTES, SIGNATURES_MAX, SignatureAlgorithm, SignatureEntry};
pub use sizes::{CellPlan, CellRows, Sizes, StratumSizes, sizes};
pub use split::split;
pub use suite::{Blinds, Digest, Suite, Tickets, US};
pub use text::{CODE_CHARS_MAX, ID_CHARS_MAX, check_text, is_code, is_date, is_id, is_int, is_set};
pub use told::{Args, Told};
