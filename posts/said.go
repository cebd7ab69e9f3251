package posts

import (
	"fmt"
	"strings"

	"vang/blog"
	"vang/markdown"
)

// said is what front matter says that is not part of a post as readers see it, or is so only with the site's settings.
type said struct {
	slug    string   // that the author chose; "" if none
	key     string   // that translations share, chosen by the author
	old     []string // addresses that lead here
	address written  // that the author chose
	moved   string   // where this leads instead of being shown
	hidden  bool     // Hugo's and Zola's word for a text that others use and nobody visits
	stub    bool     // a page without a text for a tool's own templates: search, archives
	layout  string
	cascade []map[string]any // front matter for the files of an _index.md's folder

	date, updated, publish, expiry moment

	draftSet, commentsSet bool
	oneTag, oneCategory   string // tags and categories that were one text: Jekyll's are parted by spaces, Hugo's are not
	unknown               []keyAt
	toml, zola, liquid    bool // marks of a tool
}

// written is an address in front matter and the key that it stands under.
type written struct{ text, key string }

// keyAt is a key of front matter that has no meaning here.
type keyAt struct {
	name string
	line int
}

// read turns front matter into a post.
func (f *file) read(m fields, author *markdown.Author) {
	p := &f.post
	p.Title = strings.Join(strings.Fields(m.text("title")), " ")
	if p.Title == "" {
		p.Title = author.Title(m.body)
	}
	p.Summary = strings.Join(strings.Fields(m.text("summary", "description", "excerpt", "abstract")), " ")
	if p.Summary == "" {
		p.Summary = author.Lead(m.body)
	}
	p.Minutes = markdown.Minutes(m.body)
	f.values(m)
	f.layout = strings.ToLower(m.text("layout", "template"))
	f.stub = len(strings.TrimSpace(string(m.body))) == 0
	f.liquid = strings.Contains(string(m.body), "{%")
}

// values reads what does not depend on the text.
func (f *file) values(m fields) {
	p := &f.post
	f.dates(m)
	p.Authors = m.people("authors", "author")
	if len(p.Authors) == 0 {
		p.Authors = m.below("taxonomies").people("authors", "author")
	}
	p.Image, p.ImageAlt = m.image()
	f.state(m)
	if l := m.text("lang", "language", "locale"); l != "" {
		p.Lang = m.language(l)
	}
	p.Canonical = m.text("canonical", "canonicalurl", "canonical_url", "original_url")
	p.Weight = numberOf(m.values["weight"])
	if p.Weight == 0 {
		p.Weight = numberOf(firstOf(m.values["nav_order"], m.values["menu_order"], m.values["order"]))
	}
	f.slug = m.text("slug")
	f.key = m.text("translationkey", "translation_key", "lang-ref", "lang_ref")
	f.old = append(m.list("aliases", "alias"), m.list("redirect_from", "redirects")...)
	f.moved = m.text("redirect_to", "redirectto")
	f.address = m.address()
	f.terms(m)
	f.series(m)
	f.cascade = m.cascades()
	p.Params, f.unknown = m.params()
}

func (f *file) dates(m fields) {
	f.date = m.date("date", "published_at", "pubdate", "created", "created_at", "published_date", "date_published")
	f.updated = m.date("updated", "lastmod", "last_modified_at", "modified", "last_updated", "date_updated", "lastupdated")
	f.publish = m.date("publishdate", "publish_date")
	if s := m.text("published"); f.publish.IsZero() && s != "" && s[0] >= '0' && s[0] <= '9' && len(s) > 1 {
		f.publish = m.date("published")
	}
	f.expiry = m.date("expirydate", "unpublishdate", "expires", "expiry_date")
	if f.date.IsZero() {
		f.date = f.publish
	}
	f.post.Date, f.post.Updated = f.date.Time, f.updated.Time
}

// state reads whether the post is shown, and takes comments.
func (f *file) state(m fields) {
	p := &f.post
	p.Draft, f.draftSet = m.flag("draft")
	switch strings.ToLower(m.text("published")) {
	case "false", "no", "off", "0":
		p.Draft, f.draftSet = true, true
	}
	p.Comments = true
	for _, key := range []string{"comments", "comment"} {
		if _, isMap := m.values[key].(map[string]any); isMap {
			continue
		}
		if comments, ok := m.flag(key); ok {
			p.Comments, f.commentsSet = comments, true
		}
	}
	if off, ok := m.flag("disablecomments"); ok {
		p.Comments, f.commentsSet = !off, true
	}
	for _, key := range []string{"build", "_build"} {
		switch strings.ToLower(m.below(key).text("render")) {
		case "never", "false", "link":
			f.hidden = true
		}
	}
	if render, ok := m.flag("render"); ok && !render {
		f.hidden = true
	}
	if headless, _ := m.flag("headless"); headless {
		f.hidden = true
	}
}

func (m fields) language(s string) blog.Lang {
	l, ok := language(s)
	if !ok {
		m.note(m.lineOf("lang"), fmt.Sprintf("lang: %.20q is no language that is known here: write a tag such as vi or en", s))
	}
	return l
}

// address is what an author chose: Hugo's url, Zola's path, Jekyll's permalink.
func (m fields) address() written {
	for _, k := range []string{"permalink", "url", "path"} {
		s := m.text(k)
		switch {
		case s == "":
		case strings.Contains(s, "://"):
			m.note(m.lineOf(k), fmt.Sprintf("%s: %.60q is an address of another site: write its path alone, such as /2024/x/", k, s))
		default:
			return written{text: s, key: k}
		}
	}
	return written{}
}

// image finds the picture for listings and shares, and its description, in the shapes that themes have.
func (m fields) image() (src, alt string) {
	alt = m.text("image_alt", "imagealt", "alt", "cover_alt")
	for _, k := range []string{
		"image", "cover", "thumbnail", "featured_image", "featuredimage", "feature_image", "featureimage", "banner", "hero", "og_image", "images", "header", "feature", "img",
	} {
		v := m.values[k]
		if list, ok := v.([]any); ok {
			v = firstItem(list)
		}
		if inner, ok := v.(map[string]any); ok {
			inner = smallKeys(inner)
			if s := firstText(inner, "image", "src", "path", "url", "teaser", "overlay_image", "feature"); s != "" {
				if alt == "" {
					alt = firstText(inner, "alt", "image_description", "caption")
				}
				return s, alt
			}
			continue
		}
		if s := textOf(v); s != "" && s != "true" && s != "false" {
			return s, alt
		}
	}
	for _, k := range []string{"image", "thumbnail"} { // Zola's own place for them
		if s := m.below("extra").text(k); s != "" {
			return s, alt
		}
	}
	return "", alt
}

// terms reads categories and tags, in the front matter itself and, as Zola has it, in its [taxonomies].
func (f *file) terms(m fields) {
	tax := m.below("taxonomies")
	var categories []string
	if c := m.text("category"); c != "" {
		categories = append(categories, c)
	}
	categories = append(append(categories, m.words("categories")...), tax.words("categories", "category")...)
	f.post.Categories = termsOf(categories)
	f.post.Tags = termsOf(append(m.words("tags", "tag"), tax.words("tags", "tag")...))
	f.oneTag, f.oneCategory = m.spaced("tags", "tag"), m.spaced("categories")
}

// spaced is the first of keys if it is one text that words parts at spaces.
func (f fields) spaced(keys ...string) string {
	for _, k := range keys {
		if s, ok := f.values[k].(string); ok {
			if s = strings.TrimSpace(s); strings.Contains(s, " ") && !strings.Contains(s, ",") {
				return s
			}
			return ""
		}
	}
	return ""
}

// series reads the series and which part of it this is.
func (f *file) series(m fields) {
	name := m.below("series").text("name", "title")
	part := m.below("series")
	if name == "" {
		name = m.text("series")
	}
	for _, list := range [][]string{m.list("series"), m.below("taxonomies").list("series")} {
		if name == "" && len(list) > 0 {
			name = list[0]
		}
	}
	if name == "" {
		return
	}
	f.post.Series = termOf(name)
	f.post.Part = numberOf(firstOf(part.values["part"], part.values["order"], part.values["number"],
		m.values["part"], m.values["series_part"], m.values["series_order"], m.values["series_weight"], m.values["series_index"], m.values["seriesorder"]))
}
