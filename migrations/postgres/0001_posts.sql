-- +goose NO TRANSACTION
-- +goose Up

-- One row a discussion. last_rev is the one number: each change to the discussion takes the next in its own transaction.
-- slug is the address that its post had when the posts were last synced.
CREATE TABLE IF NOT EXISTS posts (
    post_id    TEXT   NOT NULL PRIMARY KEY,
    slug       TEXT   NOT NULL,
    last_seq   BIGINT NOT NULL DEFAULT 0,
    last_rev   BIGINT NOT NULL DEFAULT 0,
    state_rev  BIGINT NOT NULL DEFAULT 0,
    n_comments BIGINT NOT NULL DEFAULT 0 CHECK (n_comments >= 0),
    read_only  BOOL   NOT NULL DEFAULT FALSE
);
