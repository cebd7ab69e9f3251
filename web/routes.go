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
	return []route{
		{"GET /{$}", s.home, g},
		{"GET /category/{slug}", s.category, g},
		{"GET /tag/{slug}", s.tag, g},
		{"GET /archive", s.archive, g},
		{"GET /archive/{year}", s.archive, g},
		{"GET /blog/{slug}", s.post, g},
		{slashed, s.withoutSlash, g},
		{"GET /feed.xml", s.feedXML, g},
		{"GET /feed.json", s.feedJSON, g},
		{"GET /sitemap.xml", s.sitemap, g},
		{"GET /robots.txt", s.robots, g},
	}
}

// restRoutes are the addresses whose first part is a language or an author's word.
func (s *Server) restRoutes() []route {
	g := pageGroup()
	return []route{
		{"GET /{lang}/{$}", s.inLanguage(s.home), g},
		{"GET /{lang}/category/{slug}", s.inLanguage(s.category), g},
		{"GET /{lang}/tag/{slug}", s.inLanguage(s.tag), g},
		{"GET /{lang}/archive", s.inLanguage(s.archive), g},
		{"GET /{lang}/archive/{year}", s.inLanguage(s.archive), g},
		{"GET /{lang}/feed.xml", s.inLanguage(s.feedXML), g},
		{"GET /{lang}/feed.json", s.inLanguage(s.feedJSON), g},
		{onePart, s.elsewhere, g}, // else the mux itself would lead from /x to /x/
		{catchAll, s.elsewhere, g},
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
		{"GET /media/{file...}", s.media, g},
		{"GET /favicon.ico", s.favicon, g},
		{"GET " + speculationPath, s.speculation, g},
	}
}

// table is every route but the rest's.
func (s *Server) table() []route {
	return slices.Concat(s.pageRoutes(), s.commentRoutes(), s.assetRoutes(), s.apiRoutes(), s.liveRoutes(), s.deskRoutes(), s.opsRoutes())
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
