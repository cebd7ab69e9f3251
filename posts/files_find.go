package posts

import (
	"cmp"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"vang/blog"
)

// hasWord tells whether a list of words between spaces has one.
func hasWord(list, word string) bool { return strings.Contains(list, " "+word+" ") }

func escapePath(p string) string {
	return strings.TrimPrefix((&url.URL{Path: "/" + p}).EscapedPath(), "/")
}

// Static finds the file at an address, escaped or not: one of a static folder, of the content folder, or of a post's own folder,
// whose files stand below the post's address too. Files of posts that are not shown are not there.
func (s *Snapshot) Static(address string) (File, bool) {
	for _, p := range spellings(address) {
		if a := cmp.Or(s.assets.find(p), s.besidePost(p)); a != nil && s.shows(a) {
			return File{a}, true
		}
	}
	for _, p := range spellings(address) {
		if a := s.assets.findLoosely(p); a != nil && s.shows(a) {
			return File{a}, true
		}
	}
	return File{}, false
}

// Stored finds a file by its Path.
func (s *Snapshot) Stored(name string) (File, bool) {
	a := s.assets.byAt[name]
	if a == nil || !s.shows(a) {
		return File{}, false
	}
	return File{a}, true
}

// FileOf finds the file of a picture by the address that a document has for it.
func (s *Snapshot) FileOf(src string) (File, bool) {
	src, _, _ = strings.Cut(src, "#")
	if rest, ok := strings.CutPrefix(src, "/files/"); ok {
		if _, at, deep := strings.Cut(rest, "/"); deep {
			if plain, err := url.PathUnescape(at); err == nil {
				if f, ok := s.Stored(plain); ok {
					return f, true
				}
			}
		}
	}
	return s.Static(src)
}

func spellings(address string) []string {
	list := []string{address}
	if plain, err := url.PathUnescape(address); err == nil && plain != address {
		list = append(list, plain)
	}
	return list
}

// deepest is the most parts that the address of a file in a post's folder has. Each part costs two looks, and strangers may ask for
// an address of 15,000, which took seconds.
const deepest = 64

// besidePost finds a file by the address of the post whose folder it lies in.
func (s *Snapshot) besidePost(p string) *asset {
	p = path.Clean("/" + p)
	if strings.Count(p, "/") > deepest {
		return nil
	}
	for dir := path.Dir(p); dir != "/"; dir = path.Dir(dir) {
		it, ok := s.postAt(dir)
		if ok && isBundle(it.file.path) {
			return s.assets.byAt[path.Dir(it.file.path)+strings.TrimPrefix(p, dir)]
		}
	}
	return nil
}

// postAt finds a post by its address, with its slash or without, or by /blog/ and its slug.
func (s *Snapshot) postAt(p string) (*item, bool) {
	for _, spelling := range []string{p, p + "/"} {
		if it, ok := s.at(spelling); ok {
			return it, true
		}
	}
	it, ok := s.bySlug[strings.TrimPrefix(p, "/blog/")]
	return it, ok && strings.HasPrefix(p, "/blog/")
}

// shows tells whether readers may have a file: that of a post which is a draft, or whose time has not come, they may not.
func (s *Snapshot) shows(a *asset) bool { return a.bundle == "" || s.bundles()[a.bundle] }

// openBundles are the folders of posts that are shown.
func (s *Snapshot) openBundles() map[string]bool {
	shown := make(map[string]bool)
	for file := range s.byFile {
		if isBundle(file) {
			shown[path.Dir(file)] = true
		}
	}
	return shown
}

// File opens a file of the media folder by its name below it, such as "2026/tree.jpg". It can also be sought. Whoever
// opened it closes it. NotFound for whatever is no plain file there.
func (s *Snapshot) File(name string) (fs.File, error) {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	name = strings.TrimPrefix(name, mediaFolder+"/")
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") {
			return nil, blog.E(blog.NotFound, errNotFile)
		}
	}
	f, err := s.open(mediaFolder + "/" + name)
	if err != nil {
		return nil, blog.E(blog.NotFound, err)
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, blog.E(blog.NotFound, errNotFile)
	}
	return f, nil
}

// referred is what a text means by an address or a path.
type referred struct {
	file     *asset // nil if there is none
	fragment string // with its #
	ours     bool   // it should be a file of this site
}

// refer finds the file that src means in the document at path from, whose address is at ("" if it has none).
func (s *assets) refer(from, at, src string, site origin) referred {
	r := referred{}
	p, r := site.local(src)
	if p == "" {
		return r
	}
	tries := meanings(from, at, p)
	for _, find := range []func(string) *asset{s.find, s.beside, s.findLoosely} {
		for _, try := range tries {
			if r.file = find(try); r.file != nil {
				return r
			}
		}
	}
	if !strings.Contains(p, "/") { // as note-taking programs have it: a name is enough
		s.loosely.Do(s.loosen)
		r.file = s.bases[p]
	}
	return r
}

// beside finds what Hugo's templates take from its folder of assets.
func (s *assets) beside(at string) *asset {
	return s.byAt["assets/"+strings.TrimPrefix(path.Clean("/"+at), "/")]
}

// meanings are the files that a path may stand for, the likeliest first: beside the text, in a folder of the text's name, as
// its address has it, and at the top.
func meanings(from, at, p string) []string {
	if strings.HasPrefix(p, "/") {
		return []string{p}
	}
	dir := path.Dir(from)
	list := []string{path.Join("/", dir, p)}
	if !isBundle(from) {
		stem := strings.TrimSuffix(path.Base(from), path.Ext(from))
		list = append(list, path.Join("/", dir, stem, p))
	}
	if at != "" {
		list = append(list, path.Join("/", at, p), path.Join("/", path.Dir(at), p))
	}
	return append(list, path.Join("/", p))
}

// origin is where a site says that it is.
type origin struct {
	host   string
	prefix string // path below which the site was, such as "/blog"
}

// originOf reads the addresses that settings give.
func originOf(addresses ...string) (o origin) {
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil {
			continue
		}
		o.host = cmp.Or(o.host, u.Host)
		if p := strings.TrimRight(u.Path, "/"); p != "" && strings.HasPrefix(p, "/") {
			o.prefix = cmp.Or(o.prefix, p)
		}
	}
	return o
}

// local is the path that src has on this site, not escaped; "" if it is another's.
func (o origin) local(src string) (p string, r referred) {
	src = strings.TrimSpace(src)
	u, err := url.Parse(src)
	if err != nil { // such as a file that is called "100%.png"
		u = &url.URL{Path: src}
	}
	foreign := u.Scheme != "" || u.Host != ""
	if u.Path == "" || u.Opaque != "" || foreign && (o.host == "" || !strings.EqualFold(u.Host, o.host)) {
		return "", r
	}
	p = u.Path
	if o.prefix != "" && strings.HasPrefix(p, o.prefix+"/") {
		p = strings.TrimPrefix(p, o.prefix)
	}
	if u.Fragment != "" {
		r.fragment = "#" + u.EscapedFragment()
	}
	r.ours = !foreign && path.Ext(p) != "" && !ownPath(p)
	return p, r
}

// ownPath tells of addresses that are Vang's own, where no file of an author's need be.
func ownPath(p string) bool {
	for _, front := range []string{"/cards/", "/files/", "/api/", "/static/"} {
		if strings.HasPrefix(p, front) {
			return true
		}
	}
	return false
}
