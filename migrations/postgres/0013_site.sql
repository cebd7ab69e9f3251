-- +goose NO TRANSACTION
-- +goose Up

-- The numbers of the site: one row. epoch is the present life of the database, secret is empty until it is asked for.
CREATE TABLE IF NOT EXISTS site (
    id     BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch  TEXT   NOT NULL,
    secret BYTEA  NOT NULL
);
