package web

import (
	"context"
	"net/http"
	"strconv"

	"vang/blog"
	"vang/views"
)

const (
	// wholeArchive is how many posts the archive shows at once. Of more it shows the latest year's, and leads to the others.
	wholeArchive = 300
	// archiveTags is how many tags it shows; the page of all tags has the rest.
	archiveTags = 40
)

// archive lists all posts by year, or one year's.
func (s *Server) archive(w http.ResponseWriter, r *http.Request) error {
	lang, year := s.lang(r, ""), r.PathValue("year")
	n, err := strconv.Atoi(year)
	if year != "" && (err != nil || strconv.Itoa(n) != year) {
		return s.elsewhere(w, r)
	}
	view := s.archiveOf(r.Context(), lang, n)
	if len(view.Years) == 0 && year != "" {
		return s.elsewhere(w, r)
	}
	origin, key := s.siteOrigin(r), s.pageKey(r, "archive", lang, year)
	return s.sendPublic(w, r, public{key: key, shared: true, make: func(ctx context.Context) (made, error) {
		parts, there := []string{"archive"}, s.everywhere(ctx, "archive")
		if year != "" {
			parts, there = append(parts, year), nil
		} else {
			view.Shelves = s.shelvesOf(ctx, lang)
		}
		view.Frame = s.frame(ctx, origin, lang, s.below(ctx, lang, parts...), there)
		view.Title = views.Words(lang).Archive
		if year != "" {
			view.Title = views.Fill(views.Words(lang).Year, "year", year)
		}
		return s.madePage(ctx, key, views.ArchivePage(view))
	}})
}

// archiveOf is the posts of a language by year, with those of the year only if it is not 0. The archive shows no counts of
// comments: they would have it read every head that there is.
func (s *Server) archiveOf(ctx context.Context, lang blog.Lang, only int) views.Archive {
	snap := s.pinned(ctx)
	all, whole := snap.Years(lang), snap.List(lang).Len() <= wholeArchive
	at := func(year int) string { return s.below(ctx, lang, "archive", strconv.Itoa(year)) }
	a := views.Archive{Only: only}
	for i, y := range all {
		if only != 0 && y.Year != only {
			continue
		}
		v := views.Year{Year: y.Year, Posts: len(y.Posts)}
		if y.Year != 0 {
			v.URL = at(y.Year)
		}
		if whole || only != 0 || i == 0 || y.Year == 0 {
			for _, p := range y.Posts {
				v.Entries = append(v.Entries, views.Entry{Post: p})
			}
		}
		a.Years = append(a.Years, v)
		if only == 0 {
			continue
		}
		if i > 0 {
			a.Newer = at(all[i-1].Year)
		}
		if i+1 < len(all) && all[i+1].Year != 0 {
			a.Older = at(all[i+1].Year)
		}
	}
	return a
}

// shelvesOf are the categories, series and tags of a language.
func (s *Server) shelvesOf(ctx context.Context, lang blog.Lang) []views.Shelf {
	var shelves []views.Shelf
	for _, kind := range []string{categoryShelf, seriesShelf, tagShelf} {
		shelf := views.Shelf{Kind: kind, Terms: s.terms(ctx, lang, kind)}
		if kind == tagShelf && len(shelf.Terms) > archiveTags {
			shelf.Terms, shelf.All = shelf.Terms[:archiveTags], s.below(ctx, lang, directories()[kind])
		}
		if len(shelf.Terms) > 0 {
			shelves = append(shelves, shelf)
		}
	}
	return shelves
}

// terms are a language's categories, tags or series with their addresses.
func (s *Server) terms(ctx context.Context, lang blog.Lang, kind string) []views.TermCount {
	snap := s.pinned(ctx)
	counts := snap.Tags(lang)
	switch kind {
	case categoryShelf:
		counts = snap.Categories(lang)
	case seriesShelf:
		counts = snap.SeriesList(lang)
	}
	terms := make([]views.TermCount, 0, len(counts))
	for _, c := range counts {
		terms = append(terms, views.TermCount{Term: c.Term, URL: s.below(ctx, lang, kind, c.Term.Slug), Posts: c.Posts})
	}
	return terms
}

// directories are the addresses of the pages of all terms of a kind.
func directories() map[string]string {
	return map[string]string{categoryShelf: "categories", tagShelf: "tags", seriesShelf: "series", authorShelf: "authors"}
}

// directory answers with all terms of a kind, or all authors.
func (s *Server) directory(kind string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, authored := s.pinned(r.Context()).At(r.URL.Path); authored {
			return s.elsewhere(w, r)
		}
		lang := s.lang(r, "")
		origin, key := s.siteOrigin(r), s.pageKey(r, "directory", lang, kind)
		return s.sendPublic(w, r, public{key: key, shared: true, make: func(ctx context.Context) (made, error) {
			part := directories()[kind]
			view := views.Directory{Kind: kind, Frame: s.frame(ctx, origin, lang, s.below(ctx, lang, part), s.everywhere(ctx, part))}
			view.Title = views.KindTitle(kind, lang)
			if kind == authorShelf {
				view.Authors = s.authors(ctx, lang)
			} else {
				view.Terms = s.terms(ctx, lang, kind)
			}
			return s.madePage(ctx, key, views.DirectoryPage(view))
		}})
	}
}
