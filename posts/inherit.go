package posts

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"vang/blog"
	"vang/markdown"
)

// guess finds the tool for which a folder without settings was written, from its files. Vang's own folders have posts/ or
// pages/, or a site.yaml.
func (b *builder) guess(paths []string, files map[string]*file, s shape) {
	if b.st.given {
		return
	}
	toml, zola, index, dated, old := 0, 0, 0, 0, 0
	for _, p := range paths {
		f, base := files[p], path.Base(p)
		toml += count01(f.toml)
		zola += count01(f.zola)
		index += count01(strings.HasPrefix(base, "_index."))
		dated += count01(!strings.Contains(p, "/") && datedName.MatchString(strings.TrimSuffix(base, path.Ext(base))))
		old += count01(path.Ext(base) == ".markdown")
	}
	switch n := len(paths); {
	case s == jekyll && !b.st.own:
		b.st.tool, b.st.permalinks["posts"] = markdown.DialectJekyll, "date"
	case b.st.own || s == sections || n == 0:
	case 2*zola > n:
		b.st.tool, b.st.future = markdown.DialectZola, true
	case 2*toml > n || index > 0:
		b.st.tool = markdown.DialectHugo
	case dated == n && 2*old > n: // what lies in _posts, without its folder
		b.st.tool, b.house.posts = markdown.DialectJekyll, true
	}
}

func count01(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// sort tells posts from pages.
func (b *builder) sort(entries []*entry) {
	if b.st.tool == markdown.DialectHugo || b.st.tool == markdown.DialectZola {
		main := b.mainFolders(entries)
		for _, e := range entries {
			top, _, deep := strings.Cut(e.place.folder, "/")
			listed := slices.Contains(main, top) || !e.post.Date.IsZero() && (deep || top != "" || b.st.tool == markdown.DialectZola)
			e.post.Page = e.index || !listed
		}
	}
	for _, e := range entries {
		e.post.Comments = e.post.Comments && !e.post.Page
	}
}

// mainFolders are those whose files are posts though they have no date: what the settings say, else those with a usual name,
// else the fullest, which is Hugo's rule.
func (b *builder) mainFolders(entries []*entry) []string {
	if len(b.st.main) > 0 {
		return b.st.main
	}
	count := map[string]int{}
	for _, e := range entries {
		if top, _, _ := strings.Cut(e.place.folder, "/"); top != "" && !e.index {
			count[top]++
		}
	}
	var usual []string
	fullest := ""
	for _, top := range sortedKeys(count) {
		if slices.Contains([]string{"post", "posts", "blog", "blogs", "articles", "news"}, strings.ToLower(top)) {
			usual = append(usual, top)
		}
		if fullest == "" || count[top] > count[fullest] {
			fullest = top
		}
	}
	if len(usual) > 0 || fullest == "" {
		return usual
	}
	return []string{fullest}
}

// cascade makes what Hugo's _index.md hands down to the files of its folder front matter of theirs.
func (b *builder) cascade(e *entry) {
	for _, values := range e.file.cascade {
		dir := path.Dir(e.file.path)
		if dir == "." {
			dir = ""
		}
		b.st.defaults = append(b.st.defaults, defaults{path: dir, values: values})
	}
}

// cascades are the values that an _index.md hands down to all of its folder; those for some of its files alone are left out.
func (m fields) cascades() (list []map[string]any) {
	v := m.values["cascade"]
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	for _, item := range items {
		if values, ok := item.(map[string]any); ok {
			values = smallTree(values).(map[string]any)
			if values["_target"] == nil && values["target"] == nil {
				list = append(list, values)
			}
		}
	}
	return list
}

// inherit fills what the file leaves out from the defaults of its scope; a later scope goes before an earlier one.
func (b *builder) inherit(e *entry) {
	for i := len(b.st.defaults) - 1; i >= 0; i-- {
		d := &b.st.defaults[i]
		if !d.holds(e) {
			continue
		}
		if d.file == nil {
			d.file = &file{path: "defaults"}
			d.file.values(fields{front: front{values: smallKeys(d.values)}, note: func(int, string) {}})
		}
		e.take(d.file)
	}
}

func (d defaults) holds(e *entry) bool {
	if d.path != "" && e.file.path != d.path && !strings.HasPrefix(e.file.path, d.path+"/") {
		if ok, err := path.Match(d.path, e.file.path); err != nil || !ok {
			return false
		}
	}
	switch d.kind {
	case "", e.place.collection:
		return true
	case "pages", "page":
		return e.place.collection == ""
	case "post", "drafts", "draft":
		return e.place.collection == "posts"
	}
	return false
}

// take takes over what other says and the entry's own file does not. The file itself is shared and stays.
func (e *entry) take(other *file) {
	p, from := &e.post, &other.post
	f := e.said
	if !f.draftSet && other.draftSet {
		p.Draft, f.draftSet = from.Draft, true
	}
	if !f.commentsSet && other.commentsSet {
		p.Comments, f.commentsSet = from.Comments, true
	}
	if len(p.Authors) == 0 {
		p.Authors = from.Authors
	}
	if len(p.Categories) == 0 {
		p.Categories = from.Categories
	}
	if len(p.Tags) == 0 {
		p.Tags = from.Tags
	}
	if p.Series.Slug == "" {
		p.Series, p.Part = from.Series, from.Part
	}
	if p.Image == "" {
		p.Image, p.ImageAlt = from.Image, from.ImageAlt
	}
	p.Lang = cmp.Or(p.Lang, from.Lang)
	f.layout = cmp.Or(f.layout, other.layout)
	if f.address.text == "" {
		f.address = other.address
	}
	f.hidden = f.hidden || other.hidden
	if len(from.Params) > 0 {
		params := maps.Clone(from.Params)
		maps.Copy(params, p.Params)
		p.Params = params
	}
	e.said = f
}

// known gathers those whom posts may name.
func (b *builder) known() {
	var more []blog.Person
	has := func(slug string) bool {
		same := func(a blog.Person) bool { return a.Slug == slug }
		return slices.ContainsFunc(b.site.Authors, same) || slices.ContainsFunc(more, same)
	}
	for key, p := range b.st.people {
		b.people[key] = p
		if !has(p.Slug) {
			more = append(more, p)
		}
	}
	slices.SortFunc(more, func(x, y blog.Person) int { return cmp.Compare(x.Slug, y.Slug) })
	b.site.Authors = append(b.site.Authors, more...)
	for _, p := range b.st.site.Authors {
		b.people[strings.ToLower(p.Name)], b.people[p.Slug] = p, p
	}
	for _, p := range b.site.Authors {
		b.named[p.Slug] = p.Name
	}
	if a := &b.site.Author; a.Name != "" {
		*a = b.person(*a)
		b.people[strings.ToLower(a.Name)], b.people[a.Slug] = *a, *a // whom posts may name too
	}
}

// profile knows an author by the page that Hugo's themes have for them: authors/an/_index.md.
func (b *builder) profile(e *entry) {
	key, ok := strings.CutPrefix(e.place.section(), "authors/")
	if _, known := b.people[key]; !ok || known || strings.Contains(key, "/") {
		return
	}
	p := blog.Person{
		Name: cmp.Or(e.post.Title, key), Slug: blog.Slug(key), Picture: e.post.Image,
		Bio: cmp.Or(textOf(e.post.Params["bio"]), e.post.Summary), URL: textOf(e.post.Params["website"]),
	}
	b.people[key], b.people[strings.ToLower(p.Name)] = p, p
	b.site.Authors = append(b.site.Authors, p)
}

// person adds what the settings know of an author.
func (b *builder) person(p blog.Person) blog.Person {
	known, ok := b.people[strings.ToLower(p.Name)]
	if ok {
		p.Name = known.Name
		p.URL, p.Bio, p.Picture = cmp.Or(p.URL, known.URL), cmp.Or(p.Bio, known.Bio), cmp.Or(p.Picture, known.Picture)
		p.Slug = cmp.Or(p.Slug, known.Slug)
		if len(p.Me) == 0 {
			p.Me = known.Me
		}
	}
	p.Slug = b.ownSlug(blog.Slug(cmp.Or(p.Slug, p.Name)), p.Name)
	return p
}

// ownSlug keeps people apart whose names differ in their marks alone, as An and Ân do.
func (b *builder) ownSlug(slug, name string) string {
	for n := 1; ; n++ {
		own := slug
		if n > 1 {
			own = fmt.Sprintf("%s-%d", slug, n)
		}
		if first, taken := b.named[own]; !taken || strings.EqualFold(first, name) {
			b.named[own] = name
			return own
		}
	}
}

// whose names a post's authors.
func (b *builder) whose(e *entry) {
	p := &e.post
	if len(p.Authors) == 0 {
		if b.site.Author.Name != "" {
			p.Authors = []blog.Person{b.site.Author}
		}
		return
	}
	authors := make([]blog.Person, len(p.Authors)) // the file's own are shared
	for i, a := range p.Authors {
		authors[i] = b.person(a)
	}
	p.Authors = authors
}
