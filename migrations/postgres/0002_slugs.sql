-- +goose NO TRANSACTION
-- +goose Up

-- Which discussion an address leads to. Rows are never deleted: a discussion follows its post.
CREATE TABLE IF NOT EXISTS slugs (
    slug    TEXT NOT NULL PRIMARY KEY,
    post_id TEXT NOT NULL REFERENCES posts (post_id)
);
