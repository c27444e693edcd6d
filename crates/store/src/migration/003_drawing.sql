-- Tasks, their draws, the parties of a ceremony, and what was drawn.

CREATE TABLE task (
    id {text} PRIMARY KEY,
    number {text} NOT NULL,
    title {text} NOT NULL,
    agency_id {text} NOT NULL REFERENCES agency (id),
    scheme_id {text} NOT NULL REFERENCES revision (id),
    item_list_id {text} REFERENCES revision (id),
    window_from {text} NOT NULL,
    window_to {text} NOT NULL,
    contact {text} NOT NULL,
    state {text} NOT NULL,
    rehearsal BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1,
    created_by {text} NOT NULL,
    created_account {text} NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX u_task__number ON task (number);
CREATE INDEX i_task__agency ON task (agency_id, created_at);

-- One attempt. A failed one stays; the next names what it replaces. `roll_…` and `sizes…` are filled by the freeze,
-- the commitment when it is published, seed and result by the draw. `register_file` holds what the roll's day knows beside the
-- roll (names, agencies, kinds, tags); it never leaves the house, and the commitment names its digest. `bundle_file` is whole;
-- `public_bundle_file` is what the public may have: the same, or one without the roll where that holds an internal column.
CREATE TABLE draw (
    id {text} PRIMARY KEY,
    task_id {text} NOT NULL REFERENCES task (id),
    attempt BIGINT NOT NULL,
    state {text} NOT NULL,
    suite {text} NOT NULL,
    roll_rows BIGINT,
    roll_digest {text},
    roll_at BIGINT,
    roll_source {text} NOT NULL,
    roll_file {text},
    roll_document {text},
    register_file {text},
    scheme_document {text} NOT NULL,
    sizes_document {text},
    frozen_account {text},
    requested_by {text},
    requested_name {text},
    requested_account {text},
    requested_at BIGINT,
    replaces_reason {text},
    approved_by {text},
    sealed_at BIGINT,
    reveal_by BIGINT,
    committed_at BIGINT,
    commitment_document {text},
    commitment_digest {text},
    reveals_document {text},
    seed {text},
    result_file {text},
    result_digest {text},
    bundle_file {text},
    public_bundle_file {text},
    drawn_rows BIGINT,
    ended_at BIGINT,
    failure {text},
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX u_draw__task_id__attempt ON draw (task_id, attempt);

-- Who recomputed a draw from its whole bundle and says so: a person for an agency, or a witness. `signer` is the account or
-- the party.
CREATE TABLE attestation (
    id {text} PRIMARY KEY,
    draw_id {text} NOT NULL REFERENCES draw (id),
    role {text} NOT NULL,
    signer {text} NOT NULL,
    name {text} NOT NULL,
    unit {text} NOT NULL,
    result_digest {text} NOT NULL,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX u_attestation__draw_id__signer ON attestation (draw_id, signer);

-- Who the members of a frozen roll's classes are, by unit, kind and tags (`domain::scheme::Census` as JSON). It stays in
-- the house.
CREATE TABLE roll_census (
    task_id {text} PRIMARY KEY REFERENCES task (id),
    document {text} NOT NULL
);

-- Parties of a draw (`ceremony_kind` draw) or of a matching (match). The platform is position 0. `salt` and `value`
-- of a witness are empty until the reveal: they stay in the witness's browser. The platform's own are kept in
-- `kept_salt` and `kept_value` from the moment of its commitment, which is before it takes another's.
CREATE TABLE party (
    id {text} PRIMARY KEY,
    ceremony_kind {text} NOT NULL,
    ceremony_id {text} NOT NULL,
    position BIGINT NOT NULL,
    name {text} NOT NULL,
    role {text} NOT NULL,
    state {text} NOT NULL,
    token_hash {text},
    link_nonce {text},
    commitment {text},
    committed_at BIGINT,
    kept_salt {text},
    kept_value {text},
    salt {text},
    value {text},
    revealed_at BIGINT
);
CREATE UNIQUE INDEX u_party__ceremony_kind__ceremony_id__position ON party (ceremony_kind, ceremony_id, position);
CREATE UNIQUE INDEX u_party__ceremony_kind__ceremony_id__name ON party (ceremony_kind, ceremony_id, name);
CREATE UNIQUE INDEX u_party__token_hash ON party (token_hash);

CREATE TABLE party_rejection (
    id {text} PRIMARY KEY,
    party_id {text} NOT NULL REFERENCES party (id),
    at BIGINT NOT NULL
);

-- All commitments of an organiser form one chain, published, whatever became of them.
CREATE TABLE commitment_chain (
    agency_id {text} NOT NULL REFERENCES agency (id),
    seq BIGINT NOT NULL,
    digest {text} NOT NULL,
    ceremony_kind {text} NOT NULL,
    ceremony_id {text} NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (agency_id, seq)
);
CREATE UNIQUE INDEX u_commitment_chain__digest ON commitment_chain (digest);

-- Name and agency are those of the roll's day.
CREATE TABLE drawn (
    draw_id {text} NOT NULL REFERENCES draw (id),
    stratum {text} NOT NULL,
    cell {text} NOT NULL,
    rank BIGINT NOT NULL,
    reserve BIGINT NOT NULL,
    subject_id {text} NOT NULL REFERENCES subject (id),
    code {text} NOT NULL,
    name {text} NOT NULL,
    agency_id {text} NOT NULL REFERENCES agency (id),
    ticket {text} NOT NULL,
    PRIMARY KEY (draw_id, stratum, cell, rank)
);
CREATE UNIQUE INDEX u_drawn__draw_id__stratum__subject_id ON drawn (draw_id, stratum, subject_id);
CREATE INDEX i_drawn__agency ON drawn (draw_id, agency_id);
CREATE INDEX i_drawn__subject ON drawn (subject_id);

-- What the public front may read, and nothing else: written when something is announced, kept up when it goes on.
CREATE TABLE publication (
    id {text} PRIMARY KEY,
    kind {text} NOT NULL,
    task_id {text} NOT NULL REFERENCES task (id),
    number {text} NOT NULL,
    title {text} NOT NULL,
    organiser {text} NOT NULL,
    content {text} NOT NULL,
    bundle_file {text},
    published_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX u_publication__kind__task_id ON publication (kind, task_id);
CREATE INDEX i_publication__at ON publication (published_at);

CREATE TABLE publication_drawn (
    publication_id {text} NOT NULL REFERENCES publication (id),
    position BIGINT NOT NULL,
    code {text} NOT NULL,
    name {text} NOT NULL,
    unit {text} NOT NULL,
    stratum {text} NOT NULL,
    stratum_label {text} NOT NULL,
    ticket {text} NOT NULL,
    PRIMARY KEY (publication_id, position)
);
CREATE INDEX i_publication_drawn__code ON publication_drawn (code);
-- An object is drawn once in a stratum, as in `drawn`.
CREATE UNIQUE INDEX u_publication_drawn__publication_id__stratum__code ON publication_drawn (publication_id, stratum, code);
