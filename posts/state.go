package posts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"vang/blog"
)

// Cursor tells which load of which Library made the snapshot: life is one per Library, and n rises with each change of what
// can be seen or is wrong.
func (s *Snapshot) Cursor() (life string, n int64) { return s.life, s.load }

// Problems is what is wrong with the files of the snapshot, by file and line. Callers do not change it.
func (s *Snapshot) Problems() []Problem { return s.problems }

// Problems is what is wrong with the files as they stand, by file and line.
func (l *Library) Problems() []Problem { return slices.Clone(l.Snapshot().problems) }

// LastGood is when the folder was last looked at with everything in it fit to be shown; the zero time if that never was.
func (l *Library) LastGood() time.Time {
	if t := l.good.Load(); t != nil {
		return *t
	}
	return time.Time{}
}

// put makes s what readers see.
func (l *Library) put(s *Snapshot) *Snapshot {
	if old := l.current.Load(); old != nil {
		s.load = old.load
	}
	s.life, s.load = l.life, s.load+1
	if l.options.Drafts { // pages of the author's desk show what is wrong, and know their load
		s.version = fmt.Sprintf("%s-%d", s.life, s.load)
	}
	l.current.Store(s)
	l.logProblems(s.problems)
	return s
}

// looked remembers that the folder was read.
func (l *Library) looked(s *Snapshot) *Snapshot {
	if !slices.ContainsFunc(s.problems, func(p Problem) bool { return p.Fatal }) {
		now := l.options.Now()
		l.good.Store(&now)
	}
	return s
}

// errEmptied is for a folder in which there is nothing at all, where there were posts: that is how the place of a network
// folder or a volume looks which is not mounted.
var errEmptied = errors.New("is empty: mount what belongs there, or restart vang if it is to be empty")

// emptied tells whether a folder that had files has nothing any more.
func (l *Library) emptied(fsys fs.FS) bool {
	if len(l.files) == 0 {
		return false
	}
	entries, err := fs.ReadDir(fsys, ".")
	return err == nil && len(entries) == 0
}

// troubled keeps what is shown when the folder cannot be read, and says so; without anything to show it is an error.
func (l *Library) troubled(err error) (*Snapshot, error) {
	old := l.current.Load()
	if old == nil {
		return nil, fmt.Errorf("%s %s", l.options.Dir, unreadable(err))
	}
	reason := unreadable(err)
	if errors.Is(err, errEmptied) {
		reason = err.Error()
	}
	p := Problem{File: l.options.Dir, Fatal: true, Message: reason + "; the blog shows what it had"}
	if slices.Contains(old.listing, p) {
		return old, nil
	}
	return l.put(l.build(l.files, l.settings, append(slices.Clone(old.listing), p))), nil
}

// Source finds the post or page that a file of the content folder makes.
func (s *Snapshot) Source(file string) (blog.Post, bool) {
	it, ok := s.byFile[file]
	if !ok {
		return blog.Post{}, false
	}
	return *it.post, true
}

// Remarks are what is wrong with the text of a post or page as far as rendering it tells, which this does if nobody has.
func (s *Snapshot) Remarks(ctx context.Context, p blog.Post) (list []Problem) {
	_, warnings, err := s.render(ctx, p)
	if err != nil {
		list = append(list, Problem{File: p.Source, Message: oneLine(err.Error()), Fatal: true})
	}
	for _, w := range warnings {
		list = append(list, Problem{File: p.Source, Line: w.Line, Message: w.Message})
	}
	return list
}

// excerptLine is the most bytes of one line of an excerpt.
const excerptLine = 200

// Excerpt is the line of a problem and the lines around it, as they stand in the file now; from is the number of the first.
func (l *Library) Excerpt(p Problem, around int) (lines []string, from int) {
	if p.Line <= 0 {
		return nil, 0
	}
	fsys, closeFS, err := l.open()
	if err != nil {
		return nil, 0
	}
	defer closeFS()
	data, err := readInto(&bytes.Buffer{}, fsys, p.File, 0)
	if err != nil {
		return nil, 0
	}
	clean, _ := normalise(data)
	all := strings.Split(strings.TrimRight(string(clean), "\n"), "\n")
	from = max(1, p.Line-around)
	for _, line := range all[min(from-1, len(all)):min(p.Line+around, len(all))] {
		if len(line) > excerptLine {
			line = strings.ToValidUTF8(line[:excerptLine], "") + "…"
		}
		lines = append(lines, line)
	}
	return lines, from
}
