-- Who is who, what happened, what is to be done. Instants are milliseconds since 1970 (UTC), dates are YYYY-MM-DD.

CREATE TABLE installation (
    name {text} PRIMARY KEY,
    value {text} NOT NULL
);

-- The organisation tree. `code` is the registrar key that directories name (six digits of GB/T 2260 where there are
-- some, a key of the bureau's own for functional zones); `path` is code/code/…/ from the root, for scopes. `contact` and
-- `phone` are whom a firm may ask: they stand on the notices of the agency's visits.
CREATE TABLE agency (
    id {text} PRIMARY KEY,
    code {text} NOT NULL,
    name {text} NOT NULL,
    short_name {text} NOT NULL,
    level {text} NOT NULL,
    kind {text} NOT NULL,
    parent_id {text} REFERENCES agency (id),
    division {text},
    path {text} NOT NULL,
    contact {text} NOT NULL DEFAULT '',
    phone {text} NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX u_agency__code ON agency (code);
CREATE UNIQUE INDEX u_agency__path ON agency (path);
-- One installation, one top: the public pages call themselves by it, and its administrators set what holds for everyone.
CREATE UNIQUE INDEX u_agency__root ON agency ((parent_id IS NULL)) WHERE parent_id IS NULL;

-- `refused` tries to sign in since the last that was not, the newest of them at `refused_at` from the address `refused_from`.
CREATE TABLE account (
    id {text} PRIMARY KEY,
    login {text} NOT NULL,
    name {text} NOT NULL,
    password_hash {text} NOT NULL,
    must_change BIGINT NOT NULL DEFAULT 0,
    disabled_at BIGINT,
    signed_in_at BIGINT,
    refused BIGINT NOT NULL DEFAULT 0,
    refused_at BIGINT,
    refused_from {text},
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX u_account__login ON account (login);

-- Person x agency x section x role x validity. A session acts as a post; events cite it.
CREATE TABLE post (
    id {text} PRIMARY KEY,
    account_id {text} NOT NULL REFERENCES account (id),
    agency_id {text} NOT NULL REFERENCES agency (id),
    section {text} NOT NULL,
    role {text} NOT NULL,
    valid_from {text} NOT NULL,
    valid_to {text},
    created_at BIGINT NOT NULL
);
CREATE INDEX i_post__account_id ON post (account_id);

CREATE TABLE session (
    token_hash {text} PRIMARY KEY,
    account_id {text} NOT NULL REFERENCES account (id),
    post_id {text} NOT NULL REFERENCES post (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX i_session__account_id ON session (account_id);

-- Tries of a password, counted before it is looked at. `key` says by whom: a login from an address, an address, a login,
-- everybody. `taken` were let through, the last of them `at`; `refused` were not.
CREATE TABLE password_try (
    key {text} PRIMARY KEY,
    taken BIGINT NOT NULL,
    free_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    refused BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX i_password_try__at ON password_try (at);

-- From where somebody has signed in.
CREATE TABLE known_address (
    account_id {text} NOT NULL REFERENCES account (id),
    address {text} NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, address)
);

-- One business fact per command. Append-only; ordered and sealed afterwards by log_leaf.
CREATE TABLE event (
    id {text} PRIMARY KEY,
    at BIGINT NOT NULL,
    kind {text} NOT NULL,
    actor {text} NOT NULL,
    actor_name {text} NOT NULL,
    agency_id {text},
    agency_name {text} NOT NULL,
    subject_kind {text} NOT NULL,
    subject_id {text} NOT NULL,
    data {text} NOT NULL,
    request_id {text} NOT NULL
);
CREATE INDEX i_event__subject ON event (subject_kind, subject_id);
CREATE INDEX i_event__agency ON event (agency_id, at);
CREATE INDEX i_event__at ON event (at);

CREATE TABLE log_leaf (
    seq BIGINT PRIMARY KEY,
    event_id {text} NOT NULL REFERENCES event (id),
    hash {text} NOT NULL
);
CREATE UNIQUE INDEX u_log_leaf__event_id ON log_leaf (event_id);

-- A head of the tree over the first `size` leaves; `frontier` holds the roots of its perfect subtrees, left to right.
CREATE TABLE tree_head (
    size BIGINT PRIMARY KEY,
    root {text} NOT NULL,
    frontier {text} NOT NULL,
    at BIGINT NOT NULL
);

-- For each slice of a table that people are told facts from (`store::told`): the digest of its rows, which the event holds, too,
-- the rows themselves as they were sealed (in a file where they are long), and how the last comparison ended. `n` counts the
-- seals of a slice; 0 is a slice that no event holds.
CREATE TABLE projection (
    name {text} NOT NULL,
    slice {text} NOT NULL,
    task_id {text},
    n BIGINT NOT NULL,
    rows_digest {text} NOT NULL,
    rows_text {text},
    rows_file {text},
    event_id {text} REFERENCES event (id),
    checked_at BIGINT,
    fault {text},
    fault_at BIGINT,
    PRIMARY KEY (name, slice)
);
CREATE INDEX i_projection__task ON projection (task_id) WHERE fault IS NOT NULL;

CREATE TABLE job (
    id {text} PRIMARY KEY,
    kind {text} NOT NULL,
    state {text} NOT NULL,
    title {text} NOT NULL,
    payload {text} NOT NULL,
    subject_kind {text} NOT NULL,
    subject_id {text} NOT NULL,
    done BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    step {text} NOT NULL DEFAULT '',
    attempts BIGINT NOT NULL DEFAULT 0,
    cancel_requested BIGINT NOT NULL DEFAULT 0,
    lease_owner {text},
    lease_until BIGINT,
    agency_id {text} REFERENCES agency (id),
    created_by {text} NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    result {text},
    error {text}
);
CREATE INDEX i_job__state ON job (state, created_at);
CREATE INDEX i_job__subject ON job (subject_kind, subject_id);

-- What a content-addressed file is to whom. The bytes live in the file store under `digest`.
CREATE TABLE file (
    id {text} PRIMARY KEY,
    digest {text} NOT NULL,
    size BIGINT NOT NULL,
    media_type {text} NOT NULL,
    name {text} NOT NULL,
    purpose {text} NOT NULL,
    subject_kind {text} NOT NULL,
    subject_id {text} NOT NULL,
    agency_id {text} REFERENCES agency (id),
    created_by {text} NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX i_file__subject ON file (subject_kind, subject_id, purpose);
CREATE INDEX i_file__digest ON file (digest);

-- A document with a number and a life: scheme, item list, calendar, form template.
CREATE TABLE revision (
    id {text} PRIMARY KEY,
    kind {text} NOT NULL,
    number {text} NOT NULL,
    revision BIGINT NOT NULL,
    title {text} NOT NULL,
    agency_id {text} NOT NULL REFERENCES agency (id),
    state {text} NOT NULL,
    content {text} NOT NULL,
    digest {text} NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_by {text} NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX u_revision__kind__number__revision ON revision (kind, number, revision);

-- A decision of a person over something: submitted, approved, returned.
CREATE TABLE approval (
    id {text} PRIMARY KEY,
    subject_kind {text} NOT NULL,
    subject_id {text} NOT NULL,
    step {text} NOT NULL,
    decision {text} NOT NULL,
    reason {text} NOT NULL,
    post_id {text} NOT NULL REFERENCES post (id),
    person {text} NOT NULL,
    account_id {text} NOT NULL,
    digest {text} NOT NULL,
    returned_to {text} NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX i_approval__subject ON approval (subject_kind, subject_id);

CREATE TABLE rulebook (
    id {text} PRIMARY KEY,
    scope_kind {text} NOT NULL,
    scope_id {text} NOT NULL,
    name {text} NOT NULL,
    value {text} NOT NULL,
    basis {text} NOT NULL,
    changed_by {text} NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX u_rulebook__scope_kind__scope_id__name ON rulebook (scope_kind, scope_id, name);

-- Days by which an administrator extends the statutory calendar. `kind` is off or work.
CREATE TABLE calendar_day (
    day {text} PRIMARY KEY,
    kind {text} NOT NULL,
    notice {text} NOT NULL
);
CREATE TABLE calendar_year (
    year BIGINT PRIMARY KEY,
    notice {text} NOT NULL,
    added_by {text} NOT NULL,
    added_at BIGINT NOT NULL
);

-- Serial numbers: one row per prefix, counted up inside the business transaction.
CREATE TABLE counter (
    name {text} PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE deadline (
    id {text} PRIMARY KEY,
    kind {text} NOT NULL,
    subject_kind {text} NOT NULL,
    subject_id {text} NOT NULL,
    agency_id {text} NOT NULL REFERENCES agency (id),
    started_on {text} NOT NULL,
    span {text} NOT NULL,
    due_on {text} NOT NULL,
    provisional BIGINT NOT NULL,
    met_on {text},
    basis {text} NOT NULL
);
CREATE INDEX i_deadline__open ON deadline (agency_id, met_on, due_on);
CREATE UNIQUE INDEX u_deadline__kind__subject_kind__subject_id ON deadline (kind, subject_kind, subject_id);
