//! What each step writes: rows that are all as before or all as after, counts that must agree, and the page that says which.

use crate::step::Step;

/// Rows and words by which one sees whether a step happened.
pub struct Spec {
    /// Queries of one text column `line`. Their answers are those of before the step or those of an undisturbed run, and
    /// all of the same: nothing in between.
    pub lines: &'static [&'static str],
    /// Kind of the step's event, and what its data holds.
    pub event: (&'static str, &'static str),
    /// Kind of the job that does it, if a job does.
    pub job: Option<&'static str>,
    /// Lists of counts; the counts of one list are equal at any moment.
    pub agree: &'static [&'static [&'static str]],
    /// The page, with `{import}`, `{task}` or `{share}` in it, and the words that are on it if and only if it happened.
    pub page: &'static str,
    pub says: &'static str,
    /// The session in which it is read: the city's clerk, or the unit's.
    pub of_unit: bool,
}

const ALL_OR_NO_FILES: &str = "SELECT purpose || ' ' || name AS line FROM file ORDER BY purpose, name";

impl Step {
    /// Its traces.
    pub fn spec(self) -> Spec {
        match self {
            Self::Import => Spec {
                lines: &[
                    "SELECT code || ' ' || name || ' ' || tags || ' ' || address || ' ' || version AS line
                     FROM subject ORDER BY code",
                    "SELECT subject.code || ' ' || tag AS line
                     FROM subject_tag JOIN subject ON subject.id = subject_id ORDER BY 1",
                    "SELECT subject.code || ' ' || subject_licence.kind || ' ' || number AS line
                     FROM subject_licence JOIN subject ON subject.id = subject_id ORDER BY 1",
                    "SELECT subject_id AS line FROM subject_history",
                ],
                event: ("import.commit", "\"kind\":\"subject\""),
                job: Some("import.commit"),
                agree: &[
                    &[
                        "SELECT COUNT(*) FROM import WHERE kind = 'subject'",
                        "SELECT COUNT(*) FROM event WHERE kind = 'subject.import'",
                        "SELECT COUNT(*) FROM file JOIN import ON import.id = file.subject_id
                         WHERE purpose = 'upload' AND kind = 'subject'",
                    ],
                    &[
                        "SELECT COUNT(*) FROM import WHERE kind = 'subject' AND state IN ('checked', 'committed')",
                        "SELECT COUNT(*) FROM job JOIN import ON import.id = subject_id
                         WHERE job.kind = 'import.dry_run' AND import.kind = 'subject' AND job.state = 'done'",
                        "SELECT COUNT(*) FROM event JOIN import ON import.id = subject_id
                         WHERE event.kind = 'import.dry_run' AND import.kind = 'subject' AND data LIKE '%\"phase\":\"checked\"%'",
                    ],
                    &[
                        "SELECT COUNT(*) FROM import WHERE state = 'committed'",
                        "SELECT COUNT(*) FROM job WHERE kind = 'import.commit' AND state = 'done'",
                        "SELECT COUNT(*) FROM event WHERE kind = 'import.commit' AND data LIKE '%\"phase\":\"done\"%'",
                    ],
                ],
                page: "/office/imports/{import}",
                says: "已写入名录库。",
                of_unit: false,
            },
            Self::Freeze => Spec {
                lines: &[
                    "SELECT attempt || ' ' || state || ' ' || roll_rows || ' ' || scheme_document AS line FROM draw",
                    "SELECT state || ' ' || version || ' ' || COALESCE(item_list_id, '') AS line FROM task",
                    ALL_OR_NO_FILES,
                ],
                event: ("task.freeze", ""),
                job: Some("task.freeze"),
                agree: &[&[
                    "SELECT COUNT(*) FROM draw WHERE roll_digest IS NOT NULL",
                    "SELECT COUNT(*) FROM file WHERE purpose = 'roll'",
                    "SELECT COUNT(*) FROM file WHERE purpose = 'register'",
                ]],
                page: "/office/tasks/{task}",
                says: "<th scope=\"col\">底册摘要</th>",
                of_unit: false,
            },
            Self::Draw => Spec {
                lines: &[
                    "SELECT stratum || ' ' || cell || ' ' || rank || ' ' || reserve || ' ' || code || ' ' || ticket AS line
                     FROM drawn ORDER BY 1",
                    "SELECT position || ' ' || code || ' ' || stratum || ' ' || ticket AS line
                     FROM publication_drawn ORDER BY position",
                    "SELECT state || ' ' || COALESCE(seed, '') || ' ' || COALESCE(result_digest, '') || ' ' ||
                     COALESCE(drawn_rows, 0) AS line
                     FROM draw",
                    "SELECT state || ' ' || version AS line FROM task",
                    ALL_OR_NO_FILES,
                ],
                event: ("draw.run", ""),
                job: Some("draw.run"),
                agree: &[
                    &[
                        "SELECT COUNT(*) FROM draw WHERE bundle_file IS NOT NULL",
                        "SELECT COUNT(*) FROM publication WHERE bundle_file IS NOT NULL",
                        "SELECT COUNT(*) FROM file WHERE purpose = 'bundle'",
                        "SELECT COUNT(*) FROM file WHERE purpose = 'result'",
                    ],
                    &["SELECT COUNT(*) FROM drawn WHERE reserve = 0", "SELECT COUNT(*) FROM publication_drawn"],
                    &[
                        // The platform revealed when it published, the first witness in the preparation.
                        "SELECT COUNT(*) FROM party WHERE ceremony_kind = 'draw' AND state = 'revealed'",
                        "SELECT COUNT(*) + 1 FROM event WHERE kind = 'party.reveal' AND subject_kind = 'task'",
                        "SELECT COUNT(*) + 2 FROM job WHERE kind = 'draw.run' AND state <> 'failed'",
                    ],
                ],
                page: "/office/tasks/{task}",
                says: "查看摇号结果",
                of_unit: false,
            },
            Self::Dispatch => Spec {
                lines: &[
                    "SELECT agency.code || ' ' || state || ' ' || visits AS line
                     FROM share JOIN agency ON agency.id = agency_id ORDER BY 1",
                    "SELECT number || ' ' || code || ' ' || state || ' ' || planned_on || ' ' || strata AS line
                     FROM visit ORDER BY number",
                    "SELECT number || ' ' || item_code AS line
                     FROM visit_item JOIN visit ON visit.id = visit_id ORDER BY 1",
                    "SELECT kind || ' ' || due_on || ' ' || COALESCE(met_on, '') AS line FROM deadline ORDER BY 1",
                    "SELECT name || ' ' || value AS line FROM counter ORDER BY name",
                ],
                event: ("task.dispatch", ""),
                job: Some("dispatch"),
                agree: &[&["SELECT COUNT(*) FROM visit", "SELECT CAST(COALESCE(SUM(visits), 0) AS BIGINT) FROM share"]],
                page: "/office/tasks/{task}/dispatch",
                says: "户已派发",
                of_unit: false,
            },
            Self::Publish => Spec {
                lines: &[
                    "SELECT ceremony_kind || ' ' || seq AS line FROM commitment_chain ORDER BY 1",
                    "SELECT state AS line FROM matching WHERE state <> 'prepared'",
                    "SELECT role || ' ' || position AS line
                     FROM party WHERE ceremony_kind = 'match' AND state = 'revealed'",
                ],
                event: ("matching.commit", ""),
                job: None,
                agree: &[
                    &[
                        "SELECT COUNT(*) FROM matching",
                        "SELECT COUNT(*) FROM event WHERE kind = 'matching.prepare'",
                        "SELECT COUNT(*) FROM file WHERE purpose = 'matching_input'",
                        "SELECT COUNT(*) FROM party WHERE ceremony_kind = 'match' AND role = 'platform'",
                    ],
                    &[
                        "SELECT COUNT(*) FROM party
                         WHERE ceremony_kind = 'match' AND role = 'witness' AND commitment IS NOT NULL",
                        "SELECT COUNT(*) FROM event WHERE kind = 'party.commit' AND subject_kind = 'matching'",
                    ],
                    &[
                        "SELECT COUNT(*) FROM matching WHERE commitment_digest IS NOT NULL",
                        "SELECT COUNT(*) FROM commitment_chain WHERE ceremony_kind = 'match'",
                    ],
                ],
                page: "/office/shares/{share}/matching",
                says: "commitment.json",
                of_unit: true,
            },
            Self::Match => Spec {
                lines: &[
                    "SELECT number || ' ' || seat || ' ' || certificate AS line FROM assignment
                     JOIN visit ON visit.id = visit_id JOIN inspector ON inspector.id = inspector_id ORDER BY 1",
                    "SELECT number || ' ' || state AS line FROM visit ORDER BY number",
                    "SELECT state || ' ' || COALESCE(seed, '') || ' ' || COALESCE(outcome_file, '') AS line
                     FROM matching",
                    "SELECT state || ' ' || version AS line FROM share ORDER BY 1",
                    "SELECT kind || ' ' || due_on || ' ' || COALESCE(met_on, '') AS line FROM deadline ORDER BY 1",
                    ALL_OR_NO_FILES,
                ],
                event: ("matching.run", ""),
                job: Some("match"),
                agree: &[
                    &[
                        "SELECT COUNT(*) FROM assignment",
                        "SELECT COUNT(*) * 2 FROM visit WHERE state = 'matched'",
                        "SELECT CAST(COALESCE(SUM(visits), 0) * 2 AS BIGINT) FROM matching
                         WHERE outcome_file IS NOT NULL",
                    ],
                    &[
                        "SELECT COUNT(*) FROM party WHERE ceremony_kind = 'match' AND state = 'revealed'",
                        "SELECT COUNT(*) + 1 FROM event WHERE kind = 'party.reveal' AND subject_kind = 'matching'",
                        "SELECT COUNT(*) + 1 FROM job WHERE kind = 'match'",
                    ],
                ],
                page: "/office/shares/{share}/matching",
                says: "匹配种子",
                of_unit: true,
            },
            Self::Forms => Spec {
                lines: &["SELECT number || ' ' || state AS line FROM visit ORDER BY number", ALL_OR_NO_FILES],
                event: ("form.print_batch", ""),
                job: Some("forms"),
                agree: &[],
                page: "/office/shares/{share}",
                says: ".pdf",
                of_unit: true,
            },
        }
    }
}
