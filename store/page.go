package store

import (
	"context"
	"slices"

	"vang/blog"
)

// window reads a discussion as one reader sees it, in one order.
type window struct {
	txn
	query blog.PageQuery
}

// Page is Store's. A page asked for by At has the comment in its middle, where enough stands on both sides.
func (r *reads) Page(ctx context.Context, q blog.PageQuery) (p blog.Page, err error) {
	if q.Limit <= 0 {
		q.Limit = blog.PageSize
	}
	if q.Order != blog.Newest {
		q.Order = blog.Oldest
	}
	err = r.snapshot(ctx, "read page of "+q.PostID, func(ctx context.Context, t txn) (err error) {
		p = blog.Page{Order: q.Order}
		if p.Head, err = t.head(ctx, q.PostID); err != nil {
			return err
		}
		w := window{txn: t, query: q}
		switch {
		case q.At != "":
			return w.at(ctx, &p)
		case q.Until != "":
			return w.until(ctx, &p)
		default:
			return w.from(ctx, &p)
		}
	})
	if err != nil {
		return blog.Page{}, err
	}
	return p, nil
}

func (w window) from(ctx context.Context, p *blog.Page) (err error) {
	if p.Comments, err = w.next(ctx, w.query.From, w.query.Limit+1); err != nil {
		return err
	}
	if len(p.Comments) > w.query.Limit {
		p.Until = p.Comments[w.query.Limit].Key
		p.Comments = p.Comments[:w.query.Limit]
	}
	if w.query.From == "" {
		return nil
	}
	before, err := w.previous(ctx, w.query.From, 1)
	if len(before) > 0 {
		p.From = w.query.From
	}
	return err
}

func (w window) until(ctx context.Context, p *blog.Page) (err error) {
	if p.Comments, err = w.previous(ctx, w.query.Until, w.query.Limit+1); err != nil {
		return err
	}
	if len(p.Comments) > w.query.Limit {
		p.Comments = p.Comments[:w.query.Limit]
		p.From = p.Comments[w.query.Limit-1].Key
	}
	slices.Reverse(p.Comments)
	after, err := w.next(ctx, w.query.Until, 1)
	if len(after) > 0 {
		p.Until = w.query.Until
	}
	return err
}

func (w window) at(ctx context.Context, p *blog.Page) error {
	c, err := w.comment(ctx, selectComment, w.query.At)
	if err != nil {
		return err
	}
	if c.PostID != w.query.PostID || !w.visible(c) {
		return blog.E(blog.NotFound, nil)
	}
	limit := w.query.Limit
	before, err := w.previous(ctx, c.Key, limit)
	if err != nil {
		return err
	}
	after, err := w.next(ctx, c.Key, limit+1)
	if err != nil {
		return err
	}
	nAfter := min(len(after), limit-min(len(before), limit/2))
	nBefore := min(len(before), limit-nAfter)
	p.Comments = slices.Clone(before[:nBefore])
	slices.Reverse(p.Comments)
	p.Comments = append(p.Comments, after[:nAfter]...)
	if nBefore < len(before) {
		p.From = p.Comments[0].Key
	}
	if nAfter < len(after) {
		p.Until = after[nAfter].Key
	}
	return nil
}

// visible tells whether the reader sees c: as everyone does, or as the writer of what is held.
func (w window) visible(c blog.Comment) bool {
	return c.Shown || (c.State == blog.Pending && w.query.Visitor != "" && c.Visitor == w.query.Visitor)
}

// next reads up to n comments that stand at key or after it.
func (w window) next(ctx context.Context, key blog.Key, n int) ([]blog.Comment, error) {
	return w.read(ctx, key, n, false)
}

// previous reads up to n comments that stand before key, the nearest first.
func (w window) previous(ctx context.Context, key blog.Key, n int) ([]blog.Comment, error) {
	return w.read(ctx, key, n, true)
}

func (w window) read(ctx context.Context, key blog.Key, n int, back bool) ([]blog.Comment, error) {
	place := key.Bytes()
	if w.query.Order == blog.Newest {
		place = newestKey(key)
	}
	list, err := w.comments(ctx, selectShown(w.query.Order, back), w.query.PostID, place, n)
	if err != nil || w.query.Visitor == "" {
		return list, err
	}
	held, err := w.comments(ctx, selectHeld(w.query.Order, back), w.query.PostID, place, n, w.query.Visitor)
	if err != nil || len(held) == 0 {
		return list, err
	}
	list = append(list, held...)
	slices.SortFunc(list, func(a, b blog.Comment) int {
		if back {
			a, b = b, a
		}
		return w.query.Order.Compare(a.Key, b.Key)
	})
	return list[:min(n, len(list))], nil
}

func selectShown(o blog.Order, back bool) string {
	return `SELECT ` + commentColumns + ` FROM comments WHERE post_id = $1 AND shown = TRUE` + stretch(o, back)
}

func selectHeld(o blog.Order, back bool) string {
	return `SELECT ` + commentColumns + ` FROM comments WHERE state = 'pending' AND shown = FALSE AND post_id = $1 AND visitor = $4` +
		stretch(o, back)
}

// stretch ends a query with the $3 rows from place $2 on, or those before it. The CAST keeps SQLite from preparing the query
// anew each time: it looks at the value of a bare parameter there, and so a new one makes a new plan (a third of the query's
// time, measured).
func stretch(o blog.Order, back bool) string {
	column := "path"
	if o == blog.Newest {
		column = "newest"
	}
	if back {
		return ` AND ` + column + ` < $2 ORDER BY ` + column + ` DESC LIMIT CAST($3 AS BIGINT)`
	}
	return ` AND ` + column + ` >= $2 ORDER BY ` + column + ` LIMIT CAST($3 AS BIGINT)`
}
