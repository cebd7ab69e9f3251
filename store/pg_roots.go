package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"vang/blog"
)

// storeRoots stores comments that answer no other, of the posts $1, in one round trip. A post whose discussion is closed, or
// to which something is said that was said before (seen), gets nothing and is not in the answer. What decides is in the
// statement: nothing that this process remembers can be out of date. Under REPEATABLE READ a post's row that someone else has
// changed since the statement began ends it (40001), so what it read is true at the commit; see pg_turn.go.
//
// Rows are locked in order, so that two of these cannot wait for each other.
const storeRoots = `
WITH lk AS (SELECT post_id FROM posts WHERE post_id = ANY ($1::text[]) ORDER BY post_id FOR UPDATE),
     seen AS (
       SELECT u.post_id FROM unnest($4::text[], $5::text[], $6::text[]) AS u (post_id, owner, key)
         JOIN LATERAL (
              SELECT s.post_id FROM submissions s
               WHERE s.post_id = u.post_id AND s.owner = u.owner AND s.key = u.key AND s.key <> '' LIMIT 1
              ) AS k ON TRUE
       UNION ALL
       SELECT u.post_id FROM unnest($7::text[], $8::text[], $9::text[], $10::bigint[]) AS u (post_id, owner, fingerprint, since)
         JOIN LATERAL (
              SELECT s.post_id FROM submissions s
               WHERE s.post_id = u.post_id AND s.owner = u.owner AND s.fingerprint = u.fingerprint AND s.created_at > u.since LIMIT 1
              ) AS w ON TRUE),
     p AS (UPDATE posts SET last_seq = posts.last_seq + u.n, last_rev = posts.last_rev + u.n, n_comments = posts.n_comments + u.shown
             FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS u (post_id, n, shown)
            WHERE posts.post_id = u.post_id AND posts.read_only = FALSE AND (SELECT count(*) FROM lk) > 0
              AND u.post_id NOT IN (SELECT post_id FROM seen)
           RETURNING posts.post_id, posts.last_seq, posts.last_rev),
     c AS (INSERT INTO comments (post_id, seq, id, rev, parent_id, path, newest, state, shown, name, url, email, visitor, body,
                  created_at)
           SELECT p.post_id, p.last_seq - u.back, u.id, p.last_rev - u.back, '', decode(lpad(to_hex(p.last_seq - u.back), 8, '0'), 'hex'),
                  decode(lpad(to_hex(4294967295 - p.last_seq + u.back), 8, '0') || lpad(to_hex(p.last_seq - u.back), 8, '0'), 'hex'),
                  u.state, u.shown, u.name, u.url, u.email, u.visitor, u.body, u.created_at
             FROM p JOIN unnest($11::text[], $12::bigint[], $13::text[], $14::text[], $15::bool[], $16::text[], $17::text[],
                  $18::text[], $19::text[], $20::text[], $21::bigint[])
               AS u (post_id, back, id, state, shown, name, url, email, visitor, body, created_at) ON u.post_id = p.post_id
           RETURNING 1),
     s AS (INSERT INTO submissions (post_id, owner, key, fingerprint, comment_id, created_at)
           SELECT p.post_id, u.owner, u.key, u.fingerprint, u.comment_id, u.created_at
             FROM p JOIN unnest($22::text[], $23::text[], $24::text[], $25::text[], $26::text[], $27::bigint[])
               AS u (post_id, owner, key, fingerprint, comment_id, created_at) ON u.post_id = p.post_id
           RETURNING 1)
SELECT post_id, last_seq, last_rev FROM p`

// share is one post's part of what is stored together.
type share struct {
	postID string
	list   []*addition
}

// quick tells whether storeRoots can store a: it answers no other comment, and is nowhere yet as far as is known.
func (a *addition) quick() bool { return a.ParentID == "" && !a.sent }

// repeats tells whether a may be the same as b, which is to be stored with it: storeRoots sees only what is stored already.
func (a *addition) repeats(b *addition) bool {
	if a.ID == b.ID {
		return true
	}
	same := a.Key != "" && a.Key == b.Key || a.Dedupe > 0 && a.Fingerprint == b.Fingerprint
	return same && (b.of(a.Owner) || b.of(a.FormerOwner) || b.of(a.Visitor))
}

func (a *addition) of(owner string) bool {
	return owner != "" && (owner == a.Owner || owner == a.Visitor)
}

// addRoots stores comments by one statement. Those of the posts left were not stored by it; moved tells that others write to
// one of several posts at this moment. Without an error each that was stored has its answer.
func (s *pgStore) addRoots(ctx context.Context, shares []share) (left []share, moved bool, err error) {
	err = s.write(ctx, "add comments", func(ctx context.Context, c *pgx.Conn) (err error) {
		now := s.now()
		var stored map[string]numbers
		try := func() (err error) { stored, err = sendRoots(ctx, c, shares, now); return err }
		if len(shares) == 1 {
			err = inTurn(ctx, c, shares[0].postID, try)
		} else {
			err = try()
		}
		left, moved = nil, len(shares) > 1 && (lostRace(err) || tookLong(err))
		if moved || lostRace(err) {
			left = shares
			return nil
		}
		for _, sh := range shares {
			n, there := stored[sh.postID]
			if err == nil && !there {
				left = append(left, sh)
				continue
			}
			sh.settle(n, now, err)
		}
		return err
	})
	return left, moved, err
}

// settle gives each of the share its number, counted back from the post's last. After an error they may have one or not.
func (sh share) settle(last numbers, now time.Time, err error) {
	for i, a := range sh.list {
		back := int64(len(sh.list) - 1 - i)
		a.sent = a.sent || err == nil || !refused(err)
		a.added = blog.Added{Comment: a.root(last.seq-back, last.rev-back, now), Outcome: blog.Created}
	}
}

// sendRoots returns the numbers that each post has now, of those to which something was stored.
func sendRoots(ctx context.Context, c *pgx.Conn, shares []share, now time.Time) (map[string]numbers, error) {
	rows, err := c.Query(ctx, storeRoots, rootsArgs(shares, now)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	stored := make(map[string]numbers, len(shares))
	for rows.Next() {
		var postID string
		var n numbers
		if err := rows.Scan(&postID, &n.seq, &n.rev); err != nil {
			return nil, err
		}
		stored[postID] = n
	}
	return stored, rows.Err()
}

// tookLong tells of a statement that the server ended, nothing stored: it waited for a row that somebody keeps.
func tookLong(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && (answer.Code == cancelled || answer.Code == lockNotAvailable)
}

// refused tells of an answer which says that nothing was stored.
func refused(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && final(answer)
}

// root is a as it stands under its number.
func (a *addition) root(seq, rev int64, now time.Time) blog.Comment {
	return blog.Comment{
		ID: a.ID, PostID: a.PostID, Key: blog.Key("").Child(seq), Seq: seq, Rev: rev, State: a.State,
		Shown: a.State == blog.Published, Name: a.Name, URL: a.URL, Email: a.Email, Visitor: a.Visitor, Body: a.Body,
		CreatedAt: fromMicros(toMicros(now)),
	}
}

// rootsArgs are those of storeRoots.
func rootsArgs(shares []share, now time.Time) []any {
	var posts rootPosts
	var keys, words, kept asked
	var rows rootRows
	at := toMicros(now)
	for _, sh := range shares {
		shown := int64(0)
		for i, a := range sh.list {
			shown += isPublished(a.State)
			for _, owner := range owners(a.NewComment) {
				if a.Key != "" {
					keys.add(a, owner, 0)
				}
				if a.Dedupe > 0 {
					words.add(a, owner, toMicros(now.Add(-a.Dedupe)))
				}
			}
			kept.add(a, a.Owner, at)
			if a.Visitor != a.Owner {
				kept.add(a, a.Visitor, at) // their session will ask by this name
			}
			rows.add(a, int64(len(sh.list)-1-i), at)
		}
		posts.ids, posts.n, posts.shown = append(posts.ids, sh.postID), append(posts.n, int64(len(sh.list))), append(posts.shown, shown)
	}
	return []any{
		posts.ids, posts.n, posts.shown,
		keys.post, keys.owner, keys.key,
		words.post, words.owner, words.print, words.at,
		rows.post, rows.back, rows.id, rows.state, rows.shown, rows.name, rows.url, rows.email, rows.visitor, rows.body, rows.at,
		kept.post, kept.owner, kept.key, kept.print, kept.id, kept.at,
	}
}

// rootPosts, rootRows and asked are the arrays of storeRoots, a column each.
type rootPosts struct {
	ids      []string
	n, shown []int64
}

type rootRows struct {
	post, id, state, name, url, email, visitor, body []string
	back, at                                         []int64
	shown                                            []bool
}

func (r *rootRows) add(a *addition, back, at int64) {
	r.post, r.id, r.state = append(r.post, a.PostID), append(r.id, a.ID), append(r.state, string(a.State))
	r.name, r.url, r.email = append(r.name, a.Name), append(r.url, a.URL), append(r.email, a.Email)
	r.visitor, r.body = append(r.visitor, a.Visitor), append(r.body, a.Body)
	r.back, r.at, r.shown = append(r.back, back), append(r.at, at), append(r.shown, a.State == blog.Published)
}

type asked struct {
	post, owner, key, print, id []string
	at                          []int64
}

func (k *asked) add(a *addition, owner string, at int64) {
	k.post, k.owner, k.key = append(k.post, a.PostID), append(k.owner, owner), append(k.key, a.Key)
	k.print, k.id, k.at = append(k.print, a.Fingerprint), append(k.id, a.ID), append(k.at, at)
}
