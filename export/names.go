package export

import (
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"
)

// kept are the parts of a query that choose another page; all others choose what only a server can do, or nothing.
func kept() []string { return []string{"page", "sort", "from", "until", "part"} }

// tidy is an address as it is exported: without a fragment and without what of its query chooses nothing.
func tidy(u *url.URL) *url.URL {
	q := url.Values{}
	for name, values := range u.Query() {
		if slices.Contains(kept(), name) && values[0] != "" {
			q.Set(name, values[0])
		}
	}
	return &url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: q.Encode()}
}

// place is where an address stands among files: the path under which a host serves it, not escaped. A page is a folder with
// an index.html, so that its address needs no ending; a query becomes a part of the path.
func place(u *url.URL, contentType string) string {
	p := path.Clean("/" + u.Path)
	suffix := querySuffix(u.Query())
	kind, _, _ := mime.ParseMediaType(contentType)
	ext := path.Ext(p)
	switch {
	case kind == "text/html" && (ext == ".html" || ext == ".htm"):
		return strings.TrimSuffix(p, ext) + suffix + ext
	case kind == "text/html" && suffix != "":
		return path.Join(p, suffix) + "/"
	case kind == "text/html":
		return strings.TrimSuffix(p, "/") + "/"
	case suffix != "":
		return strings.TrimSuffix(p, ext) + "." + suffix + ext
	}
	return p
}

func querySuffix(q url.Values) string {
	var parts []string
	for _, name := range kept() {
		if v := q.Get(name); v != "" {
			parts = append(parts, name+"-"+strings.Map(safeRune, v))
		}
	}
	return strings.Join(parts, "-")
}

// safeRune keeps what every file system takes.
func safeRune(r rune) rune {
	if r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return '_'
}

// fileOf is the file for a place, relative to the export's root.
func fileOf(place string) string {
	name := strings.TrimPrefix(place, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	return name
}

// relative is the way from the page at one place to another place, escaped: it holds wherever the export is put.
func relative(from, to string) string {
	here := strings.Split(strings.Trim(from[:strings.LastIndexByte(from, '/')+1], "/"), "/")
	if here[0] == "" {
		here = nil
	}
	there := strings.Split(strings.TrimPrefix(to, "/"), "/")
	n := 0
	for n < len(here) && n < len(there)-1 && here[n] == there[n] {
		n++
	}
	parts := append(slices.Repeat([]string{".."}, len(here)-n), there[n:]...)
	way := (&url.URL{Path: strings.Join(parts, "/")}).EscapedPath()
	switch {
	case way == "":
		return "./"
	case strings.Contains(strings.SplitN(way, "/", 2)[0], ":"): // else it would be taken for a scheme
		return "./" + way
	}
	return way
}
