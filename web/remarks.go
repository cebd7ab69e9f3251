package web

import (
	"context"
	"strings"
	"time"

	"vang/blog"
	"vang/markdown"
	"vang/views"
)

// remarkBytes is what drawn comments may take: some 3,000 of the usual length.
const remarkBytes = 8 << 20

// remarkOverhead is what an entry takes besides its words, more or less.
const remarkOverhead = 700

// Remarks draws comments, and remembers how it drew those that were asked for last: the push of a comment, every page that is
// rendered anew while others comment, and the pages of readers with a session show the same bytes. It may be used by any
// number of goroutines.
type Remarks struct {
	html  func(body string) string
	drawn *sized[remarkKey, *remark]
}

// NewRemarks returns a Remarks that renders with strangers.
func NewRemarks(strangers *markdown.Stranger) *Remarks {
	return &Remarks{html: strangers.HTML, drawn: newSized[remarkKey, *remark](remarkBytes)}
}

// remarkKey has a comment drawn anew take the place of what it was.
type remarkKey struct {
	id  string
	own bool
}

// remark is a comment as it was drawn, and all that its bytes depend on.
type remark struct {
	lang    blog.Lang
	slug    string
	comment blog.Comment
	html    string
	item    string
}

func (r *remark) size() int64 {
	return int64(len(r.item) + len(r.html) + len(r.comment.Body) + remarkOverhead)
}

// view is a comment as viewer ("" is everyone) sees it at the moment now: the same in a page, in an answer and in a push. What
// viewer may not read is not in it.
func (m *Remarks) view(lang blog.Lang, c blog.Comment, slug, viewer string, now time.Time) views.Comment {
	mine, open := own(c, viewer), sees(c, viewer)
	if !open {
		c = erased(c)
	}
	v := views.Comment{Comment: c, Slug: slug, Hue: hue(c.Name)}
	// A held comment stays its writer's to see when the time to change it is over.
	v.Own = open && mine && (c.State != blog.Published || now.Before(c.EditableUntil()))
	key := remarkKey{c.ID, v.Own}
	r, ok := m.drawn.get(key)
	if !ok || r.lang != lang || r.slug != slug || r.comment != c {
		r = &remark{lang: lang, slug: slug, comment: c}
		if open {
			r.html = m.body(c)
		}
		v.HTML = r.html
		r.item = draw(lang, v)
		m.drawn.put(key, r, r.size())
	}
	v.HTML, v.Drawn = r.html, r.item
	return v
}

// body is what c says, safe to write as it is: as it was rendered for another form of c, if it was.
func (m *Remarks) body(c blog.Comment) string {
	for _, own := range []bool{false, true} {
		if r, ok := m.drawn.get(remarkKey{c.ID, own}); ok && r.comment.Body == c.Body && r.html != "" {
			return r.html
		}
	}
	return m.html(c.Body)
}

// draw is the item's bytes; none if it cannot be drawn, which whoever draws the whole finds out again.
func draw(lang blog.Lang, v views.Comment) string {
	var b strings.Builder
	if views.CommentItem(lang, v).Render(context.Background(), &b) != nil {
		return ""
	}
	return b.String()
}
