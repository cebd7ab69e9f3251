-- +goose NO TRANSACTION
-- +goose Up

-- Pages, and "does anything shown stand below this place?".
CREATE INDEX IF NOT EXISTS comments_oldest ON comments (post_id, shown, path);
