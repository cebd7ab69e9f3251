package web

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"vang/blog"
)

// feedLength is how many posts a feed holds, in full.
const feedLength = 20

type atomFeed struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang     string      `xml:"xml:lang,attr"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Subtitle string      `xml:"subtitle,omitempty"`
	Updated  string      `xml:"updated"`
	Icon     string      `xml:"icon,omitempty"`
	Links    []atomLink  `xml:"link"`
	Authors  []atomName  `xml:"author"`
	Entries  []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomName struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

type atomEntry struct {
	Lang       string     `xml:"xml:lang,attr"`
	ID         string     `xml:"id"`
	Title      string     `xml:"title"`
	Updated    string     `xml:"updated"`
	Published  string     `xml:"published,omitempty"`
	Links      []atomLink `xml:"link"`
	Authors    []atomName `xml:"author"`
	Categories []atomTerm `xml:"category"`
	Summary    string     `xml:"summary,omitempty"`
	Content    atomText   `xml:"content"`
}

type atomTerm struct {
	Term string `xml:"term,attr"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

// feedItem is a post as both kinds of feed need it.
type feedItem struct {
	blog.Post
	url  string
	html string
}

// feedItems are the newest posts of a language with absolute addresses, since a feed is read elsewhere.
func (s *Server) feedItems(ctx context.Context, origin string, lang blog.Lang) ([]feedItem, error) {
	snap := s.pinned(ctx)
	list := snap.Posts(lang)
	list = list[:min(len(list), feedLength)]
	items := make([]feedItem, 0, len(list))
	for _, p := range list {
		doc, err := snap.Document(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("render %s for the feed: %w", p.Slug, err)
		}
		items = append(items, feedItem{Post: p, url: absolute(origin, p.Path), html: absoluteLinks(origin, doc.HTML)})
	}
	return items, nil
}

// localLink finds the links of rendered text that begin at this site's root. Text cannot look like one: its quotes are
// escaped.
var localLink = regexp.MustCompile(` (href|src|poster)="/([^/"][^"]*|)"`)

func absoluteLinks(origin, html string) string {
	return localLink.ReplaceAllString(html, ` $1="`+origin+`/$2"`)
}

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
func stamp(t time.Time) string {
	if t.IsZero() {
		t = time.Unix(0, 0)
	}
	return t.UTC().Format(time.RFC3339)
}

// feedXML is the newest posts in Atom (RFC 4287).
func (s *Server) feedXML(w http.ResponseWriter, r *http.Request) error {
	origin, lang := s.siteOrigin(r), s.lang(r, "")
	return s.sendText(w, r, "application/atom+xml; charset=utf-8", func(ctx context.Context) ([]byte, error) {
		items, err := s.feedItems(ctx, origin, lang)
		if err != nil {
			return nil, err
		}
		f := s.frame(ctx, origin, lang, "", nil)
		feed := atomFeed{
			Lang: lang, ID: origin + f.Home, Title: f.Site, Subtitle: f.Tagline, Updated: stamp(newest(items)),
			Icon: absolute(origin, f.Assets.Touch), Authors: atomNames([]blog.Person{s.pinned(ctx).Site().Author}, f.Site),
			Links: []atomLink{
				{Rel: "self", Type: "application/atom+xml", Href: origin + s.below(ctx, lang, "feed.xml")},
				{Rel: "alternate", Type: "text/html", Href: origin + f.Home},
			},
		}
		for _, i := range items {
			feed.Entries = append(feed.Entries, atomOf(i))
		}
		return marshalXML(feed)
	})
}

func atomOf(i feedItem) atomEntry {
	e := atomEntry{
		Lang: i.Lang, ID: i.url, Title: i.Title, Updated: stamp(updated(i.Post)), Summary: i.Summary,
		Links:   []atomLink{{Rel: "alternate", Type: "text/html", Href: i.url}},
		Content: atomText{Type: "html", Text: i.html},
	}
	if len(i.Authors) > 0 {
		e.Authors = atomNames(i.Authors, "")
	}
	if !i.Date.IsZero() {
		e.Published = stamp(i.Date)
	}
	for _, t := range terms(i.Post) {
		e.Categories = append(e.Categories, atomTerm{Term: t})
	}
	return e
}

func terms(p blog.Post) []string {
	var names []string
	if p.Category.Name != "" {
		names = append(names, p.Category.Name)
	}
	for _, t := range p.Tags {
		names = append(names, t.Name)
	}
	return names
}

// atomNames are authors; a feed needs one (RFC 4287, 4.1.1), so the site stands in.
func atomNames(people []blog.Person, instead string) []atomName {
	var names []atomName
	for _, p := range people {
		if n := or(p.Name, instead); n != "" {
			names = append(names, atomName{Name: n, URI: p.URL})
		}
	}
	return names
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

type jsonFeed struct {
	Version     string     `json:"version"`
	Title       string     `json:"title"`
	Description string     `json:"description,omitempty"`
	HomePage    string     `json:"home_page_url"`
	FeedURL     string     `json:"feed_url"`
	Language    string     `json:"language"`
	Items       []jsonItem `json:"items"`
}

type jsonItem struct {
	ID        string     `json:"id"`
	URL       string     `json:"url"`
	Title     string     `json:"title"`
	HTML      string     `json:"content_html"`
	Summary   string     `json:"summary,omitempty"`
	Image     string     `json:"image,omitempty"`
	Published string     `json:"date_published,omitempty"`
	Modified  string     `json:"date_modified,omitempty"`
	Authors   []jsonName `json:"authors,omitempty"`
	Tags      []string   `json:"tags,omitempty"`
	Language  string     `json:"language"`
}

type jsonName struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// feedJSON is the newest posts in JSON Feed 1.1.
func (s *Server) feedJSON(w http.ResponseWriter, r *http.Request) error {
	origin, lang := s.siteOrigin(r), s.lang(r, "")
	return s.sendText(w, r, "application/feed+json; charset=utf-8", func(ctx context.Context) ([]byte, error) {
		items, err := s.feedItems(ctx, origin, lang)
		if err != nil {
			return nil, err
		}
		f := s.frame(ctx, origin, lang, "", nil)
		feed := jsonFeed{
			Version: "https://jsonfeed.org/version/1.1", Title: f.Site, Description: f.Description, Language: lang,
			HomePage: origin + f.Home, FeedURL: origin + s.below(ctx, lang, "feed.json"), Items: []jsonItem{},
		}
		for _, i := range items {
			feed.Items = append(feed.Items, jsonOf(origin, i))
		}
		return json.MarshalIndent(feed, "", " ")
	})
}

func jsonOf(origin string, i feedItem) jsonItem {
	j := jsonItem{
		ID: i.url, URL: i.url, Title: i.Title, HTML: i.html, Summary: i.Summary, Image: absolute(origin, i.Image),
		Tags: terms(i.Post), Language: i.Lang,
	}
	if !i.Date.IsZero() {
		j.Published = stamp(i.Date)
	}
	if !i.Updated.IsZero() {
		j.Modified = stamp(i.Updated)
	}
	for _, a := range i.Authors {
		if a.Name != "" {
			j.Authors = append(j.Authors, jsonName{Name: a.Name, URL: a.URL})
		}
	}
	return j
}
