package chaos

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"vang/e2e/chaos/history"
	"vang/e2e/cluster"
)

// heldComment is the statement that puts a comment into a post which waits for a moderator, as the store writes one: the row
// of the post gives both numbers. None of its words comes from a stranger.
func heldComment(post, id, body string) string {
	return fmt.Sprintf(`WITH n AS (UPDATE posts SET last_seq = last_seq + 1, last_rev = last_rev + 1
		WHERE post_id = (SELECT post_id FROM slugs WHERE slug = '%s') RETURNING post_id, last_seq, last_rev)
	INSERT INTO comments (post_id, seq, id, rev, parent_id, path, newest, state, shown, name, url, email, visitor, body, created_at)
	SELECT post_id, last_seq, '%s', last_rev, '', decode(lpad(to_hex(last_seq), 8, '0'), 'hex'),
		decode(lpad(to_hex(4294967295 - last_seq), 8, '0') || lpad(to_hex(last_seq), 8, '0'), 'hex'),
		'pending', FALSE, 'Held', '', '', 'nobody', '%s', (extract(epoch FROM now()) * 1000000)::bigint FROM n`, post, id, body)
}

// database writes down what the database holds, asked without the blog.
func (r *Run) database(ctx context.Context) error {
	rows, err := r.table(ctx, 10, `SELECT slug, id, parent_id, seq, rev, state, shown, replies, encode(path, 'hex'),
		coalesce(substring(body FROM '`+Marks+`'), '') FROM comments JOIN posts USING (post_id) ORDER BY slug, seq`)
	if err != nil {
		return err
	}
	for _, row := range rows {
		key, err := keyOf(row[8])
		if err != nil {
			return err
		}
		r.History.Add(history.Record{
			Process: "database", Kind: history.Row, Begin: r.History.Now(), Post: row[0], ID: row[1], Parent: row[2], Seq: number(row[3]), Rev: number(row[4]),
			State: row[5], Shown: row[6] == "t", Replies: number(row[7]), Key: key, Mark: row[9],
		})
	}
	heads, err := r.heads(ctx)
	for _, head := range heads {
		r.History.Add(head)
	}
	return err
}

// heads are where the posts stand, by slug.
func (r *Run) heads(ctx context.Context) (map[string]history.Record, error) {
	rows, err := r.table(ctx, 5, `SELECT slug, epoch, last_rev, last_seq, n_comments FROM posts, site ORDER BY slug`)
	heads := map[string]history.Record{}
	for _, row := range rows {
		heads[row[0]] = history.Record{
			Process: "database", Kind: history.Head, Begin: r.History.Now(), Post: row[0], Cursor: row[1] + "." + row[2], Rev: number(row[2]),
			Seq: number(row[3]), Count: number(row[4]),
		}
	}
	return heads, err
}

// Cursors are where the posts stand, by slug.
func (r *Run) Cursors(ctx context.Context) (map[string]string, error) {
	heads, err := r.heads(ctx)
	cursors := map[string]string{}
	for slug, head := range heads {
		cursors[slug] = head.Cursor
	}
	return cursors, err
}

// table asks the database. No column of what is asked for holds a "|".
func (r *Run) table(ctx context.Context, columns int, query string) ([][]string, error) {
	out, err := r.cluster.Postgres.SQL(ctx, cluster.Database, query)
	if err != nil {
		return nil, fmt.Errorf("look into the database: %w", err)
	}
	var rows [][]string
	for line := range strings.Lines(out) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "|")
		if len(row) != columns {
			return nil, fmt.Errorf("look into the database: a row of %d columns instead of %d: %q", len(row), columns, line)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64) // the column is a BIGINT
	return n
}

// keyOf turns the four bytes that each level of a place has into numbers joined by dots.
func keyOf(path string) (string, error) {
	b, err := hex.DecodeString(path)
	if err != nil || len(b) == 0 || len(b)%4 != 0 {
		return "", fmt.Errorf("look into the database: %q is no place in a thread", path)
	}
	var parts []string
	for i := 0; i < len(b); i += 4 {
		n := uint64(b[i])<<24 | uint64(b[i+1])<<16 | uint64(b[i+2])<<8 | uint64(b[i+3])
		parts = append(parts, strconv.FormatUint(n, 10))
	}
	return strings.Join(parts, "."), nil
}
