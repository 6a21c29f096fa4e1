-- Privy's own access tokens, for a backend that acts there in the person's name: sealed, and as long as they
-- live. A session knows the one that it began with, and what was allowed from there knows it too.

CREATE TABLE privy_tokens (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    sealed TEXT NOT NULL,
    expires_at BIGINT NOT NULL -- its own
);
CREATE INDEX privy_tokens_by_person ON privy_tokens (person_id);
CREATE INDEX privy_tokens_by_expiry ON privy_tokens (expires_at);

ALTER TABLE sessions ADD COLUMN privy_token_id TEXT;
ALTER TABLE codes ADD COLUMN privy_token_id TEXT;
ALTER TABLE families ADD COLUMN privy_token_id TEXT;
