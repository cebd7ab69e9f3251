-- +goose NO TRANSACTION
-- +goose Up
CREATE UNIQUE INDEX IF NOT EXISTS submissions_key ON submissions (post_id, owner, key) WHERE key <> '';
