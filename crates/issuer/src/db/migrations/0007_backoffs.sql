-- Failures in a row, and how long the next try must wait.

CREATE TABLE backoffs (
    name TEXT PRIMARY KEY, -- what is tried, and by whom
    failures BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL -- after which they are forgotten
);
CREATE INDEX backoffs_by_expiry ON backoffs (expires_at);
