// Package static is the files that pages link: script, style and icons, embedded as `npm run build` left them in dist.
//
// It imports the standard library only and knows no HTTP beyond content types. Assets never change once New has returned
// them and may be read by any number of goroutines.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// Prefix is what the path of every file begins with.
const Prefix = "/static/"

// hashLength is the number of hex digits of a file's hash in its address: 48 bits tell versions apart for a blog's life.
const hashLength = 12

// File is one file in the encodings that the build made. Gzip and Brotli are nil where they would not help.
type File struct {
	Name        string // "vang.css"
	Path        string // "/static/vang.0123456789ab.css"
	ContentType string
	ETag        string // of the identity bytes, quoted
	Identity    []byte
	Gzip        []byte
	Brotli      []byte
}

// Assets is all files by name.
type Assets struct{ files map[string]*File }

// Open returns what is embedded. It is an error if the build has not run.
func Open() (*Assets, error) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("open embedded assets: %w", err)
	}
	return New(sub)
}

// Part returns what the build left in a folder of its own, which no page links: what the server draws formulas and cards
// with. Nothing is read yet.
func Part(name string) (fs.FS, error) {
	sub, err := fs.Sub(dist, path.Join("dist", name))
	if err != nil {
		return nil, fmt.Errorf("open embedded %s: %w", name, err)
	}
	return sub, nil
}

// New reads all files of fsys: each name.ext, with name.ext.gz and name.ext.br beside it where they exist.
func New(fsys fs.FS) (*Assets, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	a := &Assets{files: map[string]*File{}}
	for _, e := range entries {
		if name := e.Name(); isSource(e) {
			if a.files[name], err = load(fsys, name); err != nil {
				return nil, fmt.Errorf("read asset %s: %w", name, err)
			}
		}
	}
	for _, name := range []string{"vang.css", "vang.js"} {
		if a.files[name] == nil {
			return nil, fmt.Errorf("static/dist holds no %s: run `make assets`, then build again", name)
		}
	}
	return a, nil
}

// isSource tells a file from its encodings and from what hides behind a dot.
func isSource(e fs.DirEntry) bool {
	ext := path.Ext(e.Name())
	return e.Type().IsRegular() && ext != ".gz" && ext != ".br" && !strings.HasPrefix(e.Name(), ".")
}

func load(fsys fs.FS, name string) (*File, error) {
	identity, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	f := &File{Name: name, ContentType: contentType(name), Identity: identity}
	for _, variant := range []struct {
		ext  string
		into *[]byte
	}{{".gz", &f.Gzip}, {".br", &f.Brotli}} {
		*variant.into, err = fs.ReadFile(fsys, name+variant.ext)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	sum := sha256.Sum256(identity)
	hash := hex.EncodeToString(sum[:])[:hashLength]
	ext := path.Ext(name)
	f.Path = Prefix + strings.TrimSuffix(name, ext) + "." + hash + ext
	f.ETag = `"` + hash + `"`
	return f, nil
}

// contentType does not ask the machine's own table for what we know: some have none for scripts.
func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}

// Path returns the address of a file by its name, such as "vang.css"; "" if there is none.
func (a *Assets) Path(name string) string {
	if f := a.files[name]; f != nil {
		return f.Path
	}
	return ""
}

// Lookup finds the file that a request path asks for; nil if there is no such name. current is false when the path carries
// another hash, or none: these bytes are then not what the address promises and must not be stored under it. Replicas of
// two versions can so serve each other's pages.
func (a *Assets) Lookup(requestPath string) (f *File, current bool) {
	name, ok := strings.CutPrefix(requestPath, Prefix)
	if !ok {
		return nil, false
	}
	f = a.files[plainName(name)]
	return f, f != nil && f.Path == requestPath
}

// plainName takes the hash out of a hashed name: "vang.0123456789ab.css" is "vang.css".
func plainName(name string) string {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	base, hash, ok := strings.Cut(stem, ".")
	if !ok || len(hash) != hashLength || strings.Trim(hash, "0123456789abcdef") != "" {
		return name
	}
	return base + ext
}
