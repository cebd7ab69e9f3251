package posts

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"vang/blog"
)

// hugoFolders lays what config/_default, and for a site that is online config/production, hold over t.
func (st *settings) hugoFolders(fsys fs.FS, t tree) (found bool) {
	for _, folder := range []string{"config/_default", "config/production"} {
		entries, err := fs.ReadDir(fsys, folder)
		if err != nil {
			continue
		}
		for _, e := range entries {
			stem, ext := strings.TrimSuffix(e.Name(), path.Ext(e.Name())), path.Ext(e.Name())
			if e.IsDir() || !slices.Contains([]string{".toml", ".yaml", ".yml", ".json"}, ext) {
				continue
			}
			part, _ := st.tree(fsys, folder+"/"+e.Name())
			found = true
			t.merge(hugoPart(strings.ToLower(stem), part))
		}
	}
	return found
}

// hugoPart puts a file of Hugo's folder under the key that its name is: params.toml, menus.en.toml.
func hugoPart(stem string, part tree) tree {
	if stem == "hugo" || stem == "config" {
		return part
	}
	stem, lang, perLanguage := strings.Cut(stem, ".")
	if stem == "menu" || stem == "menus" {
		stem = "menus"
		if inner, ok := part["menus"].(map[string]any); ok {
			part = inner
		}
		if inner, ok := part["menu"].(map[string]any); ok {
			part = inner
		}
	}
	whole := tree{stem: map[string]any(part)}
	if stem == "params" || stem == "languages" || stem == "menus" || !perLanguage {
		if inner, ok := part[stem].(map[string]any); ok && len(part) == 1 {
			whole = tree{stem: inner}
		}
	}
	if perLanguage {
		return tree{"languages": map[string]any{lang: map[string]any(whole)}}
	}
	return whole
}

func (st *settings) hugo(file string, t tree) {
	params := t.below("params")
	st.site = blog.Site{
		Title: t.text("title"), Tagline: t.text("params.subtitle", "params.tagline", "params.slogan"),
		Description: t.text("params.description", "params.desc"),
		Author:      personFrom(firstOf(params["author"], t["author"])), Image: firstText(map[string]any{"a": firstOf(firstItem(params["images"]), params["image"])}, "a"),
		Params: params,
	}
	st.site.PageSize = pageSizeOf(firstOf(t.at("pagination.pagersize"), t["paginate"]))
	st.below(t.text("baseurl"))
	st.content = strings.Trim(path.Clean("/"+cmp.Or(t.text("contentdir"), "content")), "/")
	st.ugly, st.keepCase, st.noAccents = t.flag("uglyurls"), t.flag("disablepathtolower"), t.flag("removepathaccents")
	st.drafts, st.future, st.expired = t.flag("builddrafts"), t.flag("buildfuture"), t.flag("buildexpired")
	dates := t.list("frontmatter.date")
	st.nameDates = slices.Contains(dates, ":filename")
	st.nameFirst = st.nameDates && dates[0] == ":filename"
	st.locate(file, t.text("timezone"))
	st.main = t.list("params.mainsections", "mainsections")
	st.hugoPermalinks(t)
	st.hugoShelves(t)
	st.hugoLanguages(t)
	st.site.Me = profiles(params)
}

// hugoPermalinks reads patterns by section; since Hugo 0.115 they may stand under the kind of page.
func (st *settings) hugoPermalinks(t tree) {
	for k, v := range t.below("permalinks") {
		if pattern, ok := v.(string); ok {
			st.permalinks[strings.Trim(k, "/")] = pattern
		}
	}
	for k, v := range t.below("permalinks.page") {
		if pattern, ok := v.(string); ok {
			st.permalinks[strings.Trim(k, "/")] = pattern
		}
	}
}

// hugoShelves notes the words of a site for its taxonomies: tag = "schlagworte".
func (st *settings) hugoShelves(t tree) {
	st.shelves = map[string]string{}
	for singular, v := range t.below("taxonomies") {
		plural := strings.ToLower(textOf(v))
		switch singular {
		case "tag", "category", "author":
			st.shelves[singular] = plural
		case "series":
			st.shelves["series"] = plural
		}
	}
}

func (st *settings) hugoLanguages(t tree) {
	own := cmp.Or(t.text("defaultcontentlanguage"), "")
	languages := t.below("languages")
	if own == "" && len(languages) == 0 {
		st.site.Lang = knownLanguage(t.text("languagecode", "locale"))
	}
	st.site.Lang = cmp.Or(st.site.Lang, knownLanguage(own))
	if len(languages) > 0 {
		st.site.Lang = cmp.Or(st.site.Lang, "en")
	}
	inFolder := t.flag("defaultcontentlanguageinsubdir")
	for _, key := range sortedKeys(languages) {
		l, sub := knownLanguage(key), t.below("languages."+key)
		if l == "" || sub.flag("disabled") {
			continue
		}
		st.languages[l] = key
		if l == st.site.Lang && !inFolder {
			st.languages[l] = ""
		}
		if dir := sub.text("contentdir"); dir != "" {
			dir = strings.Trim(path.Clean("/"+dir), "/")
			if below, ok := strings.CutPrefix(dir, st.content+"/"); ok {
				st.folders[below] = l
			} else if dir != st.content {
				st.content, st.folders[strings.TrimPrefix(dir, path.Dir(dir)+"/")] = path.Dir(dir), l
			}
		}
		st.hugoLanguage(l, sub)
	}
	st.menus(st.site.Lang, firstOf(t["menus"], t["menu"]))
}

// hugoLanguage takes over what a language says for itself.
func (st *settings) hugoLanguage(l blog.Lang, sub tree) {
	put := func(m *map[blog.Lang]string, s string) {
		if s != "" {
			if *m == nil {
				*m = map[blog.Lang]string{}
			}
			(*m)[l] = s
		}
	}
	put(&st.site.Titles, sub.text("title"))
	put(&st.site.Taglines, sub.text("params.subtitle", "params.tagline"))
	if l == st.site.Lang {
		st.site.Title = cmp.Or(st.site.Title, sub.text("title"))
		st.site.Description = cmp.Or(st.site.Description, sub.text("params.description", "params.desc"))
		if st.site.Author.Name == "" {
			st.site.Author = personFrom(sub.at("params.author"))
		}
	}
	st.menus(l, firstOf(sub["menus"], sub["menu"]))
}

// menus takes over the main menu of a language: entries with an address of their own or of a page.
func (st *settings) menus(l blog.Lang, v any) {
	m, _ := v.(map[string]any)
	entries, _ := m["main"].([]any)
	type weighed struct {
		blog.MenuItem
		weight int
	}
	var list []weighed
	for _, e := range entries {
		item, _ := e.(map[string]any)
		if item["parent"] != nil {
			continue
		}
		w := weighed{blog.MenuItem{Label: firstText(item, "name", "title", "identifier"), URL: firstText(item, "url", "pageref")}, numberOf(item["weight"])}
		if w.URL != "" && !strings.Contains(w.URL, ":") && !strings.HasPrefix(w.URL, "#") {
			w.URL = "/" + strings.TrimPrefix(w.URL, "/")
		}
		if w.Label != "" && w.URL != "" {
			list = append(list, w)
		}
	}
	slices.SortStableFunc(list, func(a, b weighed) int { return cmp.Compare(numberLast(a.weight), numberLast(b.weight)) })
	if len(list) == 0 || l == "" {
		return
	}
	if st.site.Menu == nil {
		st.site.Menu = map[blog.Lang][]blog.MenuItem{}
	}
	st.site.Menu[l] = nil
	for _, w := range list {
		st.site.Menu[l] = append(st.site.Menu[l], w.MenuItem)
	}
}

// hugoData reads data/authors, from which themes take bios.
func (st *settings) hugoData(fsys fs.FS) {
	st.people = map[string]blog.Person{}
	entries, _ := fs.ReadDir(fsys, "data/authors")
	for _, e := range entries {
		if !e.IsDir() && slices.Contains([]string{".toml", ".yaml", ".yml", ".json"}, path.Ext(e.Name())) {
			t, _ := st.tree(fsys, "data/authors/"+e.Name())
			st.person(strings.TrimSuffix(e.Name(), path.Ext(e.Name())), map[string]any(t))
		}
	}
	st.peopleOf(fsys, "data/authors")
}

// peopleOf reads a file of authors by key, whatever its language.
func (st *settings) peopleOf(fsys fs.FS, stem string) {
	for _, ext := range []string{".yml", ".yaml", ".toml", ".json"} {
		if t, ok := st.tree(fsys, stem+ext); ok {
			for key, v := range t {
				st.person(key, v)
			}
		}
	}
}

func (st *settings) person(key string, v any) {
	p := personFrom(v)
	p.Name = cmp.Or(p.Name, key)
	p.Slug = cmp.Or(p.Slug, blog.Slug(key))
	st.people[strings.ToLower(key)] = p
	st.people[strings.ToLower(p.Name)] = p
}

func firstOf(values ...any) any {
	for _, v := range values {
		if v != nil {
			return v
		}
	}
	return nil
}

func firstItem(v any) any {
	if list, ok := v.([]any); ok && len(list) > 0 {
		return list[0]
	}
	return nil
}

func numberOf(v any) int {
	n, err := strconv.Atoi(textOf(v))
	if err != nil {
		return 0
	}
	return n
}

// pageSizeOf is a number of posts on a page; 0 for what is none.
func pageSizeOf(v any) int {
	if n := numberOf(v); n >= 1 {
		return min(n, maxPageSize)
	}
	return 0
}

// profiles are the owner's elsewhere, as themes have them: params.social or params.socialIcons.
func profiles(params tree) (list []string) {
	add := func(s string) {
		if strings.HasPrefix(s, "https://") && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	for _, key := range []string{"social", "socialicons", "me"} {
		switch v := params[key].(type) {
		case map[string]any:
			for _, k := range sortedKeys(v) {
				add(textOf(v[k]))
			}
		case []any:
			for _, item := range v {
				if m, ok := item.(map[string]any); ok {
					add(firstText(m, "url", "link", "href"))
				} else {
					add(textOf(item))
				}
			}
		}
	}
	return list
}
