package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/blog"
)

// selectDraft finds the discussion's numbers and comments: those with the ids $2; those that answered the keys $4 of the
// owners $3; and the newest that stand of those that came with the fingerprints $6 from the owners $5 and are newer than $7.
//
// LATERAL and LIMIT 1 have each be looked up in its index. A plain join was made by reading all that was ever submitted to
// the post, until the tables had been analysed (measured: 3 ms instead of 0.2 ms with 5,000 rows).
const selectDraft = `
SELECT last_seq, last_rev, n_comments, read_only, '' AS owner, '' AS key, '' AS fingerprint, 0 AS kept_at,
       '' AS id, post_id, '' AS parent_id, ''::bytea AS path, 0 AS seq, 0 AS rev, '' AS state, FALSE AS shown, '' AS name,
       '' AS url, '' AS email, '' AS visitor, '' AS body, 0 AS edits, 0 AS replies, 0 AS created_at, 0 AS edited_at
  FROM posts WHERE post_id = $1
UNION ALL
SELECT 0, 0, 0, FALSE, f.owner, f.key, f.fingerprint, f.kept_at, ` + commentColumns + `
  FROM (
       SELECT '' AS owner, '' AS key, '' AS fingerprint, 0 AS kept_at, u.id AS comment_id FROM unnest($2::text[]) AS u (id)
       UNION ALL
       SELECT k.owner, k.key, k.fingerprint, k.created_at, k.comment_id
         FROM unnest($3::text[], $4::text[]) AS u (owner, key)
         JOIN LATERAL (
              SELECT s.owner, s.key, s.fingerprint, s.created_at, s.comment_id
                FROM submissions s WHERE s.post_id = $1 AND s.owner = u.owner AND s.key = u.key AND s.key <> '' LIMIT 1
              ) AS k ON TRUE
       UNION ALL
       SELECT w.owner, '', w.fingerprint, w.created_at, w.comment_id
         FROM unnest($5::text[], $6::text[], $7::bigint[]) AS u (owner, fingerprint, since)
         JOIN LATERAL (
              SELECT s.owner, s.fingerprint, s.created_at, s.comment_id
                FROM submissions s JOIN comments c ON c.id = s.comment_id
               WHERE s.post_id = $1 AND s.owner = u.owner AND s.fingerprint = u.fingerprint AND s.created_at > u.since
                 AND c.state <> 'deleted'
               ORDER BY s.created_at DESC LIMIT 1
              ) AS w ON TRUE
       ) AS f
  JOIN LATERAL (SELECT ` + commentColumns + ` FROM comments WHERE id = f.comment_id LIMIT 1) AS c ON TRUE`

// storeDraft stores new comments, their parents' counts of replies, and what is remembered of keys and words.
//
// New rows and parents go in as one list: CockroachDB refuses two changes of one table in one statement. Of a parent only
// the count is taken. Should another comment stand where a new one belongs, the check of the count fails and with it all.
const storeDraft = `
WITH lk AS (SELECT post_id FROM posts WHERE post_id = $1 FOR UPDATE),
     p AS (UPDATE posts SET last_seq = $4, last_rev = $5, n_comments = $6
            WHERE post_id = $1 AND last_seq = $2 AND last_rev = $3 AND (SELECT count(*) FROM lk) = 1
           RETURNING post_id),
     c AS (INSERT INTO comments (post_id, seq, id, rev, parent_id, path, newest, state, shown, name, url, email, visitor, body,
                  replies, created_at)
           SELECT p.post_id, u.seq, u.id, u.rev, u.parent_id, u.path, u.newest, u.state, u.shown, u.name, u.url, u.email,
                  u.visitor, u.body, u.replies, u.created_at
             FROM p, unnest($7::bigint[], $8::text[], $9::bigint[], $10::text[], $11::bytea[], $12::bytea[], $13::text[],
                  $14::bool[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::bigint[], $21::bigint[])
               AS u (seq, id, rev, parent_id, path, newest, state, shown, name, url, email, visitor, body, replies, created_at)
           ON CONFLICT (post_id, seq) DO UPDATE
              SET replies = CASE WHEN comments.id = excluded.id THEN excluded.replies ELSE -1 END
           RETURNING 1),
     s AS (INSERT INTO submissions (post_id, owner, key, fingerprint, comment_id, created_at)
           SELECT p.post_id, u.owner, u.key, u.fingerprint, u.comment_id, u.created_at
             FROM p, unnest($22::text[], $23::text[], $24::text[], $25::text[], $26::bigint[])
               AS u (owner, key, fingerprint, comment_id, created_at)
           RETURNING 1)
SELECT count(*) FROM p`

// AddComment is blog.Comments'.
func (s *pgStore) AddComment(ctx context.Context, c blog.NewComment) (blog.Added, error) {
	a := &addition{NewComment: c}
	err := unstorable(c)
	if err == nil {
		err = s.writer.do(ctx, c.PostID, &pgJob{comment: a})
	}
	if err != nil {
		return blog.Added{}, fmt.Errorf("add comment to %s: %w", c.PostID, err)
	}
	return a.added, nil
}

// unstorable finds texts that PostgreSQL refuses. What has such a name is not there.
func unstorable(c blog.NewComment) error {
	switch {
	case !storable([]any{c.PostID}):
		return blog.E(blog.NotFound, nil)
	case !storable([]any{c.ParentID}):
		return blog.Invalid("parent", "unknown")
	case !storable([]any{c.ID, c.Name, c.URL, c.Email, c.Body, c.Visitor, c.Owner, c.FormerOwner, c.Key, c.Fingerprint}):
		return errNoText()
	}
	return nil
}

func errNoText() error {
	return blog.E(blog.Malformed, errors.New("text that is not UTF-8 or holds a NUL"))
}

// addAll stores comments of one post together. Each of list has its own answer when there is no error; with an error none
// has one.
func (s *pgStore) addAll(ctx context.Context, postID string, list []*addition) error {
	return s.write(ctx, "add comments to "+postID, func(ctx context.Context, c *pgx.Conn) error {
		return inTurn(ctx, c, postID, func() error { return s.tryAdd(ctx, c, postID, list) })
	})
}

func (s *pgStore) tryAdd(ctx context.Context, c *pgx.Conn, postID string, list []*addition) error {
	now := s.now()
	d, err := readDraft(ctx, c, postID, list, now)
	if err != nil {
		return err
	}
	for _, a := range list {
		a.added, a.err = d.add(a, now)
	}
	if d.empty() {
		return nil
	}
	for _, a := range list {
		a.sent = a.sent || a.err == nil && a.added.Outcome == blog.Created
	}
	return storeIf(ctx, c, storeDraft, d.args()...)
}

// readDraft reads what list needs. NotFound if there is no such discussion.
func readDraft(ctx context.Context, c *pgx.Conn, postID string, list []*addition, now time.Time) (*draft, error) {
	rows, err := c.Query(ctx, selectDraft, draftArgs(postID, list, now)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	d, found := newDraft(postID), false
	for rows.Next() {
		var n numbers
		var s submission
		var at int64
		var row commentRow
		fields := []any{&n.seq, &n.rev, &n.count, &n.readOnly, &s.owner, &s.key, &s.fingerprint, &at}
		if err := rows.Scan(append(fields, row.fields()...)...); err != nil {
			return nil, err
		}
		if row.ID == "" { // the post's own
			d.was, d.is, found = n, n, true
			continue
		}
		s.at = fromMicros(at)
		d.learn(s, row.comment())
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if !found {
		return nil, blog.E(blog.NotFound, nil)
	}
	return d, nil
}

// draftArgs are those of selectDraft.
func draftArgs(postID string, list []*addition, now time.Time) []any {
	ids, keys, words := []string{}, []owned{}, []owned{}
	since := []int64{}
	for _, a := range list {
		ids = append(ids, a.ID)
		if a.ParentID != "" {
			ids = append(ids, a.ParentID)
		}
		for _, owner := range owners(a.NewComment) {
			if a.Key != "" {
				keys = append(keys, owned{owner, a.Key})
			}
			if a.Dedupe > 0 {
				words, since = append(words, owned{owner, a.Fingerprint}), append(since, toMicros(now.Add(-a.Dedupe)))
			}
		}
	}
	owner, text := func(o owned) string { return o.owner }, func(o owned) string { return o.text }
	return []any{
		postID, ids, column(keys, owner), column(keys, text), column(words, owner), column(words, text), since,
	}
}

// args are those of storeDraft.
func (d *draft) args() []any {
	rows, kept := d.changed, d.kept
	return []any{
		d.postID, d.was.seq, d.was.rev, d.is.seq, d.is.rev, d.is.count,
		column(rows, func(c *blog.Comment) int64 { return c.Seq }),
		column(rows, func(c *blog.Comment) string { return c.ID }),
		column(rows, func(c *blog.Comment) int64 { return c.Rev }),
		column(rows, func(c *blog.Comment) string { return c.ParentID }),
		column(rows, func(c *blog.Comment) []byte { return c.Key.Bytes() }),
		column(rows, func(c *blog.Comment) []byte { return newestKey(c.Key) }),
		column(rows, func(c *blog.Comment) string { return string(c.State) }),
		column(rows, func(c *blog.Comment) bool { return c.Shown }),
		column(rows, func(c *blog.Comment) string { return c.Name }),
		column(rows, func(c *blog.Comment) string { return c.URL }),
		column(rows, func(c *blog.Comment) string { return c.Email }),
		column(rows, func(c *blog.Comment) string { return c.Visitor }),
		column(rows, func(c *blog.Comment) string { return c.Body }),
		column(rows, func(c *blog.Comment) int64 { return c.Replies }),
		column(rows, func(c *blog.Comment) int64 { return toMicros(c.CreatedAt) }),
		column(kept, func(s submission) string { return s.owner }),
		column(kept, func(s submission) string { return s.key }),
		column(kept, func(s submission) string { return s.fingerprint }),
		column(kept, func(s submission) string { return s.commentID }),
		column(kept, func(s submission) int64 { return toMicros(s.at) }),
	}
}

// column is one of the arrays in which rows go to the database.
func column[R, V any](rows []R, of func(R) V) []V {
	values := make([]V, len(rows))
	for i, row := range rows {
		values[i] = of(row)
	}
	return values
}
