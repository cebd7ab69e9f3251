package posts

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
)

// source gives a post's text again when it is rendered.
type source interface {
	load() ([]byte, error)
}

// embedded reads a text from a file system that does not change: the binary's own.
type embedded struct {
	fsys fs.FS
	path string
	hash string
}

var errChanged = errors.New("the file is not what it was when it was loaded")

func (e embedded) load() ([]byte, error) {
	data, err := fs.ReadFile(e.fsys, e.path)
	if err != nil {
		return nil, err
	}
	if hashOf(data) != e.hash {
		return nil, fmt.Errorf("%s: %w", e.path, errChanged)
	}
	clean, _ := normalise(data)
	f, err := split(clean)
	return f.body, err
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}
