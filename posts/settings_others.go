package posts

import (
	"cmp"
	"io/fs"
	"path"
	"strings"

	"vang/blog"
)

func (st *settings) jekyll(t tree) {
	const file = "_config.yml"
	st.site = blog.Site{
		Title: t.text("title", "name"), Tagline: t.text("tagline", "subtitle"), Description: t.text("description"),
		Author: personFrom(t["author"]), Lang: knownLanguage(t.text("lang", "locale", "language")), Params: t,
		Image: firstText(map[string]any{"a": firstOf(t["image"], t["og_image"], t["social_preview_image"])}, "a"),
	}
	if m, ok := t["image"].(map[string]any); ok {
		st.site.Image = firstText(m, "path", "url")
	}
	st.site.PageSize = pageSizeOf(t["paginate"])
	st.site.Me = t.list("social.links")
	st.below(t.text("baseurl"))
	st.content = strings.Trim(path.Clean("/"+t.text("source")), "/")
	st.content = cmp.Or(st.content, ".")
	st.locate(file, t.text("timezone"))
	st.drafts, st.future = t.flag("show_drafts"), t.at("future") == true
	st.permalinks["posts"] = cmp.Or(t.text("collections.posts.permalink", "permalink"), "date")
	st.pagesAt = t.text("permalink")
	st.kept = map[string]bool{}
	for label, v := range t.below("collections") {
		m, _ := v.(map[string]any)
		if label == "posts" || tree(m).flag("output") {
			st.kept["_"+label] = true
			if p := textOf(m["permalink"]); p != "" {
				st.permalinks[label] = p
			}
		}
	}
	scopes, _ := t["defaults"].([]any)
	for _, s := range scopes {
		m, _ := s.(map[string]any)
		scope, values := tree(m).below("scope"), tree(m).below("values")
		if len(values) > 0 {
			st.defaults = append(st.defaults, defaults{path: strings.Trim(textOf(scope["path"]), "/"), kind: textOf(scope["type"]), values: values})
		}
	}
}

// jekyllData reads _data: authors by key and the menu that common themes have there.
func (st *settings) jekyllData(fsys fs.FS) {
	st.people = map[string]blog.Person{}
	st.peopleOf(fsys, "_data/authors")
	t, ok := st.tree(fsys, "_data/navigation.yml")
	entries, _ := t["main"].([]any)
	if !ok || len(entries) == 0 {
		return
	}
	st.menus(cmp.Or(st.site.Lang, blog.English), map[string]any{"main": entries})
}

func (st *settings) zola(t tree) {
	const file = "config.toml"
	extra := t.below("extra")
	st.site = blog.Site{
		Title: t.text("title"), Description: t.text("description"), Author: personFrom(firstOf(t["author"], extra["author"])),
		Tagline: t.text("extra.subtitle", "extra.tagline"), Lang: cmp.Or(knownLanguage(t.text("default_language")), blog.English),
		Params: t, Image: t.text("extra.image", "extra.og_image"), Me: profiles(extra),
	}
	st.below(t.text("base_url"))
	st.zolaPaths = cmp.Or(strings.ToLower(t.text("slugify.paths")), "on")
	st.keepDates = t.flag("slugify.paths_keep_dates")
	st.future = true // Zola shows posts of the future
	st.languages[st.site.Lang] = ""
	for _, key := range sortedKeys(t.below("languages")) {
		l := knownLanguage(key)
		if l == "" {
			continue
		}
		st.languages[l] = key
		if l == st.site.Lang {
			st.languages[l] = ""
		}
		if title := t.text("languages." + key + ".title"); title != "" {
			if st.site.Titles == nil {
				st.site.Titles = map[blog.Lang]string{}
			}
			st.site.Titles[l] = title
		}
	}
	for _, key := range []string{"menu", "menu_items", "menu_links", "main_menu", "nav", "navbar_items"} {
		if list, ok := extra[key].([]any); ok {
			st.menus(st.site.Lang, map[string]any{"main": zolaItems(list)})
		}
	}
	st.locate(file, t.text("timezone"))
}

// zolaItems brings the menus of common themes into one shape.
func zolaItems(list []any) (items []any) {
	for _, e := range list {
		m, _ := e.(map[string]any)
		items = append(items, map[string]any{
			"name": firstText(m, "name", "text", "title", "label"),
			"url":  strings.ReplaceAll(strings.ReplaceAll(firstText(m, "url", "link", "path", "href"), "$BASE_URL", ""), "@/", "/"),
		})
	}
	return items
}
