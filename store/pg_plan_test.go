package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/blog"
	"vang/store"
)

// seeds fill a database like that of a blog which many read: 5,000 posts and 144,000 comments, 20,000 of them under one
// post, 500 under each of 200 others. Each is one statement.
var seeds = []string{
	`INSERT INTO posts (post_id, slug, last_seq, last_rev, n_comments)
		SELECT 'post' || p, 'slug' || p, n, n, n
		FROM (SELECT p, CASE WHEN p = 1 THEN 20000 WHEN p <= 201 THEN 500 ELSE 5 END AS n FROM generate_series(1, 5000) AS g (p)) AS x`,
	`INSERT INTO slugs (slug, post_id) SELECT slug, post_id FROM posts`,
	`INSERT INTO comments (post_id, seq, id, rev, parent_id, path, newest, state, shown, name, url, email, visitor, body, created_at)
		SELECT post_id, s, post_id || '-' || s, s, CASE WHEN s = root THEN '' ELSE post_id || '-' || root END,
			decode(lpad(to_hex(root), 8, '0') || CASE WHEN s = root THEN '' ELSE lpad(to_hex(s), 8, '0') END, 'hex'),
			decode(lpad(to_hex(4294967295 - root), 8, '0') || lpad(to_hex(root), 8, '0') ||
				CASE WHEN s = root THEN '' ELSE lpad(to_hex(s), 8, '0') END, 'hex'),
			CASE WHEN s % 100 = 7 THEN 'pending' ELSE 'published' END, s % 100 <> 7, 'Lan', '', '', 'visitor' || s % 5000,
			'Some words that someone said under the post, about as long as such things are.', 1700000000000000 + s
		FROM (SELECT post_id, s, s - s % 3 + CASE WHEN s < 3 THEN s ELSE 0 END AS root
			FROM posts, generate_series(1, last_seq) AS g (s)) AS x`,
	`INSERT INTO submissions (post_id, owner, key, fingerprint, comment_id, created_at)
		SELECT post_id, visitor, CASE WHEN seq % 2 = 0 THEN 'key' || seq ELSE '' END, 'print' || seq, id, created_at FROM comments
		WHERE seq < 300`,
	`INSERT INTO sessions (token, data, expiry) SELECT 'token' || s, '\x00', 1700000000000000 + s FROM generate_series(1, 20000) AS g (s)`,
}

// populate carries out the seeds and has the server look at what it then holds.
func populate(t *testing.T, c *pgx.Conn) {
	t.Helper()
	for _, statement := range append(slices.Clone(seeds),
		"ANALYZE posts", "ANALYZE slugs", "ANALYZE comments", "ANALYZE submissions", "ANALYZE sessions", "ANALYZE site") {
		if _, err := c.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// plans demands that an index finds the rows of every statement, in the order in which they are wanted: whatever values come
// (a generic plan), and for those of the greatest discussion. address is a new database's.
func (s *sent) plans(t *testing.T, address string) {
	ctx := t.Context()
	big := newSent()
	opened := big.open(t, address, time.Now)
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	populate(t, c)
	work(t, opened)
	for _, st := range big.list() {
		s.plan(ctx, t, c, st, "EXPLAIN (FORMAT JSON) "+st.text, st.args...)
	}
	if _, err := c.Exec(ctx, "SET plan_cache_mode = force_generic_plan"); err != nil {
		t.Fatal(err)
	}
	for i, st := range s.list() {
		name := fmt.Sprint("planned", i)
		prepared, err := c.Prepare(ctx, name, st.text)
		if err != nil {
			continue // tables are made, or it is no query
		}
		execute := name
		if n := len(prepared.ParamOIDs); n > 0 {
			execute += "(" + strings.Repeat("NULL, ", n-1) + "NULL)"
		}
		s.plan(ctx, t, c, st, "EXPLAIN (FORMAT JSON) EXECUTE "+execute)
	}
}

// explained are statements that have a plan.
var explained = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s`)

func (s *sent) plan(ctx context.Context, t *testing.T, c *pgx.Conn, st *sentStatement, explain string, args ...any) {
	t.Helper()
	if st.foreign() || !explained.MatchString(st.text) || longList(st.text) {
		return
	}
	var text string
	if err := c.QueryRow(ctx, explain, args...).Scan(&text); err != nil {
		t.Errorf("%s\n\t%v", st.text, err)
		return
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal([]byte(text), &plans); err != nil || len(plans) != 1 {
		t.Errorf("%s: no plan: %v", text, err)
		return
	}
	if faults := plans[0].Plan.faults(st.text); len(faults) > 0 {
		t.Errorf("%s\n\t%s\n%s", st.text, strings.Join(faults, "\n\t"), text)
	}
}

// longList tells lists of many values, for which to walk through a table of some thousand rows is less work. That an index
// finds them is shown by the shorter lists.
func longList(text string) bool { return strings.Contains(text, "IN ($1, ") && placeholders(text) > 8 }

// node is one step of a plan.
type node struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Index    string `json:"Index Name"`
	Cond     string `json:"Index Cond"`
	Plans    []node
}

// all is n and what is below it.
func (n node) all() []node {
	list := []node{n}
	for _, below := range n.Plans {
		list = append(list, below.all()...)
	}
	return list
}

// ranged finds the comparisons that an index must answer: those with a placeholder, by size.
var ranged = regexp.MustCompile(`\b(path|newest|rev|created_at|expiry) (?:<|>|<=|>=) \$\d`)

// byName finds one row; whatever else is asked of that needs no index.
var byName = regexp.MustCompile(`\b(id|token|slug) = (ANY \()?\$\d`)

// faults tells what is wrong with the plan of text.
func (n node) faults(text string) (faults []string) {
	var conds strings.Builder
	above := node{}
	for _, step := range n.all() {
		conds.WriteString(step.Cond)
		inOrder := above.Type == "LockRows" // it sorts only what is then locked, so that nobody waits for each other
		above = step
		switch {
		case step.Type == "Seq Scan" && step.Relation == "site": // one row
		case step.Type == "Seq Scan" && step.Relation == "posts" && strings.HasPrefix(text, "SELECT count(*)"): // for metrics
		case step.Type == "Seq Scan":
			faults = append(faults, "it walks through all of "+step.Relation)
		case strings.Contains(step.Type, "Index") && step.Cond == "":
			faults = append(faults, "it walks through all of the index "+step.Index)
		case strings.Contains(step.Type, "Sort") && step.rows() && !inOrder:
			faults = append(faults, "it sorts rows of a table")
		}
	}
	for _, m := range ranged.FindAllStringSubmatch(text, -1) {
		if !byName.MatchString(text) && !regexp.MustCompile(`\b`+m[1]+` [<>]`).MatchString(conds.String()) {
			faults = append(faults, "no index answers "+m[0])
		}
	}
	return faults
}

// rows tells whether rows of a table come from below n.
func (n node) rows() bool {
	for _, step := range n.all() {
		if step.Relation != "" && step.Relation != "site" {
			return true
		}
	}
	return false
}

// work does everything once that a store can do, with the greatest discussion where that matters.
func work(t *testing.T, s store.Store) {
	ctx, post := t.Context(), "post1"
	done := 0
	do := func(_ any, err error) {
		t.Helper()
		if done++; err != nil {
			t.Errorf("step %d of the work: %v", done, err)
		}
	}
	read(ctx, s, post, do)
	_, _, err := s.Resolve(ctx, "slug1")
	do(nil, err)
	do(s.Epoch(ctx))
	do(s.Secret(ctx))
	do(s.NewEpoch(ctx, ""))
	do(s.SyncPosts(ctx, []store.PostAddress{{Slug: "slug1"}, {Slug: "new", Aliases: []string{"slug2"}}, {Slug: "newer"}}))
	_, posts, err := s.Totals(ctx)
	do(posts, err)
	do(s.SetReadOnly(ctx, post, true))
	do(s.SetReadOnly(ctx, post, false))
	do(nil, s.CommitSession(ctx, "token1", []byte{1}, time.Now().Add(time.Hour)))
	_, _, err = s.FindSession(ctx, "token1")
	do(nil, err)
	do(nil, s.DeleteSession(ctx, "token1"))
	do(nil, s.DeleteExpiredSessions(ctx))
	do(nil, s.Ping(ctx))
	for _, parent := range []string{"", "post1-3000"} {
		c := newComment(post, "under "+parent)
		c.ParentID, c.Key, c.Dedupe = parent, "key-of-"+parent, blog.DedupeWindow
		added, err := s.AddComment(ctx, c)
		do(added, err)
		change := blog.Change{ID: added.Comment.ID, Moderator: true, Version: blog.AnyVersion}
		do(s.EditComment(ctx, change, "edited"))
		do(s.MoveComment(ctx, change, blog.Hidden))
		do(s.MoveComment(ctx, change, blog.Deleted))
	}
}

// read reads in every way.
func read(ctx context.Context, s store.Store, post string, do func(any, error)) {
	do(s.Comment(ctx, "post1-15000"))
	do(s.Ancestors(ctx, "post1-15001"))
	do(s.Heads(ctx, []string{post}))
	do(s.Heads(ctx, []string{post, "post2", "post3"}))
	do(s.Changes(ctx, post, 0, 200))
	do(s.Changes(ctx, post, 19_900, 200))
	middle := blog.KeyFromBytes([]byte{0, 0, 0x30, 0})
	for _, order := range []blog.Order{blog.Oldest, blog.Newest} {
		for _, visitor := range []string{"", "visitor7"} {
			q := blog.PageQuery{PostID: post, Order: order, Visitor: visitor}
			do(s.Page(ctx, q))
			q.From = middle
			do(s.Page(ctx, q))
			q.From, q.Until = "", middle
			do(s.Page(ctx, q))
			q.Until, q.At = "", "post1-15000"
			do(s.Page(ctx, q))
		}
	}
}

// TestPlantedPlans: plans that are bad are found to be.
func TestPlantedPlans(t *testing.T) {
	ctx := t.Context()
	c, err := pgx.Connect(ctx, store.Server.Address(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	for text, want := range map[string]string{
		`SELECT id FROM comments WHERE name = 'x'`:                                      "walks through all of comments",
		`SELECT id FROM comments WHERE post_id = 'x' AND seq > 1 ORDER BY created_at`:   "sorts rows",
		`SELECT token FROM sessions ORDER BY token LIMIT 1`:                             "walks through all of the index",
		`SELECT id FROM comments WHERE id < 'x' AND created_at > $1`:                    "no index answers created_at > $1",
		`SELECT id FROM comments WHERE post_id = $1 AND rev > $2 ORDER BY rev LIMIT $3`: "",
		`SELECT p.slug, s.epoch FROM posts p, site s WHERE p.post_id = $1 AND s.id = 1`: "",
	} {
		if _, err := c.Exec(ctx, "SET enable_seqscan = "+map[bool]string{true: "on", false: "off"}[strings.Contains(want, "all of comments")]); err != nil {
			t.Fatal(err)
		}
		var plan string
		text := strings.NewReplacer("= $1", "= 'x'", "$3", "10").Replace(text)
		if err := c.QueryRow(ctx, "EXPLAIN (FORMAT JSON) "+strings.NewReplacer("$1", "7", "$2", "7").Replace(text)).Scan(&plan); err != nil {
			t.Fatal(err)
		}
		var plans []struct{ Plan node }
		if err := json.Unmarshal([]byte(plan), &plans); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(plans[0].Plan.faults(text), "; "); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q\n%s", text, got, want, plan)
		}
	}
}
