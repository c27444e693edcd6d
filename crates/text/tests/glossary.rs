//! Keeps `docs/GLOSSARY.md` complete: every enum value of `domain` stands there with its code and its label.
//!
//! A failure prints the line as it should be, to be pasted with its source.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use domain::Coded;
use text::Label;

fn line<T: Coded + Label>() -> String {
    let name = std::any::type_name::<T>().rsplit("::").next().unwrap();
    let values: Vec<String> = T::ALL.iter().map(|value| format!("`{}` {}", value.code(), value.label())).collect();
    format!("| `{name}` | {} |", values.join(" · "))
}

#[test]
fn every_value_has_its_word() {
    use domain::{agency::*, deadline::*, item::*, role::*, rulebook::*, separation::*, state::*, subject::*, work::*};
    let lines = [
        line::<AgencyLevel>(),
        line::<AgencyKind>(),
        line::<Role>(),
        line::<Hand>(),
        line::<SubjectKind>(),
        line::<SubjectGroup>(),
        line::<SubjectStatus>(),
        line::<RiskScale>(),
        line::<RiskLevel>(),
        line::<ItemWeight>(),
        line::<CheckMethod>(),
        line::<SpanUnit>(),
        line::<Rule>(),
        line::<Term>(),
        line::<StartEvent>(),
        line::<RevisionState>(),
        line::<RevisionCommand>(),
        line::<TaskState>(),
        line::<TaskCommand>(),
        line::<MoveState>(),
        line::<MoveCommand>(),
        line::<domain::moves::MoveSide>(),
        line::<MappingState>(),
        line::<MappingCommand>(),
        line::<LicenceState>(),
        line::<VisitProblem>(),
        line::<MatchingState>(),
        line::<MatchingCommand>(),
        line::<PartyState>(),
        line::<PartyCommand>(),
        line::<ShareState>(),
        line::<ShareCommand>(),
        line::<VisitState>(),
        line::<VisitCommand>(),
        line::<WorkState>(),
        line::<JobState>(),
        line::<JobCommand>(),
    ];
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/GLOSSARY.md");
    let glossary = std::fs::read_to_string(path).unwrap();
    let missing: Vec<_> = lines.iter().filter(|line| !glossary.contains(line.as_str())).collect();
    assert!(missing.is_empty(), "missing in docs/GLOSSARY.md:\n{missing:#?}");
}
