package cards

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	drawLimit = 20 * time.Second
	// The most bytes of cards in the folder, and how many new ones are drawn between two looks at it.
	mostKept  = 128 << 20
	lookAfter = 200
	// Without a folder, the cards that were asked for last.
	mostInMemory = 8
)

// Rack keeps the cards that were drawn: in a folder, or the last few in memory.
type Rack struct {
	press  *Press
	dir    string
	flight singleflight.Group

	mu     sync.Mutex
	drawn  int
	recent []kept // the newest last; only without a folder
}

type kept struct {
	version string
	png     []byte
}

// NewRack returns a Rack whose cards lie in dir, which need not be there yet; "" keeps the last few in memory.
func NewRack(press *Press, dir string) *Rack { return &Rack{press: press, dir: dir} }

// Card is c as a PNG: the one that is kept, or drawn now, once for all who ask at the same time.
func (r *Rack) Card(ctx context.Context, c Card) ([]byte, error) {
	version := c.Version()
	if png, ok := r.find(version); ok {
		return png, nil
	}
	done := r.flight.DoChan(version, func() (any, error) {
		// It outlives the first who asked: the others wait for it too.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drawLimit)
		defer cancel()
		png, err := r.press.Draw(ctx, c)
		if err == nil {
			r.keep(version, png)
		}
		return png, err
	})
	select {
	case res := <-done:
		png, _ := res.Val.([]byte)
		return png, res.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *Rack) file(version string) string { return filepath.Join(r.dir, version+".png") }

func (r *Rack) find(version string) ([]byte, bool) {
	if r.dir != "" {
		png, err := os.ReadFile(r.file(version))
		return png, err == nil && len(png) > 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range r.recent {
		if k.version == version {
			return k.png, true
		}
	}
	return nil, false
}

// keep stores a card. One that cannot be stored, as on a full disk, is drawn again when it is asked for again.
func (r *Rack) keep(version string, png []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dir == "" {
		r.recent = append(r.recent, kept{version, png})
		r.recent = slices.Clone(r.recent[max(0, len(r.recent)-mostInMemory):])
		return
	}
	if write(r.file(version), png) != nil {
		return
	}
	if r.drawn++; r.drawn%lookAfter == 1 {
		_ = prune(r.dir, mostKept)
	}
}

// write puts a file in place in one step: other processes may read the folder.
func write(name string, data []byte) error {
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "half-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// prune removes the cards that were drawn first until the others take at most so many bytes, and what was left half written.
func prune(dir string, most int64) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var files []fs.FileInfo
	var size int64
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			files = append(files, info)
			size += info.Size()
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	for _, f := range files {
		half := filepath.Ext(f.Name()) != ".png" && time.Since(f.ModTime()) > time.Hour
		if size <= most && !half {
			continue
		}
		if os.Remove(filepath.Join(dir, f.Name())) == nil {
			size -= f.Size()
		}
	}
	return nil
}
