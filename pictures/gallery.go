package pictures

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"
)

const (
	defaultDiskBytes = 512 << 20
	// mostCost is what decoding one picture may take: a photograph of 100 million pixels, or a PNG of 50.
	mostCost = 200 << 20
	// mostWaiting is how many requests may wait for their variant; more get the original.
	mostWaiting = 64
	// patience is how long a request waits for its turn.
	patience = 8 * time.Second
	// makeLimit is for one variant: the largest takes two seconds.
	makeLimit = 30 * time.Second
	// manyBytes are worth giving back to the system at once.
	manyBytes = 32 << 20
)

// ErrBusy says that too many variants are being made: the original serves as well.
var ErrBusy = errors.New("too many pictures are being made smaller at the moment")

// Options set up a Gallery. The zero value keeps a few variants in memory.
type Options struct {
	Dir       string // folder that keeps variants; "" if there is none. Processes may share it
	DiskBytes int64  // most that it keeps, the youngest and most asked for; 512 MiB if 0
	Log       *slog.Logger
}

// Gallery makes variants of pictures and keeps them.
type Gallery struct {
	log     *slog.Logger
	shelf   shelf
	flight  singleflight.Group
	turns   *semaphore.Weighted // who may decode, so that pictures never take all processors
	waiting atomic.Int64
}

// NewGallery prepares a gallery. Nothing is read before the first variant is asked for.
func NewGallery(o Options) *Gallery {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.DiskBytes == 0 {
		o.DiskBytes = defaultDiskBytes
	}
	g := &Gallery{log: o.Log, turns: semaphore.NewWeighted(int64(max(1, runtime.GOMAXPROCS(0)/2)))}
	g.shelf = shelf{dir: o.Dir, limit: o.DiskBytes, log: o.Log, memory: map[string]*Variant{}}
	return g
}

// Widths are the widths that a picture is offered in besides its own, the smallest first: a column of text is some 700 pixels
// wide, a phone's screen 360 to 430, each of one to three dots.
func (g *Gallery) Widths(p Picture) []int {
	if p.cost == 0 || p.cost > mostCost || p.Moving || p.Cut {
		return nil
	}
	var list []int
	for _, w := range []int{360, 720, 1080, 1440, 2160} {
		if w*10 <= p.Width*9 { // nearly as wide as the original is not worth it
			list = append(list, w)
		}
	}
	return list
}

// Source is a picture that variants are made of.
type Source struct {
	Key     string // of its content, as short as a file's name must be
	Size    int64
	Picture Picture
	Open    func() (io.ReadSeekCloser, error) // the cleaned picture
}

// Variant is a picture made smaller.
type Variant struct {
	Type  string
	Bytes []byte
}

// Variant is the picture at one of its Widths. nil without an error says that the original is no larger, or cannot be decoded after all,
// and should be used in its place. Whoever asks for the same at the same time waits for one. The error is ErrBusy, that of
// the context, or tells why the source could not be read.
func (g *Gallery) Variant(ctx context.Context, s Source, width int) (*Variant, error) {
	key := s.Key + "-" + strconv.Itoa(width)
	if v, ok := g.shelf.get(key); ok {
		return v.usable(), nil
	}
	if g.waiting.Add(1) > mostWaiting {
		g.waiting.Add(-1)
		return nil, ErrBusy
	}
	defer g.waiting.Add(-1)
	done := g.flight.DoChan(key, func() (any, error) { return g.make(context.WithoutCancel(ctx), key, s, width) })
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-done:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*Variant).usable(), nil
	}
}

// usable is nil for the mark that the original serves better.
func (v *Variant) usable() *Variant {
	if v.Type == "" {
		return nil
	}
	return v
}

// make makes a variant when its turn comes, and keeps it.
func (g *Gallery) make(ctx context.Context, key string, s Source, width int) (*Variant, error) {
	turn, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if g.turns.Acquire(turn, 1) != nil {
		return nil, ErrBusy
	}
	defer g.release(s.Picture.cost)
	if v, ok := g.shelf.get(key); ok { // another flight made it in between
		return v, nil
	}
	ctx, cancel = context.WithTimeout(ctx, makeLimit)
	defer cancel()
	f, err := s.Open()
	if err != nil {
		return nil, fmt.Errorf("open the picture: %w", err)
	}
	defer f.Close()
	v := &Variant{}
	v.Bytes, v.Type, err = s.Picture.resize(ctx, f, width)
	switch {
	case ctx.Err() != nil:
		return nil, ErrBusy
	case err != nil:
		g.log.Warn("picture: no smaller variants: the file is damaged; open it and save it again", "error", err)
		v = &Variant{}
	case int64(len(v.Bytes)) >= s.Size:
		v = &Variant{}
	}
	g.shelf.put(key, v)
	return v, nil
}

func (g *Gallery) release(cost int64) {
	g.turns.Release(1)
	if cost > manyBytes && g.waiting.Load() <= 1 {
		debug.FreeOSMemory() // the system would else see these bytes for minutes
	}
}

// Reader reads the variant.
func (v *Variant) Reader() io.ReadSeeker { return bytes.NewReader(v.Bytes) }
