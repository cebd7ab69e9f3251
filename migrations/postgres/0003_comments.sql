-- +goose NO TRANSACTION
-- +goose Up

-- path is the seqs from the root down, four big-endian bytes each: bytewise order is thread order. newest is the root's
-- seq turned round (4294967295 - seq) and then path: bytewise order has the newest thread first.
-- Times are microseconds since 1970, UTC; edited_at is 0 if never.
-- comments_rev is catch-up's index; unique, so that a number given twice can never be stored.
-- No foreign key to posts: who writes a comment holds the post's row already, and each check would be one more read.
CREATE TABLE IF NOT EXISTS comments (
    post_id    TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    id         TEXT   NOT NULL,
    rev        BIGINT NOT NULL,
    parent_id  TEXT   NOT NULL,
    path       BYTEA  NOT NULL,
    newest     BYTEA  NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('published', 'pending', 'spam', 'hidden', 'deleted')),
    shown      BOOL   NOT NULL,
    name       TEXT   NOT NULL,
    url        TEXT   NOT NULL,
    email      TEXT   NOT NULL,
    visitor    TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    edits      BIGINT NOT NULL DEFAULT 0,
    replies    BIGINT NOT NULL DEFAULT 0 CHECK (replies >= 0),
    created_at BIGINT NOT NULL,
    edited_at  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (post_id, seq),
    CONSTRAINT comments_id UNIQUE (id),
    CONSTRAINT comments_rev UNIQUE (post_id, rev)
);
