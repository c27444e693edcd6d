//! Every table of the schema, by what holds its rows: the one list of projections.
//!
//! The public, a firm and an inspector are told facts out of rows. The log covers events and no rows, so each table says here
//! what its rows are held against, or why nothing fixes them. A command that writes such rows puts a digest over them into its
//! event ([`crate::repo::projection`]); the checks recompute it. A test of the house fails for a table that is not in the list.

use domain::projection::Projection;

use crate::catalog::Table;
use crate::{migration_names, tables_after};

/// What the rows of a table are held against.
#[derive(Clone, Copy, Debug)]
pub enum Told {
    /// A digest in the event of the command that wrote them, slice by slice.
    Sealed(&'static Spec),
    /// They are the log, or its tree: `audit verify` recomputes them.
    Log,
    /// Nothing; the reason.
    Free(&'static str),
}

/// What may happen to a row once it is there. SQLite's triggers and PostgreSQL's privileges follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Neither changed nor deleted.
    Final,
    /// Changed by commands, never deleted.
    Kept,
    /// Both happen.
    Open,
}

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct TableRow {
    /// Its name.
    pub table: &'static str,
    /// What holds its rows.
    pub told: Told,
    /// What may happen to them.
    pub guard: Guard,
}

/// How the rows of a projection are cut into slices and put in order.
#[derive(Debug)]
pub struct Spec {
    /// Which.
    pub projection: Projection,
    /// The columns that are told, in the order of the canonical row.
    pub columns: &'static [&'static str],
    /// The condition that picks a slice, `$1`.
    pub filter: &'static str,
    /// Columns that name a row within its slice, and order the rows. Text sorts bytewise on both engines.
    pub key: &'static [&'static str],
    /// All slices that must be sealed, as the column `slice`.
    pub slices: &'static str,
    /// The task of a slice `$1`, as the column `task`.
    pub task: &'static str,
}

const SAME_TASK: &str = "SELECT id AS task FROM task WHERE id = $1";
const TASK_OF_DRAW: &str = "SELECT task_id AS task FROM draw WHERE id = $1";
const TASK_OF_MATCHING: &str =
    "SELECT share.task_id AS task FROM matching JOIN share ON share.id = matching.share_id WHERE matching.id = $1";
const TASK_OF_CEREMONY: &str = "SELECT task_id AS task FROM draw WHERE id = $1
     UNION ALL SELECT share.task_id AS task FROM matching JOIN share ON share.id = matching.share_id WHERE matching.id = $1";

const TASK: Spec = Spec {
    projection: Projection::Task,
    columns: &[
        "number",
        "title",
        "agency_id",
        "scheme_id",
        "window_from",
        "window_to",
        "contact",
        "rehearsal",
        "created_by",
        "created_account",
        "created_at",
    ],
    filter: "id = $1",
    key: &["number"],
    slices: "SELECT id AS slice FROM task",
    task: SAME_TASK,
};

const CENSUS: Spec = Spec {
    projection: Projection::Census,
    columns: &["task_id", "document"],
    filter: "task_id = $1",
    key: &["task_id"],
    slices: "SELECT task_id AS slice FROM roll_census",
    task: SAME_TASK,
};

const DRAW: Spec = Spec {
    projection: Projection::Draw,
    columns: &[
        "task_id",
        "attempt",
        "state",
        "suite",
        "roll_rows",
        "roll_digest",
        "roll_at",
        "roll_source",
        "roll_file",
        "roll_document",
        "register_file",
        "scheme_document",
        "sizes_document",
        "replaces_reason",
        "approved_by",
        "sealed_at",
        "reveal_by",
        "committed_at",
        "commitment_document",
        "commitment_digest",
        "reveals_document",
        "seed",
        "result_file",
        "result_digest",
        "bundle_file",
        "public_bundle_file",
        "drawn_rows",
        "ended_at",
        "failure",
        "created_at",
    ],
    filter: "id = $1",
    key: &["attempt"],
    slices: "SELECT id AS slice FROM draw WHERE commitment_digest IS NOT NULL",
    task: TASK_OF_DRAW,
};

const PARTY: Spec = Spec {
    projection: Projection::Party,
    columns: &[
        "ceremony_kind",
        "position",
        "name",
        "role",
        "commitment",
        "committed_at",
        "salt",
        "value",
        "revealed_at",
    ],
    filter: "ceremony_id = $1",
    key: &["position"],
    // Before the commitment is published, parties come and go.
    slices: "SELECT ceremony_id AS slice FROM commitment_chain",
    task: TASK_OF_CEREMONY,
};

const REJECTION: Spec = Spec {
    projection: Projection::Rejection,
    columns: &["id", "party_id", "at"],
    filter: "party_id IN (SELECT id FROM party WHERE ceremony_id = $1)",
    key: &["id"],
    slices: "SELECT DISTINCT party.ceremony_id AS slice FROM party_rejection JOIN party ON party.id = party_rejection.party_id",
    task: TASK_OF_CEREMONY,
};

const CHAIN: Spec = Spec {
    projection: Projection::Chain,
    columns: &["agency_id", "seq", "digest", "ceremony_kind", "published_at"],
    filter: "ceremony_id = $1",
    key: &["agency_id", "seq"],
    slices: "SELECT DISTINCT ceremony_id AS slice FROM commitment_chain",
    task: TASK_OF_CEREMONY,
};

const ATTESTATION: Spec = Spec {
    projection: Projection::Attestation,
    columns: &["id", "role", "signer", "name", "unit", "result_digest", "at"],
    filter: "draw_id = $1",
    key: &["id"],
    slices: "SELECT DISTINCT draw_id AS slice FROM attestation",
    task: TASK_OF_DRAW,
};

const DRAWN: Spec = Spec {
    projection: Projection::Drawn,
    columns: &["stratum", "cell", "rank", "reserve", "subject_id", "code", "name", "agency_id", "ticket"],
    filter: "draw_id = $1",
    key: &["stratum", "cell", "rank"],
    slices: "SELECT DISTINCT draw_id AS slice FROM drawn",
    task: TASK_OF_DRAW,
};

const PUBLICATION: Spec = Spec {
    projection: Projection::Publication,
    columns: &["id", "kind", "number", "title", "organiser", "content", "bundle_file", "published_at"],
    filter: "task_id = $1",
    key: &["kind"],
    slices: "SELECT DISTINCT task_id AS slice FROM publication",
    task: SAME_TASK,
};

const PUBLISHED_DRAWN: Spec = Spec {
    projection: Projection::PublishedDrawn,
    columns: &["position", "code", "name", "unit", "stratum", "stratum_label", "ticket"],
    filter: "publication_id IN (SELECT id FROM publication WHERE task_id = $1)",
    key: &["position"],
    slices: "SELECT DISTINCT publication.task_id AS slice
             FROM publication_drawn JOIN publication ON publication.id = publication_drawn.publication_id",
    task: SAME_TASK,
};

const MAPPING: Spec = Spec {
    projection: Projection::Mapping,
    columns: &[
        "id",
        "stratum",
        "entry",
        "list_id",
        "reason",
        "proposed_name",
        "proposed_at",
        "decided_name",
        "decided_at",
    ],
    filter: "task_id = $1 AND state = 'approved'",
    key: &["id"],
    slices: "SELECT DISTINCT task_id AS slice FROM item_mapping WHERE state = 'approved'",
    task: SAME_TASK,
};

const MAPPING_ITEM: Spec = Spec {
    projection: Projection::MappingItem,
    columns: &["mapping_id", "position", "item_code"],
    filter: "mapping_id IN (SELECT id FROM item_mapping WHERE task_id = $1 AND state = 'approved')",
    key: &["mapping_id", "position"],
    slices: "SELECT DISTINCT task_id AS slice FROM item_mapping WHERE state = 'approved'",
    task: SAME_TASK,
};

const SHARE: Spec = Spec {
    projection: Projection::Share,
    columns: &["id", "draw_id", "agency_id", "visits", "dispatched_at"],
    filter: "task_id = $1",
    key: &["id"],
    slices: "SELECT DISTINCT task_id AS slice FROM share",
    task: SAME_TASK,
};

const VISIT: Spec = Spec {
    projection: Projection::Visit,
    columns: &["id", "share_id", "subject_id", "agency_id", "number", "code", "name", "strata"],
    filter: "task_id = $1",
    key: &["number"],
    slices: "SELECT DISTINCT task_id AS slice FROM visit",
    task: SAME_TASK,
};

const VISIT_ITEM: Spec = Spec {
    projection: Projection::VisitItem,
    columns: &["visit_id", "position", "item_code"],
    filter: "visit_id IN (SELECT id FROM visit WHERE task_id = $1)",
    key: &["visit_id", "position", "item_code"],
    slices: "SELECT DISTINCT task_id AS slice FROM visit",
    task: SAME_TASK,
};

const VISIT_DAY: Spec = Spec {
    projection: Projection::VisitDay,
    columns: &["visit_id", "n", "from_day", "to_day", "reason", "by_post", "by_name", "at"],
    filter: "visit_id IN (SELECT id FROM visit WHERE share_id = $1)",
    key: &["visit_id", "n"],
    slices: "SELECT DISTINCT visit.share_id AS slice FROM visit_day JOIN visit ON visit.id = visit_day.visit_id",
    task: "SELECT task_id AS task FROM share WHERE id = $1",
};

const MATCHING: Spec = Spec {
    projection: Projection::Matching,
    columns: &[
        "share_id",
        "attempt",
        "name",
        "state",
        "suite",
        "visits",
        "inspectors",
        "input_file",
        "input_digest",
        "reveal_by",
        "committed_at",
        "commitment_document",
        "commitment_digest",
        "reveals_document",
        "seed",
        "outcome_file",
        "ended_at",
        "failure",
        "created_by",
        "created_account",
        "created_at",
    ],
    filter: "id = $1",
    key: &["name", "attempt"],
    slices: "SELECT id AS slice FROM matching WHERE commitment_digest IS NOT NULL",
    task: TASK_OF_MATCHING,
};

const ASSIGNMENT: Spec = Spec {
    projection: Projection::Assignment,
    columns: &["visit_id", "seat", "inspector_id"],
    filter: "matching_id = $1",
    key: &["visit_id", "seat"],
    slices: "SELECT DISTINCT matching_id AS slice FROM assignment",
    task: TASK_OF_MATCHING,
};

/// How a projection is cut and ordered.
#[must_use]
pub const fn spec(projection: Projection) -> &'static Spec {
    match projection {
        Projection::Task => &TASK,
        Projection::Census => &CENSUS,
        Projection::Draw => &DRAW,
        Projection::Party => &PARTY,
        Projection::Rejection => &REJECTION,
        Projection::Chain => &CHAIN,
        Projection::Attestation => &ATTESTATION,
        Projection::Drawn => &DRAWN,
        Projection::Publication => &PUBLICATION,
        Projection::PublishedDrawn => &PUBLISHED_DRAWN,
        Projection::Mapping => &MAPPING,
        Projection::MappingItem => &MAPPING_ITEM,
        Projection::Share => &SHARE,
        Projection::Visit => &VISIT,
        Projection::VisitItem => &VISIT_ITEM,
        Projection::VisitDay => &VISIT_DAY,
        Projection::Matching => &MATCHING,
        Projection::Assignment => &ASSIGNMENT,
    }
}

const fn sealed(projection: Projection, guard: Guard) -> TableRow {
    TableRow { table: projection.code(), told: Told::Sealed(spec(projection)), guard }
}

const fn log(table: &'static str) -> TableRow {
    TableRow { table, told: Told::Log, guard: Guard::Final }
}

const fn free(table: &'static str, why: &'static str) -> TableRow {
    TableRow { table, told: Told::Free(why), guard: Guard::Open }
}

/// Every table of the schema.
pub const TABLES: &[TableRow] = &[
    free("installation", "settings of the machine; nobody outside is told them"),
    free("agency", "names change; what is announced keeps the name of its day"),
    free("account", "who may sign in"),
    free("post", "who may act; an event cites the post's person and agency of its day"),
    free("session", "who is signed in"),
    free("password_try", "tries to sign in, counted for a while"),
    free("known_address", "from where people sign in"),
    log("event"),
    log("log_leaf"),
    log("tree_head"),
    free("projection", "the notes of the seals: each is compared with its event"),
    free("job", "work under way"),
    free("file", "the bytes are held by the digest that is their name"),
    free("revision", "a task's documents hold the scheme; its approval holds the digest of what was approved"),
    TableRow {
        table: "approval",
        told: Told::Free("who decided is an event, too; the row holds the digest of what was decided on"),
        guard: Guard::Final,
    },
    free("rulebook", "settings in force; a task's documents hold what was drawn by"),
    free("calendar_day", "the statutory calendar; deadlines are recounted from it"),
    free("calendar_year", "the statutory calendar"),
    free("counter", "the next number of a series; numbers are unique by index"),
    free("deadline", "counted from events and calendar, and recounted"),
    free("subject", "today's directory; a draw reads the frozen roll and register"),
    free("subject_history", "former states of the directory"),
    free("subject_tag", "today's directory"),
    free("subject_licence", "today's directory"),
    free("subject_risk", "today's directory"),
    free("inspector", "today's directory; a matching reads its sealed input"),
    free("inspector_history", "former states of the directory"),
    free("inspector_move", "an agreement of two agencies; each step is an event"),
    free("inspector_qualification", "today's directory"),
    free("inspector_leave", "today's directory"),
    free("recusal", "today's directory; a matching reads its sealed input"),
    free("check_item", "the item list; which items a form has is held by visit_item"),
    free("import", "work under way"),
    free("subject_stage", "work under way"),
    free("subject_tag_stage", "work under way"),
    free("subject_licence_stage", "work under way"),
    free("import_stage", "work under way"),
    sealed(Projection::Task, Guard::Kept),
    sealed(Projection::Draw, Guard::Kept),
    sealed(Projection::Attestation, Guard::Final),
    sealed(Projection::Census, Guard::Open),
    sealed(Projection::Party, Guard::Open),
    sealed(Projection::Rejection, Guard::Final),
    sealed(Projection::Chain, Guard::Final),
    sealed(Projection::Drawn, Guard::Final),
    sealed(Projection::Publication, Guard::Kept),
    sealed(Projection::PublishedDrawn, Guard::Final),
    sealed(Projection::Share, Guard::Kept),
    sealed(Projection::Visit, Guard::Kept),
    sealed(Projection::VisitDay, Guard::Final),
    sealed(Projection::VisitItem, Guard::Final),
    sealed(Projection::Mapping, Guard::Open),
    sealed(Projection::MappingItem, Guard::Final),
    sealed(Projection::Matching, Guard::Open),
    sealed(Projection::Assignment, Guard::Final),
];

/// SQLite's triggers, name and text, as the migrations make them.
#[must_use]
pub fn triggers() -> Vec<(String, String)> {
    let mut triggers = Vec::new();
    for TableRow { table, guard, .. } in TABLES {
        let mut add = |name: &str, on: &str, what: &str| {
            let name = format!("{table}_{name}");
            let text = format!(
                "CREATE TRIGGER {name} BEFORE {on} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is {what}'); END"
            );
            triggers.push((name, text));
        };
        match guard {
            Guard::Final => {
                add("is_append_only", "UPDATE", "append-only");
                add("is_kept", "DELETE", "append-only");
            }
            Guard::Kept => add("is_kept", "DELETE", "kept"),
            Guard::Open => {}
        }
    }
    triggers
}

/// What PostgreSQL's application role may not do: the privilege and the table, as `grant_application_role` takes them away.
#[must_use]
pub fn forbidden() -> Vec<(&'static str, &'static str)> {
    let mut forbidden = Vec::new();
    for TableRow { table, guard, .. } in TABLES {
        if *guard == Guard::Final {
            forbidden.push(("UPDATE", *table));
        }
        if *guard != Guard::Open {
            forbidden.push(("DELETE", *table));
        }
    }
    forbidden.extend(["INSERT", "UPDATE", "DELETE"].map(|privilege| (privilege, "migration")));
    forbidden
}

/// The table of a projection with its told columns only, as the dump writes lines of it.
pub(crate) fn narrowed(spec: &Spec) -> Option<Table> {
    let table = tables_after(migration_names().len()).into_iter().find(|table| table.name == spec.projection.code())?;
    let column = |name: &&str| table.columns.iter().find(|column| column.name == *name).copied();
    let columns = spec.columns.iter().map(column).collect::<Option<_>>()?;
    Some(Table { columns, ..table })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_table_says_what_holds_it_and_no_other_does() {
        let made: BTreeSet<_> = tables_after(migration_names().len()).iter().map(|table| table.name).collect();
        let listed: BTreeSet<_> = TABLES.iter().map(|row| row.table).collect();
        assert_eq!(made, listed, "a new table needs a row in store::told::TABLES");
        assert_eq!(TABLES.len(), listed.len(), "a table stands once");
        for projection in Projection::ALL {
            assert!(listed.contains(projection.code()));
            let spec = spec(*projection);
            assert_eq!(spec.projection, *projection);
            let table = narrowed(spec).unwrap_or_else(|| panic!("{projection}: a column that the table has not"));
            assert!(spec.key.iter().all(|key| table.columns.iter().any(|column| column.name == *key)), "{projection}");
        }
        assert!(TABLES.iter().all(|row| !matches!(row.told, Told::Free(""))));
    }

    #[test]
    fn the_scripts_make_these_triggers() {
        let scripts: Vec<String> = crate::migration::triggers();
        let wanted: Vec<String> = triggers().into_iter().map(|(_, text)| text).collect();
        let sorted = |mut list: Vec<String>| {
            list.sort();
            list
        };
        assert_eq!(sorted(scripts), sorted(wanted));
    }
}
