-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX IF NOT EXISTS submissions_age ON submissions (created_at);
