-- +goose NO TRANSACTION
-- +goose Up

-- What was submitted lately: it answers a repeated key, and finds the same words sent again. Rows live two days. key is ''
-- for none. The primary key begins as words are looked for, and has the rest so that a row written twice is one row.
CREATE TABLE IF NOT EXISTS submissions (
    post_id     TEXT   NOT NULL,
    owner       TEXT   NOT NULL,
    key         TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    comment_id  TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (post_id, owner, fingerprint, created_at, comment_id, key)
);
