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

// linked is the page as data for machines. It is no code, so that a policy which forbids inline script lets it stand; what
// could end the element is escaped in it.
func linked(data any) templ.Component {
	return templ.JSONScript("", data).WithType("application/ld+json")
}

// meta is one property for shares (OpenGraph).
type meta struct{ property, content string }

// shareMeta are the properties that not every page has.
func (f Frame) shareMeta(kind string) []meta {
	var list []meta
	add := func(property, content string) {
		if content != "" && content != "0" {
			list = append(list, meta{property, content})
		}
	}
	if f.Image != "" {
		add("og:image", f.Image)
		add("og:image:width", itoa(f.ImageWidth))
		add("og:image:height", itoa(f.ImageHeight))
		add("og:image:alt", f.ImageAlt)
	}
	add("og:locale", Words(f.Lang).Locale)
	for _, l := range f.Alternates {
		if l.Lang != f.Lang {
			add("og:locale:alternate", Words(l.Lang).Locale)
		}
	}
	if kind == "post" {
		f.Share.properties(add)
	}
	return list
}

func (s Share) properties(add func(property, content string)) {
	if !s.Published.IsZero() {
		add("article:published_time", stamp(s.Published))
	}
	if !s.Updated.IsZero() {
		add("article:modified_time", stamp(s.Updated))
	}
	for _, a := range s.Authors {
		add("article:author", a)
	}
	add("article:section", s.Section)
	for _, t := range s.Tags {
		add("article:tag", t)
	}
}

// card is how a link looks where it is shared: with a wide picture, or with a small one.
func (f Frame) card() string {
	if f.Image == "" || f.ImageWidth > 0 && f.ImageWidth < 280 {
		return "summary"
	}
	return "summary_large_image"
}

// current marks the menu's link to the page that is shown.
func (f Frame) current(url string) templ.Attributes {
	if url == f.Path {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

// siteFeeds are the feeds of the whole blog.
func (f Frame) siteFeeds() []Feed {
	var list []Feed
	for _, feed := range f.Feeds {
		if !feed.Own {
			list = append(list, feed)
		}
	}
	return list
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
