// Package migrations holds the numbered steps that make and change the database, one folder for each engine.
//
// The same number means the same step in every folder. A step that has been released never changes: a later one mends it.
// It imports the standard library only.
package migrations

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql
var files embed.FS

// SQLite returns the steps for SQLite.
func SQLite() (fs.FS, error) { return fs.Sub(files, "sqlite") }
