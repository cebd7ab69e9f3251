package posts

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"vang/blog"
)

// Severity is how much a finding matters to readers.
type Severity string

// Of an error readers see the effect: something is not shown, or leads nowhere. A warning is for the author to judge. A note
// tells of what is as its author meant it, and easily forgotten.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Finding is a problem and how much it matters.
type Finding struct {
	Problem
	Severity Severity
}

// Report is what Inspect found.
type Report struct {
	Posts, Pages int
	Findings     []Finding // by file and line
}

// Count is the number of findings of a severity.
func (r Report) Count(s Severity) (n int) {
	for _, f := range r.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// Inspect renders every post and page and looks for all that an author would want to know before readers do: what the files
// themselves have wrong, links, anchors and files that are not there, pictures without words or of an uncommon size, and
// days to come. It asks no other site.
func (l *Library) Inspect(ctx context.Context) (Report, error) {
	snap := l.Snapshot()
	texts, err := snap.readAll(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("check posts: %w", err)
	}
	r := Report{Posts: len(snap.posts), Pages: len(snap.pages)}
	for _, p := range snap.problems {
		r.Findings = append(r.Findings, Finding{p, severityOf(p)})
	}
	c := checker{snap: snap, texts: map[string]*text{}}
	for _, t := range texts {
		c.texts[t.post.Path] = t
	}
	for _, t := range texts {
		for _, p := range t.problems {
			r.Findings = append(r.Findings, Finding{p, severityOf(p)})
		}
		r.Findings = append(r.Findings, c.text(t)...)
		r.Findings = append(r.Findings, days(t.post)...)
	}
	r.Findings = append(r.Findings, c.menu()...)
	r.Findings = append(r.Findings, snap.heavy()...)
	keys, err := l.doubled()
	if err != nil {
		return Report{}, fmt.Errorf("check front matter: %w", err)
	}
	r.Findings = append(r.Findings, keys...)
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	r.Findings = slices.Compact(r.Findings)
	return r, nil
}

// Check renders every post and returns all problems of the files and of their texts.
func (l *Library) Check(ctx context.Context) ([]Problem, error) {
	snap := l.Snapshot()
	texts, err := snap.readAll(ctx)
	if err != nil {
		return nil, fmt.Errorf("check posts: %w", err)
	}
	list := l.Problems()
	for _, t := range texts {
		list = append(list, t.problems...)
	}
	sortProblems(list)
	return list, nil
}

// readAll renders all posts and pages.
func (s *Snapshot) readAll(ctx context.Context) ([]*text, error) {
	all := slices.Concat(s.posts, s.pages)
	texts := make([]*text, len(all))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range all {
		group.Go(func() error {
			doc, warnings, err := s.render(ctx, p)
			t := &text{post: p}
			if err != nil {
				t.problems = append(t.problems, Problem{File: p.Source, Message: oneLine(err.Error()), Fatal: true})
			}
			for _, w := range warnings {
				t.problems = append(t.problems, Problem{File: p.Source, Line: w.Line, Message: w.Message})
			}
			t.read(doc.HTML)
			texts[i] = t
			return ctx.Err()
		})
	}
	return texts, group.Wait()
}

// deadEnds are the beginnings of warnings about what readers would look for in vain.
func deadEnds() []string {
	return []string{"the link to ", "there is no picture ", "there is no post or page ", "there is no file ", "image: ", "the footnote "}
}

func severityOf(p Problem) Severity {
	if p.Fatal || slices.ContainsFunc(deadEnds(), func(begin string) bool { return strings.HasPrefix(p.Message, begin) }) {
		return Error
	}
	return Warning
}

// days tell of posts that come later, and of those that are gone.
func days(p blog.Post) []Finding {
	note := func(format string, args ...any) []Finding {
		return []Finding{{Problem{File: p.Source, Message: fmt.Sprintf(format, args...)}, Note}}
	}
	switch {
	case p.Draft:
		return nil // its author knows
	case p.Future:
		return note("is shown from %s on", p.Date.Format("2006-01-02 15:04 -07:00"))
	case p.Expired:
		return note("is no longer shown: its last day has passed")
	}
	return nil
}

// Of files beside the posts, these are uncommonly large: a phone's reader waits long for them, and pays.
const (
	heavyPicture = 5 << 20
	heavyDrawing = 1 << 20
)

// heavy finds uncommonly large pictures.
func (s *Snapshot) heavy() (list []Finding) {
	for at, a := range s.assets.byAt {
		most := int64(heavyPicture)
		switch kind := strings.ToLower(at[strings.LastIndexByte(at, '.')+1:]); kind {
		case "jpg", "jpeg", "png", "gif", "webp", "avif":
		case "svg":
			most = heavyDrawing
		default:
			continue
		}
		if a.size > most {
			list = append(list, Finding{Problem{File: at, Message: fmt.Sprintf(
				"has %.1f MB, which is much for a picture: make it smaller, 2000 pixels wide are enough for any screen", float64(a.size)/(1<<20))}, Warning})
		}
	}
	return list
}
