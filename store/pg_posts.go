package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/blog"
)

const (
	lockSite = `SELECT epoch FROM site WHERE id = 1 FOR UPDATE`

	insertPosts = `INSERT INTO posts (slug, post_id) VALUES `
	movePosts   = ` ON CONFLICT (post_id) DO UPDATE SET slug = excluded.slug`
	insertSlugs = `INSERT INTO slugs (slug, post_id) VALUES `
	moveSlugs   = ` ON CONFLICT (slug) DO UPDATE SET post_id = excluded.post_id`

	rowsAtOnce = 256 // rows in one statement
)

// syncLimits are longer than other writes' since replicas that start together sync one after the other.
var syncLimits = pgLimits{try: 20 * time.Second, operation: time.Minute}

// SyncPosts is Store's. Most of the time there is nothing to write, which needs no lock. Otherwise all is read again under
// one: replicas that start with the same new posts would each give them other discussions, and all but one begin anew.
func (s *pgStore) SyncPosts(ctx context.Context, posts []PostAddress) (Synced, error) {
	var plan postPlan
	err := s.reading.readWithin(ctx, syncLimits, false, func(ctx context.Context, t txn) error {
		known, err := t.discussions(ctx, posts)
		plan = planPosts(posts, known, blog.NewID)
		return err
	})
	if err != nil {
		return Synced{}, fmt.Errorf("sync posts: %w", s.fault(err))
	}
	if len(plan.named)+len(plan.led) == 0 {
		return plan.Synced, nil
	}
	err = s.writing.within(ctx, syncLimits, func(ctx context.Context, c *pgx.Conn) (err error) {
		plan, err = syncPG(ctx, c, posts)
		return err
	})
	if err != nil {
		return Synced{}, fmt.Errorf("sync posts: %w", s.fault(err))
	}
	return plan.Synced, nil
}

// syncPG is one try. It may run again after its commit: then there is nothing left to write.
func syncPG(ctx context.Context, c *pgx.Conn, posts []PostAddress) (plan postPlan, err error) {
	tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable})
	if err != nil {
		return plan, err
	}
	defer func() { _ = tx.Rollback(ctx) }() // after a commit it does nothing
	t := txn{pgQuerier{tx}}
	var epoch string
	if err := t.row(ctx, []any{&epoch}, lockSite); err != nil {
		return plan, err
	}
	known, err := t.discussions(ctx, posts)
	if err != nil {
		return plan, err
	}
	plan = planPosts(posts, known, blog.NewID)
	byPost := func(a address) string { return a.postID }
	if err := t.put(ctx, insertPosts, movePosts, plan.named, byPost); err != nil {
		return plan, err
	}
	bySlug := func(a address) string { return a.slug }
	if err := t.put(ctx, insertSlugs, moveSlugs, plan.led, bySlug); err != nil {
		return plan, err
	}
	return plan, tx.Commit(ctx)
}

// put upserts rows of slug and post id, many at once. Of those with one key the last counts.
func (t txn) put(ctx context.Context, insert, move string, rows []address, key func(address) string) error {
	byKey := map[string]address{}
	for _, r := range rows {
		byKey[key(r)] = r
	}
	rows = rows[:0:0]
	for _, r := range byKey {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b address) int { return cmp.Compare(key(a), key(b)) })
	for len(rows) > 0 {
		n := min(rowsAtOnce, places(len(rows)))
		for n > len(rows) { // a power of two that fits, so that there are few different texts to prepare
			n /= 2
		}
		args := make([]any, 0, 2*n)
		for _, r := range rows[:n] {
			args = append(args, r.slug, r.postID)
		}
		if err := t.exec(ctx, insert+pairs(n)+move, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// pairs is "($1, $2), ($3, $4)", n pairs of places.
func pairs(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("($" + strconv.Itoa(2*i+1) + ", $" + strconv.Itoa(2*i+2) + ")")
	}
	return b.String()
}
