-- One text for SQLite and PostgreSQL. Ids are sortable text, hashes are hexadecimal text, times are
-- seconds since 1970 (BIGINT), lists and objects are JSON text.

CREATE TABLE clients (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL, -- registered | operator | metadata_document
    name TEXT NOT NULL,
    metadata TEXT NOT NULL, -- what was registered, or the fetched document
    secret_hash TEXT,
    registration_token_hash TEXT,
    fingerprint TEXT UNIQUE, -- of a public registration, so that equal ones are one client
    fetched_at BIGINT, -- of a metadata document
    fresh_until BIGINT,
    created_at BIGINT NOT NULL,
    used_at BIGINT, -- the last grant; a client with one is never reaped
    disabled_at BIGINT
);
CREATE INDEX clients_unused ON clients (created_at) WHERE used_at IS NULL;

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL, -- as typed
    email_key TEXT NOT NULL UNIQUE, -- lower case
    email_verified BOOLEAN NOT NULL,
    name TEXT,
    password_hash TEXT,
    operator BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE sessions (
    id_hash TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Ids that may be used once: decided authorization pages and client assertions.
CREATE TABLE used_ids (
    id TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_ids_by_expiry ON used_ids (expires_at);

CREATE TABLE codes (
    hash TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    scope TEXT NOT NULL,
    redirect_uri TEXT, -- NULL when the request left it out
    challenge TEXT NOT NULL,
    nonce TEXT,
    auth_time BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    failures BIGINT NOT NULL, -- wrong verifiers
    redeemed_at BIGINT,
    family_id TEXT -- what its redemption issued
);
CREATE INDEX codes_by_expiry ON codes (expires_at);

CREATE TABLE families (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    scope TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    refreshable BOOLEAN NOT NULL, -- whether refresh tokens were given out
    generation BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL -- absolute
);
CREATE INDEX families_by_person ON families (person_id);
CREATE INDEX families_by_client ON families (client_id);
CREATE INDEX families_by_expiry ON families (expires_at);

-- A family's id or one access token's `jti`: what guards must refuse before its time.
CREATE TABLE revocations (
    id TEXT PRIMARY KEY,
    revoked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL -- when the last token it concerns is dead anyway
);
CREATE INDEX revocations_by_time ON revocations (revoked_at);
CREATE INDEX revocations_by_expiry ON revocations (expires_at);

CREATE TABLE consents (
    person_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    scope TEXT NOT NULL,
    identity TEXT NOT NULL, -- hash of the client's name, keys and redirect host as they were shown
    given_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, client_id, resource)
);

CREATE TABLE keys (
    id TEXT PRIMARY KEY, -- the published kid, or the name of a MAC key
    purpose TEXT NOT NULL, -- RS256 | ES256 | EdDSA | refresh_mac
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    signs_from BIGINT NOT NULL,
    retired_at BIGINT, -- signs no longer
    published_until BIGINT,
    UNIQUE (purpose, signs_from) -- nodes that start together agree on one first key
);

CREATE TABLE throttles (
    name TEXT NOT NULL, -- what is counted, and for whom
    window_start BIGINT NOT NULL,
    count BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (name, window_start)
);
CREATE INDEX throttles_by_expiry ON throttles (expires_at);

-- One-time links for an operator that does not exist yet.
CREATE TABLE setup_links (
    token_hash TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

-- What apps keep for a person.
CREATE TABLE records (
    id TEXT PRIMARY KEY,
    app TEXT NOT NULL,
    person_id TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX records_by_owner ON records (person_id, app, id);

CREATE TABLE audit_events (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    person_id TEXT,
    client_id TEXT,
    resource TEXT,
    source TEXT,
    trace_id TEXT,
    detail TEXT NOT NULL
);
CREATE INDEX audit_events_by_time ON audit_events (at);
