package posts

import (
	"cmp"
	"math"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"vang/blog"
	"vang/pictures"
)

// holdings are what a snapshot knows of files.
type holdings struct {
	assets  *assets
	bundles func() map[string]bool // folders of posts that are shown
	origin  origin
	gallery *pictures.Gallery // nil if there are no variants
	framed  sync.Map          // of *asset to blog.Picture
}

// hold gives a snapshot its files.
func (l *Library) hold(s *Snapshot, st *settings) {
	s.assets, s.gallery = l.assets, l.options.Pictures
	s.origin = siteOrigin(s.site, st)
	s.bundles = sync.OnceValue(s.openBundles)
}

// siteOrigin is what the settings of several tools call the site's address.
func siteOrigin(site blog.Site, st *settings) origin {
	addresses := []string{st.home}
	for _, key := range []string{"baseurl", "base_url", "url"} {
		if v, ok := within(site.Params, key); ok {
			addresses = append(addresses, v)
		}
	}
	return originOf(addresses...)
}

// picture finds the picture that src means in the document at path from.
func (s *Snapshot) picture(from, src string) (blog.Picture, bool) {
	r := s.refer(from, src)
	switch {
	case r.file != nil && s.shows(r.file):
		p := s.frame(r.file)
		p.Src += r.fragment
		return p, true
	case r.file != nil || r.ours:
		return blog.Picture{Src: src, Missing: true}, true
	}
	return blog.Picture{}, false
}

func (s *Snapshot) refer(from, src string) referred {
	at := ""
	if it, ok := s.byFile[from]; ok {
		at, _ = url.PathUnescape(it.post.Path)
	}
	return s.assets.refer(from, at, src, s.origin)
}

// fileLink is the address of the file that a document at path from means by target, escaped, if there is one.
func (s *Snapshot) fileLink(from, target string) (address string, ok bool) {
	r := s.refer(from, target)
	if r.file == nil || !s.shows(r.file) {
		return "", false
	}
	return r.file.address() + r.fragment, true
}

// PictureOf finds the picture that src means in the file of p, its front matter included, with its size and variants.
func (s *Snapshot) PictureOf(p blog.Post, src string) (blog.Picture, bool) {
	if file, ok := s.assets.byAddress(src); ok && s.shows(file) { // as the front matter's Image is given
		return s.frame(file), true
	}
	return s.picture(p.Source, src)
}

// byAddress finds a file by the address that it has itself.
func (s *assets) byAddress(address string) (*asset, bool) {
	plain, err := url.PathUnescape(address)
	if err != nil || !strings.HasPrefix(plain, "/") {
		return nil, false
	}
	a := s.find(plain)
	return a, a != nil
}

// frame makes a file ready for a page.
func (s *Snapshot) frame(a *asset) blog.Picture {
	if p, ok := s.framed.Load(a); ok {
		return p.(blog.Picture)
	}
	asked := a
	c, err := a.contents()
	if err != nil { // it was there a moment ago: the next load tells
		return blog.Picture{Src: a.address()}
	}
	if trouble := c.trouble(); trouble != "" {
		s.log.Warn("content: "+trouble, "file", a.at)
	}
	main, siblings := s.formats(a)
	if main != a {
		if other, err := main.contents(); err == nil && alike(other.picture, c.picture) {
			a, c = main, other
		}
	}
	p := blog.Picture{Src: a.versioned(c, 0), Width: c.picture.Width, Height: c.picture.Height}
	s.offer(&p, a, c)
	for _, sibling := range siblings {
		if sibling == a {
			continue
		}
		if source, ok := s.source(sibling, c.picture); ok {
			p.Sources = append(p.Sources, source)
		}
	}
	s.framed.Store(asked, p)
	return p
}

const (
	// large is a picture that is not sent to every reader as it is: screens are 2,160 dots wide at most where text is read.
	largeWidth, largeBytes = 2_400, 1_500_000
	// usual is the variant that programs without a choice get in the place of a large picture.
	usual = 1_440
)

// offer adds the variants that readers' browsers choose from.
func (s *Snapshot) offer(p *blog.Picture, a *asset, c *contents) {
	if s.gallery == nil || !c.hashed {
		return
	}
	widths := s.gallery.Widths(c.picture)
	if len(widths) == 0 {
		return
	}
	var set []string
	for _, w := range widths {
		set = append(set, a.versioned(c, w)+" "+strconv.Itoa(w)+"w")
	}
	if c.picture.Width <= largeWidth {
		set = append(set, a.versioned(c, 0)+" "+strconv.Itoa(p.Width)+"w")
	}
	if c.picture.Width > largeWidth || a.size > largeBytes {
		w := usual
		for !slices.Contains(widths, w) {
			w = widths[len(widths)-1]
		}
		p.Src, p.Width = a.versioned(c, w), w
		p.Height = pictures.HeightFor(c.picture, w)
	}
	p.Srcset = strings.Join(set, ", ")
}

// formats finds the same picture in other formats, by its name: photo.avif or photo.jpg.avif beside photo.jpg. Where the text names
// the newer format and an older one is there, the older is what all browsers can fall back to.
func (s *Snapshot) formats(a *asset) (main *asset, better []*asset) {
	main = a
	switch extension(a.at) {
	case "avif", "webp":
		main = cmp.Or(s.sibling(a, "jpg"), s.sibling(a, "jpeg"), s.sibling(a, "png"), a)
	case "jpg", "jpeg", "png", "gif":
	default:
		return a, nil
	}
	for _, ext := range []string{"avif", "webp"} {
		if found := s.sibling(main, ext); found != nil {
			better = append(better, found)
		}
	}
	return main, better
}

// sibling is the file beside a that has its name but for the extension; nil if there is none.
func (s *Snapshot) sibling(a *asset, ext string) *asset {
	stem := strings.TrimSuffix(a.at, path.Ext(a.at))
	if found := s.assets.byAt[stem]; found != nil && extension(stem) == ext { // photo.jpg beside photo.jpg.avif
		return found
	}
	for _, name := range []string{stem, a.at} {
		for _, spelling := range []string{ext, strings.ToUpper(ext)} {
			if found := s.assets.byAt[name+"."+spelling]; found != nil && found != a {
				return found
			}
		}
	}
	return nil
}

// source offers a picture in another format, if it is the same picture.
func (s *Snapshot) source(a *asset, of pictures.Picture) (blog.PictureSource, bool) {
	c, err := a.contents()
	if err != nil || c.picture.Type == "" || c.picture.Cut || !alike(c.picture, of) {
		return blog.PictureSource{}, false
	}
	return blog.PictureSource{Type: c.picture.Type, Srcset: a.versioned(c, 0)}, true
}

// alike tells whether two pictures have the same proportions, to within what rounding does to small ones.
func alike(a, b pictures.Picture) bool {
	if a.Height == 0 || b.Height == 0 {
		return false
	}
	ra, rb := float64(a.Width)/float64(a.Height), float64(b.Width)/float64(b.Height)
	return math.Abs(ra/rb-1) < 0.02
}
