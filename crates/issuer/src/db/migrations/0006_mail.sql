-- Mail on its way, what a person proves by reading it, and accounts that are about to be deleted.

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    sealed TEXT NOT NULL, -- the letter: it may hold a link that counts
    due_at BIGINT NOT NULL, -- of the next try; who tries moves it on first
    tries BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX outbox_by_time ON outbox (due_at);

-- A link or a code that went to an address: whoever has it reads mail there.
CREATE TABLE email_proofs (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE, -- of a link's token, or of the id and a code
    person_id TEXT,
    sealed TEXT NOT NULL, -- what is done once it is proved
    failures BIGINT NOT NULL, -- wrong codes
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX email_proofs_by_person ON email_proofs (person_id);
CREATE INDEX email_proofs_by_expiry ON email_proofs (expires_at);

ALTER TABLE people ADD COLUMN delete_at BIGINT; -- asked for; until then it can be taken back
CREATE INDEX people_by_deletion ON people (delete_at) WHERE delete_at IS NOT NULL;
