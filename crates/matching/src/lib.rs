//! The second random (随机匹配): two lawful inspectors for every visit, recomputable from a sealed document and a seed.
//!
//! This crate is pure: it reads no clock, environment or random source and depends on no crate of ours, so that a third party can
//! rebuild it. It refuses to seat a shorter team, to bend a rule or to choose which rule to relax: where a visit cannot have two
//! lawful inspectors the whole matching is refused with a report per visit, and the clerk decides what to mend.
//!
//! # The document
//!
//! [`Input`] holds integers and texts only. Its canonical bytes ([`Input::canonical`]) are JSON after RFC 8785 with the lists in
//! ascending order (visits and inspectors by `id`, recusals by `inspector`, `subject`, separations by `one`, `other`, the smaller
//! id being `one`, spans by `from`, `to`, qualifications by `code`, `from`, `to`, `requires` by code), so that the digest does not
//! depend on the order in which a database happened to list rows. The digest stands as `"matching"` in the commitment document,
//! and [`seed`] gives `match_seed = H("mingcha match v1" || 0x00 || digest(commitment) || R_1 || … || R_m || beacon)`.
//!
//! # Every random choice
//!
//! `H` is SHA-256 (`mc1-sha256`) or SM3 (`mc1-sm3`). `ticket(x) = H(B || x)` where `B` is the text `mingcha ticket v1`, zero bytes up
//! to 32, then the 32 bytes of the match seed. Tickets compare as big-endian numbers; equal ones are ordered by `x`. `US` is the
//! byte `0x1F`. Four texts are ever hashed:
//!
//! | text `x` | decides |
//! | --- | --- |
//! | `visit US <visit>` | the order in which visits choose |
//! | `seat US <visit> US <inspector>` | who among equally loaded inspectors gets the visit |
//! | `rank US <inspector>` | the order of inspectors while loads are evened out |
//! | `leader US <visit> US <inspector>` | the leader: the team member with the smaller ticket |
//!
//! # The steps, for each unit by itself
//!
//! An inspector is **eligible** for a visit if of its unit, with a certificate valid on its day, not on leave that day, and without
//! a recusal for its subject. Two different eligible inspectors may form a **team** if each qualification the visit requires is held
//! by at least one of them, valid on that day, and the two are not a separated pair. The **load** of an inspector is the number of
//! visits given in this matching, plus `prior_load` where `rules.balance` is `load`.
//!
//! 1. *Place.* Visits that require a qualification come first, each group in order of the visit ticket. A visit sorts its eligible
//!    inspectors by load, then seat ticket; the first of them who can form a team with anybody is seated, together with the first
//!    in the same order who can form a team with that one. Both loads rise by one.
//! 2. *Even out.* `a` can hand a visit to `b` if `a` is seated there, `b` is eligible for it and not seated there, and `b` and the
//!    remaining member may form a team. The visit handed is the one with the smallest seat ticket of `b`.
//!    1. While some `a` can hand a visit to some `b` whose load is lower by two or more: the pair with the highest load of `a`, then
//!       the first rank of `a`, then the lowest load of `b`, then the first rank of `b` does so.
//!    2. Else search chains, breadth first over "can hand": levels `L` from the highest load down; all inspectors with load `L` that
//!       no earlier level reached are put into the queue in rank order; whoever leaves the queue reaches, in rank order, everybody
//!       not yet reached to whom a visit can be handed. If this level reached somebody with load `L − 2` or less, the one with the
//!       least load, then reached first, is the end of the chain that leads there. The chain is carried out from its end backwards.
//!       Should a link have become impossible by the links after it (two members of one team changing at once), the chain is
//!       undone, the link is barred until a chain succeeds, and the search starts again. After a success go to 2.1.
//!    3. Without a chain the loads are final.
//! 3. *Lead.* The team member with the smaller leader ticket leads.
//!
//! Each hand-over and each chain lowers the sum of the squared loads, so this ends. What it guarantees: two inspectors with the same
//! eligibility, qualifications and separations never differ by more than one visit (else 2.1 would apply between them); where no
//! visit requires a qualification and no pair is separated, no assignment at all has a smaller sum of squared loads (the steps
//! are then augmenting paths of a minimum-cost flow). With qualifications the result is a local optimum of single hand-overs.
//! Without any constraint inspectors and visits are interchangeable, so every inspector is equally likely for every visit
//! and every pair equally likely, whatever the order of the lists.

mod balance;
mod canonical;
mod check;
mod input;
mod outcome;
mod place;
mod refusal;
mod ticket;
mod unit;

pub use check::{
    INSPECTORS_MAX, LEAVES_MAX, PRIOR_LOAD_MAX, QUALIFICATIONS_MAX, RECUSALS_MAX, REQUIRES_MAX, SEPARATIONS_MAX,
    TEXT_BYTES_MAX, UNIT_INSPECTORS_MAX, UNIT_PAIRS_MAX, VISITS_MAX,
};
pub use input::{ALGORITHM, Balance, Input, Inspector, Qualification, Recusal, Rules, Separation, Span, Visit};
pub use outcome::{Holders, Load, Outcome, Short, Shortage, Team, Why};
pub use refusal::Refusal;
pub use ticket::{Suite, Tickets, seed};

use std::collections::BTreeMap;

/// Whether every visit can have a lawful team, which no seed can change: to be asked before anything is sealed.
///
/// # Errors
/// As [`run`], without ever choosing anybody.
pub fn check_feasible(input: &Input) -> Result<(), Refusal> {
    check::check(input)?;
    tables(input, &Tickets::new(Suite::Sha256, [0; 32])).map(drop)
}

/// Seats two inspectors at every visit of `input`, with every random choice taken from `seed`.
///
/// The same document and seed give the same outcome on every machine; the order of the lists has no influence.
///
/// # Errors
/// [`Refusal::Infeasible`] names every visit that cannot have a lawful team, and the first rule that leaves too few people; all other
/// variants say which place of the document is not acceptable. There is never a partial outcome.
pub fn run(input: &Input, seed: [u8; 32], suite: Suite) -> Result<Outcome, Refusal> {
    check::check(input)?;
    let tickets = Tickets::new(suite, seed);
    let tables = tables(input, &tickets)?;
    let mut teams = Vec::with_capacity(input.visits.len());
    let mut given: BTreeMap<&str, u32> = BTreeMap::new();
    for table in &tables {
        let placed = place::place(table, &tickets)?;
        let seats = balance::even_out(table, &tickets, placed);
        for (visit, (a, b)) in table.visits.iter().zip(seats) {
            let (Some(a), Some(b)) = (table.inspector(a), table.inspector(b)) else {
                return Err(Refusal::Unplaced { visit: visit.id.clone() });
            };
            for id in [a.id.as_str(), b.id.as_str()] {
                *given.entry(id).or_default() += 1;
            }
            let leads = tickets.key(&["leader", &visit.id, &a.id]) <= tickets.key(&["leader", &visit.id, &b.id]);
            let (leader, member) = if leads { (a, b) } else { (b, a) };
            teams.push(Team {
                visit: visit.id.clone(),
                leader: leader.id.clone(),
                member: member.id.clone(),
                why: table.why(visit),
            });
        }
    }
    teams.sort_by(|a, b| a.visit.cmp(&b.visit));
    let mut loads: Vec<Load> = input
        .inspectors
        .iter()
        .map(|i| Load {
            inspector: i.id.clone(),
            unit: i.unit.clone(),
            prior: i.prior_load,
            visits: given.get(i.id.as_str()).copied().unwrap_or_default(),
        })
        .collect();
    loads.sort_by(|a, b| a.inspector.cmp(&b.inspector));
    Ok(Outcome { teams, loads })
}

/// The tables of all units, if every visit has at least one lawful team.
fn tables<'a>(input: &'a Input, tickets: &Tickets) -> Result<Vec<unit::Unit<'a>>, Refusal> {
    let mut units: BTreeMap<&str, Vec<&Visit>> = BTreeMap::new();
    for visit in &input.visits {
        units.entry(visit.unit.as_str()).or_default().push(visit);
    }
    let mut problems = Vec::new();
    let mut tables = Vec::new();
    for (name, visits) in units {
        let table = unit::Unit::new(name, visits, input, tickets);
        let shortages = table.shortages();
        if shortages.is_empty() {
            tables.push(table);
        } else {
            problems.extend(shortages);
        }
    }
    if problems.is_empty() {
        return Ok(tables);
    }
    problems.sort_by(|a, b| a.visit.cmp(&b.visit));
    Err(Refusal::Infeasible(problems))
}
