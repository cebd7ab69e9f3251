package store

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"vang/blog"
)

func unavailable(retry time.Duration, err error) error {
	return &blog.Error{Kind: blog.Unavailable, RetryAfter: retry, Err: err}
}

func errClosed() error { return unavailable(0, errors.New("the database is closed")) }

// trouble is a mishap that an operator can end, and how. Its text is English, for the log.
type trouble struct {
	code   string // stable, such as "sqlite-locked"
	detail string // what it is about: a file, or hosts and database
	remedy string // what is wrong with it and what to do: "is locked by another program: close that program"
	whole  string // all of it, where detail does not begin the sentence
	err    error  // the cause; may be nil
}

// remedy is what to do about an error, and when to try again; 0 where that would not help before something was mended.
type remedy struct {
	code, text string
	retry      time.Duration
}

func (t *trouble) Error() string {
	text := cmp.Or(t.whole, t.detail+" "+t.remedy)
	if t.err != nil {
		text += ": " + t.err.Error()
	}
	return text
}

func (t *trouble) Unwrap() error { return t.err }

// newerTables refuses tables of which this binary does not know what they hold.
func newerTables(code, detail string, current, known int64) error {
	return &trouble{code: code, detail: detail, remedy: fmt.Sprintf("was written by a newer Vang (its tables are of step %d,"+
		" this one knows %d): run that version, or restore a backup made before it", current, known)}
}

// Trouble finds in err what an operator can end, for those who say it in another language: a code that never changes, and
// the file, or the hosts and the database, that it is about. TroubleCodes lists the codes.
func Trouble(err error) (code, detail string, ok bool) {
	var t *trouble
	if !errors.As(err, &t) {
		return "", "", false
	}
	return t.code, t.detail, true
}

// TroubleCodes returns every code of Trouble.
func TroubleCodes() []string {
	return []string{
		"address",

		"pg-address", "pg-busy", "pg-certificate", "pg-connections", "pg-database", "pg-empty", "pg-encoding", "pg-full",
		"pg-given-up", "pg-host", "pg-licence", "pg-lost", "pg-newer", "pg-parameter", "pg-password", "pg-permission",
		"pg-plain", "pg-refused", "pg-slow", "pg-standby", "pg-starting", "pg-tables", "pg-timeout", "pg-trouble",

		"sqlite-bad-folder", "sqlite-cannot-open", "sqlite-damaged", "sqlite-dead-link", "sqlite-disk", "sqlite-folder",
		"sqlite-full", "sqlite-given-up", "sqlite-hidden", "sqlite-locked", "sqlite-missing", "sqlite-moved", "sqlite-newer",
		"sqlite-no-file", "sqlite-no-folder", "sqlite-not-a-folder", "sqlite-not-local", "sqlite-read-only",
		"sqlite-replaced",
	}
}
