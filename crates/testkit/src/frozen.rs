//! What a draw leaves behind for those who come after it (result, register, commitment), so that tests of the dispatch need no
//! whole draw. The register is written here a second time, from its description.

use domain::ids::{AgencyId, DrawId, SubjectId};
use draw::{Commitment, Digest, Drawn, DrawnCell, Id, Outcome, RollReference, Subject, Suite};
use store::values;

use crate::World;

/// A drawn object as it was on the roll's day.
#[derive(Clone, Debug)]
pub struct FrozenObject {
    /// Code.
    pub code: String,
    /// Own id.
    pub subject: SubjectId,
    /// Name.
    pub name: String,
    /// The agency that registers it.
    pub agency: AgencyId,
    /// Division of its premises.
    pub division: String,
    /// Code of its kind.
    pub kind: String,
    /// Tags.
    pub tags: Vec<String>,
    /// The strata that draw it.
    pub strata: Vec<String>,
}

impl World {
    /// Writes result, register and commitment of an attempt whose row is there, and names them in it. `strata` are all of the
    /// scheme's, in its order. Gives the result's digest.
    pub async fn freeze_draw(&self, draw: DrawId, strata: &[&str], objects: &[FrozenObject]) -> String {
        let suite = Suite::Sha256;
        let mut objects = objects.to_vec();
        objects.sort_by(|a, b| a.code.cmp(&b.code));
        let mut register = format!(
            "mingcha register v1\nsalt\t{}\n{}\n",
            "5".repeat(64),
            "code subject name agency organ division kind tags credit_risk food_risk gate".replace(' ', "\t"),
        );
        for one in &objects {
            let FrozenObject { code, subject, name, agency, division, kind, tags, .. } = one;
            register +=
                &format!("{code}\t{subject}\t{name}\t{agency}\torgan\t{division}\t{kind}\t{}\t\t\t\n", tags.join(","));
        }
        let register = self.keep(register.as_bytes());
        let zero = Digest([0; 32]);
        let commitment = Commitment {
            suite,
            subject: Subject::Draw {
                roll: RollReference {
                    digest: zero,
                    at: "2021-05-06T08:00:00+08:00".to_owned(),
                    source: format!("名录库；登记册 SHA-256 {register}"),
                },
                scheme: zero,
                sizes: zero,
            },
            draw: "T".to_owned(),
            attempt: 1,
            organiser: "O".to_owned(),
            parties: vec![draw::Party { party: "平台".to_owned(), commitment: zero }],
            beacon: None,
            committed_at: "2021-05-06T09:00:00+08:00".to_owned(),
            reveal_by: "2021-05-06T10:00:00+08:00".to_owned(),
            previous: None,
            replaces: None,
        };
        let cell = |stratum: &&str| {
            // An object has one ticket over all strata; here it rises with the code.
            let drawn = objects.iter().zip(1_u64..).filter(|(one, _)| one.strata.iter().any(|code| code == stratum));
            let drawn = drawn.map(|(one, rank)| {
                let ticket = Digest::parse(&format!("{rank:064x}")).unwrap();
                Drawn { ticket, id: Id::parse(&one.code).unwrap() }
            });
            let drawn: Vec<_> = drawn.collect();
            let size = drawn.len() as u64;
            DrawnCell { stratum: (*stratum).to_owned(), cell: None, rows: size, size, drawn, reserves: Vec::new() }
        };
        let outcome = Outcome {
            draw: "T".to_owned(),
            commitment_digest: commitment.digest(),
            seed: zero,
            absent: Vec::new(),
            cells: strata.iter().map(cell).collect(),
        };
        let digest = outcome.digest(suite).to_string();
        let result = self.keep(&outcome.to_jcs());
        let store = self.store().await;
        let mut tx = store.write().await.unwrap();
        tx.execute(
            "UPDATE draw SET register_file = $1, result_file = $2, result_digest = $3, commitment_document = $4, commitment_digest = $5,
             roll_source = '名录库' WHERE id = $6",
            values![
                register,
                result,
                &digest,
                String::from_utf8(commitment.to_jcs()).unwrap(),
                commitment.digest().to_string(),
                draw.to_string()
            ],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        digest
    }
}
