-- How people prove who they are besides a password, and how they did for a session, a code or a family.

ALTER TABLE sessions ADD COLUMN methods TEXT NOT NULL DEFAULT ''; -- words, with spaces between
ALTER TABLE codes ADD COLUMN methods TEXT NOT NULL DEFAULT '';
ALTER TABLE families ADD COLUMN methods TEXT NOT NULL DEFAULT '';

CREATE TABLE passkeys (
    id TEXT PRIMARY KEY, -- the credential's, in base64url
    person_id TEXT NOT NULL,
    name TEXT NOT NULL,
    credential TEXT NOT NULL, -- its public key and what it was registered with, as JSON
    sign_count BIGINT NOT NULL, -- as last seen; 0 where the authenticator does not count
    synced BOOLEAN NOT NULL, -- whether copies of it exist elsewhere, as last seen
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkeys_by_person ON passkeys (person_id);

-- The app that makes a person's one-time codes.
CREATE TABLE totp_keys (
    person_id TEXT PRIMARY KEY,
    sealed TEXT NOT NULL,
    step BIGINT NOT NULL, -- of the last code that was accepted: none counts twice
    created_at BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    person_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (person_id, hash)
);
