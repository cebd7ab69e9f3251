-- +goose NO TRANSACTION
-- +goose Up

-- A visitor's own held comments, which only they see.
CREATE INDEX IF NOT EXISTS comments_held_oldest ON comments (post_id, visitor, path) WHERE state = 'pending' AND shown = FALSE;
