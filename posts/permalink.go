package posts

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"vang/blog"
	"vang/markdown"
)

// ownPath is the address, unescaped, that a document's front matter, its site's settings or its tool give it; "" if that is
// left to Vang.
func (b *builder) ownPath(e *entry) string {
	p := b.writtenPath(e)
	if p == "" {
		switch b.st.tool {
		case markdown.DialectHugo:
			p = b.hugoPath(e)
		case markdown.DialectJekyll:
			p = b.jekyllPath(e)
		case markdown.DialectZola:
			p = b.zolaPath(e)
		default:
			p = b.vangPath(e)
		}
	}
	if p == "" {
		return ""
	}
	slash := strings.HasSuffix(p, "/") || strings.HasSuffix(p, "/.")
	p = path.Clean("/" + p)
	if slash && p != "/" {
		p += "/"
	}
	return p
}

// writtenPath is what the front matter says: Hugo's url, Zola's path or Jekyll's permalink.
func (b *builder) writtenPath(e *entry) string {
	w := e.said.address
	if w.text == "" {
		return ""
	}
	text := w.text
	if strings.Contains(text, ":") {
		expanded, err := b.expand(e, text)
		if err != nil {
			b.problem(e, false, "%s: %v", w.key, err)
			return ""
		}
		text = expanded
	}
	switch w.key {
	case "permalink":
		return text
	case "path":
		return strings.Trim(text, "/") + "/"
	}
	if b.st.tool == markdown.DialectHugo {
		text = hugoClean(text, b.st, false)
	}
	if strings.HasPrefix(text, "/") { // so it names the language itself
		return b.withEnd(text)
	}
	return b.inLanguage(e, b.withEnd("/"+text))
}

// withEnd ends a path of Hugo's: with a slash if it names no file.
func (b *builder) withEnd(p string) string {
	switch {
	case strings.HasSuffix(p, "/"), strings.HasSuffix(p, ".html"), strings.HasSuffix(p, ".htm"):
		return p
	case b.st.ugly && p != "":
		return p + ".html"
	}
	return p + "/"
}

// inLanguage puts a path below its language's, where the settings have it so.
func (b *builder) inLanguage(e *entry, p string) string {
	if prefix := b.st.languages[e.post.Lang]; prefix != "" {
		return "/" + strings.ToLower(prefix) + "/" + strings.TrimPrefix(p, "/")
	}
	return p
}

// vangPath is the pattern that site.yaml has for the post's folder, or for all posts.
func (b *builder) vangPath(e *entry) string {
	if e.post.Page || e.index {
		return ""
	}
	top, _, _ := strings.Cut(e.post.Section, "/")
	pattern := cmp.Or(b.st.permalinks[e.post.Section], b.st.permalinks[top], b.st.permalinks[""])
	if e.post.Date.IsZero() && dated(pattern) {
		return "" // else it would stand in the year 1
	}
	return b.expanded(e, pattern)
}

// dated tells whether a pattern asks for a post's date.
func dated(pattern string) bool {
	return slices.ContainsFunc(token.FindAllString(pattern, -1), func(t string) bool {
		_, ok := dateValue(time.Time{}, t[1:])
		return ok
	})
}

// expanded is expand where a pattern of the settings is used: what is wrong with it is said once, by patternProblems.
func (b *builder) expanded(e *entry, pattern string) string {
	if pattern == "" {
		return ""
	}
	p, err := b.expand(e, pattern)
	if err != nil {
		if !b.faulty[pattern] {
			b.faulty[pattern] = true
			b.problems = append(b.problems, Problem{File: "the site's settings", Message: fmt.Sprintf("permalinks: %v", err)})
		}
		return ""
	}
	return p
}

func (b *builder) hugoPath(e *entry) string {
	dir := e.place.folder
	if e.index {
		return b.inLanguage(e, hugoClean("/"+dir+"/", b.st, true))
	}
	top, _, _ := strings.Cut(dir, "/")
	if pattern := b.st.permalinks[top]; pattern != "" {
		if p := b.expanded(e, pattern); p != "" {
			return b.inLanguage(e, b.withEnd(hugoClean(p, b.st, true)))
		}
	}
	name := cmp.Or(strings.Trim(e.said.slug, "/"), b.hugoName(e))
	return b.inLanguage(e, b.withEnd(hugoClean("/"+path.Join(dir, name), b.st, true)))
}

// hugoName is the name of a file as Hugo has it: with its date, unless the post is dated by its name.
func (b *builder) hugoName(e *entry) string {
	if b.datedByName(e) {
		return e.place.name
	}
	return e.place.stem
}

// datedByName tells whether Hugo's settings take the date of a post, and with it the slug, from the name of its file.
func (b *builder) datedByName(e *entry) bool {
	return b.st.nameDates && !e.place.date.IsZero() && (b.st.nameFirst || e.said.date.IsZero())
}

// hugoSlug is what Hugo's :slug stands for.
func (b *builder) hugoSlug(e *entry) string {
	if e.said.slug == "" && b.datedByName(e) {
		return e.place.name
	}
	return cmp.Or(e.said.slug, e.post.Title)
}

// hugoClean writes a path as Hugo does: spaces as hyphens, and none of the signs that need escaping.
func hugoClean(s string, st *settings, lower bool) string {
	if st.noAccents {
		s = withoutMarks(s)
	}
	runes := []rune(s)
	out := make([]rune, 0, len(runes))
	hyphenDue, wasHyphen := false, false
	for i, r := range runes {
		switch {
		case strings.ContainsRune(`./\_#+~-@`, r), unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '%' && isEscape(runes[i:]):
			wasHyphen = r == '-'
			if hyphenDue && !wasHyphen {
				out = append(out, '-')
			}
			hyphenDue = false
			out = append(out, r)
		case len(out) > 0 && !wasHyphen && unicode.IsSpace(r):
			hyphenDue = true
		}
	}
	if s = string(out); lower && !st.keepCase {
		return strings.ToLower(s)
	}
	return s
}

func isEscape(r []rune) bool {
	return len(r) > 2 && r[1] < 128 && r[2] < 128 && strings.ContainsRune("0123456789abcdefABCDEF", r[1]) && strings.ContainsRune("0123456789abcdefABCDEF", r[2])
}

// withoutMarks takes marks off letters as Hugo does: those that Unicode can part from them, so not the strokes of đ and ø.
func withoutMarks(s string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s)))
}

// jekyllStyles are the patterns that have a name.
func jekyllStyle(name string) string {
	switch name {
	case "date":
		return "/:categories/:year/:month/:day/:title.html"
	case "pretty":
		return "/:categories/:year/:month/:day/:title/"
	case "ordinal":
		return "/:categories/:year/:y_day/:title.html"
	case "weekdate":
		return "/:categories/:year/W:week/:short_day/:title.html"
	case "none":
		return "/:categories/:title.html"
	}
	return name
}

func (b *builder) jekyllPath(e *entry) string {
	if e.place.collection == "posts" {
		return b.expanded(e, jekyllStyle(cmp.Or(b.st.permalinks["posts"], "date")))
	}
	if e.place.collection != "" {
		pattern := cmp.Or(b.st.permalinks[e.place.collection], "/:collection/:path.html")
		return b.expanded(e, jekyllStyle(pattern))
	}
	dir := "/" + e.place.folder
	if e.place.bundle || e.index {
		return path.Join(dir, e.place.stem) + "/"
	}
	p := path.Join(dir, e.place.stem)
	switch style := cmp.Or(b.st.pagesAt, "date"); {
	case style == "pretty", strings.HasSuffix(style, "/"):
		return p + "/"
	case style == "date", style == "ordinal", style == "none", style == "weekdate", strings.HasSuffix(style, ":output_ext"), strings.HasSuffix(style, ".html"):
		return p + ".html"
	}
	return p
}

func (b *builder) zolaPath(e *entry) string {
	dir := e.place.folder
	if e.index {
		return b.inLanguage(e, "/"+dir+"/")
	}
	name := e.place.name
	if b.st.keepDates {
		name = e.place.stem
	}
	name = zolaSlug(cmp.Or(e.said.slug, name), b.st.zolaPaths)
	return b.inLanguage(e, "/"+path.Join(dir, name)+"/")
}

var notZola = regexp.MustCompile(`[^a-z0-9]+`)

func zolaSlug(s, mode string) string {
	switch mode {
	case "off":
		return s
	case "safe":
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`<>:"/|?*#\()[]`, r) }), "_")
	}
	if slug := strings.Trim(notZola.ReplaceAllString(blog.Fold(s), "-"), "-"); slug != "" {
		return slug
	}
	return blog.Slug(s) // letters that no rule here turns into Latin ones stay
}

// token is a variable of a pattern, such as :year or :sections[1:].
var token = regexp.MustCompile(`:([a-z_]+(?:\[[^\]]*\])?|[0-9A-Z][0-9A-Za-z-]*)`)

// expand fills a pattern in.
func (b *builder) expand(e *entry, pattern string) (string, error) {
	var bad []string
	out := token.ReplaceAllStringFunc(pattern, func(t string) string {
		v, ok := b.value(e, t[1:])
		if !ok {
			bad = append(bad, t)
		}
		return v
	})
	if len(bad) > 0 {
		return "", fmt.Errorf("%.60q has %s, which is no part of an address that is known here: there are :year, :month, :day, :title, :slug, :section and others", pattern, strings.Join(bad, " and "))
	}
	return out, nil
}

func (b *builder) value(e *entry, name string) (string, bool) {
	if v, ok := dateValue(e.post.Date, name); ok {
		return v, true
	}
	switch name {
	case "title":
		return b.titleValue(e), true
	case "slug":
		if b.st.tool == markdown.DialectHugo {
			return hugoSegment(b.hugoSlug(e), b.st), true
		}
		return b.slugValue(e, "default", false), true
	case "slugorfilename", "slugorcontentbasename":
		return hugoSegment(cmp.Or(e.said.slug, b.hugoName(e)), b.st), true
	case "filename", "contentbasename":
		return hugoSegment(b.hugoName(e), b.st), true
	case "name", "basename":
		return b.slugValue(e, "default", false), true
	case "section":
		top, _, _ := strings.Cut(e.place.folder, "/")
		return strings.TrimSuffix(top, "."), true
	case "categories", "slugified_categories":
		return b.categoriesValue(e, name), true
	case "collection":
		return e.place.collection, true
	case "path":
		return path.Join(e.place.inCollection, e.place.stem), true
	case "output_ext":
		return ".html", true
	}
	if rest, ok := strings.CutPrefix(name, "sections"); ok {
		return b.sectionsValue(e, rest)
	}
	return "", false
}

// dateValue is a part of an address that the date tells. A post without one is of the year 1, as Hugo has it.
func dateValue(t time.Time, name string) (string, bool) {
	if layout, ok := dateTokens(name); ok {
		return t.Format(layout), true
	}
	year, week := t.ISOWeek()
	switch name {
	case "w_year":
		return fmt.Sprint(year), true
	case "week":
		return fmt.Sprintf("%02d", week), true
	case "weekday":
		return fmt.Sprint(int(t.Weekday())), true
	case "w_day":
		return fmt.Sprint((int(t.Weekday())+6)%7 + 1), true
	case "yearday":
		return fmt.Sprint(t.YearDay()), true
	case "monthname":
		return strings.ToLower(t.Month().String()), true
	case "weekdayname":
		return strings.ToLower(t.Weekday().String()), true
	}
	if name[0] >= '0' && name[0] <= '9' || name[0] >= 'A' && name[0] <= 'Z' { // a layout of Go's
		return t.Format(name), t.Format(name) != name || strings.Contains("2006 01 02", name)
	}
	return "", false
}

func dateTokens(name string) (layout string, ok bool) {
	switch name {
	case "year":
		return "2006", true
	case "short_year":
		return "06", true
	case "month":
		return "01", true
	case "i_month":
		return "1", true
	case "short_month":
		return "Jan", true
	case "long_month":
		return "January", true
	case "day":
		return "02", true
	case "i_day":
		return "2", true
	case "y_day":
		return "002", true
	case "short_day":
		return "Mon", true
	case "long_day":
		return "Monday", true
	case "hour":
		return "15", true
	case "minute":
		return "04", true
	case "second":
		return "05", true
	}
	return "", false
}

func hugoSegment(s string, st *settings) string {
	return hugoClean(strings.TrimSpace(s), st, true)
}

// titleValue is :title: in Hugo the title itself, in Jekyll the name of the file.
func (b *builder) titleValue(e *entry) string {
	switch b.st.tool {
	case markdown.DialectHugo:
		return hugoSegment(e.post.Title, b.st)
	case markdown.DialectJekyll:
		return b.slugValue(e, "pretty", true)
	}
	return e.post.Slug
}

func (b *builder) slugValue(e *entry, mode string, cased bool) string {
	if b.st.tool != markdown.DialectJekyll {
		return e.post.Slug
	}
	return jekyllSlug(cmp.Or(e.said.slug, e.place.name), mode, cased)
}

// jekyllSlug writes a name as Jekyll's slugify does.
func jekyllSlug(s, mode string, cased bool) string {
	var b strings.Builder
	gap := false
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || mode == "pretty" && strings.ContainsRune("._~!$&'()+,;=@", r) {
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
			continue
		}
		gap = true
	}
	if cased {
		return b.String()
	}
	return strings.ToLower(b.String())
}

// categoriesValue are the folders above _posts and the categories that the front matter names, as Jekyll joins them.
func (b *builder) categoriesValue(e *entry, name string) string {
	var parts []string
	for _, c := range e.post.Categories {
		s := strings.ToLower(c.Name)
		if name == "slugified_categories" || b.st.tool != markdown.DialectJekyll {
			s = jekyllSlug(c.Name, "default", false)
		}
		if !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "/")
}

// sectionsValue is the folders of a document that are sections: the first, and those with an _index.md. which picks some of
// them as Hugo does: [1:], [last].
func (b *builder) sectionsValue(e *entry, which string) (string, bool) {
	var parts []string
	all := strings.Split(strings.Trim(e.place.folder, "./"), "/")
	for i := range all {
		if i == 0 || b.indexed[strings.Join(all[:i+1], "/")] {
			parts = append(parts, all[i])
		}
	}
	switch inner := strings.Trim(which, "[]"); {
	case which == "":
	case inner == "last":
		parts = parts[max(0, len(parts)-1):]
	case strings.Contains(inner, ":"):
		from, to, _ := strings.Cut(inner, ":")
		end := len(parts)
		if to != "" && to != "last" {
			end = numberOf(to)
		} else if to == "last" {
			end--
		}
		start := min(max(numberOf(from), 0), len(parts))
		parts = parts[start:max(start, min(end, len(parts)))]
	default:
		i := numberOf(inner)
		if i < 0 || i >= len(parts) {
			return "", true
		}
		parts = parts[i : i+1]
	}
	return strings.Join(parts, "/"), true
}
