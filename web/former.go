package web

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"vang/blog"
)

// section answers at the address of a folder of posts, /posts/, or of one of its feeds; ok is false if r asks for none.
func (s *Server) section(w http.ResponseWriter, r *http.Request) (ok bool, err error) {
	ctx, lang := r.Context(), s.lang(r, "")
	_, rest := s.cutLanguage(ctx, r.URL.Path)
	folder, file := path.Split(rest)
	l, ok := s.sectionOf(ctx, lang, strings.Trim(folder, "/"))
	switch {
	case !ok:
		return false, nil
	case file == "":
		return true, s.listing(w, r, l)
	}
	for _, k := range feedKinds() {
		if file == k.file {
			return true, s.sendFeed(w, r, l, k)
		}
	}
	return false, nil
}

// cutLanguage parts a path into its language, "" if it names none, and what is below it.
func (s *Server) cutLanguage(ctx context.Context, p string) (lang blog.Lang, rest string) {
	if first := firstPart(p); s.isLanguage(ctx, first) {
		return first, strings.TrimPrefix(p, "/"+first)
	}
	return "", p
}

// former is where an address leads that other tools give to what is here under another: feeds, pages of lists, terms,
// archives. Hugo, Jekyll, Zola, WordPress and Ghost have such ones; readers' programs and search engines know them.
func (s *Server) former(r *http.Request) (to string, ok bool) {
	ctx, lang := r.Context(), s.lang(r, "")
	_, rest := s.cutLanguage(ctx, r.URL.Path)
	rest = strings.TrimSuffix(strings.Trim(rest, "/"), "index.html")
	list, file := splitFeed(strings.Trim(rest, "/"))
	list, page := splitPage(list)
	if to, ok = s.formerList(ctx, lang, list); !ok {
		return "", false
	}
	switch {
	case file != "":
		if !s.hasFeeds(ctx, lang, to) {
			return "", false
		}
		return path.Join(to, file), true
	case page > 1:
		return withQuery(to, "page", strconv.Itoa(page)), true
	case to == r.URL.EscapedPath():
		return "", false
	}
	return to, true
}

// hasFeeds tells whether the list at an address has feeds: years and the pages of all terms have none, though Hugo's do.
func (s *Server) hasFeeds(ctx context.Context, lang blog.Lang, list string) bool {
	if years := s.below(ctx, lang, "archive"); list == years || strings.HasPrefix(list, years+"/") {
		return false
	}
	for _, part := range directories() {
		if list == s.below(ctx, lang, part) {
			return false
		}
	}
	return true
}

// isFile tells whether an author put a file of theirs at the address: that is what is meant then.
func (s *Server) isFile(r *http.Request) bool {
	for _, name := range []string{r.URL.Path, strings.TrimSuffix(r.URL.Path, "/") + "/index.html"} {
		if _, ok := s.pinned(r.Context()).Static(name); ok && path.Ext(name) != "" {
			return true
		}
	}
	return false
}

// splitFeed cuts the name that a tool gives to a feed off an address; feed is what it is called here, "" if it was none.
func splitFeed(p string) (list, feed string) {
	list, last := path.Split(p)
	switch last {
	case "index.xml", "rss.xml", "rss", "feed", "index.rss", "rss2.xml", "feed.rss":
		feed = rssFile
	case "atom.xml", "atom", "index.atom", "feed.atom", "feed.xml":
		feed = atomFile
		if path.Base(list) == "feed" { // WordPress: /feed/atom/
			list = strings.TrimSuffix(list, "feed/")
		}
	case "feed.json", "index.json":
		feed = jsonFile
	default:
		return p, ""
	}
	return strings.Trim(list, "/"), feed
}

// pageParts are the ends of addresses of a list's further pages: page/2, page2, p/2.
var pageParts = regexp.MustCompile(`(?:^|/)(?:page/|page-?|p/)([1-9][0-9]{0,4})$`)

// splitPage cuts the number of a page off the address of a list.
func splitPage(p string) (list string, page int) {
	m := pageParts.FindStringSubmatchIndex(p)
	if m == nil {
		return p, 1
	}
	page, _ = strconv.Atoi(p[m[2]:m[3]])
	return p[:m[0]], page
}

// formerList finds the list that other tools have at an address.
func (s *Server) formerList(ctx context.Context, lang blog.Lang, p string) (to string, ok bool) {
	p = strings.TrimSuffix(strings.TrimSuffix(p, ".html"), ".php")
	parts := strings.Split(p, "/")
	if l, found := s.sectionOf(ctx, lang, p); found {
		return s.below(ctx, lang, l.parts...), true
	}
	switch first := strings.ToLower(parts[0]); {
	case p == "" || p == "index" || len(parts) == 1 && slices.Contains([]string{"posts", "post", "blog", "articles", "home"}, first):
		return s.homePath(ctx, lang), true
	case len(parts) == 1 && slices.Contains([]string{"archive", "archives"}, first):
		return s.below(ctx, lang, "archive"), true
	case len(parts) == 1:
		if kind := termKind(first); kind != "" {
			return s.below(ctx, lang, directories()[kind]), true
		}
		return s.formerYear(ctx, lang, parts)
	}
	if kind := termKind(strings.ToLower(parts[0])); kind != "" {
		if to, ok = s.formerTerm(ctx, lang, kind, strings.Join(parts[1:], "/")); ok { // Hugo leaves the stroke of a/b
			return to, true
		}
		return s.formerTerm(ctx, lang, kind, parts[len(parts)-1]) // of WordPress' nested categories the innermost
	}
	if slices.Contains([]string{"archive", "archives"}, strings.ToLower(parts[0])) {
		parts = parts[1:]
	}
	return s.formerYear(ctx, lang, parts)
}

// termKind is the kind of terms that stand below a first part of an address; "" for none.
func termKind(first string) string {
	switch first {
	case "tag", "tags", "topics", "topic":
		return tagShelf
	case "category", "categories":
		return categoryShelf
	case "series":
		return seriesShelf
	case "author", "authors":
		return authorShelf
	}
	return ""
}

// formerTerm finds a term by what another tool writes in its address: the word itself, with accents and capitals.
func (s *Server) formerTerm(ctx context.Context, lang blog.Lang, kind, word string) (string, bool) {
	plain, err := url.PathUnescape(word)
	if err != nil {
		plain = word
	}
	for _, slug := range []string{plain, strings.ToLower(plain), blog.Slug(plain)} {
		if l, ok := s.termOf(ctx, lang, kind, slug); ok {
			return s.below(ctx, lang, l.parts...), true
		}
	}
	return s.termSpelt(ctx, lang, kind, plain)
}

// termSpelt finds the one term whose letters and digits are those of word: of R&D Hugo makes rd.
func (s *Server) termSpelt(ctx context.Context, lang blog.Lang, kind, word string) (to string, ok bool) {
	if kind == authorShelf || spelling(word) == "" {
		return "", false
	}
	for _, t := range s.terms(ctx, lang, kind) {
		if spelling(t.Name) != spelling(word) {
			continue
		}
		if ok {
			return "", false
		}
		to, ok = t.URL, true
	}
	return to, ok
}

// spelling is a word's letters and digits, without accents and capitals.
func spelling(word string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, blog.Fold(word))
}

// formerYear finds the year of /2024/, /2024/05/ and /2024/05/17/.
func (s *Server) formerYear(ctx context.Context, lang blog.Lang, parts []string) (string, bool) {
	for _, part := range parts {
		if _, err := strconv.Atoi(part); err != nil {
			return "", false
		}
	}
	year, _ := strconv.Atoi(parts[0])
	if len(parts) > 3 || year < 1000 || year > 9999 {
		return "", false
	}
	for _, y := range s.pinned(ctx).Years(lang) {
		if y.Year == year {
			return s.below(ctx, lang, "archive", parts[0]), true
		}
	}
	return "", false
}
