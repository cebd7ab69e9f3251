package web

import (
	"net/http"
	"path"
	"strings"
)

const (
	typeSVG     = "image/svg+xml"
	typeHTML    = "text/html; charset=utf-8"
	typeUnknown = "application/octet-stream"
	typePlain   = "text/plain; charset=utf-8"
)

// kinds are the types of files, by extension: a table of our own, since that of the system differs from one to the next. What
// could run in this site's name is plain text, and what is not here is handed out for download.
const kinds = " png:image/png jpg:image/jpeg jpeg:image/jpeg jpe:image/jpeg jfif:image/jpeg gif:image/gif webp:image/webp avif:image/avif " +
	"apng:image/apng svg:image/svg+xml ico:image/x-icon bmp:image/bmp heic:image/heic heif:image/heif jxl:image/jxl " +
	"mp4:video/mp4 m4v:video/mp4 webm:video/webm ogv:video/ogg mov:video/quicktime mp3:audio/mpeg m4a:audio/mp4 ogg:audio/ogg oga:audio/ogg " +
	"opus:audio/ogg wav:audio/wav flac:audio/flac aac:audio/aac pdf:application/pdf epub:application/epub+zip " +
	"woff:font/woff woff2:font/woff2 ttf:font/ttf otf:font/otf zip:application/zip gz:application/gzip tgz:application/gzip " +
	"wasm:application/wasm gpx:application/gpx+xml ics:text/calendar json:application/json geojson:application/geo+json webmanifest:application/manifest+json "

// texts are types that are compressed and told to be UTF-8.
const texts = " css:text/css csv:text/csv vtt:text/vtt html:text/html htm:text/html txt:text/plain js:text/plain mjs:text/plain xml:text/plain " +
	"xhtml:text/plain md:text/plain markdown:text/plain yaml:text/plain yml:text/plain toml:text/plain srt:text/plain tsv:text/plain bib:text/plain " +
	"tex:text/plain ipynb:text/plain asc:text/plain go:text/plain py:text/plain rb:text/plain rs:text/plain c:text/plain h:text/plain cpp:text/plain " +
	"java:text/plain ts:text/plain sh:text/plain sql:text/plain log:text/plain diff:text/plain patch:text/plain kml:text/plain "

// mediaType is the type of a file of that name.
func mediaType(name string) string {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	if ext == "" || strings.ContainsAny(ext, " :") {
		return typeUnknown
	}
	if _, rest, ok := strings.Cut(texts, " "+ext+":"); ok {
		kind, _, _ := strings.Cut(rest, " ")
		return kind + "; charset=utf-8"
	}
	if _, rest, ok := strings.Cut(kinds, " "+ext+":"); ok {
		kind, _, _ := strings.Cut(rest, " ")
		return kind
	}
	return typeUnknown
}

func isText(kind string) bool {
	return strings.HasPrefix(kind, "text/") || kind == typeSVG || strings.HasSuffix(kind, "json")
}

// describeFile says what a file is and what it may do when it is opened by itself: nothing that the site may.
func describeFile(h http.Header, kind string) {
	h.Set("Content-Type", kind)
	policy := "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; frame-ancestors 'self'"
	switch {
	case kind == typeHTML:
		policy = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' https: data:; font-src 'self' data:; media-src 'self'; sandbox"
	case kind == "application/pdf": // browsers' viewers do not work in a sandbox
		policy = "frame-ancestors 'self'"
	case strings.HasPrefix(kind, "video/"), strings.HasPrefix(kind, "audio/"):
	default:
		policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; sandbox"
	}
	h.Set("Content-Security-Policy", policy)
	if kind == typeUnknown {
		h.Set("Content-Disposition", "attachment")
	}
}
