-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO site (id, epoch, secret) VALUES (1, substr(replace(gen_random_uuid()::text, '-', ''), 1, 16), '')
    ON CONFLICT (id) DO NOTHING;
