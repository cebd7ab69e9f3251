-- +goose Up

-- One row a discussion. last_rev is the one number: each change to the discussion takes the next in its own transaction.
-- slug is the address that its post had when the posts were last synced.
CREATE TABLE posts (
    post_id    TEXT    NOT NULL PRIMARY KEY,
    slug       TEXT    NOT NULL,
    last_seq   INTEGER NOT NULL DEFAULT 0,
    last_rev   INTEGER NOT NULL DEFAULT 0,
    state_rev  INTEGER NOT NULL DEFAULT 0,
    n_comments INTEGER NOT NULL DEFAULT 0 CHECK (n_comments >= 0),
    read_only  INTEGER NOT NULL DEFAULT 0 CHECK (read_only IN (0, 1))
) STRICT;

-- Which discussion an address leads to. Rows are never deleted: a discussion follows its post.
CREATE TABLE slugs (
    slug    TEXT NOT NULL PRIMARY KEY,
    post_id TEXT NOT NULL REFERENCES posts (post_id)
) STRICT;

-- path is the seqs from the root down, four big-endian bytes each: bytewise order is thread order. newest is the root's
-- seq turned round (4294967295 - seq) and then path: bytewise order has the newest thread first.
-- Times are microseconds since 1970, UTC; edited_at is 0 if never.
CREATE TABLE comments (
    post_id    TEXT    NOT NULL REFERENCES posts (post_id),
    seq        INTEGER NOT NULL,
    id         TEXT    NOT NULL UNIQUE,
    rev        INTEGER NOT NULL,
    parent_id  TEXT    NOT NULL,
    path       BLOB    NOT NULL,
    newest     BLOB    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('published', 'pending', 'spam', 'hidden', 'deleted')),
    shown      INTEGER NOT NULL CHECK (shown IN (0, 1)),
    name       TEXT    NOT NULL,
    url        TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    visitor    TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    edits      INTEGER NOT NULL DEFAULT 0,
    replies    INTEGER NOT NULL DEFAULT 0 CHECK (replies >= 0),
    created_at INTEGER NOT NULL,
    edited_at  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (post_id, seq)
) STRICT;

-- Catch-up; unique, so that a number given twice can never be stored.
CREATE UNIQUE INDEX comments_rev ON comments (post_id, rev);
-- Pages in both orders, and "does anything shown stand below this place?".
CREATE INDEX comments_oldest ON comments (post_id, shown, path);
CREATE INDEX comments_newest ON comments (post_id, shown, newest);
-- A visitor's own held comments, which only they see.
CREATE INDEX comments_held_oldest ON comments (post_id, visitor, path) WHERE state = 'pending' AND shown = 0;
CREATE INDEX comments_held_newest ON comments (post_id, visitor, newest) WHERE state = 'pending' AND shown = 0;

-- What was submitted lately: it answers a repeated key, and finds the same words sent again. Rows live two days.
CREATE TABLE submissions (
    post_id     TEXT    NOT NULL,
    owner       TEXT    NOT NULL,
    key         TEXT    NOT NULL, -- '' for none
    fingerprint TEXT    NOT NULL,
    comment_id  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX submissions_key ON submissions (post_id, owner, key) WHERE key <> '';
CREATE INDEX submissions_words ON submissions (post_id, owner, fingerprint, created_at);
CREATE INDEX submissions_age ON submissions (created_at);

CREATE TABLE sessions (
    token  TEXT    NOT NULL PRIMARY KEY,
    data   BLOB    NOT NULL,
    expiry INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_expiry ON sessions (expiry);

-- The numbers of the site: one row. epoch is the present life of the database, secret is empty until it is asked for.
CREATE TABLE site (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch  TEXT    NOT NULL,
    secret BLOB    NOT NULL
) STRICT;
INSERT INTO site (id, epoch, secret) VALUES (1, lower(hex(randomblob(8))), x'');
