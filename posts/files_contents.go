package posts

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"time"

	"vang/blog"
	"vang/pictures"
)

const (
	// mostHashed is what a file may have that is read from end to end for its address; larger ones are films.
	mostHashed = 64 << 20
	// versionLength is the digits of a hash that an address has: two contents of one file differ in them but once in 2^64 times.
	versionLength = 16
)

// contents is what a file holds.
type contents struct {
	hash    string // of all bytes; of size and time for films
	hashed  bool
	picture pictures.Picture // without a Type if it is none
	err     error            // what is wrong with the picture
}

// contents reads what the file holds, once. What could not be read is tried again by the next who asks.
func (a *asset) contents() (*contents, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known != nil {
		return a.known, nil
	}
	f, err := a.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := &contents{}
	if err := c.read(f, a); err != nil {
		return nil, fmt.Errorf("read %s: %w", a.at, err)
	}
	a.known = c
	return c, nil
}

func (c *contents) read(f readFile, a *asset) error {
	h := sha256.New()
	c.hashed = a.size <= mostHashed
	if c.hashed {
		if n, err := io.Copy(h, io.NewSectionReader(f, 0, a.size)); err != nil || n != a.size {
			return errors.Join(errChanging, err)
		}
		c.picture, c.err = pictures.Look(f, a.size)
		if errors.Is(c.err, pictures.ErrUnknown) && !isPicture(a.name) {
			c.err = nil
		}
	} else {
		_, _ = fmt.Fprint(h, a.size, a.modified.UnixNano())
	}
	c.hash = hex.EncodeToString(h.Sum(nil)[:16])
	return nil
}

// trouble says what an author should know of a picture: that it is damaged, or none. "" if all is well.
func (c *contents) trouble() string {
	switch {
	case errors.Is(c.err, pictures.ErrUnknown):
		return "is no picture that browsers show: save it as JPEG, PNG, WebP, AVIF, GIF or SVG"
	case c.err != nil:
		return c.err.Error() + ": open it and save it again"
	case c.picture.Cut:
		return "is cut off: its end is missing; copy it here again"
	}
	return ""
}

// errChanging is told when a file is shorter than its folder said: it is being written.
var errChanging = errors.New("the file changes while it is read")

func isPicture(name string) bool {
	return extension(name) != "ico" && contains(pictureFiles, extension(name))
}

func contains(list, word string) bool { return word != "" && len(word) < 12 && hasWord(list, word) }

// File is a file beside the posts, as one snapshot has it.
type File struct{ a *asset }

// Name is the file's own name, such as "tree.jpg".
func (f File) Name() string { return path.Base(f.a.name) }

// Path is where the file lies: in the content folder, or in one beside it such as "static/tree.jpg".
func (f File) Path() string { return f.a.at }

// Size is in bytes.
func (f File) Size() int64 { return f.a.size }

// Modified is zero for files of the binary.
func (f File) Modified() time.Time {
	if f.a.modified.Unix() <= 0 {
		return time.Time{}
	}
	return f.a.modified
}

// Address is where the file is reached whatever it holds, escaped.
func (f File) Address() string { return f.a.address() }

// Key names the file's content: equal keys, equal bytes. That of a film names its size and time instead.
func (f File) Key() (string, error) {
	c, err := f.a.contents()
	if err != nil {
		return "", err
	}
	return c.hash, nil
}

// Version is what stands in the address of the file's content; "" for films, which have none.
func (f File) Version() (string, error) {
	c, err := f.a.contents()
	if err != nil || !c.hashed {
		return "", err
	}
	return c.hash[:versionLength], nil
}

// Picture is what the file shows; ok is false for other files. The error says what is wrong with one that should be a picture.
func (f File) Picture() (p pictures.Picture, ok bool, err error) {
	c, err := f.a.contents()
	if err != nil {
		return pictures.Picture{}, false, err
	}
	return c.picture, c.picture.Type != "", c.err
}

// Trouble says what is wrong with a picture, in words for its author; "" if all is well.
func (f File) Trouble() string {
	c, err := f.a.contents()
	if err != nil {
		return oneLine(err.Error())
	}
	return c.trouble()
}

// Open opens the file; whoever did closes it. It is NotFound if it is gone, or another than the snapshot knows.
func (f File) Open() (interface {
	fs.File
	io.ReaderAt
	io.Seeker
}, error,
) {
	r, err := f.a.open()
	if err != nil {
		return nil, err
	}
	info, err := r.Stat()
	if err == nil && info.Size() != f.a.size {
		err = errChanging
	}
	if err != nil {
		_ = r.Close()
		return nil, blog.E(blog.Unavailable, fmt.Errorf("open %s: %w", f.a.at, err))
	}
	return r, nil
}

// versioned is the address of the content of a file, escaped; of a variant so many pixels wide if width is not 0.
func (a *asset) versioned(c *contents, width int) string {
	if !c.hashed {
		return a.address()
	}
	version := c.hash[:versionLength]
	if width > 0 {
		version += "-" + strconv.Itoa(width)
	}
	return "/files/" + version + "/" + escapePath(a.at)
}
