package posts

import (
	"cmp"
	"strings"
	"time"

	"vang/blog"
)

// Param is a value of the document's front matter or, where that has none, of the site's settings. A name that begins with
// "page." or "site." is looked for there alone. Lists have commas between their items.
func (s *Snapshot) Param(from, name string) (string, bool) {
	name = strings.ToLower(name)
	ofPage, onlyPage := strings.CutPrefix(name, "page.")
	ofSite, onlySite := strings.CutPrefix(name, "site.")
	if it, ok := s.byFile[from]; ok && !onlySite {
		if v, ok := within(it.post.Params, strings.TrimPrefix(ofPage, "params.")); ok {
			return v, true
		}
		if v := ofPost(it.post, ofPage); v != "" {
			return v, true
		}
	}
	if onlyPage {
		return "", false
	}
	if v, ok := within(s.site.Params, strings.TrimPrefix(ofSite, "params.")); ok {
		return v, true
	}
	v := s.ofSite(ofSite)
	return v, v != ""
}

// ofPost is what the front matter says in words that Vang knows.
func ofPost(p *blog.Post, name string) string {
	switch name {
	case "title":
		return p.Title
	case "date":
		return dateText(p.Date)
	case "lastmod", "updated", "last_modified_at":
		return dateText(p.Updated)
	case "slug", "id":
		return p.Slug
	case "url", "permalink", "relpermalink", "path":
		return p.Path
	case "description", "summary", "excerpt":
		return p.Summary
	case "lang", "language":
		return p.Lang
	case "section", "type":
		return p.Section
	case "image", "thumbnail":
		return p.Image
	case "tags":
		return termNames(p.Tags)
	case "categories":
		return termNames(p.Categories)
	case "category":
		return p.Category.Name
	case "series":
		return p.Series.Name
	case "author", "authors":
		var names []string
		for _, a := range p.Authors {
			names = append(names, a.Name)
		}
		return strings.Join(names, ", ")
	}
	return ""
}

func dateText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func termNames(terms []blog.Term) string {
	names := make([]string, len(terms))
	for i, t := range terms {
		names[i] = t.Name
	}
	return strings.Join(names, ", ")
}

func (s *Snapshot) ofSite(name string) string {
	switch name {
	case "title", "name":
		return s.site.Title
	case "description":
		return cmp.Or(s.site.Description, s.site.Tagline)
	case "tagline", "subtitle":
		return s.site.Tagline
	case "lang", "language", "languagecode":
		return s.site.Lang
	case "author", "author.name":
		return s.site.Author.Name
	case "author.url":
		return s.site.Author.URL
	}
	return ""
}
