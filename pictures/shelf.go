package pictures

import (
	"cmp"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// made names the way in which variants are made: another one's are not used, and go when room is needed.
	made = "v1"
	// memoryBytes holds variants where there is no folder, or it is full.
	memoryBytes = 16 << 20
	// mostVariant is more than any has; a file of that size is not ours.
	mostVariant = 32 << 20
	// seenEvery is how often the time of a file that is used is put forward.
	seenEvery = 24 * time.Hour
)

// shelf keeps variants in a folder, those used last, within a number of bytes. It may be emptied, or be another process' too,
// at any time: what is not there is made again. A file is written under another name and then renamed, so none is ever half.
type shelf struct {
	dir   string
	limit int64
	log   *slog.Logger

	mu      sync.Mutex
	counted bool
	used    int64 // bytes in the folder
	full    bool  // it could not be written to, which the log knows

	memory map[string]*Variant
	order  []string // of memory, the oldest first
	held   int
}

// extensions tell what a file holds; that of the mark is empty.
func extensions() map[string]string {
	return map[string]string{typeJPEG: ".jpg", typePNG: ".png", "": ".none"}
}

func (s *shelf) path(key, ext string) string {
	return filepath.Join(s.dir, "pictures", made, key[:min(2, len(key))], key+ext)
}

// get finds a variant or the mark that there is none.
func (s *shelf) get(key string) (*Variant, bool) {
	s.mu.Lock()
	v, ok := s.memory[key]
	s.mu.Unlock()
	if ok || s.dir == "" {
		return v, ok
	}
	for kind, ext := range extensions() {
		name := s.path(key, ext)
		info, err := os.Stat(name)
		if err != nil || info.Size() > mostVariant {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil || len(data) == 0 && kind != "" {
			continue
		}
		if now := time.Now(); now.Sub(info.ModTime()) > seenEvery {
			_ = os.Chtimes(name, now, now)
		}
		return &Variant{Type: kind, Bytes: data}, true
	}
	return nil, false
}

func (s *shelf) put(key string, v *Variant) {
	if s.dir == "" {
		s.remember(key, v)
		return
	}
	err := s.write(s.path(key, extensions()[v.Type]), v.Bytes)
	s.mu.Lock()
	told := s.full
	s.full = err != nil
	s.mu.Unlock()
	if err != nil {
		if !told {
			s.log.Warn("pictures are not kept in the cache folder: make room, or let vang write there", "error", err)
		}
		s.remember(key, v)
		return
	}
	s.count(int64(len(v.Bytes)))
}

// remember keeps a variant in memory.
func (s *shelf) remember(key string, v *Variant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.memory[key]; ok || len(v.Bytes) > memoryBytes {
		return
	}
	s.memory[key] = v
	s.order = append(s.order, key)
	s.held += len(v.Bytes) + 200
	for s.held > memoryBytes {
		s.held -= len(s.memory[s.order[0]].Bytes) + 200
		delete(s.memory, s.order[0])
		s.order = s.order[1:]
	}
}

func (s *shelf) write(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), "new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = cmp.Or(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// count adds bytes and makes room when there are too many.
func (s *shelf) count(added int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used += added
	if s.counted && s.used <= s.limit {
		return
	}
	kept := s.list()
	s.counted, s.used = true, 0
	for _, f := range kept {
		s.used += f.Size()
	}
	if s.used <= s.limit {
		return
	}
	slices.SortFunc(kept, func(a, b keptFile) int { return a.ModTime().Compare(b.ModTime()) })
	for _, f := range kept {
		if s.used <= s.limit*9/10 {
			return
		}
		if err := os.Remove(f.path); err == nil || errors.Is(err, fs.ErrNotExist) {
			s.used -= f.Size()
		}
	}
}

type keptFile struct {
	fs.FileInfo
	path string
}

// list is every file in the folder, those of other ways of making too. Files half-written by a process that died are removed.
func (s *shelf) list() (files []keptFile) {
	_ = filepath.WalkDir(filepath.Join(s.dir, "pictures"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // another process may have removed it
		}
		info, err := d.Info()
		if err != nil {
			return nil
		}
		if strings.HasPrefix(d.Name(), "new-") && time.Since(info.ModTime()) > time.Hour {
			_ = os.Remove(name)
			return nil
		}
		files = append(files, keptFile{info, name})
		return nil
	})
	return files
}
