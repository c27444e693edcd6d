-- The three directories (一单两库) and the imports that fill them.

-- `code` is the key in rolls: the credit code or registration number, for products, projects and acts a number of the
-- line department. `tags` holds the sorted tags joined by commas (no tag contains one), so that a roll is one walk;
-- subject_tag holds the same for searching by tag. `licences` is JSON and goes into the history with the row;
-- subject_licence holds the same licence by licence.
CREATE TABLE subject (
    id {text} PRIMARY KEY,
    code {text} NOT NULL,
    name {text} NOT NULL,
    kind {text} NOT NULL,
    sub_kind {text} NOT NULL,
    agency_id {text} NOT NULL REFERENCES agency (id),
    division {text} NOT NULL,
    registered_on {text} NOT NULL,
    status {text} NOT NULL,
    industry {text} NOT NULL,
    address {text} NOT NULL,
    legal_person {text} NOT NULL,
    phone {text} NOT NULL,
    tags {text} NOT NULL,
    licences {text} NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    valid_from BIGINT NOT NULL,
    changed_by {text} NOT NULL,
    import_id {text}
);
CREATE UNIQUE INDEX u_subject__code ON subject (code);
CREATE INDEX i_subject__agency ON subject (agency_id, code);

-- Superseded versions, column by column as in subject, so that an import writes them in one statement.
CREATE TABLE subject_history (
    subject_id {text} NOT NULL REFERENCES subject (id),
    version BIGINT NOT NULL,
    name {text} NOT NULL,
    kind {text} NOT NULL,
    sub_kind {text} NOT NULL,
    agency_id {text} NOT NULL REFERENCES agency (id),
    division {text} NOT NULL,
    registered_on {text} NOT NULL,
    status {text} NOT NULL,
    industry {text} NOT NULL,
    address {text} NOT NULL,
    legal_person {text} NOT NULL,
    phone {text} NOT NULL,
    tags {text} NOT NULL,
    licences {text} NOT NULL,
    changed_by {text} NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (subject_id, version)
);

CREATE TABLE subject_tag (
    subject_id {text} NOT NULL REFERENCES subject (id),
    tag {text} NOT NULL,
    PRIMARY KEY (subject_id, tag)
);
CREATE INDEX i_subject_tag__tag ON subject_tag (tag, subject_id);

-- Days are empty where the licence has none.
CREATE TABLE subject_licence (
    subject_id {text} NOT NULL REFERENCES subject (id),
    position BIGINT NOT NULL,
    kind {text} NOT NULL,
    number {text} NOT NULL,
    valid_from {text} NOT NULL,
    valid_to {text} NOT NULL,
    state {text} NOT NULL,
    PRIMARY KEY (subject_id, position)
);
CREATE INDEX i_subject_licence__kind ON subject_licence (kind, subject_id);

-- A risk class is a dated fact on one scale; a draw freezes the newest one of the roll's day.
CREATE TABLE subject_risk (
    subject_id {text} NOT NULL REFERENCES subject (id),
    scale {text} NOT NULL,
    class {text} NOT NULL,
    assessed_on {text} NOT NULL,
    PRIMARY KEY (subject_id, scale, assessed_on)
);

-- The certificate is the key by which lists and notices name an inspector. `account_id` is the person's account as a list
-- or a keeper names it; it gives rights from `account_confirmed_at` on, when its owner has said "that is me".
CREATE TABLE inspector (
    id {text} PRIMARY KEY,
    certificate {text} NOT NULL,
    staff_number {text} NOT NULL,
    name {text} NOT NULL,
    agency_id {text} NOT NULL REFERENCES agency (id),
    section {text} NOT NULL,
    certificate_from {text} NOT NULL,
    certificate_to {text} NOT NULL,
    expertise {text} NOT NULL,
    left_on {text},
    account_id {text} REFERENCES account (id),
    account_confirmed_at BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    valid_from BIGINT NOT NULL DEFAULT 0,
    changed_by {text} NOT NULL DEFAULT 'system',
    import_id {text}
);
CREATE UNIQUE INDEX u_inspector__certificate ON inspector (certificate);
CREATE UNIQUE INDEX u_inspector__account_id ON inspector (account_id) WHERE left_on IS NULL;
CREATE INDEX i_inspector__agency ON inspector (agency_id, certificate);

CREATE TABLE inspector_qualification (
    inspector_id {text} NOT NULL REFERENCES inspector (id),
    code {text} NOT NULL,
    valid_from {text},
    valid_to {text},
    PRIMARY KEY (inspector_id, code)
);

-- Superseded versions, as in subject_history; `qualifications` is JSON. They go with the person when the agency changes.
CREATE TABLE inspector_history (
    inspector_id {text} NOT NULL REFERENCES inspector (id),
    version BIGINT NOT NULL,
    staff_number {text} NOT NULL,
    name {text} NOT NULL,
    agency_id {text} NOT NULL REFERENCES agency (id),
    section {text} NOT NULL,
    certificate_from {text} NOT NULL,
    certificate_to {text} NOT NULL,
    qualifications {text} NOT NULL,
    expertise {text} NOT NULL,
    left_on {text},
    account_id {text} REFERENCES account (id),
    account_confirmed_at BIGINT,
    changed_by {text} NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (inspector_id, version)
);

-- Moves of inspectors between agencies. `side` is who asked (releasing or receiving); the other side answers. Nothing of the
-- inspector changes before that.
CREATE TABLE inspector_move (
    id {text} PRIMARY KEY,
    inspector_id {text} NOT NULL REFERENCES inspector (id),
    from_id {text} NOT NULL REFERENCES agency (id),
    to_id {text} NOT NULL REFERENCES agency (id),
    side {text} NOT NULL,
    reason {text} NOT NULL,
    state {text} NOT NULL,
    asked_by {text} NOT NULL,
    asked_name {text} NOT NULL,
    asked_account {text} NOT NULL,
    asked_at BIGINT NOT NULL,
    answered_by {text} NOT NULL DEFAULT '',
    answered_name {text} NOT NULL DEFAULT '',
    answered_at BIGINT,
    answer {text} NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX u_inspector_move__inspector_id ON inspector_move (inspector_id) WHERE state = 'requested';
CREATE INDEX i_inspector_move__from ON inspector_move (from_id, asked_at);
CREATE INDEX i_inspector_move__to ON inspector_move (to_id, asked_at);

CREATE TABLE inspector_leave (
    id {text} PRIMARY KEY,
    inspector_id {text} NOT NULL REFERENCES inspector (id),
    from_day {text} NOT NULL,
    to_day {text} NOT NULL,
    reason {text} NOT NULL
);
CREATE INDEX i_inspector_leave__inspector ON inspector_leave (inspector_id);

CREATE TABLE recusal (
    id {text} PRIMARY KEY,
    inspector_id {text} NOT NULL REFERENCES inspector (id),
    subject_id {text} NOT NULL REFERENCES subject (id),
    reason {text} NOT NULL,
    declared_by {text} NOT NULL,
    declared_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX u_recusal__inspector_id__subject_id ON recusal (inspector_id, subject_id);
CREATE INDEX i_recusal__subject ON recusal (subject_id);

-- The items of one revision of the item list; a task keeps the revision that it was sealed with.
-- `methods`, `subjects` (kinds) and `tags` are codes joined by commas; `materials` is what a firm has ready, one thing a
-- line, as a notice lists it.
CREATE TABLE check_item (
    id {text} PRIMARY KEY,
    revision_id {text} NOT NULL REFERENCES revision (id),
    code {text} NOT NULL,
    category {text} NOT NULL,
    name {text} NOT NULL,
    legal_basis {text} NOT NULL,
    grade {text} NOT NULL,
    methods {text} NOT NULL,
    subjects {text} NOT NULL,
    tags {text} NOT NULL,
    qualification {text} NOT NULL,
    body {text} NOT NULL,
    materials {text} NOT NULL DEFAULT '',
    valid_from {text} NOT NULL,
    valid_to {text},
    position BIGINT NOT NULL
);
CREATE UNIQUE INDEX u_check_item__revision_id__code ON check_item (revision_id, code);

-- An upload on its way into a directory. The command line of the owner imports for no agency: it sees everything.
CREATE TABLE import (
    id {text} PRIMARY KEY,
    kind {text} NOT NULL,
    state {text} NOT NULL,
    file_name {text} NOT NULL,
    file_digest {text} NOT NULL,
    file_size BIGINT NOT NULL,
    agency_id {text} REFERENCES agency (id),
    mapping {text} NOT NULL,
    report {text} NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_by {text} NOT NULL,
    created_name {text} NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX i_import__agency ON import (agency_id, created_at);

-- Staged rows of a subject import: written in chunks, checked, then swapped in by one set-based transaction. `id` is used
-- if the code is new. No foreign keys and no index but the key: these tables are filled fast and emptied soon.
CREATE TABLE subject_stage (
    import_id {text} NOT NULL,
    row_number BIGINT NOT NULL,
    id {text} NOT NULL,
    code {text} NOT NULL,
    name {text} NOT NULL,
    kind {text} NOT NULL,
    sub_kind {text} NOT NULL,
    agency_id {text} NOT NULL,
    division {text} NOT NULL,
    registered_on {text} NOT NULL,
    status {text} NOT NULL,
    industry {text} NOT NULL,
    address {text} NOT NULL,
    legal_person {text} NOT NULL,
    phone {text} NOT NULL,
    tags {text} NOT NULL,
    licences {text} NOT NULL,
    credit_class {text} NOT NULL,
    credit_on {text} NOT NULL,
    food_class {text} NOT NULL,
    food_on {text} NOT NULL,
    PRIMARY KEY (import_id, row_number)
);

CREATE TABLE subject_tag_stage (
    import_id {text} NOT NULL,
    row_number BIGINT NOT NULL,
    code {text} NOT NULL,
    tag {text} NOT NULL,
    PRIMARY KEY (import_id, row_number, tag)
);

CREATE TABLE subject_licence_stage (
    import_id {text} NOT NULL,
    row_number BIGINT NOT NULL,
    position BIGINT NOT NULL,
    code {text} NOT NULL,
    kind {text} NOT NULL,
    number {text} NOT NULL,
    valid_from {text} NOT NULL,
    valid_to {text} NOT NULL,
    state {text} NOT NULL,
    PRIMARY KEY (import_id, row_number, position)
);

-- Staged rows of the small directories (agencies, inspectors, check items): one JSON object a row.
CREATE TABLE import_stage (
    import_id {text} NOT NULL,
    row_number BIGINT NOT NULL,
    data {text} NOT NULL,
    PRIMARY KEY (import_id, row_number)
);
