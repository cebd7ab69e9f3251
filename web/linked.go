package web

import (
	"context"
	"strings"
	"unicode/utf8"

	"vang/blog"
	"vang/views"
)

// node is a thing that a page is about, in the words of schema.org. What is empty is left out.
type node map[string]any

func newNode(kind, id string, pairs ...any) node {
	n := node{"@type": kind}
	if id != "" {
		n["@id"] = id
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if v := pairs[i+1]; !empty(v) {
			n[pairs[i].(string)] = v
		}
	}
	return n
}

func empty(v any) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case int:
		return v == 0
	case []string:
		return len(v) == 0
	case []node:
		return len(v) == 0
	case node:
		return v == nil
	}
	return v == nil
}

func ref(id string) node { return node{"@id": id} }

// graph is what a page tells machines.
func graph(nodes ...node) node {
	return node{"@context": "https://schema.org", "@graph": nodes}
}

// linkedSite is the blog itself, which every page is part of.
func (s *Server) linkedSite(ctx context.Context, origin string, f views.Frame) node {
	site := s.pinned(ctx).Site()
	n := newNode("Blog", origin+f.Home+"#blog", "url", origin+f.Home, "name", f.Site, "description", or(f.Tagline, site.Description),
		"inLanguage", f.Lang)
	if site.Author.Name != "" {
		n["publisher"] = newNode("Person", "", "name", site.Author.Name, "url", absolute(origin, or(s.authorPath(ctx, f.Lang, site.Author), site.Author.URL)))
	}
	return n
}

func (s *Server) linkedPerson(ctx context.Context, origin string, lang blog.Lang, p blog.Person) node {
	page := s.authorPath(ctx, lang, p)
	same := meOf(p)
	if page != "" && p.URL != "" {
		same = append([]string{absolute(origin, p.URL)}, same...)
	}
	return newNode("Person", "", "name", p.Name, "url", absolute(origin, or(page, p.URL)), "description", p.Bio,
		"image", absolute(origin, s.resolvePicture(ctx, settings(), p.Picture).Src), "sameAs", same)
}

// linkedList is what a listing tells machines.
func (s *Server) linkedList(ctx context.Context, origin string, v views.Listing) any {
	if v.Page > 1 {
		return nil
	}
	here := origin + v.Path
	site := s.linkedSite(ctx, origin, v.Frame)
	switch v.Kind {
	case homeShelf:
		search := newNode("SearchAction", "", "target", newNode("EntryPoint", "", "urlTemplate", origin+s.below(ctx, v.Lang, "search")+"?q={q}"),
			"query-input", "required name=q")
		return graph(site, newNode("WebSite", here+"#site", "url", here, "name", v.Site, "inLanguage", v.Lang, "potentialAction", search))
	case authorShelf:
		person := s.linkedPerson(ctx, origin, v.Lang, v.Author.Person)
		return graph(site, newNode("ProfilePage", here, "url", here, "inLanguage", v.Lang, "mainEntity", person), s.breadcrumbs(origin, v.Frame, v.Heading))
	case seriesShelf:
		return graph(site, newNode("CreativeWorkSeries", here, "url", here, "name", v.Term.Name, "inLanguage", v.Lang),
			s.breadcrumbs(origin, v.Frame, v.Heading))
	}
	return graph(site, newNode("CollectionPage", here, "url", here, "name", v.Heading, "description", v.Description, "inLanguage", v.Lang,
		"isPartOf", ref(origin+v.Home+"#blog")), s.breadcrumbs(origin, v.Frame, v.Heading))
}

// crumb is one step of the way from the front page.
type crumb struct{ name, url string }

func (s *Server) breadcrumbs(origin string, f views.Frame, last string, between ...crumb) node {
	steps := append([]crumb{{f.Site, f.Home}}, between...)
	var list []node
	for i, c := range append(steps, crumb{last, f.Path}) {
		list = append(list, newNode("ListItem", "", "position", i+1, "name", c.name, "item", absolute(origin, c.url)))
	}
	return newNode("BreadcrumbList", "", "itemListElement", list)
}

// linkedPost is what a post's page tells machines: the post, its way from the front page, and the first of its comments.
// Readers of their own get none of it: whoever looks for it has no session.
func (s *Server) linkedPost(ctx context.Context, origin string, page views.PostPage) any {
	p := page.Post
	here := origin + p.Path
	if p.Page {
		return graph(newNode("WebPage", here, "url", here, "name", p.Title, "description", p.Summary, "inLanguage", p.Lang,
			"isPartOf", ref(origin+page.Home+"#blog")), s.linkedSite(ctx, origin, page.Frame))
	}
	var between []crumb
	if len(page.Categories) > 0 {
		between = []crumb{{page.Categories[0].Name, page.Categories[0].URL}}
	}
	return graph(s.posting(ctx, origin, page), s.breadcrumbs(origin, page.Frame, p.Title, between...), s.linkedSite(ctx, origin, page.Frame))
}

// headlineLength is what search engines show of a title.
const headlineLength = 110

func (s *Server) posting(ctx context.Context, origin string, page views.PostPage) node {
	p := page.Post
	here := origin + p.Path
	var authors []node
	for _, a := range p.Authors {
		if a.Name != "" {
			authors = append(authors, s.linkedPerson(ctx, origin, p.Lang, a))
		}
	}
	n := newNode("BlogPosting", here+"#post", "url", here, "mainEntityOfPage", or(p.Canonical, here), "headline", shortened(p.Title, headlineLength),
		"description", p.Summary, "inLanguage", p.Lang, "image", page.Image, "author", authors, "wordCount", page.Document.Words,
		"articleSection", p.Category.Name, "keywords", page.Share.Tags, "isPartOf", ref(origin+page.Home+"#blog"))
	if !p.Date.IsZero() {
		n["datePublished"] = stamp(p.Date)
		n["dateModified"] = stamp(updated(p))
	}
	if page.Series != nil {
		n["isPartOf"] = []node{
			ref(origin + page.Home + "#blog"),
			newNode("CreativeWorkSeries", origin+page.Series.URL, "name", page.Series.Name),
		}
		n["position"] = page.Series.Number
	}
	if d := page.Discussion; d != nil {
		n["commentCount"] = d.Total
		if list := linkedComments(here, d.Comments); len(list) > 0 {
			n["comment"] = list
		}
	}
	return n
}

const (
	// linkedComment is how many characters of a comment machines are told, and mostLinked of how many comments: what they
	// show is no more, and every reader's page carries it.
	linkedComment = 300
	mostLinked    = 10
)

func linkedComments(post string, comments []views.Comment) []node {
	var list []node
	for _, c := range comments {
		if c.State != blog.Published || len(list) == mostLinked {
			continue
		}
		n := newNode("Comment", post+"#c-"+c.ID, "url", post+"?at="+c.ID+"#c-"+c.ID, "text", shortened(c.Body, linkedComment),
			"datePublished", stamp(c.CreatedAt))
		if c.Name != "" {
			n["author"] = newNode("Person", "", "name", c.Name, "url", c.URL)
		}
		list = append(list, n)
	}
	return list
}

// shortened is text of at most n characters, cut between words where it can be.
func shortened(text string, n int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	cut := string([]rune(text)[:n-1])
	if space := strings.LastIndexByte(cut, ' '); space > len(cut)/2 {
		cut = cut[:space]
	}
	return cut + "…"
}
