package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"vang/blog"
)

// reader lets a Store read.
type reader interface {
	// read runs f over what the database holds at one moment; alone tells that f sends one statement only. f may run again,
	// so it sets what it answers anew each time; what it sends is bound by the time that it is given.
	read(ctx context.Context, alone bool, f func(ctx context.Context, t txn) error) error
}

// reads is the reading half of a Store, in SQL that every engine speaks.
type reads struct {
	reader
	now   blog.Clock
	apart bool              // the database is another process: each statement is a journey
	fault func(error) error // puts the engine's own troubles into the kinds of blog
}

const (
	selectChanges = `SELECT ` + commentColumns + ` FROM comments WHERE post_id = $1 AND rev > $2 ORDER BY rev DESC LIMIT CAST($3 AS BIGINT)`
	// selectStanding asks for what selectHeld finds.
	selectStanding = `SELECT p.post_id, s.epoch, p.last_rev, p.state_rev, p.n_comments, p.read_only,
		EXISTS (SELECT 1 FROM comments c WHERE c.state = 'pending' AND c.shown = FALSE AND c.post_id = $1 AND c.visitor = $2)
		FROM posts p, site s WHERE s.id = 1 AND p.post_id = $1`
	// selectHeadAndChanges is both in one statement, and so one moment; path is empty where there is no comment.
	selectHeadAndChanges = `SELECT p.post_id, s.epoch, p.last_rev, p.state_rev, p.n_comments, p.read_only, ` + joinedColumns + `
		FROM posts p, site s LEFT JOIN (SELECT ` + commentColumns + ` FROM comments
			WHERE post_id = $1 AND rev > $2 ORDER BY rev DESC NULLS FIRST LIMIT CAST($3 AS BIGINT)) AS c ON TRUE
		WHERE s.id = 1 AND p.post_id = $1`
	joinedColumns = `coalesce(c.id, ''), coalesce(c.post_id, ''), coalesce(c.parent_id, ''), coalesce(c.path, ''), coalesce(c.seq, 0),
		coalesce(c.rev, 0), coalesce(c.state, ''), coalesce(c.shown, FALSE), coalesce(c.name, ''), coalesce(c.url, ''),
		coalesce(c.email, ''), coalesce(c.visitor, ''), coalesce(c.body, ''), coalesce(c.edits, 0), coalesce(c.replies, 0),
		coalesce(c.created_at, 0), coalesce(c.edited_at, 0)`
	selectTotals  = `SELECT count(*), CAST(coalesce(sum(n_comments), 0) AS BIGINT) FROM posts`
	selectSlug    = `SELECT post_id FROM slugs WHERE slug = $1`
	selectEpoch   = `SELECT epoch FROM site WHERE id = 1`
	selectSession = `SELECT data FROM sessions WHERE token = $1 AND expiry > $2`

	idsAtOnce = 1024 // ids in one query; engines allow 32,766 parameters and more
)

// snapshot runs f over one moment and names op in its error.
func (r *reads) snapshot(ctx context.Context, op string, f func(ctx context.Context, t txn) error) error {
	return r.named(op, r.read(ctx, false, f))
}

// single is snapshot for an f that sends one statement: it is a moment by itself.
func (r *reads) single(ctx context.Context, op string, f func(ctx context.Context, t txn) error) error {
	return r.named(op, r.read(ctx, true, f))
}

func (r *reads) named(op string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", op, r.fault(err))
	}
	return nil
}

// Comment is Store's.
func (r *reads) Comment(ctx context.Context, id string) (c blog.Comment, err error) {
	err = r.single(ctx, "read comment "+id, func(ctx context.Context, t txn) error {
		c, err = t.comment(ctx, selectComment, id)
		return err
	})
	return c, err
}

// Ancestors is Store's: those whose place is above, so a reply that stands beside the deepest has not that one above it.
func (r *reads) Ancestors(ctx context.Context, id string) (list []blog.Comment, err error) {
	err = r.snapshot(ctx, "read what is above "+id, func(ctx context.Context, t txn) error {
		c, err := t.comment(ctx, selectComment, id)
		if err != nil {
			return err
		}
		list = list[:0]
		for _, seq := range seqsAbove(c.Key) {
			above, err := t.comment(ctx, selectBySeq, c.PostID, seq)
			if err != nil {
				return err
			}
			list = append(list, above)
		}
		return nil
	})
	return list, err
}

// seqsAbove returns the parts of k but the last, root first.
func seqsAbove(k blog.Key) []int64 {
	b := k.Bytes()
	var seqs []int64
	for i := 0; i+8 <= len(b); i += 4 {
		seqs = append(seqs, int64(binary.BigEndian.Uint32(b[i:])))
	}
	return seqs
}

// Changes is Store's. Where the database is another process it is one journey instead of four (a quarter of the time on
// loopback, measured); in a file, two statements are faster than a join.
func (r *reads) Changes(ctx context.Context, postID string, rev int64, limit int) (ch blog.Changes, err error) {
	carry, read := r.snapshot, txn.changes
	if r.apart {
		carry, read = r.single, txn.headAndChanges
	}
	err = carry(ctx, "read changes of "+postID, func(ctx context.Context, t txn) (err error) {
		ch, err = read(t, ctx, postID, rev, limit+1)
		return err
	})
	if err != nil {
		return blog.Changes{}, err
	}
	slices.SortFunc(ch.Comments, func(a, b blog.Comment) int { return cmp.Compare(a.Rev, b.Rev) })
	if over := len(ch.Comments) - limit; over > 0 {
		ch.Floor = ch.Comments[over-1].Rev
		ch.Comments, ch.TooMany = nil, true
	}
	return ch, nil
}

// changes reads the newest n of what changed.
func (t txn) changes(ctx context.Context, postID string, rev int64, n int) (ch blog.Changes, err error) {
	if ch.Head, err = t.head(ctx, postID); err == nil {
		ch.Comments, err = t.comments(ctx, selectChanges, postID, rev, n)
	}
	return ch, err
}

// headAndChanges is changes in one statement.
func (t txn) headAndChanges(ctx context.Context, postID string, rev int64, n int) (ch blog.Changes, err error) {
	err = t.rows(ctx, func(row scanner) error {
		var c commentRow
		err := row.Scan(append(headFields(&ch.Head), c.fields()...)...)
		if len(c.path) > 0 {
			ch.Comments = append(ch.Comments, c.comment())
		}
		return err
	}, selectHeadAndChanges, postID, rev, n)
	if err == nil && ch.Head.PostID == "" {
		err = blog.E(blog.NotFound, nil)
	}
	return ch, err
}

// Standing is Store's.
func (r *reads) Standing(ctx context.Context, postID, visitor string) (h blog.Head, holds bool, err error) {
	err = r.single(ctx, "read where "+postID+" stands", func(ctx context.Context, t txn) error {
		return orNotFound(t.row(ctx, append(headFields(&h), &holds), selectStanding, postID, visitor))
	})
	if err != nil {
		return blog.Head{}, false, err
	}
	return h, holds, nil
}

// Heads is Store's.
func (r *reads) Heads(ctx context.Context, postIDs []string) (heads []blog.Head, err error) {
	err = r.read(ctx, len(postIDs) <= idsAtOnce, func(ctx context.Context, t txn) error {
		heads = heads[:0]
		for ids := range slices.Chunk(postIDs, idsAtOnce) {
			err := t.rows(ctx, func(rows scanner) error {
				var h blog.Head
				err := rows.Scan(headFields(&h)...)
				heads = append(heads, h)
				return err
			}, selectHead+inList(len(ids)), inArgs(ids)...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, r.named("read heads", err)
	}
	slices.SortFunc(heads, func(a, b blog.Head) int { return cmp.Compare(a.PostID, b.PostID) })
	return heads, nil
}

// inList is "IN ($1, ...)" of at least n places: of a power of two, so that there are few different texts to prepare.
func inList(n int) string {
	var b strings.Builder
	b.WriteString("IN (")
	for i := 1; i <= places(n); i++ {
		if i > 1 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i))
	}
	return b.String() + ")"
}

// inArgs fills the places of inList; the last value stands in the places left over.
func inArgs(values []string) []any {
	args := make([]any, places(len(values)))
	for i := range args {
		args[i] = values[min(i, len(values)-1)]
	}
	return args
}

func places(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}

// Resolve is Store's.
func (r *reads) Resolve(ctx context.Context, slug string) (postID string, known bool, err error) {
	err = r.single(ctx, "resolve "+slug, func(ctx context.Context, t txn) error {
		err := t.row(ctx, []any{&postID}, selectSlug, slug)
		known = err == nil
		return orNone(err)
	})
	return postID, known, err
}

// Epoch is Store's.
func (r *reads) Epoch(ctx context.Context) (epoch string, err error) {
	err = r.single(ctx, "read epoch", func(ctx context.Context, t txn) error { return t.row(ctx, []any{&epoch}, selectEpoch) })
	return epoch, err
}

// Totals is Store's.
func (r *reads) Totals(ctx context.Context) (posts, comments int64, err error) {
	err = r.single(ctx, "count", func(ctx context.Context, t txn) error { return t.row(ctx, []any{&posts, &comments}, selectTotals) })
	return posts, comments, err
}

// FindSession is Store's.
func (r *reads) FindSession(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = r.single(ctx, "find session", func(ctx context.Context, t txn) error {
		err := t.row(ctx, []any{&data}, selectSession, token, toMicros(r.now()))
		found = err == nil
		return orNone(err)
	})
	return data, found, err
}
