package posts

import (
	"net/url"

	"vang/blog"
)

// placeImages gives the pictures of front matter and of authors the addresses at which they are. What is none of this site's
// stays as it is; nothing is read.
func (b *builder) placeImages(files *assets, entries []*entry) {
	site := siteOrigin(b.site, b.st)
	place := func(from, at, src string) (string, bool) {
		r := files.refer(from, at, src, site)
		if r.file != nil {
			return r.file.address(), true
		}
		return src, !r.ours
	}
	for _, e := range entries {
		p := &e.post
		if p.Image != "" {
			at, _ := url.PathUnescape(p.Path)
			var ok bool
			if p.Image, ok = place(p.Source, at, p.Image); !ok {
				b.problem(e, false, "image: %.80s is not there: put the file beside the text, or correct its name", p.Image)
			}
		}
		p.Authors = placePeople(p.Authors, place)
	}
	b.site.Authors = placePeople(b.site.Authors, place)
	if b.site.Author.Picture != "" {
		b.site.Author.Picture, _ = place("", "", b.site.Author.Picture)
	}
	if b.site.Image != "" {
		b.site.Image, _ = place("", "", b.site.Image)
	}
}

// placePeople leaves the people of others alone: entries share them.
func placePeople(people []blog.Person, place func(from, at, src string) (string, bool)) []blog.Person {
	copied := false
	for i := range people {
		if people[i].Picture == "" {
			continue
		}
		if at, _ := place("", "", people[i].Picture); at != people[i].Picture {
			if !copied {
				people, copied = append([]blog.Person(nil), people...), true
			}
			people[i].Picture = at
		}
	}
	return people
}
