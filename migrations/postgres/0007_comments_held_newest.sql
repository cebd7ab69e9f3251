-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX IF NOT EXISTS comments_held_newest ON comments (post_id, visitor, newest) WHERE state = 'pending' AND shown = FALSE;
