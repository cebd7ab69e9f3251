package views

import (
	"net/url"
	"strconv"

	"github.com/a-h/templ"
)

// htmxConfig: no history (native navigation keeps it), no style element (the CSP forbids it), and a socket that also comes
// back after 1000, which is what htmx itself sends on pagehide: a page restored by Back would stay dead.
const htmxConfig = `{"history":false,"includeIndicatorCSS":false,"defaultTimeout":30000,` +
	`"ws":{"reconnectCodes":[1000,1001,1005,1006,1011,1012,1013,1014],"reconnectJitter":1,"reconnectMaxDelay":15000}}`

// scriptWords is all that the script may say: it has no words of its own. Only a post's page has something to say.
func scriptWords(w *Catalogue, kind string) templ.Attributes {
	if kind != "post" {
		return nil
	}
	return templ.Attributes{
		"data-one": w.NewComments1, "data-many": w.NewComments, "data-arrived": w.Arrived, "data-kept": w.NoticeKept,
		"data-failed": w.NotSent,
	}
}

func (f Frame) documentTitle() string {
	switch {
	case f.Title != "" && f.Title != f.Site:
		return f.Title + " · " + f.Site
	case f.Tagline != "":
		return f.Site + " · " + f.Tagline
	}
	return f.Site
}

func (f Frame) shareTitle() string {
	if f.Title == "" {
		return f.Site
	}
	return f.Title
}

// otherLanguages are those that the reader could switch to.
func (f Frame) otherLanguages() []Language {
	var others []Language
	for _, l := range f.Languages {
		if l.Lang != f.Lang {
			others = append(others, l)
		}
	}
	return others
}

// kind is the name of the format, the same in every language.
func (f Feed) kind() string {
	switch f.Type {
	case "application/atom+xml":
		return "Atom"
	case "application/rss+xml":
		return "RSS"
	}
	return "JSON"
}

func itoa(n int) string { return strconv.Itoa(n) }

// foreign is lang where it differs from around, else "": only text in another language needs a lang of its own.
func foreign(lang, around string) string {
	if lang == around {
		return ""
	}
	return lang
}

// permalink opens the page of a discussion on which a comment stands, at that comment.
func permalink(slug, id string) string {
	return "/blog/" + url.PathEscape(slug) + "?at=" + url.QueryEscape(id) + "#c-" + id
}

func replyLink(slug, id string) string {
	return "/blog/" + url.PathEscape(slug) + "?reply=" + url.QueryEscape(id) + "#comment-form"
}

func commentLink(slug, id, verb string) string {
	return "/blog/" + url.PathEscape(slug) + "/comments/" + url.PathEscape(id) + "/" + verb
}

// homeOf is never empty: an error page may be drawn before the frame is known.
func homeOf(f Frame) string {
	if f.Home == "" {
		return "/"
	}
	return f.Home
}
