package posts

import (
	"fmt"
	"slices"
	"time"
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
	if l.options.Drafts { // pages of the author's desk show what is wrong
		s.version = hashOf(fmt.Appendf(nil, "%s %q", s.version, s.problems))
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

// troubled keeps what is shown when the folder cannot be read, and says so; without anything to show it is an error.
func (l *Library) troubled(err error) (*Snapshot, error) {
	old := l.current.Load()
	if old == nil {
		return nil, fmt.Errorf("%s %s", l.options.Dir, unreadable(err))
	}
	p := Problem{File: l.options.Dir, Fatal: true, Message: unreadable(err) + "; the blog shows what it had"}
	if slices.Contains(old.listing, p) {
		return old, nil
	}
	return l.put(l.build(l.files, l.site, l.siteSum, append(slices.Clone(old.listing), p))), nil
}
