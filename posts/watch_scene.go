package posts

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// warmFiles are glanced at: an author edits again what was edited last.
const warmFiles = 64

// scene is what a glance compares: every folder, which changes with each file that comes, goes or gets another name, and the
// files that were written last.
type scene struct {
	folders map[string]time.Time // when they changed
	warm    map[string]mark
	young   bool // a file was read so soon after it was written that it may be another under the same time
}

// mark is how a file looked.
type mark struct {
	size     int64
	modified time.Time
}

// stirred tells whether the scene is not what it was. It costs a system call for each folder and each warm file.
func (s scene) stirred() bool {
	if s.young {
		return true
	}
	for path, modified := range s.folders {
		info, err := os.Stat(path)
		if err != nil || !info.ModTime().Equal(modified) {
			return true
		}
	}
	for path, m := range s.warm {
		info, err := os.Stat(path)
		if err != nil || info.Size() != m.size || !info.ModTime().Equal(m.modified) {
			return true
		}
	}
	return false
}

// spot is a folder whose files are content, or say how it is to be read.
type spot struct {
	dir  string
	deep bool // those in the folders below are, too
}

// places are where a change may be. What is of one and not there is no error.
func (l *Library) places() []spot {
	base := l.base()
	list := []spot{{base, true}, {l.options.Dir, false}}
	if h := l.house.Load(); h != nil && h.root != "" {
		list = append(list, spot{h.root, false}, spot{filepath.Join(h.root, "config"), true})
	}
	for _, f := range l.folders()[1:] {
		list = append(list, spot{f.dir, true})
	}
	return list
}

// survey takes the folders in and has the system tell of changes in each of them: its notices do not reach below one. It
// comes before a load, so that what changes meanwhile is seen afterwards.
func (w *watcher) survey() scene {
	now := scene{folders: map[string]time.Time{}, warm: map[string]mark{}}
	if w.library.options.Dir == "" {
		return now
	}
	for _, p := range w.library.places() {
		now.walk(p)
	}
	if w.notify != nil {
		if err := w.follow(now.folders); err != nil {
			w.blind(err)
		}
	}
	return now
}

// walk notes the folders of a spot. What cannot be read is for the load to tell of.
func (s *scene) walk(p spot) {
	_ = filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case path == p.dir: // it may be a link, which a walk does not follow: what it leads to counts
			if info, err := os.Stat(path); err == nil {
				s.folders[path] = info.ModTime()
			}
			return nil
		case !d.IsDir():
			return nil
		case !p.deep || strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "_site": // what Jekyll made
			return fs.SkipDir
		}
		if info, err := d.Info(); err == nil {
			s.folders[path] = info.ModTime()
		}
		return nil
	})
}

// files notes those that were written last.
func (s *scene) files(l *Library) {
	l.loading.Lock()
	defer l.loading.Unlock()
	list := make([]*file, 0, len(l.files))
	for _, f := range l.files {
		if !f.modified.IsZero() { // it cannot be read: each look tries again
			list = append(list, f)
		}
		s.young = s.young || f.recent
	}
	if len(list) > warmFiles {
		slices.SortFunc(list, func(a, b *file) int { return b.modified.Compare(a.modified) })
		list = list[:warmFiles]
	}
	base := l.base()
	for _, f := range list {
		s.warm[filepath.Join(base, filepath.FromSlash(f.path))] = mark{f.size, f.modified}
	}
}

// follow has the system tell of changes in just these folders. Those that are gone are let go first: one that was renamed is
// the same to the system, and watched under its new name afterwards.
func (w *watcher) follow(folders map[string]time.Time) error {
	watched := map[string]bool{}
	for _, path := range w.notify.WatchList() {
		if _, still := folders[path]; still {
			watched[path] = true
		} else {
			_ = w.notify.Remove(path)
		}
	}
	for path := range folders {
		if watched[path] {
			continue
		}
		if err := w.notify.Add(path); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("watch %s: %w", path, err)
		}
	}
	return nil
}
