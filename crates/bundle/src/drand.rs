//! The signature and the time of a drand round, checked offline for the chains whose key is written here.

use drand_verify::{G2PubkeyRfc, Pubkey as _};
use draw::{Beacon, BeaconPlan, Instant, Mismatch, Reason, Refused};

use crate::error::BundleError;

/// A chain of drand. A key makes its rounds checkable: they stand alone (scheme `bls-unchained-g1-rfc9380`).
struct Chain {
    /// The hash that the chain is known by. It binds the other numbers: see the test.
    hash: &'static str,
    /// The group's public key, a compressed point of G2. `None` where a signature is not over the round alone, and so
    /// cannot be checked from a bundle.
    key: Option<&'static str>,
    /// When round 1 came, in seconds since 1970.
    genesis: i64,
    /// Seconds between two rounds.
    period: i64,
    #[cfg(test)]
    group: &'static str,
    #[cfg(test)]
    id: &'static str,
}

/// `quicknet`, the chain of the League of Entropy in use since 2023; and its first chain, `default`, whose signatures cover
/// the signature before as well.
const CHAINS: [Chain; 2] = [
    Chain {
        hash: "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
        key: Some(
            "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451\
             0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
        ),
        genesis: 1_692_803_367,
        period: 3,
        #[cfg(test)]
        group: "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
        #[cfg(test)]
        id: "quicknet",
    },
    Chain {
        hash: "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce",
        key: None,
        genesis: 1_595_431_050,
        period: 30,
        #[cfg(test)]
        group: "176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a",
        #[cfg(test)]
        id: "",
    },
];

/// What [`check_round`] could check.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Round {
    /// The chain signed it, and it came at the time that was declared.
    Signed,
    /// It came at that time; the signature cannot be checked.
    Timed,
    /// Nothing: no chain that is known here.
    Unknown,
}

/// Checks a round that was declared as `hex64`. That the value is the hash of the signature is checked where the seed is
/// made.
///
/// # Errors
/// [`Reason::BeaconForm`] where the signature is not the chain's over this round, a refusal where `beacon.at` is not
/// exactly the round's time.
pub(crate) fn check_round(plan: &BeaconPlan, beacon: &Beacon) -> Result<Round, BundleError> {
    let hash = plan.source.strip_prefix("drand:").unwrap_or_default();
    let Some(chain) = CHAINS.iter().find(|chain| chain.hash == hash) else { return Ok(Round::Unknown) };
    let form = || Refused::new("beacon.json: proof", Reason::BeaconForm);
    let round: u64 = plan.round.parse().map_err(|_| form())?;
    if let Some(key) = chain.key {
        let signature = bytes(&beacon.proof).ok_or_else(form)?;
        let key = bytes(key).ok_or_else(form)?;
        let key = G2PubkeyRfc::from_variable(&key).map_err(|_| form())?;
        if !key.verify(round, b"", &signature).unwrap_or(false) {
            return Err(form().into());
        }
    }
    let time = i64::try_from(round.saturating_sub(1)).ok().and_then(|rounds| rounds.checked_mul(chain.period));
    let time = time.and_then(|passed| passed.checked_add(chain.genesis)).ok_or_else(form)?;
    if !Instant::parse(&plan.at).is_some_and(|at| at.is_at(time)) {
        let what = Mismatch::RoundTime { round, seconds: time, at: plan.at.clone() };
        return Err(Refused::new("commitment.json: beacon.at", Reason::Mismatch { what }).into());
    }
    Ok(if chain.key.is_some() { Round::Signed } else { Round::Timed })
}

/// Lower-case hexadecimal of any length.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    let lower = hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let whole = lower && hex.len().is_multiple_of(2);
    whole.then(|| pairs.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Round 123 of quicknet, as the League of Entropy published it.
    const SIGNATURE: &str =
        "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";

    #[test]
    fn a_round_is_signed_by_its_chain_and_comes_at_its_time() {
        let plan = |round: &str, at: &str| BeaconPlan {
            source: format!("drand:{}", CHAINS.first().unwrap().hash),
            round: round.to_owned(),
            form: draw::BeaconForm::Hex64,
            at: at.to_owned(),
        };
        let value = draw::Suite::Sha256.hash(&[&bytes(SIGNATURE).unwrap()]).to_string();
        let beacon = |proof: &str| Beacon { value: value.clone(), proof: proof.to_owned() };
        let (good, at) = (beacon(SIGNATURE), "2023-08-23T23:15:33+08:00");
        assert_eq!(check_round(&plan("123", at), &good).unwrap(), Round::Signed);
        let code = |plan: &BeaconPlan, beacon: &Beacon| check_round(plan, beacon).unwrap_err().code();
        assert_eq!(code(&plan("124", "2023-08-23T23:15:36+08:00"), &good), "beacon-form");
        for late in ["2023-08-23T23:15:34+08:00", "2023-08-23T23:15:33.5+08:00"] {
            assert_eq!(code(&plan("123", late), &good), "mismatch");
        }
        assert_eq!(code(&plan("18446744073709551616", at), &good), "beacon-form");
        for proof in ["", "00", &SIGNATURE.replace('b', "c"), &SIGNATURE.to_uppercase()] {
            assert_eq!(code(&plan("123", at), &beacon(proof)), "beacon-form", "{proof}");
        }
        let mut unknown = plan("123", at);
        unknown.source = format!("drand:{}", "5".repeat(64));
        assert_eq!(check_round(&unknown, &good).unwrap(), Round::Unknown);
        // The first chain's key does not sign a round alone: its time is checked, its signature is owed.
        let mut first = plan("123", "2020-07-22T16:18:30Z");
        first.source = format!("drand:{}", CHAINS.last().unwrap().hash);
        assert_eq!(check_round(&first, &good).unwrap(), Round::Timed);
        first.at = at.to_owned();
        assert_eq!(code(&first, &good), "mismatch");
    }

    #[test]
    fn the_chains_hash_binds_its_numbers() {
        // The key of the first chain, which is of no use but here.
        let first = "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31";
        for chain in CHAINS {
            let period = u32::try_from(chain.period).unwrap().to_be_bytes();
            let parts: [&[u8]; 5] = [
                &period,
                &chain.genesis.to_be_bytes(),
                &bytes(chain.key.unwrap_or(first)).unwrap(),
                &bytes(chain.group).unwrap(),
                chain.id.as_bytes(),
            ];
            assert_eq!(draw::Suite::Sha256.hash(&parts).to_string(), chain.hash);
        }
    }
}
