//! What holds for every outcome: two lawful people, order without influence, even loads, equal chances.

// Tests may read the clock: two of them bound how long a large case takes.
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{Numbers, inspector, of, plain, qualified, seed, small, span, visit};
use matching::{Balance, Input, Inspector, Recusal, Separation, Suite, Team};
use std::collections::BTreeMap;

fn person<'a>(input: &'a Input, id: &str) -> &'a Inspector {
    input.inspectors.iter().find(|i| i.id == id).unwrap()
}

fn assert_lawful(input: &Input, team: &Team) {
    let visit = input.visits.iter().find(|v| v.id == team.visit).unwrap();
    assert_ne!(team.leader, team.member);
    for id in [&team.leader, &team.member] {
        let i = person(input, id);
        assert_eq!(i.unit, visit.unit, "unit");
        assert!(i.certificate.from <= visit.day && visit.day <= i.certificate.to, "certificate");
        assert!(i.leave.iter().all(|l| visit.day < l.from || l.to < visit.day), "leave");
        assert!(!input.recusals.iter().any(|r| &r.inspector == id && r.subject == visit.subject), "recusal");
    }
    for code in &visit.requires {
        let both = [person(input, &team.leader), person(input, &team.member)];
        let held = both
            .iter()
            .flat_map(|i| &i.qualifications)
            .any(|q| &q.code == code && q.from <= visit.day && visit.day <= q.to);
        assert!(held, "qualification {code}");
    }
    for pair in &input.rules.separate {
        let named = [&pair.one, &pair.other];
        assert!(!(named.contains(&&team.leader) && named.contains(&&team.member)), "separation");
    }
}

#[test]
fn every_team_is_lawful_and_every_visit_has_one() {
    for n in 3_000..3_400 {
        let input = small(n, true);
        let Ok(outcome) = matching::run(&input, seed(n), Suite::Sha256) else { continue };
        let mut visits: Vec<&str> = input.visits.iter().map(|v| v.id.as_str()).collect();
        visits.sort_unstable();
        assert_eq!(outcome.teams.iter().map(|t| t.visit.as_str()).collect::<Vec<_>>(), visits);
        outcome.teams.iter().for_each(|t| assert_lawful(&input, t));
        for load in &outcome.loads {
            let seats =
                outcome.teams.iter().filter(|t| t.leader == load.inspector || t.member == load.inspector).count();
            assert_eq!(usize::try_from(load.visits).unwrap(), seats);
        }
    }
}

#[test]
fn the_order_of_the_lists_has_no_influence() {
    for n in 4_000..4_150 {
        let input = small(n, true);
        let mut numbers = Numbers::new(n);
        let mut other = input.clone();
        numbers.shuffle(&mut other.visits);
        numbers.shuffle(&mut other.inspectors);
        numbers.shuffle(&mut other.recusals);
        for visit in &mut other.visits {
            visit.requires.reverse();
        }
        for pair in &mut other.rules.separate {
            std::mem::swap(&mut pair.one, &mut pair.other);
        }
        assert_eq!(input.canonical(), other.canonical());
        assert_eq!(matching::run(&input, seed(n), Suite::Sm3), matching::run(&other, seed(n), Suite::Sm3));
    }
}

#[test]
fn the_seed_and_the_suite_change_the_teams() {
    let input = plain(40, 10);
    let run = |s, suite| matching::run(&input, s, suite).unwrap();
    assert_eq!(run(seed(1), Suite::Sha256), run(seed(1), Suite::Sha256));
    assert_ne!(run(seed(1), Suite::Sha256).teams, run(seed(2), Suite::Sha256).teams);
    assert_ne!(run(seed(1), Suite::Sha256).teams, run(seed(1), Suite::Sm3).teams);
}

#[test]
fn loads_differ_by_at_most_one_where_nothing_binds() {
    for (n, (visits, people)) in (0_u64..).zip([(1, 2), (7, 3), (25, 10), (134, 34), (72, 52), (361, 47), (10, 40)]) {
        let outcome = matching::run(&plain(visits, people), seed(n), Suite::Sha256).unwrap();
        let most = outcome.loads.iter().map(|l| l.visits).max().unwrap();
        let least = outcome.loads.iter().map(|l| l.visits).min().unwrap();
        assert!(most - least <= 1, "{visits} visits, {people} people: {least} to {most}");
    }
}

/// Golden table of ten units: visits, inspectors.
const UNITS: [(usize, usize); 10] =
    [(790, 96), (134, 34), (122, 31), (252, 42), (226, 38), (361, 47), (197, 36), (336, 44), (67, 18), (72, 52)];

fn city() -> Input {
    let mut city = plain(0, 0);
    for (u, (visits, people)) in UNITS.into_iter().enumerate() {
        for v in 0..visits {
            let mut visit = visit(&format!("u{u}-v{v:04}"));
            visit.unit = format!("u{u}");
            visit.day = format!("2021-06-{:02}", 1 + v % 30);
            if v % 40 == 0 {
                visit.requires = vec!["JYJC".to_owned()];
            }
            city.visits.push(visit);
        }
        for i in 0..people {
            let id = format!("u{u}-i{i:03}");
            let mut person = if i < 2 { qualified(&id, &["JYJC"]) } else { inspector(&id) };
            person.unit = format!("u{u}");
            city.inspectors.push(person);
        }
    }
    city
}

#[test]
fn a_city_is_matched_within_a_second_and_evenly() {
    let city = city();
    let started = std::time::Instant::now();
    let outcome = matching::run(&city, seed(0), Suite::Sha256).unwrap();
    let seconds = started.elapsed().as_secs_f64();
    eprintln!("city: {} visits in {seconds:.3} s", outcome.teams.len());
    assert!(seconds < 5.0, "{seconds} s");
    let mut loads: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for load in &outcome.loads {
        loads.entry(load.unit.as_str()).or_default().push(load.visits);
    }
    for (unit, loads) in loads {
        assert!(loads.iter().max().unwrap() - loads.iter().min().unwrap() <= 1, "{unit}: {loads:?}");
    }
}

/// Much leave in long runs, recusals and earlier loads: many chains.
#[test]
fn a_large_unit_with_many_rules_takes_about_a_second() {
    let mut unit = plain(1_000, 100);
    let mut numbers = Numbers::new(99);
    for (v, visit) in unit.visits.iter_mut().enumerate() {
        visit.day = format!("2021-06-{:02}", 1 + v % 30);
        visit.requires = ["A", "B", "C"].iter().filter(|_| numbers.chance(10)).map(|c| (*c).to_owned()).collect();
    }
    for (i, person) in unit.inspectors.iter_mut().enumerate() {
        let codes: Vec<&str> = ["A", "B", "C"].into_iter().filter(|_| numbers.chance(12)).collect();
        *person = qualified(&person.id, &codes);
        person.prior_load = u32::try_from(numbers.below(20)).unwrap();
        if i % 3 != 0 {
            person.leave = vec![span(
                &format!("2021-06-{:02}", 1 + numbers.below(14)),
                &format!("2021-06-{:02}", 15 + numbers.below(16)),
            )];
        }
        for _ in 0..20 {
            unit.recusals
                .push(Recusal { inspector: person.id.clone(), subject: format!("s-v{:04}", numbers.below(1_000)) });
        }
    }
    let started = std::time::Instant::now();
    let outcome = matching::run(&unit, seed(5), Suite::Sha256).unwrap();
    let seconds = started.elapsed().as_secs_f64();
    eprintln!("bound unit: {seconds:.3} s");
    assert!(seconds < 5.0, "{seconds} s");
    outcome.teams.iter().for_each(|t| assert_lawful(&unit, t));
}

#[test]
fn people_with_the_same_eligibility_differ_by_at_most_one() {
    for n in 5_000..5_060 {
        let mut input = plain(30, 9);
        let mut numbers = Numbers::new(n);
        for visit in &mut input.visits {
            visit.day = format!("2021-06-{:02}", 1 + numbers.below(20));
            visit.requires = if numbers.chance(25) { vec!["Q".to_owned()] } else { Vec::new() };
        }
        // Three kinds of people, three of each; kinds differ in leave and qualification.
        for (i, person) in input.inspectors.iter_mut().enumerate() {
            match i % 3 {
                0 => *person = qualified(&person.id, &["Q"]),
                1 => person.leave = vec![span("2021-06-05", "2021-06-18")],
                _ => {}
            }
        }
        let outcome = matching::run(&input, seed(n), Suite::Sha256).unwrap();
        for kind in 0..3 {
            let loads: Vec<u32> = (0..3).map(|m| of(&outcome, &format!("i{:03}", kind + 3 * m)).visits).collect();
            assert!(
                loads.iter().max().unwrap() - loads.iter().min().unwrap() <= 1,
                "input {n}, kind {kind}: {loads:?}"
            );
        }
    }
}

#[test]
fn earlier_loads_are_counted_where_the_rules_say_so() {
    let mut input = plain(3, 4);
    for (person, prior) in input.inspectors.iter_mut().zip([9, 9, 0, 0]) {
        person.prior_load = prior;
    }
    let outcome = matching::run(&input, seed(1), Suite::Sha256).unwrap();
    assert_eq!(outcome.loads.iter().map(|l| l.visits).collect::<Vec<_>>(), [0, 0, 3, 3]);
    input.rules.balance = Balance::Visits;
    let outcome = matching::run(&input, seed(1), Suite::Sha256).unwrap();
    assert!(outcome.loads.iter().all(|l| (1..=2).contains(&l.visits)));
}

#[test]
fn separated_people_never_meet() {
    let mut input = plain(200, 4);
    input.rules.separate = vec![Separation { one: "i003".to_owned(), other: "i000".to_owned() }];
    let outcome = matching::run(&input, seed(8), Suite::Sha256).unwrap();
    outcome.teams.iter().for_each(|t| assert_lawful(&input, t));
    assert!(outcome.loads.iter().all(|l| l.visits == 100));
}

fn chi_square(observed: &BTreeMap<String, f64>, cells: f64) -> f64 {
    let total: f64 = observed.values().sum();
    let expect = total / cells;
    let seen: f64 = observed.values().map(|o| (o - expect).powi(2) / expect).sum();
    seen + (cells - observed.len() as f64) * expect
}

/// 2 000 seeds, 9 visits, 6 people. The bounds are the 99.9 % points of the χ² distribution, and the seeds are fixed, so this never flickers.
#[test]
fn every_inspector_pair_and_leader_is_equally_likely() {
    let input = plain(9, 6);
    let mut seats: BTreeMap<usize, BTreeMap<String, f64>> = BTreeMap::new();
    let (mut pairs, mut leaders) = (BTreeMap::new(), BTreeMap::new());
    for n in 0..2_000 {
        let outcome = matching::run(&input, seed(n), Suite::Sha256).unwrap();
        for (v, team) in outcome.teams.iter().enumerate() {
            for id in [&team.leader, &team.member] {
                *seats.entry(v).or_default().entry(id.clone()).or_insert(0.0) += 1.0;
            }
            let pair =
                if team.leader < team.member { [&*team.leader, &*team.member] } else { [&*team.member, &*team.leader] };
            *pairs.entry(pair.join(" ")).or_insert(0.0) += 1.0;
            *leaders.entry(team.leader.clone()).or_insert(0.0) += 1.0;
        }
    }
    for (v, seats) in seats {
        let found = chi_square(&seats, 6.0);
        assert!(found < 20.5, "visit {v}: {found} over 5 degrees of freedom");
    }
    let (pairs, leaders) = (chi_square(&pairs, 15.0), chi_square(&leaders, 6.0));
    assert!(pairs < 36.1, "pairs: {pairs} over 14 degrees of freedom");
    assert!(leaders < 20.5, "leaders: {leaders} over 5 degrees of freedom");
}

/// A platform that seats neighbours of the list together would show 100 % here.
#[test]
fn neighbours_of_the_list_meet_no_more_often_than_others() {
    let input = plain(500, 50);
    let (mut neighbours, mut all) = (0.0, 0.0);
    for n in 0..10 {
        for team in matching::run(&input, seed(n), Suite::Sha256).unwrap().teams {
            let number = |id: &str| id[1..].parse::<i32>().unwrap();
            all += 1.0;
            neighbours += if (number(&team.leader) - number(&team.member)).abs() == 1 { 1.0 } else { 0.0 };
        }
    }
    let share = neighbours / all;
    assert!((0.03..0.05).contains(&share), "49 of 1 225 pairs are neighbours (4 %); found {share}");
}
