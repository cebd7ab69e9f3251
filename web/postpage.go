package web

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"vang/blog"
	"vang/views"
)

const (
	// relatedPosts is how many a post's page leads to.
	relatedPosts = 4
	// seriesParts is how many parts of a series a post's page shows, at most: itself and those around it.
	seriesParts = 25
)

// postPage is everything of a post's page but its discussion.
func (s *Server) postPage(ctx context.Context, origin string, p blog.Post) (views.PostPage, error) {
	snap := s.pinned(ctx)
	doc, err := snap.Document(ctx, p)
	if err != nil {
		return views.PostPage{}, fmt.Errorf("render %s: %w", p.Slug, err)
	}
	there := map[blog.Lang]string{}
	for _, t := range snap.Translations(p) {
		there[t.Lang] = t.Path
	}
	page := views.PostPage{
		Frame: s.frame(ctx, origin, p.Lang, p.Path, there), Post: p, Document: doc, Authors: s.byline(ctx, p),
		Categories: s.termLinks(ctx, p.Lang, categoryShelf, categoriesOf(p)), Tags: s.termLinks(ctx, p.Lang, tagShelf, p.Tags),
	}
	page.Title, page.NoIndex, page.Lead = p.Title, !published(p), p.Summary
	if begins(doc.HTML, p.Summary) {
		page.Lead = "" // it is the beginning of the text, which follows at once
	}
	page.Description = or(p.Summary, page.Description)
	if p.Canonical != "" {
		page.Canonical = p.Canonical
	}
	if doc.Formulas {
		page.Styles = append(page.Styles, s.assets.Path("formulas.css"))
	}
	s.share(ctx, origin, &page)
	if p.Page {
		page.Me = meOf(snap.Site().Author, snap.Site().Me...)
		return page, nil
	}
	page.Series = s.seriesPart(ctx, p)
	page.Previous, page.Next = snap.Neighbours(p)
	page.Related = s.related(ctx, page)
	return page, nil
}

func (s *Server) termLinks(ctx context.Context, lang blog.Lang, kind string, terms []blog.Term) []views.TermCount {
	var links []views.TermCount
	for _, t := range terms {
		if t.Slug != "" {
			links = append(links, views.TermCount{Term: t, URL: s.below(ctx, lang, kind, t.Slug)})
		}
	}
	return links
}

// share adds what a link to the page shows elsewhere.
func (s *Server) share(ctx context.Context, origin string, page *views.PostPage) {
	p, site := page.Post, s.pinned(ctx).Site()
	if pic := s.pictureOf(ctx, p); pic.Src != "" {
		page.Image, page.ImageAlt = absolute(origin, pic.Src), or(pic.Alt, p.Title)
		page.ImageWidth, page.ImageHeight = pic.Width, pic.Height
	} else {
		s.shareCard(ctx, origin, page)
	}
	page.Share = views.Share{Published: p.Date, Updated: p.Updated, Section: p.Category.Name, Creator: fediverse(p.Authors, site.Me)}
	for _, t := range p.Tags {
		page.Share.Tags = append(page.Share.Tags, t.Name)
	}
	for _, a := range page.Authors {
		if a.Page != "" {
			page.Share.Authors = append(page.Share.Authors, absolute(origin, a.Page))
		}
	}
}

// partNumber is that of a part of a series: the author's own, else its place.
func partNumber(p blog.Post, place int) int {
	if p.Part > 0 {
		return p.Part
	}
	return place
}

// seriesPart is where a post stands in its series; nil if it is the only one.
func (s *Server) seriesPart(ctx context.Context, p blog.Post) *views.SeriesPart {
	term, list := s.pinned(ctx).BySeries(p.Lang, p.Series.Slug)
	if p.Series.Slug == "" || list.Len() < 2 {
		return nil
	}
	all := list.Cut(0, list.Len())
	at := 0
	for at < len(all)-1 && all[at].Slug != p.Slug {
		at++
	}
	part := &views.SeriesPart{
		Term: term, URL: s.below(ctx, p.Lang, seriesShelf, term.Slug), Number: partNumber(p, at+1),
		Of: max(len(all), partNumber(all[len(all)-1], 0)),
	}
	from := max(0, min(at-seriesParts/2, len(all)-seriesParts))
	part.Parts = all[from:min(from+seriesParts, len(all))]
	part.First = partNumber(all[from], from+1)
	if at > 0 {
		part.Previous = &all[at-1]
	}
	if at+1 < len(all) {
		part.Next = &all[at+1]
	}
	return part
}

// related are posts with much in common that the page does not lead to anyway.
func (s *Server) related(ctx context.Context, page views.PostPage) []blog.Post {
	known := map[string]bool{}
	if page.Series != nil {
		for _, part := range page.Series.Parts {
			known[part.Slug] = true
		}
	} else {
		for _, o := range []*blog.Post{page.Previous, page.Next} {
			if o != nil {
				known[o.Slug] = true
			}
		}
	}
	var found []blog.Post
	for _, p := range s.kinOf(ctx, page.Post) {
		if !known[p.Slug] && len(found) < relatedPosts {
			found = append(found, p)
		}
	}
	return found
}

const (
	// kinBytes is what the kin of posts may take that were looked up: of some 3,000 posts.
	kinBytes = 1 << 20
	// mostKin is enough for the page of a post whose series it leads to anyway.
	mostKin = relatedPosts + seriesParts
)

// kinKey names a post of a snapshot.
type kinKey struct{ version, slug string }

// kinOf are the posts that have most in common with p. Among ten thousand with a tag in common that takes half a millisecond,
// and a reader with a session has each page made anew.
func (s *Server) kinOf(ctx context.Context, p blog.Post) []blog.Post {
	snap, key := s.pinned(ctx), kinKey{s.pinned(ctx).Version(), p.Slug}
	if slugs, ok := s.kin.get(key); ok {
		var list []blog.Post
		for _, slug := range slugs {
			if o, there := snap.Post(slug); there {
				list = append(list, o)
			}
		}
		return list
	}
	list, slugs := snap.Related(p, mostKin), []string(nil)
	size := int64(len(key.version) + len(key.slug) + entryOverhead/4)
	for _, o := range list {
		slugs = append(slugs, o.Slug)
		size += int64(len(o.Slug)) + 16
	}
	s.kin.put(key, slugs, size)
	return list
}

// begins tells whether a text begins with words, whatever marks and elements stand between them.
func begins(text, words string) bool {
	want := letters(words)
	z := html.NewTokenizer(strings.NewReader(text))
	for got := ""; ; {
		if len(got) >= len(want) {
			return strings.HasPrefix(got, want)
		}
		switch z.Next() {
		case html.ErrorToken:
			return got == want
		case html.TextToken:
			got += letters(string(z.Text()))
			if n := min(len(got), len(want)); got[:n] != want[:n] {
				return false
			}
		}
	}
}

// letters are those of a text, and its digits: quotes and dashes differ by what wrote them.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, html.UnescapeString(text))
}
