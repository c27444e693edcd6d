-- From a drawn list to two inspectors at every door.

CREATE TABLE share (
    id {text} PRIMARY KEY,
    task_id {text} NOT NULL REFERENCES task (id),
    draw_id {text} NOT NULL REFERENCES draw (id),
    agency_id {text} NOT NULL REFERENCES agency (id),
    state {text} NOT NULL,
    visits BIGINT NOT NULL,
    dispatched_at BIGINT NOT NULL,
    accepted_at BIGINT,
    accepted_by {text},
    accepted_name {text},
    return_reason {text},
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX u_share__task_id__agency_id ON share (task_id, agency_id);
CREATE INDEX i_share__agency ON share (agency_id, state);

-- One entry through the door of one drawn object. Code and name are those of the roll's day; `strata` are the codes of
-- all strata that drew the object, in the scheme's order, joined by commas. `problem` is what two people have to settle
-- before forms are printed: it never stops the others.
-- `notice_on` is the day on which the notice was issued, that is first printed; printed again, it keeps that day.
CREATE TABLE visit (
    id {text} PRIMARY KEY,
    task_id {text} NOT NULL REFERENCES task (id),
    share_id {text} NOT NULL REFERENCES share (id),
    subject_id {text} NOT NULL REFERENCES subject (id),
    agency_id {text} NOT NULL REFERENCES agency (id),
    number {text} NOT NULL,
    code {text} NOT NULL,
    name {text} NOT NULL,
    state {text} NOT NULL,
    planned_on {text} NOT NULL,
    strata {text} NOT NULL,
    problem {text},
    notice_on {text},
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX u_visit__task_id__subject_id ON visit (task_id, subject_id);
CREATE UNIQUE INDEX u_visit__number ON visit (number);
CREATE INDEX i_visit__share ON visit (share_id, number);

CREATE TABLE visit_item (
    visit_id {text} NOT NULL REFERENCES visit (id),
    item_code {text} NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (visit_id, item_code)
);

-- A word of a drawn task's scheme that stands for items of a list, for a whole class: proposed by one person, decided by
-- another. `slot` is `open` while it is proposed or approved, and the id once it was returned: a word has one of the former.
CREATE TABLE item_mapping (
    id {text} PRIMARY KEY,
    task_id {text} NOT NULL REFERENCES task (id),
    stratum {text} NOT NULL,
    entry {text} NOT NULL,
    slot {text} NOT NULL,
    list_id {text} NOT NULL REFERENCES revision (id),
    reason {text} NOT NULL,
    state {text} NOT NULL,
    proposed_by {text} NOT NULL,
    proposed_name {text} NOT NULL,
    proposed_account {text} NOT NULL,
    proposed_at BIGINT NOT NULL,
    decided_name {text},
    decided_at BIGINT,
    return_reason {text},
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX u_item_mapping__task_id__stratum__entry__slot ON item_mapping (task_id, stratum, entry, slot);

CREATE TABLE item_mapping_item (
    mapping_id {text} NOT NULL REFERENCES item_mapping (id),
    position BIGINT NOT NULL,
    item_code {text} NOT NULL,
    PRIMARY KEY (mapping_id, position)
);

-- A matching of one share, sealed and seeded like a draw (protocol §8). `name` is what its documents call the draw.
-- `failure` is the document failure.json of an attempt that failed.
CREATE TABLE matching (
    id {text} PRIMARY KEY,
    share_id {text} NOT NULL REFERENCES share (id),
    attempt BIGINT NOT NULL,
    name {text} NOT NULL,
    state {text} NOT NULL,
    suite {text} NOT NULL,
    visits BIGINT NOT NULL,
    inspectors BIGINT NOT NULL,
    input_file {text} NOT NULL,
    input_digest {text} NOT NULL,
    reveal_by BIGINT,
    committed_at BIGINT,
    commitment_document {text},
    commitment_digest {text},
    reveals_document {text},
    seed {text},
    outcome_file {text},
    ended_at BIGINT,
    failure {text},
    version BIGINT NOT NULL DEFAULT 1,
    created_by {text} NOT NULL,
    created_account {text} NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX u_matching__share_id__attempt ON matching (share_id, attempt);

CREATE TABLE assignment (
    visit_id {text} NOT NULL REFERENCES visit (id),
    seat BIGINT NOT NULL,
    inspector_id {text} NOT NULL REFERENCES inspector (id),
    matching_id {text} NOT NULL REFERENCES matching (id),
    PRIMARY KEY (visit_id, seat)
);
CREATE UNIQUE INDEX u_assignment__visit_id__inspector_id ON assignment (visit_id, inspector_id);
CREATE INDEX i_assignment__inspector ON assignment (inspector_id);
