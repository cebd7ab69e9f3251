package posts

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"vang/blog"
)

// What posts have in common weighs by how rare it is among the posts of their language, and by how much its author meant
// by it.
const (
	weightTag      = 1.0
	weightCategory = 0.6
	weightSeries   = 0.6 // its parts are linked besides
	weightTitle    = 0.5 // of a word

	// commonTitleWord is how many posts may share a word of a title, at least, before it says nothing: "the", "của".
	commonTitleWord = 20
)

// titleWords are the posts, by place, in whose titles a word stands. It holds nothing of words that stand in one title or in many.
type titleWords map[termKey][]int32

// kin collects how near the other posts are to one.
type kin struct {
	snapshot *Snapshot
	scores   []float32 // by place
	found    []int32   // places with a score
}

// Related are at most n posts of p's language that have most in common with it: tags, categories, a series, words of their
// titles; the rarer, the more. Of equals the one nearest in time comes first. Posts of which nothing is known to be common are never in it.
func (s *Snapshot) Related(p blog.Post, n int) []blog.Post {
	it, ok := s.bySlug[p.Slug]
	if !ok || p.Page || n <= 0 {
		return nil
	}
	p = *it.post
	k := &kin{snapshot: s, scores: make([]float32, len(s.posts))}
	k.addTerms(&p)
	k.addTitle(&p)
	return k.best(&p, n)
}

func (k *kin) addTerms(p *blog.Post) {
	for _, t := range p.Tags {
		k.addTerm(tag, p.Lang, t.Slug, weightTag)
	}
	for _, c := range p.Categories {
		k.addTerm(category, p.Lang, c.Slug, weightCategory)
	}
	if p.Series.Slug != "" {
		k.addTerm(series, p.Lang, p.Series.Slug, weightSeries)
	}
}

func (k *kin) addTerm(kind termKind, lang blog.Lang, slug string, weight float64) {
	if t := k.snapshot.terms[termKey{kind, lang, slug}]; t != nil {
		k.add(t.at, lang, weight)
	}
}

func (k *kin) addTitle(p *blog.Post) {
	words := k.snapshot.titles()
	for w := range wordsOfTitle(p.Title) {
		k.add(words[termKey{lang: p.Lang, slug: w}], p.Lang, weightTitle)
	}
}

// add gives each of these posts its share. What all posts have is worth next to nothing.
func (k *kin) add(at []int32, lang blog.Lang, weight float64) {
	if len(at) < 2 {
		return
	}
	worth := float32(weight * math.Log(1+float64(len(k.snapshot.byLang[lang]))/float64(len(at))))
	for _, place := range at {
		if k.scores[place] == 0 {
			k.found = append(k.found, place)
		}
		k.scores[place] += worth
	}
}

func (k *kin) best(p *blog.Post, n int) []blog.Post {
	all := k.snapshot.posts
	nearer := func(a, b int32) int {
		return cmp.Or(cmp.Compare(k.scores[b], k.scores[a]), cmp.Compare(apart(p, &all[a]), apart(p, &all[b])), cmp.Compare(a, b))
	}
	best := make([]int32, 0, n+1) // sorting all that share a word with it would take most of the time
	for _, at := range k.found {
		if all[at].Slug == p.Slug || len(best) == n && nearer(at, best[n-1]) > 0 {
			continue
		}
		place, _ := slices.BinarySearchFunc(best, at, nearer)
		best = slices.Insert(best, place, at)
		best = best[:min(n, len(best))]
	}
	list := make([]blog.Post, len(best))
	for i, at := range best {
		list[i] = all[at]
	}
	return list
}

func apart(a, b *blog.Post) int64 {
	seconds := a.Date.Unix() - b.Date.Unix()
	return max(seconds, -seconds)
}

// allTitleWords looks at every title: some milliseconds for 10,000 posts, so it waits until the first post is asked for.
func (s *Snapshot) allTitleWords() titleWords {
	words := titleWords{}
	for i := range s.posts {
		for w := range wordsOfTitle(s.posts[i].Title) {
			key := termKey{lang: s.posts[i].Lang, slug: w}
			words[key] = append(words[key], int32(i))
		}
	}
	for key, at := range words {
		if len(at) < 2 || len(at) > max(commonTitleWord, len(s.byLang[key.lang])/50) {
			delete(words, key)
		}
	}
	return words
}

// wordsOfTitle are the different words of a title, folded, and each two neighbouring signs where words are not divided.
func wordsOfTitle(title string) map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.FieldsFunc(blog.Fold(title), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}) {
		signs := []rune(w)
		if !unicode.In(signs[0], unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
			words[w] = len(signs) > 1
			continue
		}
		for i := range len(signs) - 1 {
			words[string(signs[i:i+2])] = true
		}
	}
	for w, says := range words {
		if !says {
			delete(words, w)
		}
	}
	return words
}
