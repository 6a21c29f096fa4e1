-- Accounts at upstreams: who signs in with one, and the tokens that apps act with.

CREATE TABLE identities (
    upstream TEXT NOT NULL,
    host TEXT NOT NULL,
    account_id TEXT NOT NULL, -- never changes, unlike the account's name
    person_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (upstream, host, account_id)
);
CREATE INDEX identities_by_person ON identities (person_id);

CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    upstream TEXT NOT NULL,
    host TEXT NOT NULL,
    account_id TEXT NOT NULL,
    login TEXT NOT NULL,
    scope TEXT NOT NULL, -- as granted there
    sealed TEXT, -- the tokens; NULL when they are dead
    expires_at BIGINT, -- of the access token, where it does
    version BIGINT NOT NULL, -- grows whenever the tokens change
    lease_until BIGINT NOT NULL, -- who renews them holds this
    created_at BIGINT NOT NULL,
    UNIQUE (person_id, upstream, host)
);
CREATE INDEX connections_by_account ON connections (upstream, host, account_id);
