//! Fifty instants, spread over an import, a freeze, a draw and a matching: each step's time, as an undisturbed run takes it,
//! is parted evenly, and within each part the instant lies where a fixed seed puts it.

use std::time::Duration;

use testkit::store::StoreConfig;
use testkit::{World, on_both};

use crate::case::{Kill, Trial};
use crate::step::Step;

/// How many instants each step gets.
const INSTANTS: [(Step, u32); 4] = [(Step::Import, 14), (Step::Freeze, 12), (Step::Draw, 12), (Step::Match, 12)];
/// On PostgreSQL every second of them: there a copy of a database costs most of a case.
const ON_POSTGRES_EVERY: usize = 2;
/// Puts the instants where they are.
const SEED: u64 = 20_210_506;
/// The variable with one instant to repeat, as the tests print it: `draw:36200`, in microseconds.
const REPLAY: &str = "MINGCHA_KILL_REPLAY";
/// How often a replayed instant is tried: the machine is not as punctual as the number.
const REPLAYS: usize = 10;
/// How often an instant is tried that comes after the end of its process.
const ATTEMPTS_MAX: u32 = 4;

on_both! {
    async fn an_import_killed_at_any_instant(world) {
        at_random(world, Step::Import).await;
    }

    async fn a_freeze_killed_at_any_instant(world) {
        at_random(world, Step::Freeze).await;
    }

    async fn a_draw_killed_at_any_instant(world) {
        at_random(world, Step::Draw).await;
    }

    async fn a_matching_killed_at_any_instant(world) {
        at_random(world, Step::Match).await;
    }
}

async fn at_random(world: World, step: Step) {
    let every = if matches!(world.store_config, StoreConfig::PostgresUrl(_)) { ON_POSTGRES_EVERY } else { 1 };
    let trial = Trial::new(world, step).await;
    let name = format!("{step:?}").to_lowercase();
    let instants: Vec<Instant> = match std::env::var(REPLAY) {
        Ok(replay) => {
            let (wanted, micros) = replay.split_once(':').expect("step:microseconds");
            let again = if wanted == name { REPLAYS } else { 0 };
            vec![Instant::After(Duration::from_micros(micros.parse().unwrap())); again]
        }
        Err(_) => fractions(step).into_iter().step_by(every).map(Instant::At).collect(),
    };
    let (mut whole, mut took) = (0, trial.took);
    for (n, instant) in instants.iter().enumerate() {
        for attempt in 1.. {
            let delay = match instant {
                Instant::At(fraction) => took.mul_f64(*fraction),
                Instant::After(delay) => *delay,
            };
            let of = format!("{} of {}", n + 1, instants.len());
            let mut case = trial.case(format!("instant {of}: {REPLAY}={name}:{}", delay.as_micros())).await;
            let ended = case.run(Kill::After(delay)).await;
            whole += usize::from(case.look().await);
            case.finish().await;
            let Some(faster) = ended else { break };
            // It was done before it could be killed: the machine is less busy than a moment ago, so the instant moves.
            took = took.min(faster);
            if attempt == ATTEMPTS_MAX {
                break;
            }
        }
    }
    println!("{name}: {} instants, {whole} whole at once", instants.len());
}

/// When a process is killed.
#[derive(Clone, Copy)]
enum Instant {
    /// At this part of an undisturbed run's time.
    At(f64),
    /// So long after it began.
    After(Duration),
}

/// Where a step's instants lie, as parts of its time.
fn fractions(step: Step) -> Vec<f64> {
    let mut before = 0;
    for (other, count) in INSTANTS {
        if other == step {
            let place = |n: u32| (f64::from(n) + chance(u64::from(before + n))) / f64::from(count);
            return (0..count).map(place).collect();
        }
        before += count;
    }
    Vec::new()
}

/// A number from 0 to 1 that is always the same for the same `n`: `SplitMix64`.
fn chance(n: u64) -> f64 {
    let mut z = SEED.wrapping_add(n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    f64::from(u32::try_from((z ^ (z >> 31)) >> 32).unwrap()) / f64::from(u32::MAX)
}

#[test]
fn there_are_fifty_instants_in_order() {
    let all: Vec<Vec<f64>> = INSTANTS.iter().map(|(step, _)| fractions(*step)).collect();
    assert_eq!(all.iter().map(Vec::len).sum::<usize>(), 50);
    for of_step in &all {
        assert!(of_step.windows(2).all(|two| two[0] < two[1]) && of_step.iter().all(|f| (0.0..=1.0).contains(f)));
    }
}
