package posts

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/klauspost/compress/s2"
)

const (
	atticMemory = 16 << 20 // bytes of compressed texts in memory: some five thousand posts
	atticFile   = 32 << 20 // bytes of one file: it goes when the last of its texts does
)

// attic keeps the texts of a folder's posts, compressed to about half: files change and vanish under their readers, and what
// a snapshot shows must not. What exceeds atticMemory lies in files without a name in a folder, where there is one: of
// 100,000 posts these are 390 MB. The system frees them when the program ends, however it does.
type attic struct {
	rooms sync.Pool // of *[]byte, to compress in: s2 makes room for the worst case, which is not to be kept

	mu       sync.Mutex
	dir      string // "" if all stays in memory
	inMemory int
	file     *os.File // that has room; others are held by their texts alone, and closed with the last of them
	used     int64
}

// packed is a text in memory.
type packed []byte

func (p packed) load() ([]byte, error) { return s2.Decode(nil, p) }

// spilled is a text in a file of the attic.
type spilled struct {
	file *os.File
	at   int64
	size int
}

func (s spilled) load() ([]byte, error) {
	text := make([]byte, s.size)
	if _, err := s.file.ReadAt(text, s.at); err != nil {
		return nil, fmt.Errorf("read a text from the cache folder: %w", err)
	}
	return s2.Decode(nil, text)
}

// count learns how much memory the texts of files take.
func (a *attic) count(files map[string]*file) {
	size := 0
	for _, f := range files {
		if p, ok := f.text.(packed); ok {
			size += len(p)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.inMemory = size
}

// keep keeps body, which is the caller's again afterwards.
func (a *attic) keep(body []byte) source {
	room, _ := a.rooms.Get().(*[]byte)
	if room == nil {
		room = new([]byte)
	}
	defer a.rooms.Put(room)
	*room = slices.Grow((*room)[:0], s2.MaxEncodedLen(len(body)))
	text := s2.Encode((*room)[:cap(*room)], body)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.dir != "" && a.inMemory+len(text) > atticMemory {
		if s, err := a.spill(text); err == nil {
			return s
		}
		a.dir = "" // it is full, or gone: texts stay in memory from now on
	}
	a.inMemory += len(text)
	return packed(bytes.Clone(text))
}

func (a *attic) spill(text []byte) (spilled, error) {
	if a.file == nil || a.used+int64(len(text)) > atticFile {
		f, err := os.CreateTemp(a.dir, "texts-*")
		if err != nil {
			return spilled{}, err
		}
		if err := os.Remove(f.Name()); err != nil { // not on every system can a file without a name be used
			_ = f.Close()
			return spilled{}, err
		}
		a.file, a.used = f, 0
	}
	if _, err := a.file.WriteAt(text, a.used); err != nil {
		return spilled{}, err
	}
	s := spilled{file: a.file, at: a.used, size: len(text)}
	a.used += int64(len(text))
	return s, nil
}
