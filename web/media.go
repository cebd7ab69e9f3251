package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"vang/blog"
	"vang/pictures"
	"vang/posts"
)

const (
	// mostText is what a file of text may have to be compressed and kept like a page.
	mostText = 2 << 20
	// slowest is the line, in bytes a second, for which a large file has time enough.
	slowest = 32 << 10
)

// media answers with a file that lies beside the authors' posts, at an address that stays when the file changes.
func (s *Server) media(w http.ResponseWriter, r *http.Request) error {
	f, ok := s.pinned(r.Context()).Static(r.URL.Path)
	if !ok {
		return blog.E(blog.NotFound, nil)
	}
	w.Header().Set("Cache-Control", "no-cache")
	return s.sendAuthored(w, r, f)
}

// authored answers with an author's file where a route found nothing: files stand anywhere.
func (s *Server) authored(w http.ResponseWriter, r *http.Request, err error) error {
	var trouble *blog.Error
	if r.Method != http.MethodGet && r.Method != http.MethodHead || !errors.As(err, &trouble) || trouble.Kind != blog.NotFound {
		return err
	}
	if path.Ext(r.URL.Path) == "" {
		return s.authoredFolder(w, r, err)
	}
	if again := s.media(w, r); again == nil || !errors.As(again, &trouble) || trouble.Kind != blog.NotFound {
		return again
	}
	return err
}

// authoredFolder answers at the address of a folder that has a page of its own, such as a demonstration in static/demo/.
func (s *Server) authoredFolder(w http.ResponseWriter, r *http.Request, err error) error {
	f, ok := s.pinned(r.Context()).Static(strings.TrimSuffix(r.URL.Path, "/") + "/index.html")
	switch {
	case !ok:
		return err
	case !strings.HasSuffix(r.URL.Path, "/"):
		return s.moved(w, r, r.URL.EscapedPath()+"/")
	}
	w.Header().Set("Cache-Control", "no-cache")
	return s.sendAuthored(w, r, f)
}

// version is how content is named in addresses: its hash, and for a variant its width.
var version = regexp.MustCompile(`^([0-9a-f]{16})(?:-([1-9][0-9]{1,3}))?$`)

// versioned answers at the address of a file's content, or of a variant of it. Under another version than the file's own the
// answer is what there is now, not to be stored: a page from before, or of another replica, named it.
func (s *Server) versioned(w http.ResponseWriter, r *http.Request) error {
	m := version.FindStringSubmatch(r.PathValue("version"))
	f, ok := s.pinned(r.Context()).Stored(r.PathValue("path"))
	if m == nil || !ok {
		return s.media(w, r) // an author's folder may be called "files"
	}
	current, err := f.Version()
	if err != nil {
		return mediaError(err)
	}
	width, _ := strconv.Atoi(m[2])
	cache := forever
	if m[1] != current {
		cache = "no-store"
	}
	w.Header().Set("Cache-Control", cache)
	if width > 0 {
		done, err := s.variant(w, r, f, width)
		if done || err != nil {
			return err
		}
	}
	return s.sendAuthored(w, r, f)
}

// variant answers with a picture at another width; done is false if the original is to be sent in its place.
func (s *Server) variant(w http.ResponseWriter, r *http.Request, f posts.File, width int) (done bool, err error) {
	gallery := s.deps.Library.Pictures()
	p, ok, err := f.Picture()
	if err != nil || !ok || gallery == nil || !slices.Contains(gallery.Widths(p), width) {
		w.Header().Set("Cache-Control", "no-store")
		return false, nil
	}
	key, err := f.Key()
	if err != nil {
		return false, mediaError(err)
	}
	source := pictures.Source{Key: key, Size: f.Size(), Picture: p, Open: func() (io.ReadSeekCloser, error) { return openClean(f, p) }}
	v, err := gallery.Variant(r.Context(), source, width)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false, err
	case err != nil: // the next reader may get it
		w.Header().Set("Cache-Control", "no-store")
		if !errors.Is(err, pictures.ErrBusy) {
			s.deps.Log.WarnContext(r.Context(), "picture not made smaller", "request_id", requestID(r.Context()), "error", err)
		}
		return false, nil
	case v == nil:
		return false, nil
	}
	h := w.Header()
	describeFile(h, v.Type)
	if name := f.Name(); v.Type != mediaType(name) { // which is saved under its own name
		h.Set("Content-Disposition", `inline; filename="`+strings.Map(plainLetter, strings.TrimSuffix(name, path.Ext(name)))+extensionOf(v.Type)+`"`)
	}
	h.Set("ETag", `"`+key[:16]+"-"+strconv.Itoa(width)+`"`)
	http.ServeContent(w, r, "", time.Time{}, v.Reader())
	return true, nil
}

// plainLetter leaves out what has a meaning in a header.
func plainLetter(r rune) rune {
	if r < ' ' || r > '~' || strings.ContainsRune(`"\/`, r) {
		return '_'
	}
	return r
}

func extensionOf(contentType string) string {
	if contentType == "image/png" {
		return ".png"
	}
	return ".jpg"
}

// opened is a cleaned picture and the file that it is read from.
type opened struct {
	io.ReadSeeker
	io.Closer
}

// openClean opens a picture without what is nobody's business.
func openClean(f posts.File, p pictures.Picture) (io.ReadSeekCloser, error) {
	file, err := f.Open()
	if err != nil {
		return nil, err
	}
	content, err := p.Clean(file, f.Size())
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return opened{content, file}, nil
}

// sendAuthored answers with an author's file. Cache-Control is set already.
func (s *Server) sendAuthored(w http.ResponseWriter, r *http.Request, f posts.File) error {
	kind := mediaType(f.Name())
	p, isPicture, wrong := f.Picture()
	if isPicture {
		kind = p.Type
	}
	key, err := f.Key()
	if err != nil {
		return mediaError(err)
	}
	if wrong != nil && kind == typeSVG {
		kind = typeUnknown
	}
	if f.Size() <= mostText && isText(kind) {
		return s.sendAuthoredText(w, r, f, p, kind, key)
	}
	var content io.ReadSeekCloser
	if isPicture {
		content, err = openClean(f, p)
	} else {
		content, err = f.Open()
	}
	if err != nil {
		return mediaError(err)
	}
	defer content.Close()
	describeFile(w.Header(), kind)
	w.Header().Set("ETag", `"`+key[:16]+`"`)
	if f.Size() > 1<<20 {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(assetTimeout + time.Duration(f.Size()/slowest)*time.Second))
	}
	http.ServeContent(w, r, "", f.Modified(), content)
	return nil
}

// sendAuthoredText answers with a file of text, compressed. It is kept by its content.
func (s *Server) sendAuthoredText(w http.ResponseWriter, r *http.Request, f posts.File, p pictures.Picture, kind, key string) error {
	name := "text\x00" + kind + "\x00" + key
	b, ok := s.cache.get(name)
	if !ok {
		data, clean, err := readText(f, p, kind)
		if err != nil {
			return mediaError(err)
		}
		b = newBody(clean, data)
		s.cache.put(name, b)
	}
	describeFile(w.Header(), b.contentType)
	if b.contentType == typeUnknown && len(b.identity.bytes) == 0 {
		return blog.E(blog.NotFound, errTemplate)
	}
	w.Header().Del("Content-Type")
	return b.send(w, r, http.StatusOK)
}

// errTemplate is for files that are not meant for readers as they are: with front matter, for Jekyll to fill in.
var errTemplate = errors.New("the file is a template")

// readText reads a file whole. A template is nothing, of an unknown type; a drawing that is damaged is handed out for download.
func readText(f posts.File, p pictures.Picture, kind string) (data []byte, contentType string, err error) {
	file, err := f.Open()
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	var content io.Reader = file
	if p.Type == typeSVG {
		if content, err = p.Clean(file, f.Size()); err != nil {
			kind, content = typeUnknown, file
		}
	}
	data, err = io.ReadAll(io.LimitReader(content, 2*mostText))
	if err == nil && p.Type == "" && (bytes.HasPrefix(data, []byte("---\n")) || bytes.HasPrefix(data, []byte("---\r\n"))) {
		return nil, typeUnknown, nil
	}
	return data, kind, err
}

func mediaError(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return blog.E(blog.NotFound, err)
	}
	return fmt.Errorf("read media: %w", err)
}
