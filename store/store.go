// Package store keeps discussions, addresses, sessions and the few numbers of the site in a database.
//
// Store is the contract; storetest is the suite that every engine passes. The engines live in this package: the
// files of SQLite begin with sqlite_, those of CockroachDB and PostgreSQL with pg_, and what they share has no prefix. It imports blog and migrations, never web or views. A Store may be used by any
// number of goroutines.
package store

import (
	"context"
	"time"

	"vang/blog"
)

// Store is everything that Vang asks of a database. Errors that a reader can mend are *blog.Error; a database that cannot
// answer (locked, full, read-only, gone) is blog.Unavailable with the remedy in the wrapped error, for the log.
type Store interface {
	blog.Comments

	// Comment returns one comment in whatever state; NotFound if there never was one.
	Comment(ctx context.Context, id string) (blog.Comment, error)
	// Ancestors returns the comments above id, root first, in whatever state.
	Ancestors(ctx context.Context, id string) ([]blog.Comment, error)
	// Page reads one page of a discussion and its head in one snapshot. It costs what a page costs, however long the
	// discussion. NotFound for an unknown post or an At that is not in it or not shown.
	Page(ctx context.Context, q blog.PageQuery) (blog.Page, error)
	// Changes reads what changed after rev, at most limit comments, and the head, in one snapshot.
	Changes(ctx context.Context, postID string, rev int64, limit int) (blog.Changes, error)
	// Standing reads the head of a discussion, and whether visitor has a comment in it that is held and that nobody else sees, in
	// one snapshot. NotFound for an unknown post.
	Standing(ctx context.Context, postID, visitor string) (h blog.Head, holds bool, err error)
	// Heads reads the heads of posts in one query; unknown ids are left out.
	Heads(ctx context.Context, postIDs []string) ([]blog.Head, error)

	// SyncPosts makes sure that each address has a discussion and returns the post id of each slug. A discussion follows
	// its post when a former slug stands in Aliases. It never deletes.
	SyncPosts(ctx context.Context, posts []PostAddress) (Synced, error)
	// Resolve finds the discussion that a present or former slug leads to.
	Resolve(ctx context.Context, slug string) (postID string, known bool, err error)
	// SetReadOnly closes or opens a discussion and stamps state_rev.
	SetReadOnly(ctx context.Context, postID string, readOnly bool) (blog.Head, error)

	// Epoch is the present life of the database.
	Epoch(ctx context.Context) (string, error)
	// NewEpoch begins a new life if the present one is still seen (compare and set; "" always) and returns the present one.
	NewEpoch(ctx context.Context, seen string) (string, error)
	// Secret returns the site's secret, made at first asking.
	Secret(ctx context.Context) ([]byte, error)
	// Totals counts discussions and published comments, for metrics.
	Totals(ctx context.Context) (posts, comments int64, err error)

	// FindSession, CommitSession, DeleteSession and DeleteExpiredSessions keep sessions when there is no Redis. The token
	// given is stored as it is: scs hashes it (HashTokenInStore).
	FindSession(ctx context.Context, token string) (data []byte, found bool, err error)
	CommitSession(ctx context.Context, token string, data []byte, expiry time.Time) error
	DeleteSession(ctx context.Context, token string) error
	DeleteExpiredSessions(ctx context.Context) error

	// Now is the time by the database's clock, by which windows and expiries are judged: replicas whose own clocks differ
	// agree on it.
	Now() time.Time
	// Ping asks the database for a sign of life, writing included. It really writes at most once in several seconds.
	Ping(ctx context.Context) error
	Close() error
}

// PostAddress names a post by its present and former slugs.
type PostAddress struct {
	Slug    string
	Aliases []string
}

// Synced is the outcome of SyncPosts.
type Synced struct {
	IDs       map[string]string // slug -> post id
	Conflicts []Conflict
}

// Conflict is a post whose slugs lead to two discussions that both have comments; they were left alone.
type Conflict struct {
	Slug, Alias string
}
