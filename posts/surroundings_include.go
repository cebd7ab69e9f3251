package posts

import (
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"unicode/utf8"
)

// pieceLimit is the most bytes of a file that a document may include.
const pieceLimit = 1 << 20

// pieces are the files that documents of a snapshot include, each read once. What is not there is remembered too.
type pieces struct {
	read sync.Map // pieceName.key to []byte, nil if there is none
}

// Include reads a file that a document includes: beside it, in the content folder or in the site's root. Hidden files are
// never read.
func (s *Snapshot) Include(from, name string) ([]byte, bool) {
	for _, n := range s.pieceNames(from, name) {
		known, ok := s.pieces.read.Load(n.key())
		if !ok {
			known, _ = s.pieces.read.LoadOrStore(n.key(), n.load())
		}
		if text := known.([]byte); text != nil {
			return text, true
		}
	}
	return nil, false
}

// pieceName is one file that a name may mean.
type pieceName struct {
	name string
	root bool // in the site's root rather than in the content folder
	open func(string) (fs.File, error)
}

func (n pieceName) key() string {
	if n.root {
		return "/" + n.name
	}
	return n.name
}

func (s *Snapshot) pieceNames(from, name string) []pieceName {
	clean := strings.TrimPrefix(path.Clean("/"+name), "/")
	var names []pieceName
	if !strings.HasPrefix(name, "/") {
		names = append(names, pieceName{path.Join(path.Dir(from), clean), false, s.open})
	}
	names = append(names, pieceName{clean, false, s.open})
	if top, _, deep := strings.Cut(from, "/"); deep { // a language's own folder
		names = append(names, pieceName{path.Join(top, clean), false, s.open})
	}
	return append(names, pieceName{clean, true, s.openRoot})
}

// load reads a file of text; nil if there is none.
func (n pieceName) load() []byte {
	if n.open == nil || !fs.ValidPath(n.name) || strings.HasPrefix(n.name, ".") || strings.Contains(n.name, "/.") {
		return nil
	}
	f, err := n.open(n.name)
	if err != nil {
		return nil
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > pieceLimit {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(f, pieceLimit))
	if err != nil || !utf8.Valid(text) {
		return nil
	}
	return append([]byte{}, text...) // never nil: an empty file is there
}
