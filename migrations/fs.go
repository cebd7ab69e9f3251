// Package migrations holds the numbered steps that make and change the database, one folder for each engine.
//
// Each folder counts its own steps. A step that has been released never changes: a later one mends it. Replicas of two
// versions may use one database while a new one is rolled out, so a step first adds, and what it replaces goes in a later
// release. In postgres each file is one statement that may run twice: CockroachDB ends a transaction before it changes a
// table, so a step that fails half way is done again.
// It imports the standard library only.
package migrations

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// SQLite returns the steps for SQLite.
func SQLite() (fs.FS, error) { return fs.Sub(files, "sqlite") }

// Postgres returns the steps for PostgreSQL and CockroachDB.
func Postgres() (fs.FS, error) { return fs.Sub(files, "postgres") }
