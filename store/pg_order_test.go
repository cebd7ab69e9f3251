package store

import (
	"strings"
	"testing"

	"vang/blog"
)

// TestPGFollowsIndexesWithoutStatistics has a discussion of thousands in a table that the server knows nothing of: a page is to
// cost what a page costs all the same.
func TestPGFollowsIndexesWithoutStatistics(t *testing.T) {
	opened, err := Open(t.Context(), Options{Address: Server.Address(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }()
	s := opened.(*pgStore)
	synced, err := s.SyncPosts(t.Context(), []PostAddress{{Slug: "busy"}})
	if err != nil {
		t.Fatal(err)
	}
	post := synced.IDs["busy"]
	if _, err := s.writing.Exec(t.Context(), `INSERT INTO comments
		(post_id, seq, id, rev, parent_id, path, newest, state, shown, name, url, email, visitor, body, created_at)
		SELECT $1, n, 'id' || n, n, '', decode(lpad(to_hex(n), 8, '0'), 'hex'), decode(lpad(to_hex(4294967295 - n), 8, '0'), 'hex'),
			'published', TRUE, 'Lan', '', '', 'lan', 'Some words that someone said.', n FROM generate_series(1, 5000) AS g (n)`, post); err != nil {
		t.Fatal(err)
	}
	for _, q := range []struct {
		text string
		from any
	}{
		{selectShown(blog.Oldest, false), []byte{}},
		{selectShown(blog.Oldest, true), []byte{0xff}},
		{selectShown(blog.Newest, false), []byte{}},
		{selectHeadAndChanges, int64(0)},
	} {
		rows, err := s.reading.Query(t.Context(), "EXPLAIN "+q.text, post, q.from, 51)
		if err != nil {
			t.Fatal(err)
		}
		var plan strings.Builder
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			plan.WriteString(line + "\n")
		}
		rows.Close()
		if strings.Contains(plan.String(), "Sort") || !strings.Contains(plan.String(), "Index Scan") {
			t.Errorf("%s\n%s", q.text, plan.String())
		}
	}
}
