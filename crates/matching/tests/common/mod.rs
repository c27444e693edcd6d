//! Builders and a deterministic generator of small inputs for the tests of this crate. It holds no rule of the matching itself.

#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing)]

use matching::{Input, Inspector, Outcome, Qualification, Recusal, Rules, Separation, Span, Suite, Visit};

pub fn seed(n: u64) -> [u8; 32] {
    Suite::Sha256.hash(&[b"mingcha stats", &n.to_be_bytes()])
}

pub fn span(from: &str, to: &str) -> Span {
    Span { from: from.to_owned(), to: to.to_owned() }
}

pub fn visit(id: &str) -> Visit {
    Visit {
        id: id.to_owned(),
        subject: format!("s-{id}"),
        unit: "u1".to_owned(),
        day: "2021-06-10".to_owned(),
        requires: Vec::new(),
    }
}

pub fn inspector(id: &str) -> Inspector {
    Inspector {
        id: id.to_owned(),
        unit: "u1".to_owned(),
        certificate: span("2020-01-01", "2024-12-31"),
        qualifications: Vec::new(),
        leave: Vec::new(),
        prior_load: 0,
    }
}

pub fn qualified(id: &str, codes: &[&str]) -> Inspector {
    let qualification = |code: &&str| Qualification {
        code: (*code).to_owned(),
        from: "2021-01-01".to_owned(),
        to: "2021-12-31".to_owned(),
    };
    Inspector { qualifications: codes.iter().map(qualification).collect(), ..inspector(id) }
}

pub fn input(visits: Vec<Visit>, inspectors: Vec<Inspector>) -> Input {
    Input { visits, inspectors, recusals: Vec::new(), rules: Rules::default() }
}

/// `visits` plain visits and `people` plain inspectors of one unit.
pub fn plain(visits: usize, people: usize) -> Input {
    input(
        (0..visits).map(|n| visit(&format!("v{n:04}"))).collect(),
        (0..people).map(|n| inspector(&format!("i{n:03}"))).collect(),
    )
}

pub fn of<'a>(outcome: &'a Outcome, inspector: &str) -> &'a matching::Load {
    outcome.loads.iter().find(|l| l.inspector == inspector).unwrap()
}

/// Numbers from the hash: the tests need no random crate and stay the same for ever.
pub struct Numbers {
    seed: [u8; 32],
    next: u64,
}

impl Numbers {
    pub fn new(n: u64) -> Self {
        Self { seed: seed(n), next: 0 }
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.next += 1;
        let digest = Suite::Sha256.hash(&[&self.seed, &self.next.to_be_bytes()]);
        let number = u64::from_be_bytes(digest[..8].try_into().unwrap());
        usize::try_from(number % u64::try_from(n).unwrap()).unwrap()
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for n in (1..list.len()).rev() {
            let other = self.below(n + 1);
            list.swap(n, other);
        }
    }
}

/// A small input with every kind of rule. `bound` adds qualifications and separations.
pub fn small(n: u64, bound: bool) -> Input {
    let mut numbers = Numbers::new(n);
    let r = &mut numbers;
    let days = ["2021-06-09", "2021-06-10", "2021-06-11"];
    let units = 1 + r.below(2);
    let visits: Vec<Visit> = (0..2 + r.below(9))
        .map(|v| Visit {
            id: format!("v{v}"),
            subject: format!("s{}", r.below(6)),
            unit: format!("u{}", r.below(units)),
            day: days[r.below(3)].to_owned(),
            requires: ["P", "Q"].iter().filter(|_| bound && r.chance(30)).map(|q| (*q).to_owned()).collect(),
        })
        .collect();
    let inspectors: Vec<Inspector> = (0..units * (4 + r.below(4)))
        .map(|i| Inspector {
            id: format!("i{i}"),
            unit: format!("u{}", i % units),
            certificate: if r.chance(90) { span("2020-01-01", "2022-01-01") } else { span("2020-01-01", "2021-06-09") },
            qualifications: ["P", "Q"]
                .iter()
                .filter(|_| bound && r.chance(45))
                .map(|q| Qualification {
                    code: (*q).to_owned(),
                    from: "2021-01-01".to_owned(),
                    to: "2021-12-31".to_owned(),
                })
                .collect(),
            leave: if r.chance(20) { vec![span("2021-06-10", days[1 + r.below(2)])] } else { Vec::new() },
            prior_load: u32::try_from(r.below(3)).unwrap(),
        })
        .collect();
    let recusals = (0..r.below(5))
        .map(|_| Recusal { inspector: format!("i{}", r.below(inspectors.len())), subject: format!("s{}", r.below(6)) })
        .collect();
    let separate = (0..if bound { r.below(2) } else { 0 })
        .map(|_| Separation { one: format!("i{}", r.below(2)), other: format!("i{}", 2 + r.below(2)) })
        .collect();
    Input { visits, inspectors, recusals, rules: Rules { separate, ..Rules::default() } }
}
