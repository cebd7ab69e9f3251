package posts

import (
	"cmp"
	"slices"

	"vang/blog"
)

// SeriesList are the series of a language's posts, of all for "", the longest first.
func (s *Snapshot) SeriesList(lang blog.Lang) []TermCount { return s.counts(series, lang) }

// BySeries are the posts of a series in the order of its parts; none if there is no such series.
func (s *Snapshot) BySeries(lang blog.Lang, slug string) (blog.Term, List) {
	return s.byTerm(termKey{series, lang, slug})
}

// orderSeries puts the parts of each series in order: those that their author numbered by number, then by date.
func (s *Snapshot) orderSeries() {
	for key, t := range s.terms {
		if key.kind == series {
			slices.SortStableFunc(t.at, func(a, b int32) int { return inSeries(&s.posts[a], &s.posts[b]) })
		}
	}
}

func inSeries(a, b *blog.Post) int {
	return cmp.Or(numberLast(a.Part)-numberLast(b.Part), a.Date.Compare(b.Date), cmp.Compare(a.Source, b.Source))
}

// numberLast puts what has no number behind what has one.
func numberLast(n int) int {
	if n <= 0 {
		return 1 << 30
	}
	return n
}

// Author is one who wrote posts, with what the settings say of them.
type Author struct {
	blog.Person
	Posts int
}

// Authors are those of all posts, the busiest first.
func (s *Snapshot) Authors() []Author { return s.people }

// ByAuthor are the posts of an author in a language, in all for "", newest first; none if there is no such author.
func (s *Snapshot) ByAuthor(lang blog.Lang, slug string) (blog.Person, List) {
	_, list := s.byTerm(termKey{person, lang, slug})
	for _, a := range s.people {
		if a.Slug == slug {
			return a.Person, list
		}
	}
	return blog.Person{}, list
}

func (s *Snapshot) authors() []Author {
	known := map[string]blog.Person{}
	for i := range s.posts {
		for _, a := range s.posts[i].Authors {
			if _, ok := known[a.Slug]; !ok {
				known[a.Slug] = a
			}
		}
	}
	var list []Author
	for _, t := range s.counts(person, "") {
		list = append(list, Author{Person: known[t.Slug], Posts: t.Posts})
	}
	return list
}
