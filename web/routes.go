package web

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Limits of the groups below. A page's is under the 5 s that a proxy waits for one.
const (
	pageTimeout  = 4 * time.Second
	formTimeout  = 10 * time.Second
	assetTimeout = time.Minute
	// formBytes holds the longest comment in its longest form: four bytes a character, three characters a byte.
	formBytes = 256 << 10
)

// handler answers a request, or says what is wrong with it.
type handler = func(http.ResponseWriter, *http.Request) error

// pageGroup is what readers read.
func pageGroup() group {
	return group{name: "page", timeout: pageTimeout, session: true, cache: "no-cache"}
}

// formGroup is what readers write without a program.
func formGroup() group {
	return group{name: "form", timeout: formTimeout, body: formBytes, session: true, cache: privateCache}
}

// assetGroup is files.
func assetGroup() group { return group{name: "asset", timeout: assetTimeout} }

// pageRoutes are the pages. Those below {lang} are mounted apart, since a variable first part would conflict with the
// fixed ones.
func (s *Server) pageRoutes() []route {
	g := pageGroup()
	return append([]route{
		{"GET /blog/{slug}", s.post, g},
		{slashed, s.withoutSlash, g},
		{"GET /sitemap.xml", s.sitemap, g},
		{"GET /robots.txt", s.robots, g},
	}, s.listRoutes("", func(h handler) handler { return h })...)
}

// listRoutes are the lists of a language and their feeds, below a first part of the address.
func (s *Server) listRoutes(below string, guard func(handler) handler) []route {
	g := pageGroup()
	var routes []route
	add := func(path string, h handler) { routes = append(routes, route{"GET " + below + path, guard(h), g}) }
	shelf := func(path, listing string, find shelfFinder) {
		add(path+listing, s.listed(find))
		for _, k := range feedKinds() {
			add(path+"/"+k.file, s.feed(find, k))
		}
	}
	shelf("", "/{$}", s.homeList)
	for _, kind := range []string{categoryShelf, tagShelf, seriesShelf, authorShelf} {
		shelf("/"+kind+"/{slug}", "", s.termShelf(kind))
	}
	for kind, path := range directories() {
		add("/"+path, s.directory(kind))
	}
	add("/archive", s.archive)
	add("/archive/{year}", s.archive)
	add("/search", s.search)
	add("/opensearch.xml", s.openSearch)
	return routes
}

// restRoutes are the addresses whose first part is a language or an author's word.
func (s *Server) restRoutes() []route {
	g := pageGroup()
	return append([]route{
		{onePart, s.elsewhere, g}, // else the mux itself would lead from /x to /x/
		{catchAll, s.elsewhere, g},
	}, s.listRoutes("/{lang}", s.inLanguage)...)
}

// inLanguage is h below a language; what names none is elsewhere.
func (s *Server) inLanguage(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !s.isLanguage(r.Context(), r.PathValue("lang")) {
			return s.elsewhere(w, r)
		}
		return h(w, r)
	}
}

// commentRoutes are the discussion's forms and fragments.
func (s *Server) commentRoutes() []route {
	g := formGroup()
	return []route{
		{"GET /blog/{slug}/comments", s.commentList, pageGroup()},
		{"POST /blog/{slug}/comments", s.createComment, g},
		{"GET /blog/{slug}/comments/{id}/edit", s.editForm, g},
		{"POST /blog/{slug}/comments/{id}/edit", s.editComment, g},
		{"GET /blog/{slug}/comments/{id}/delete", s.deleteForm, g},
		{"POST /blog/{slug}/comments/{id}/delete", s.deleteComment, g},
		{"POST /me/forget", s.forget, g},
	}
}

// assetRoutes are files: the site's own and the authors'.
func (s *Server) assetRoutes() []route {
	g := assetGroup()
	return []route{
		{"GET /static/{file...}", s.staticFile, g},
		{"GET /files/{file}", s.media, g}, // else the mux itself would lead from /files/x to /files/x/
		{"GET /files/{version}/{path...}", s.versioned, g},
		{"GET /media/{file...}", s.media, g},
		{"GET /favicon.ico", s.favicon, g},
		{"GET " + speculationPath, s.speculation, g},
	}
}

// table is every route but the rest's.
func (s *Server) table() []route {
	return slices.Concat(s.pageRoutes(), s.commentRoutes(), s.assetRoutes(), s.cardRoutes(), s.apiRoutes(), s.liveRoutes(), s.deskRoutes(), s.opsRoutes())
}

// The patterns of addresses that no fixed route has, and of one that only leads to another.
const (
	catchAll = "GET /{path...}"
	onePart  = "GET /{slug}"
	slashed  = "GET /blog/{slug}/{$}"
)

func (s *Server) mount() {
	s.mux, s.rest = http.NewServeMux(), http.NewServeMux()
	for _, rt := range s.table() {
		s.mux.Handle(rt.pattern, s.adapt(rt))
	}
	for _, rt := range s.restRoutes() {
		s.rest.Handle(rt.pattern, s.adapt(rt))
	}
	nothing := s.adapt(route{handle: s.nothing, group: pageGroup()})
	s.mux.Handle(catchAll, s.rest)
	s.mux.Handle("/", nothing)
	s.rest.Handle("/", nothing)
}

// dispatch hands the request to its route. A program's unknown address is answered in a program's words.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		if _, pattern := s.mux.Handler(r); pattern == "/" || pattern == catchAll {
			s.adapt(route{handle: s.nothing, group: group{name: "api", timeout: pageTimeout, api: true}}).ServeHTTP(w, r)
			return
		}
	}
	s.mux.ServeHTTP(w, r)
}
