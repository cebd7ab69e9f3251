package web

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vang/blog"
	"vang/posts"
	"vang/search"
	"vang/views"
)

const (
	resultsOnPage  = 10
	excerptLength  = 220 // characters
	indexPatience  = 1500 * time.Millisecond
	mostFacetLinks = 8
	mostBrowse     = 24 // tags, where nothing is looked for
	mostPages      = 100
	mostAsked      = 400 // bytes of a query, or of one filter: more than the index looks at. Each link of the page repeats them
)

// inquiry is what the address of a search asks.
type inquiry struct {
	text   string
	lang   blog.Lang // of the page
	all    bool      // whether all languages are wanted
	page   int
	narrow []narrowing
}

// narrowing is one filter of the address: ?tag=go.
type narrowing struct{ kind, slug string }

func (n narrowing) filter() string { return n.kind + ":" + n.slug }

const allLanguages = "all"

// inquiryOf reads the query. What makes no sense in it is passed over: strangers write addresses.
func (s *Server) inquiryOf(r *http.Request) inquiry {
	q := r.URL.Query()
	text := q.Get("q")
	a := inquiry{text: strings.ToValidUTF8(text[:min(mostAsked, len(text))], ""), lang: s.lang(r, ""), page: 1}
	for _, kind := range search.FilterKinds() {
		for _, v := range q[kind] {
			switch {
			case kind == "lang" && v == allLanguages:
				a.all = true
			case v != "" && len(v) <= mostAsked && len(a.narrow) < mostFacetLinks:
				a.narrow = append(a.narrow, narrowing{kind, blog.Slug(v)})
			}
		}
	}
	if n, ok := pageNumber(r); ok && n <= mostPages {
		a.page = n
	}
	return a
}

// query is what the index is asked. Where there are several languages, it is asked for the page's own unless the reader
// says otherwise.
func (a inquiry) query(several bool) search.Query {
	q := search.Parse(a.text)
	for _, n := range a.narrow {
		q.Only(n.filter())
	}
	if several && !a.all && !a.saysLanguage() {
		q.Only("lang:" + blog.Slug(a.lang))
	}
	return q
}

func (a inquiry) saysLanguage() bool {
	for _, f := range a.bare().Filters() {
		if strings.HasPrefix(f, "lang:") {
			return true
		}
	}
	return false
}

// bare is the query without the page's language.
func (a inquiry) bare() *search.Query {
	q := search.Parse(a.text)
	for _, n := range a.narrow {
		q.Only(n.filter())
	}
	return &q
}

// address is where this is asked at path.
func (a inquiry) address(path string) string {
	q := url.Values{}
	for _, n := range a.narrow {
		q.Add(n.kind, n.slug)
	}
	if a.all {
		q.Set("lang", allLanguages)
	}
	if a.page > 1 {
		q.Set("page", strconv.Itoa(a.page))
	}
	if a.text != "" {
		q.Set("q", a.text)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// search answers at /search: with a page, or with the results alone where our script asks.
func (s *Server) search(w http.ResponseWriter, r *http.Request) error {
	a := s.inquiryOf(r)
	s.searcher.await(r.Context(), indexPatience)
	view := s.searchPage(r, a)
	w.Header().Add("Vary", "HX-Request")
	if !htmx(r) {
		return s.sendPrivate(w, r, http.StatusOK, views.Search(view))
	}
	w.Header().Set("HX-Replace-Url", a.address(view.Action))
	return s.sendPrivate(w, r, http.StatusOK, views.FoundFrame(view))
}

func (s *Server) searchPage(r *http.Request, a inquiry) views.SearchPage {
	ctx := r.Context()
	snap := s.pinned(ctx)
	path := s.below(ctx, a.lang, "search")
	view := views.SearchPage{Query: a.text, Action: path, Page: a.page, Ready: true, Archive: s.below(ctx, a.lang, "archive")}
	view.Frame = s.frame(ctx, s.siteOrigin(r), a.lang, path, s.everywhere(ctx, "search"))
	view.Title, view.Description = views.Words(a.lang).Search, ""
	if a.text != "" {
		view.Title, view.NoIndex = views.Fill(views.Words(a.lang).SearchOf, "query", a.text), true
		view.Canonical, view.Alternates = "", nil
	}
	for i, l := range view.Languages {
		if l.Lang != a.lang && a.text != "" {
			view.Languages[i].URL = inquiry{text: a.text, page: 1}.address(s.below(ctx, l.Lang, "search"))
		}
	}
	s.addKept(snap, a, &view)
	q := a.query(len(snap.Languages()) > 1)
	if view.Asked = q.HasWords() || !a.bare().Empty(); view.Asked {
		s.addResults(snap, a, q, &view)
	}
	if len(view.Results) == 0 {
		s.addBrowse(ctx, a.lang, &view)
	}
	return view
}

// addKept shows which filters are on.
func (s *Server) addKept(snap *posts.Snapshot, a inquiry, view *views.SearchPage) {
	for i, n := range a.narrow {
		without := a
		without.page, without.narrow = 1, append(append([]narrowing{}, a.narrow[:i]...), a.narrow[i+1:]...)
		view.Active = append(view.Active, views.SearchLink{Label: labelOf(snap, n), URL: without.address(view.Action)})
		view.Kept = append(view.Kept, views.Kept{Name: n.kind, Value: n.slug})
	}
	if a.all {
		view.Kept = append(view.Kept, views.Kept{Name: "lang", Value: allLanguages})
	}
}

// addResults asks the index: in the page's language first, and in all if nothing is found there.
func (s *Server) addResults(snap *posts.Snapshot, a inquiry, q search.Query, view *views.SearchPage) {
	ask := search.Ask{From: (a.page - 1) * resultsOnPage, Until: a.page * resultsOnPage, Facets: true}
	found := s.searcher.index.Search(q, ask)
	if bare := a.bare(); len(bare.Filters()) < len(q.Filters()) {
		if found.Total == 0 || found.Partial {
			if all := s.searcher.index.Search(*bare, ask); all.Total > 0 && (!all.Partial || found.Total == 0) {
				found, view.Foreign = all, true
			} else if found.Meant == "" {
				found.Meant = all.Meant
			}
		} else if all := s.searcher.index.Search(*bare, search.Ask{}); all.Total > found.Total && !all.Partial {
			everywhere := a
			everywhere.all, everywhere.page = true, 1
			view.All = views.SearchLink{URL: everywhere.address(view.Action), Count: all.Total}
		}
	}
	view.Total, view.Partial, view.Ready = found.Total, found.Partial, found.Ready
	view.First = ask.From + 1
	view.Pages = min(mostPages, (found.Total+resultsOnPage-1)/resultsOnPage)
	for _, hit := range found.Hits {
		if p, ok := snap.At(hit.Key); ok {
			view.Results = append(view.Results, resultOf(snap, &q, p))
		}
	}
	addLinks(snap, a, found, view)
}

// addLinks leads to the neighbouring pages, to what may have been meant, and to a part of what was found.
func addLinks(snap *posts.Snapshot, a inquiry, found search.Found, view *views.SearchPage) {
	turn := func(page int) string {
		other := a
		other.page = page
		return other.address(view.Action)
	}
	if a.page > 1 {
		view.Newer = turn(min(a.page-1, max(1, view.Pages)))
	}
	if a.page < view.Pages {
		view.Older = turn(a.page + 1)
	}
	if found.Meant != "" {
		meant := inquiry{text: found.Meant, page: 1, narrow: a.narrow, all: a.all}
		view.Meant = views.SearchLink{Label: found.Meant, URL: meant.address(view.Action)}
	}
	if found.Total > resultsOnPage/2 {
		view.Facets = facetGroups(snap, a, found, view)
	}
}

// facetGroups are the tags and years that some of what was found has, and some has not.
func facetGroups(snap *posts.Snapshot, a inquiry, found search.Found, view *views.SearchPage) []views.FacetGroup {
	w := views.Words(a.lang)
	groups := []views.FacetGroup{{Label: w.Categories}, {Label: w.Tags}, {Label: w.Years}}
	place := map[string]int{"category": 0, "tag": 1, "year": 2}
	for _, f := range found.Facets {
		kind, slug, _ := strings.Cut(f.Filter, ":")
		n, known := place[kind]
		if !known || f.Count == found.Total || len(groups[n].Links) == mostFacetLinks {
			continue
		}
		with := a
		with.page = 1
		with.narrow = append(append([]narrowing{}, a.narrow...), narrowing{kind, slug})
		groups[n].Links = append(groups[n].Links, views.SearchLink{
			Label: labelOf(snap, narrowing{kind, slug}), URL: with.address(view.Action), Count: f.Count,
		})
	}
	kept := groups[:0]
	for _, g := range groups {
		if len(g.Links) > 0 {
			kept = append(kept, g)
		}
	}
	return kept
}

// labelOf is how readers know a filter.
func labelOf(snap *posts.Snapshot, n narrowing) string {
	var t blog.Term
	switch n.kind {
	case "tag":
		t, _ = snap.ByTag("", n.slug)
	case "category":
		t, _ = snap.ByCategory("", n.slug)
	case "lang":
		return views.Words(n.slug).Name
	}
	return or(t.Name, n.slug)
}

// resultOf is a post with what was looked for marked in its title and in the part of its text that tells most of it.
func resultOf(snap *posts.Snapshot, q *search.Query, p blog.Post) views.SearchResult {
	r := views.SearchResult{Post: p, Heading: pieces(q.Mark(p.Title))}
	excerpt := q.Excerpt(func(yield func(search.Part, []byte) bool) {
		for kind, text := range snap.Plain(p) {
			if !yield(partOf(kind), text) {
				return
			}
		}
	}, excerptLength)
	if excerpt == nil {
		excerpt = q.Mark(p.Summary)
	}
	r.Excerpt = pieces(excerpt)
	return r
}

func pieces(list []search.Fragment) []views.Piece {
	out := make([]views.Piece, len(list))
	for i, f := range list {
		out[i] = views.Piece{Text: f.Text, Marked: f.Marked}
	}
	return out
}

// addBrowse leads on where nothing was looked for or found.
func (s *Server) addBrowse(ctx context.Context, lang blog.Lang, view *views.SearchPage) {
	view.Browse = s.terms(ctx, lang, "tag")
	view.Browse = view.Browse[:min(mostBrowse, len(view.Browse))]
	list := s.pinned(ctx).List(lang)
	for _, p := range list.Cut(0, min(3, list.Len())) {
		view.Latest = append(view.Latest, views.Entry{Post: p})
	}
}

// openSearchDescription tells browsers how to search here: https://github.com/dewitt/opensearch.
type openSearchDescription struct {
	XMLName   xml.Name `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
	ShortName string
	LongName  string `xml:",omitempty"`
	Text      string `xml:"Description"`
	Encoding  string `xml:"InputEncoding"`
	Language  string
	Image     struct {
		Width  int    `xml:"width,attr"`
		Height int    `xml:"height,attr"`
		Type   string `xml:"type,attr"`
		URL    string `xml:",chardata"`
	}
	URL struct {
		Type     string `xml:"type,attr"`
		Method   string `xml:"method,attr"`
		Template string `xml:"template,attr"`
	} `xml:"Url"`
}

// The specification's limits, in characters.
const (
	shortNameLength = 16
	longNameLength  = 48
)

// openSearch describes the search to browsers.
func (s *Server) openSearch(w http.ResponseWriter, r *http.Request) error {
	lang, origin := s.lang(r, ""), s.siteOrigin(r)
	key := s.pageKey(r, "opensearch", lang)
	return s.sendPublic(w, r, public{key: key, shared: true, make: func(ctx context.Context) (made, error) {
		f := s.frame(ctx, origin, lang, "", nil)
		d := openSearchDescription{
			ShortName: cut(f.Site, shortNameLength), Text: cut(views.Words(lang).SearchLabel+" · "+f.Site, 1024), Encoding: "UTF-8", Language: lang,
		}
		if name := cut(f.Site, longNameLength); name != d.ShortName {
			d.LongName = name
		}
		d.Image.Width, d.Image.Height, d.Image.Type, d.Image.URL = 180, 180, "image/png", origin+f.Assets.Touch
		d.URL.Type, d.URL.Method, d.URL.Template = "text/html", "get", origin+f.Search+"?q={searchTerms}"
		b, err := xml.MarshalIndent(d, "", "  ")
		if err != nil {
			return made{}, err
		}
		return made{key: key, body: s.body("application/opensearchdescription+xml; charset=utf-8", append([]byte(xml.Header), b...))}, nil
	}})
}

// cut is at most n characters of s.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
