package web

import (
	"net/http"
	"strings"

	"vang/blog"
	"vang/static"
	"vang/views"
)

const (
	speculationPath = "/speculation-rules.json"
	// forever is for addresses that name their content.
	forever = "public, max-age=31536000, immutable"
	daily   = "public, max-age=86400"
)

// speculation has browsers fetch a page when the pointer rests on its link. Nothing that has a query or writes is fetched.
const speculation = `{"prefetch":[{"source":"document","where":{"and":[{"href_matches":"/*"},` +
	`{"not":{"href_matches":"/*\\?*"}},{"not":{"href_matches":"/blog/*/comments/*"}},{"not":{"href_matches":"/api/*"}},` +
	`{"not":{"href_matches":"/me/*"}},{"not":{"href_matches":"/static/*"}},{"not":{"href_matches":"/media/*"}},` +
	`{"not":{"href_matches":"/*.(xml|json|txt)"}}]},"eagerness":"moderate"}]}` + "\n"

// speculate tells browsers where the rules are; a header, since an inline script would need an exception in the policy.
func speculate(h http.Header) { h.Set("Speculation-Rules", `"`+speculationPath+`"`) }

func (s *Server) speculation(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", daily)
	return s.sendFile(w, r, func() *body { return newBody("application/speculationrules+json", []byte(speculation)) })
}

func (s *Server) frameAssets() views.Assets {
	return views.Assets{
		Style: s.assets.Path("vang.css"), Script: s.assets.Path("vang.js"),
		Icon: s.assets.Path("icon.svg"), Touch: s.assets.Path("touch-icon.png"),
	}
}

// staticFile answers with one of the site's own files. Under another hash than its own it must not be stored: a replica of
// another version has these bytes, and this page came from that one.
func (s *Server) staticFile(w http.ResponseWriter, r *http.Request) error {
	f, current := s.assets.Lookup(r.URL.Path)
	if f == nil {
		return blog.E(blog.NotFound, nil)
	}
	if !current {
		w.Header().Set("Cache-Control", "no-store")
		return assetBody(f).send(w, r, http.StatusOK)
	}
	w.Header().Set("Cache-Control", forever)
	return s.sendFile(w, r, func() *body { return assetBody(f) })
}

// sendFile answers with what depends on the address alone. Like a page it is kept, and so has a ready answer.
func (s *Server) sendFile(w http.ResponseWriter, r *http.Request, open func() *body) error {
	key := "file\x00" + r.URL.Path
	b, ok := s.cache.get(key)
	if !ok {
		b = open()
		s.cache.put(key, b)
	}
	s.keepReady(w.Header(), r, key, nil, nil, b)
	return b.send(w, r, http.StatusOK)
}

// assetBody shares the encodings that the build made.
func assetBody(f *static.File) *body {
	b := &body{contentType: f.ContentType, identity: &variant{bytes: f.Identity, etag: f.ETag}}
	b.squeeze.Do(func() {}) // the build decided what is worth compressing
	if f.Gzip != nil {
		b.gzip.Store(&variant{encoding: "gzip", bytes: f.Gzip, etag: strings.TrimSuffix(f.ETag, `"`) + `-gz"`})
	}
	if f.Brotli != nil {
		b.brotli.Store(&variant{encoding: "br", bytes: f.Brotli, etag: strings.TrimSuffix(f.ETag, `"`) + `-br"`})
	}
	return b
}

// favicon is for browsers and programs that ask without reading the page: the address is theirs, so it leads to the file.
func (s *Server) favicon(w http.ResponseWriter, r *http.Request) error {
	icon := s.assets.Path("icon.svg")
	if icon == "" {
		return blog.E(blog.NotFound, nil)
	}
	w.Header().Set("Cache-Control", daily)
	if f, ok := s.pinned(r.Context()).Static(r.URL.Path); ok {
		return s.sendAuthored(w, r, f)
	}
	http.Redirect(w, r, icon, http.StatusFound)
	return nil
}
