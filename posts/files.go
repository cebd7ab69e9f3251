package posts

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"vang/blog"
)

// mediaFolder holds the files that posts show and that are no posts.
const mediaFolder = "media"

// mostFiles is far beyond what blogs have; a folder of more was meant for something else.
const mostFiles = 200_000

// folder is one of the places whose files are served.
type folder struct {
	dir   string // "" for that in the binary
	open  func(name string) (fs.File, error)
	list  func() (fs.FS, func(), error)
	at    string // in front of the names of its files: "", or such as "static/"
	whole bool   // all of it is meant for readers; in a folder of content only what readers can use
}

// asset is one file beside the posts, as it was when its folder was listed. What it holds is read when it is first asked for.
type asset struct {
	folder   *folder
	name     string // in its folder, as the system writes it
	at       string // the same in the words of addresses: in the content folder, or below "static/"
	bundle   string // the folder of the post that it belongs to; "" for none
	size     int64
	modified time.Time
	recent   bool // changed so shortly before it was listed that its time cannot tell of the next change

	mu    sync.Mutex
	known *contents // what it holds; nil until someone asked
}

// assets are all files beside the posts at one moment.
type assets struct {
	byAt   map[string]*asset
	fronts []string // of the folders whose files have an address without their folder's name: "", "static/"
	sum    string   // of names, sizes and times

	loosely sync.Once
	folded  map[string]*asset // by address in small letters; nil for names that several have
	bases   map[string]*asset // by name alone; nil for those that several have
}

// gather lists the files of all folders. Those in known that have not changed since are taken from there.
func (l *Library) gather(known *assets) (*assets, []Problem) {
	found := &assets{byAt: map[string]*asset{}}
	var problems []Problem
	for _, f := range l.folders() {
		if !slices.Contains(found.fronts, f.at) && f.at != "assets/" {
			found.fronts = append(found.fronts, f.at)
		}
		if err := found.add(f, known); err != nil {
			problems = append(problems, Problem{File: cmp.Or(f.at, "."), Message: err.Error()})
		}
	}
	found.sum = found.hash()
	return found, problems
}

// hash is equal for equal folders.
func (s *assets) hash() string {
	names := make([]string, 0, len(s.byAt))
	for at := range s.byAt {
		names = append(names, at)
	}
	slices.Sort(names)
	h := fnv.New128a()
	for _, at := range names {
		a := s.byAt[at]
		_, _ = fmt.Fprintf(h, "%s\n%d %d\n", at, a.size, a.modified.UnixNano())
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (s *assets) same(other *assets) bool {
	return other != nil && s.sum == other.sum && !other.recent()
}

// recent tells whether a file may have changed again under the same time.
func (s *assets) recent() bool {
	for _, a := range s.byAt {
		if a.recent {
			return true
		}
	}
	return false
}

// folders are where the files lie: the content folder, the site's folders of static files beside it, and, of a site whose
// folder of posts was named, its other folders.
func (l *Library) folders() []*folder {
	if l.options.Dir == "" {
		return []*folder{{open: l.options.FS.Open, list: func() (fs.FS, func(), error) { return l.options.FS, func() {}, nil }}}
	}
	h := house{root: l.options.Dir, base: l.base()}
	if known := l.house.Load(); known != nil {
		h = *known
	}
	list := []*folder{folderOf(h.base, "")}
	if h.base == h.root {
		return list
	}
	for _, name := range []string{"static", "assets"} {
		if dir := filepath.Join(h.root, name); isFolder(dir) {
			list = append(list, folderOf(dir, name+"/"))
		}
	}
	if h.posts {
		list = append(list, folderOf(h.root, ""))
	}
	return list
}

func folderOf(dir, at string) *folder {
	return &folder{
		dir: dir, at: at, whole: at != "", open: rooted(dir),
		list: func() (fs.FS, func(), error) {
			root, err := os.OpenRoot(dir)
			if err != nil {
				return nil, nil, err
			}
			return root.FS(), func() { _ = root.Close() }, nil
		},
	}
}

// rooted opens files of a folder and nothing outside of it.
func rooted(dir string) func(name string) (fs.File, error) {
	return func(name string) (fs.File, error) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		if info, err := root.Stat(filepath.FromSlash(name)); err != nil || !info.Mode().IsRegular() { // opening a pipe would wait
			return nil, cmp.Or(err, errNotFile)
		}
		f, err := root.Open(filepath.FromSlash(name))
		if err != nil {
			return nil, err
		}
		return f, nil
	}
}

// opener opens files of the content folder and nothing outside of it.
func (l *Library) opener() func(name string) (fs.File, error) {
	if l.options.Dir == "" {
		return l.options.FS.Open
	}
	return rooted(l.base())
}

// add lists a folder.
func (s *assets) add(f *folder, known *assets) error {
	fsys, done, err := f.list()
	if err != nil {
		return fmt.Errorf("its files cannot be listed: %w", err)
	}
	defer done()
	bundles := map[string]bool{}
	var list []*asset
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || name == ".":
			return nil // it is gone or not ours to read: the listing of posts says so
		case d.IsDir():
			if f.closed(name, d.Name()) {
				return fs.SkipDir
			}
			return nil
		case isMarkdown(name):
			if !f.whole && isBundle(name) {
				bundles[path.Dir(name)] = true
			}
			return nil
		case !f.offers(name):
			return nil
		case len(list)+len(s.byAt) >= mostFiles:
			return fmt.Errorf("it has more than %d files: those after %s are not served; name the folder of the posts alone", mostFiles, name)
		}
		if a := f.asset(fsys, name, d); a != nil {
			list = append(list, a)
		}
		return nil
	})
	for _, a := range list {
		a.bundle = bundleOf(bundles, a.name)
		if a.bundle == "" && !f.meant(a.name) {
			continue
		}
		if known != nil {
			if old := known.byAt[a.at]; old != nil && !old.recent && old.name == a.name && old.size == a.size && old.modified.Equal(a.modified) && old.bundle == a.bundle {
				a = old
			}
		}
		if s.byAt[a.at] == nil {
			s.byAt[a.at] = a
		}
	}
	return err
}

// asset is nil for what is no file, or leads out of the folder.
func (f *folder) asset(fsys fs.FS, name string, d fs.DirEntry) *asset {
	info, err := d.Info()
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		info, err = fs.Stat(fsys, name)
	}
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return &asset{
		folder: f, name: name, at: norm.NFC.String(f.at + name), size: info.Size(), modified: info.ModTime(),
		recent: time.Since(info.ModTime()) < recentChange,
	}
}

// bundleOf is the nearest folder above a file that is a post's own.
func bundleOf(bundles map[string]bool, name string) string {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if bundles[dir] {
			return dir
		}
	}
	return ""
}

// find looks a file up by its address, in the words of addresses and without a slash in front.
func (s *assets) find(at string) *asset {
	at = norm.NFC.String(strings.TrimPrefix(path.Clean("/"+at), "/"))
	for _, front := range s.fronts {
		if a := s.byAt[front+at]; a != nil {
			return a
		}
	}
	return s.byAt["static/"+at] // a folder of that name within the content is meant in the same way
}

// findLoosely is find for names that are right but for their letters' case, as on the systems where it does not matter.
func (s *assets) findLoosely(at string) *asset {
	s.loosely.Do(s.loosen)
	at = strings.ToLower(norm.NFC.String(strings.TrimPrefix(path.Clean("/"+at), "/")))
	for _, front := range append(slices.Clone(s.fronts), "static/") {
		if a := s.folded[front+at]; a != nil {
			return a
		}
	}
	return nil
}

func (s *assets) loosen() {
	s.folded, s.bases = make(map[string]*asset, len(s.byAt)), make(map[string]*asset, len(s.byAt))
	put := func(m map[string]*asset, key string, a *asset) {
		if _, taken := m[key]; taken {
			a = nil
		}
		m[key] = a
	}
	for at, a := range s.byAt {
		put(s.folded, strings.ToLower(at), a)
		put(s.bases, path.Base(at), a)
	}
}

// address is where a file is reached by a name that stays when its content changes.
func (a *asset) address() string {
	at := strings.TrimPrefix(a.at, "static/")
	return (&url.URL{Path: "/" + at}).EscapedPath()
}

// open opens the file. It can also be read anywhere.
func (a *asset) open() (readFile, error) {
	f, err := a.folder.open(a.name)
	if err != nil {
		return nil, blog.E(blog.NotFound, err)
	}
	if r, ok := f.(readFile); ok {
		return r, nil
	}
	defer f.Close()
	return nil, fmt.Errorf("%s cannot be read at any place", a.name)
}

// readFile is what files of folders and of the binary can do.
type readFile interface {
	fs.File
	io.ReaderAt
	io.Seeker
}
