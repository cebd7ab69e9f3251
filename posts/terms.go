package posts

import (
	"cmp"
	"slices"

	"vang/blog"
)

// TermCount is a category or tag and how many posts have it.
type TermCount struct {
	blog.Term
	Posts int
}

// Year is the posts of one year, newest first; 0 for those without a date.
type Year struct {
	Year  int
	Posts []blog.Post
}

type termKind uint8

const (
	category termKind = iota
	tag
	series
	person
	shelf // a folder of posts
)

type termKey struct {
	kind termKind
	lang blog.Lang // "" for all
	slug string
}

// termPosts keeps places, not posts: a post of ten tags would be there twenty times.
type termPosts struct {
	term blog.Term
	at   []int32
}

func (s *Snapshot) indexTerms(p *blog.Post, at int) {
	for _, t := range p.Categories {
		s.indexTerm(category, t, p.Lang, at)
	}
	for _, t := range p.Tags {
		s.indexTerm(tag, t, p.Lang, at)
	}
	if p.Series.Slug != "" {
		s.indexTerm(series, p.Series, p.Lang, at)
	}
	for _, a := range p.Authors {
		if a.Slug != "" {
			s.indexTerm(person, blog.Term{Name: a.Name, Slug: a.Slug}, p.Lang, at)
		}
	}
	if p.Section != "" {
		s.indexTerm(shelf, blog.Term{Name: p.Section, Slug: p.Section}, p.Lang, at)
	}
}

func (s *Snapshot) indexTerm(kind termKind, t blog.Term, lang blog.Lang, at int) {
	for _, l := range []blog.Lang{"", lang} {
		key := termKey{kind, l, t.Slug}
		if s.terms[key] == nil {
			s.terms[key] = &termPosts{term: t}
		}
		s.terms[key].at = append(s.terms[key].at, int32(at))
	}
}

// Categories are those of a language's posts, of all for "", the fullest first.
func (s *Snapshot) Categories(lang blog.Lang) []TermCount { return s.counts(category, lang) }

// Tags are those of a language's posts, of all for "", the fullest first.
func (s *Snapshot) Tags(lang blog.Lang) []TermCount { return s.counts(tag, lang) }

func (s *Snapshot) counts(kind termKind, lang blog.Lang) []TermCount {
	var list []TermCount
	for key, t := range s.terms {
		if key.kind == kind && key.lang == lang {
			list = append(list, TermCount{Term: t.term, Posts: len(t.at)})
		}
	}
	slices.SortFunc(list, func(a, b TermCount) int { return cmp.Or(b.Posts-a.Posts, cmp.Compare(a.Slug, b.Slug)) })
	return list
}

// List is some posts of a snapshot, newest first, of which a page is cut out. Whole lists are not handed out: of a tag that
// 5,000 posts have, each reader's would be 1.5 MB.
type List struct {
	posts []blog.Post
	at    []int32 // places in posts; all of them if nil
}

// Len is how many there are.
func (l List) Len() int {
	if l.at == nil {
		return len(l.posts)
	}
	return len(l.at)
}

// Cut are the posts from one place to before another.
func (l List) Cut(from, until int) []blog.Post {
	if l.at == nil {
		return l.posts[from:until]
	}
	list := make([]blog.Post, 0, until-from)
	for _, at := range l.at[from:until] {
		list = append(list, l.posts[at])
	}
	return list
}

// List are the posts of a language, all of them for "".
func (s *Snapshot) List(lang blog.Lang) List { return List{posts: s.Posts(lang)} }

// ByCategory are the posts of a category; none if there is no such category.
func (s *Snapshot) ByCategory(lang blog.Lang, slug string) (blog.Term, List) {
	return s.byTerm(termKey{category, lang, slug})
}

// ByTag are the posts of a tag; none if there is no such tag.
func (s *Snapshot) ByTag(lang blog.Lang, slug string) (blog.Term, List) {
	return s.byTerm(termKey{tag, lang, slug})
}

func (s *Snapshot) byTerm(key termKey) (blog.Term, List) {
	t, ok := s.terms[key]
	if !ok {
		return blog.Term{}, List{}
	}
	return t.term, List{posts: s.posts, at: t.at}
}

// Years are the posts of a language, of all for "", by year, the latest first.
func (s *Snapshot) Years(lang blog.Lang) []Year {
	var years []Year
	list := s.Posts(lang)
	for start := 0; start < len(list); {
		year := yearOf(list[start])
		end := start + 1
		for end < len(list) && yearOf(list[end]) == year {
			end++
		}
		years = append(years, Year{Year: year, Posts: list[start:end:end]})
		start = end
	}
	return years
}

func yearOf(p blog.Post) int {
	if p.Date.IsZero() {
		return 0
	}
	return p.Date.Year()
}
