//! Approvals over any subject at a digest: ask, approve a step, return to a named step with a reason, one or many at
//! once. The rules (order, digest, different people) stand in `domain::approval`; here they meet the table, inside the
//! transaction of the command that changes the subject.

use domain::approval::{Decided, Decision, Procedure, Refused, Standing};
use domain::ids::ApprovalId;
use domain::separation::{Hand, Person, Separation};
use store::repo::approval::{self as repo, Approval};
use store::{Conn, Tx};
use text::Label as _;

use crate::{Ctx, Error, Result};

/// Characters of a reason or remark.
pub const REASON_CHARS_MAX: usize = 500;
/// What stands as the decision of a mark beside the steps.
const NOTED: &str = "noted";
/// Subjects of one batch.
pub const BATCH_MAX: usize = 500;

/// What is decided on: a subject of the procedure's kind, as it was seen.
#[derive(Clone, Copy, Debug)]
pub struct Over<'a> {
    /// The steps.
    pub procedure: &'static Procedure,
    /// The subject's id.
    pub id: &'a str,
    /// Its digest now.
    pub digest: &'a str,
}

/// A reason that was given, or the refusal.
///
/// # Errors
/// `Invalid` on `reason` (`APPR-004`).
pub fn reason(text: &str) -> Result<&str> {
    let text = text.trim();
    if (1..=REASON_CHARS_MAX).contains(&text.chars().count()) {
        Ok(text)
    } else {
        Err(Error::field("reason", "APPR-004").with("max", REASON_CHARS_MAX))
    }
}

/// Takes the first step: whoever acts asks for the others, over the subject as it is. What was decided before is void.
///
/// # Errors
/// `Internal`, `Unauthenticated`.
pub async fn ask(tx: &mut Tx, ctx: &Ctx, over: Over<'_>, remark: &str) -> Result<()> {
    write(tx, ctx, over, over.procedure.first(), (Decision::Asked.code(), ""), remark).await
}

/// Approves a step. `hands` are parts that people played beside the steps.
///
/// # Errors
/// `APPR-001` if the step is not due, `APPR-002` if the subject has changed since it was asked for, `Denied` (`APPR-003`)
/// for a person who played a part from which this one is kept apart.
pub async fn approve(tx: &mut Tx, ctx: &Ctx, over: Over<'_>, step: &str, hands: &[(Hand, Person)]) -> Result<Standing> {
    let history = repo::of_subject(tx, over.procedure.subject_kind, over.id).await?;
    let mut decisions = decided(&history);
    let person = Person::from(ctx.post()?.account_id);
    let checked = over.procedure.check(&Separation::default(), over.digest, &decisions, hands, (step, person));
    checked.map_err(|refused| refusal(&refused, &history))?;
    write(tx, ctx, over, step, (Decision::Approved.code(), ""), "").await?;
    decisions.push(Decided { step, decision: Decision::Approved, digest: over.digest, person, returned_to: "" });
    Ok(over.procedure.standing(over.digest, &decisions))
}

/// Approves the same step over many subjects: all of them or none. Returns where each stands.
///
/// # Errors
/// As [`approve`], with the id of the first subject that is refused as `{subject}`; `APPR-005` for more than
/// [`BATCH_MAX`].
pub async fn approve_all(tx: &mut Tx, ctx: &Ctx, overs: &[Over<'_>], step: &str) -> Result<Vec<Standing>> {
    if overs.len() > BATCH_MAX {
        return Err(Error::conflict("APPR-005").with("count", overs.len()).with("max", BATCH_MAX));
    }
    let mut standings = Vec::with_capacity(overs.len());
    for over in overs {
        standings.push(approve(tx, ctx, *over, step, &[]).await.map_err(|error| error.with("subject", over.id))?);
    }
    Ok(standings)
}

/// Returns the subject from the step that is due to an earlier one, with a reason.
///
/// # Errors
/// `APPR-004` without a reason, `APPR-001` if the step is not due, `APPR-006` if `to` does not come before it.
pub async fn give_back(tx: &mut Tx, ctx: &Ctx, over: Over<'_>, (step, to): (&str, &str), why: &str) -> Result<()> {
    let why = reason(why)?;
    let history = repo::of_subject(tx, over.procedure.subject_kind, over.id).await?;
    over.procedure.check_return(step, to).map_err(|refused| refusal(&refused, &history))?;
    let at = over.procedure.index(step).map_err(|refused| refusal(&refused, &history))?;
    if over.procedure.standing(over.digest, &decided(&history)) != Standing::At(at) {
        return Err(refusal(&Refused::NotDue(step.to_owned()), &history));
    }
    write(tx, ctx, over, step, (Decision::Returned.code(), to), why).await
}

/// Notes an act beside the steps: a second author's edit, a withdrawal.
///
/// # Errors
/// `Internal`, `Unauthenticated`.
pub async fn note(tx: &mut Tx, ctx: &Ctx, over: Over<'_>, mark: &str, why: &str) -> Result<()> {
    write(tx, ctx, over, mark, (NOTED, ""), why).await
}

/// The decisions over a subject, oldest first.
///
/// # Errors
/// `Internal`.
pub async fn history(conn: &mut Conn, procedure: &Procedure, id: &str) -> Result<Vec<Approval>> {
    Ok(repo::of_subject(conn, procedure.subject_kind, id).await?)
}

/// Rows as the rules read them. A decision that no code names is none.
fn decided(history: &[Approval]) -> Vec<Decided<'_>> {
    history
        .iter()
        .filter_map(|row| {
            Some(Decided {
                step: &row.step,
                decision: row.decision.parse().ok()?,
                digest: &row.digest,
                person: row.account_id.into(),
                returned_to: &row.returned_to,
            })
        })
        .collect()
}

fn refusal(refused: &Refused, history: &[Approval]) -> Error {
    match refused {
        Refused::NoSuchStep(step) => Error::internal(format!("no step {step}")),
        Refused::NotDue(_) => Error::conflict("APPR-001"),
        Refused::OtherDigest => Error::conflict("APPR-002"),
        Refused::NotEarlier(_) => Error::conflict("APPR-006"),
        Refused::SamePerson(same) => {
            let name = history
                .iter()
                .find(|row| Person::from(row.account_id) == same.person)
                .map_or("", |row| row.person.as_str());
            Error::denied("APPR-003")
                .with("person", name)
                .with("first", same.first.label())
                .with("second", same.second.label())
        }
    }
}

async fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    over: Over<'_>,
    step: &str,
    (decision, returned_to): (&str, &str),
    why: &str,
) -> Result<()> {
    let post = ctx.post()?;
    let row = Approval {
        id: ApprovalId::from_parts(ctx.ms(), ctx.ten()),
        subject_kind: over.procedure.subject_kind.to_owned(),
        subject_id: over.id.to_owned(),
        step: step.to_owned(),
        decision: decision.to_owned(),
        reason: why.to_owned(),
        post_id: post.id,
        person: post.person.clone(),
        account_id: post.account_id,
        digest: over.digest.to_owned(),
        returned_to: returned_to.to_owned(),
        at: ctx.now,
    };
    Ok(repo::insert(tx, &row).await?)
}
