package web

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"path"
	"slices"
	"time"

	"vang/blog"
	"vang/views"
)

// feedLength is how many posts a feed holds, in full.
const feedLength = 20

// feedKind is one format of feeds.
type feedKind struct {
	file string // last part of a feed's address
	mime string
	make func(channel, []feedItem) ([]byte, error)
}

// The addresses stay for ever: readers' programs know them.
const (
	atomFile = "feed.xml"
	rssFile  = "rss.xml"
	jsonFile = "feed.json"

	atomType = "application/atom+xml"
	rssType  = "application/rss+xml"
	feedType = "application/feed+json"
)

func feedKinds() []feedKind {
	return []feedKind{{atomFile, atomType, atomBytes}, {rssFile, rssType, rssBytes}, {jsonFile, feedType, jsonBytes}}
}

// channel is what a feed says of itself.
type channel struct {
	lang        blog.Lang
	title       string
	description string
	home        string // address of the list that it brings
	self        string
	icon        string
	authors     []blog.Person
	updated     time.Time
}

// feedItem is a post as all kinds of feeds need it.
type feedItem struct {
	blog.Post
	url   string
	html  string
	image string // absolute
}

// feed answers with the newest posts of a shelf.
func (s *Server) feed(find shelfFinder, kind feedKind) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		l, ok := find(r)
		if !ok {
			return s.elsewhere(w, r)
		}
		return s.sendFeed(w, r, l, kind)
	}
}

func (s *Server) sendFeed(w http.ResponseWriter, r *http.Request, l shelf, kind feedKind) error {
	origin, lang := s.siteOrigin(r), s.lang(r, "")
	return s.sendText(w, r, kind.mime+"; charset=utf-8", func(ctx context.Context) ([]byte, error) {
		items, err := s.feedItems(ctx, origin, l)
		if err != nil {
			return nil, err
		}
		return kind.make(s.channel(ctx, origin, lang, l, kind.file, items), items)
	})
}

func (s *Server) channel(ctx context.Context, origin string, lang blog.Lang, l shelf, file string, items []feedItem) channel {
	site := s.pinned(ctx).Site()
	home := s.below(ctx, lang, l.parts...)
	c := channel{
		lang: lang, title: or(site.Titles[lang], site.Title), home: origin + home, self: origin + path.Join(home, file),
		description: or(or(site.Taglines[lang], site.Tagline), site.Description), authors: []blog.Person{site.Author},
		icon: absolute(origin, s.frameAssets().Touch), updated: newest(items),
	}
	if title := l.title(views.Words(lang)); title != "" {
		c.title, c.description = title+" · "+c.title, or(l.about(), c.description)
	}
	if l.kind == authorShelf {
		c.authors = []blog.Person{l.person}
	}
	c.authors[0].Name = or(c.authors[0].Name, or(site.Titles[lang], site.Title))
	c.authors[0].URL = absolute(origin, c.authors[0].URL)
	return c
}

// feedPath is the address of a shelf's feed.
func (s *Server) feedPath(ctx context.Context, lang blog.Lang, l shelf, kind feedKind) string {
	return path.Join(s.below(ctx, lang, l.parts...), kind.file)
}

// feedItems are the newest posts of a shelf with absolute addresses, since a feed is read elsewhere.
func (s *Server) feedItems(ctx context.Context, origin string, l shelf) ([]feedItem, error) {
	snap := s.pinned(ctx)
	var items []feedItem
	for _, p := range newestOf(l, feedLength) {
		doc, err := snap.Document(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("render %s for the feed: %w", p.Slug, err)
		}
		p.Authors = absolutePeople(origin, p.Authors)
		items = append(items, feedItem{
			Post: p, url: absolute(origin, p.Path), html: absoluteLinks(absolute(origin, p.Path), doc.HTML),
			image: absolute(origin, s.pictureOf(ctx, p).Src),
		})
	}
	return items, nil
}

// absolutePeople are writers whose addresses can be followed from elsewhere. The list is a copy: theirs is the snapshot's.
func absolutePeople(origin string, people []blog.Person) []blog.Person {
	people = slices.Clone(people)
	for i := range people {
		people[i].URL = absolute(origin, people[i].URL)
	}
	return people
}

// published tells whether everyone may see a post, not the author alone, at the desk.
func published(p blog.Post) bool { return !p.Draft && !p.Future && !p.Expired }

// absolute puts scheme and host before a path; an address that has its own stays.
func absolute(origin, path string) string {
	if len(path) > 0 && path[0] == '/' && (len(path) == 1 || path[1] != '/') {
		return origin + path
	}
	return path
}

// newest is when a feed last changed.
func newest(items []feedItem) time.Time {
	var t time.Time
	for _, i := range items {
		if u := updated(i.Post); u.After(t) {
			t = u
		}
	}
	return t
}

func updated(p blog.Post) time.Time {
	if p.Updated.After(p.Date) {
		return p.Updated
	}
	return p.Date
}

// stamp is a time as feeds write it. They must have one: what has no date is as old as the clock.
func stamp(t time.Time) string { return dated(t).UTC().Format(time.RFC3339) }

func dated(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0)
	}
	return t
}

// terms are the words under which a post is filed.
func terms(p blog.Post) []string {
	var names []string
	for _, list := range [][]blog.Term{categoriesOf(p), p.Tags} {
		for _, t := range list {
			names = append(names, t.Name)
		}
	}
	return names
}

func categoriesOf(p blog.Post) []blog.Term {
	if len(p.Categories) == 0 && p.Category.Slug != "" {
		return []blog.Term{p.Category}
	}
	return p.Categories
}

func marshalXML(v any) ([]byte, error) {
	var buf bytes.Buffer
	buf.WriteString(xml.Header)
	enc := xml.NewEncoder(&buf)
	enc.Indent("", " ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	buf.WriteByte('\n')
	return buf.Bytes(), nil
}
