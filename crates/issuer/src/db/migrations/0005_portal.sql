-- What people see and take back: sessions that notice a copy of their cookie, narrowed families, the use
-- of apps, and personal access tokens.

-- A session's cookie carries a mark that is replaced while it is used. Sessions from before have none:
-- their people sign in once more.
DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN mark_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN mark_before TEXT NOT NULL DEFAULT ''; -- hash of the one it replaced

-- Grows when the person takes scopes back, so that access tokens from before can be refused.
ALTER TABLE families ADD COLUMN edition BIGINT NOT NULL DEFAULT 0;

-- What came in with a token, added up per day.
CREATE TABLE app_usage (
    person_id TEXT NOT NULL,
    client_id TEXT NOT NULL, -- or what stands in its place for a personal access token
    resource TEXT NOT NULL,
    day BIGINT NOT NULL, -- since 1970
    calls BIGINT NOT NULL, -- of tools
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    last_tool TEXT NOT NULL, -- empty if no tool was called
    PRIMARY KEY (person_id, client_id, resource, day)
);
CREATE INDEX app_usage_by_day ON app_usage (day);

CREATE TABLE personal_tokens (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    name TEXT NOT NULL,
    resource TEXT NOT NULL,
    scope TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX personal_tokens_by_person ON personal_tokens (person_id);
CREATE INDEX personal_tokens_by_expiry ON personal_tokens (expires_at);

-- How the person wants pages; NULL: as the browser does.
ALTER TABLE people ADD COLUMN language TEXT;
ALTER TABLE people ADD COLUMN theme TEXT;

CREATE INDEX audit_events_by_person ON audit_events (person_id, id);
