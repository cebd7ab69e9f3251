package pictures

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type closer struct{ io.ReadSeeker }

func (closer) Close() error { return nil }

// sourceOf is data as a gallery is given it; opened counts.
func sourceOf(t testing.TB, key string, data []byte, opened *atomic.Int64) Source {
	t.Helper()
	p := look(t, data)
	return Source{Key: key, Size: int64(len(data)), Picture: p, Open: func() (io.ReadSeekCloser, error) {
		opened.Add(1)
		r, err := p.Clean(bytes.NewReader(data), int64(len(data)))
		return closer{r}, err
	}}
}

func TestWidths(t *testing.T) {
	g := NewGallery(Options{})
	tests := map[string]struct {
		p    Picture
		want []int
	}{
		"photograph":    {Picture{Width: 4000, cost: 1}, []int{360, 720, 1080, 1440, 2160}},
		"just larger":   {Picture{Width: 380, cost: 1}, nil},
		"middle":        {Picture{Width: 1200, cost: 1}, []int{360, 720, 1080}},
		"small":         {Picture{Width: 300, cost: 1}, nil},
		"moving":        {Picture{Width: 4000, cost: 1, Moving: true}, nil},
		"not decodable": {Picture{Width: 4000}, nil},
		"too large":     {Picture{Width: 4000, cost: mostCost + 1}, nil},
	}
	for name, tt := range tests {
		if got := g.Widths(tt.p); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestVariants makes one of every kind and looks at type, size, and which corner is red.
func TestVariants(t *testing.T) {
	var opened atomic.Int64
	hole := corner(900, 600)
	for y := range 300 {
		for x := range 450 {
			hole.SetNRGBA(450+x, 300+y, color.NRGBA{})
		}
	}
	grey := image.NewGray(image.Rect(0, 0, 900, 600))
	for i := range grey.Pix {
		grey.Pix[i] = uint8(i*i>>7 ^ i*31)
	}
	tests := map[string]struct {
		data   []byte
		kind   string
		red    image.Point // in quarters; none if negative
		height int
	}{
		"png":            {pngOf(t, corner(900, 600)), typePNG, image.Pt(0, 0), 240},
		"png with holes": {pngOf(t, hole), typePNG, image.Pt(0, 0), 240},
		"grey png":       {pngOf(t, grey), typePNG, image.Pt(-1, 0), 240},
		"jpeg":           {jpegOf(t, corner(900, 600)), typeJPEG, image.Pt(0, 0), 240},
		"grey jpeg":      {jpegOf(t, grey), typeJPEG, image.Pt(-1, 0), 240},
		"mirrored":       {photograph(t, 900, 600, 2), typeJPEG, image.Pt(1, 0), 240},
		"upside down":    {photograph(t, 900, 600, 3), typeJPEG, image.Pt(1, 1), 240},
		"flipped":        {photograph(t, 900, 600, 4), typeJPEG, image.Pt(0, 1), 240},
		"transposed":     {photograph(t, 900, 600, 5), typeJPEG, image.Pt(0, 0), 540},
		"to the right":   {photograph(t, 900, 600, 6), typeJPEG, image.Pt(1, 0), 540},
		"transversed":    {photograph(t, 900, 600, 7), typeJPEG, image.Pt(1, 1), 540},
		"to the left":    {photograph(t, 900, 600, 8), typeJPEG, image.Pt(0, 1), 540},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := sourceOf(t, "key"+strings.ReplaceAll(name, " ", ""), tt.data, &opened)
			v, err := NewGallery(Options{}).Variant(t.Context(), s, 360)
			if err != nil || v == nil {
				t.Fatalf("%v %v", v, err)
			}
			p := look(t, v.Bytes)
			if v.Type != tt.kind || p.Type != tt.kind || p.Width != 360 || p.Height != tt.height || p.orientation != 0 {
				t.Fatalf("%s: %+v", v.Type, p)
			}
			if p.profile != s.Picture.profile {
				t.Errorf("the colour profile: %v", p.profile)
			}
			img, _, err := image.Decode(bytes.NewReader(v.Bytes))
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range []image.Point{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
				r, _, b, a := img.At(90+180*q.X, tt.height/4+q.Y*tt.height/2).RGBA()
				if tt.red.X >= 0 && a > 0 && (r > b) != (q == tt.red) {
					t.Errorf("corner %v has red %d, blue %d", q, r>>8, b>>8)
				}
			}
			if name == "png with holes" {
				if _, _, _, a := img.At(350, 230).RGBA(); a != 0 {
					t.Errorf("a hole has alpha %d", a)
				}
			}
		})
	}
}

// TestScaleKeeps: a flat colour stays what it is to the edges, and an edge of a transparent part does not darken.
func TestScaleKeeps(t *testing.T) {
	flat := image.NewNRGBA(image.Rect(0, 0, 777, 333))
	for y := range 333 {
		for x := range 777 {
			c := color.NRGBA{200, 100, 50, 255}
			if x > 400 {
				c = color.NRGBA{}
			}
			flat.SetNRGBA(x, y, c)
		}
	}
	out, err := smaller(t.Context(), flat, image.Pt(101, 43))
	if err != nil {
		t.Fatal(err)
	}
	m := out.(*image.NRGBA)
	for y := range 43 {
		for x := range 101 {
			if c := m.NRGBAAt(x, y); c.A > 0 && (off(c.R, 200) || off(c.G, 100) || off(c.B, 50)) {
				t.Fatalf("%d,%d: %v", x, y, c)
			}
		}
	}
}

// off tells whether rounding alone does not explain a difference.
func off(got, want uint8) bool { return got > want+1 || got < want-1 }

func TestNoLargerThanTheOriginal(t *testing.T) {
	var opened atomic.Int64
	palette := image.NewPaletted(image.Rect(0, 0, 1200, 800), color.Palette{color.Black, color.White, color.NRGBA{200, 3, 3, 255}})
	for i := range palette.Pix {
		palette.Pix[i] = uint8(i / 97 % 3)
	}
	s := sourceOf(t, "flat", pngOf(t, palette), &opened)
	g := NewGallery(Options{Dir: t.TempDir()})
	for range 2 {
		v, err := g.Variant(t.Context(), s, 1080)
		if err != nil || v != nil {
			t.Fatalf("%v %v", v, err)
		}
	}
	if opened.Load() != 1 {
		t.Errorf("it was drawn %d times", opened.Load())
	}
}

func TestDamagedPictureHasNoVariant(t *testing.T) {
	var opened atomic.Int64
	data := pngOf(t, corner(900, 600))
	copy(data[len(data)/2:], bytes.Repeat([]byte{0xAA}, 100))
	g := NewGallery(Options{Dir: t.TempDir()})
	for range 2 {
		if v, err := g.Variant(t.Context(), sourceOf(t, "bad", data, &opened), 360); v != nil || err != nil {
			t.Fatalf("%v %v", v, err)
		}
	}
	if opened.Load() != 1 {
		t.Errorf("it was tried %d times", opened.Load())
	}
}

// TestOnce: many readers at once have a variant made once; later ones, of another process too, find it on disk.
func TestOnce(t *testing.T) {
	var opened atomic.Int64
	dir := t.TempDir()
	s := sourceOf(t, "0123456789abcdef", jpegOf(t, corner(1200, 800)), &opened)
	g := NewGallery(Options{Dir: dir})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if v, err := g.Variant(t.Context(), s, 720); err != nil || v == nil || v.Type != typeJPEG {
				t.Errorf("%v %v", v, err)
			}
		})
	}
	all.Wait()
	v, err := NewGallery(Options{Dir: dir}).Variant(t.Context(), s, 720)
	if err != nil || look(t, v.Bytes).Width != 720 {
		t.Errorf("%v %v", v, err)
	}
	if opened.Load() != 1 {
		t.Errorf("it was made %d times", opened.Load())
	}
}

func TestWhoLeavesDoesNotWait(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	blocked, free := make(chan struct{}), make(chan struct{})
	data := jpegOf(t, corner(900, 600))
	s := Source{Key: "slow", Size: 1 << 20, Picture: look(t, data), Open: func() (io.ReadSeekCloser, error) {
		close(blocked)
		<-free
		return closer{bytes.NewReader(data)}, nil
	}}
	g := NewGallery(Options{})
	done := make(chan error)
	go func() { _, err := g.Variant(ctx, s, 360); done <- err }()
	<-blocked
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	close(free)
	if v, err := g.Variant(t.Context(), s, 360); err != nil || v == nil { // what the first began is there, or is waited for
		t.Errorf("%v %v", v, err)
	}
}

func TestTooManyGetTheOriginal(t *testing.T) {
	g := NewGallery(Options{})
	g.waiting.Store(mostWaiting)
	if _, err := g.Variant(t.Context(), Source{Key: "x"}, 360); !errors.Is(err, ErrBusy) {
		t.Errorf("%v", err)
	}
	if n := g.waiting.Load(); n != mostWaiting {
		t.Errorf("%d wait", n)
	}
}

func TestSourceThatIsGone(t *testing.T) {
	gone := errors.New("gone")
	s := Source{Key: "gone", Open: func() (io.ReadSeekCloser, error) { return nil, gone }}
	if _, err := NewGallery(Options{}).Variant(t.Context(), s, 360); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}

// TestFolderIsBounded keeps what was used last.
func TestFolderIsBounded(t *testing.T) {
	dir := t.TempDir()
	s := shelf{dir: dir, limit: 10_000, memory: map[string]*Variant{}}
	old := time.Now().Add(-100 * time.Hour)
	for i := range 30 {
		key := fmt.Sprintf("%02d-360", i)
		s.put(key, &Variant{Type: typeJPEG, Bytes: make([]byte, 1000)})
		name := s.path(key, ".jpg")
		_ = os.Chtimes(name, old, old.Add(time.Duration(i)*time.Minute))
		if i == 8 { // used again, so it is young
			if _, ok := s.get("02-360"); !ok {
				t.Fatal("02 is gone already")
			}
		}
	}
	total := int64(0)
	for _, f := range s.list() {
		total += f.Size()
	}
	if total > 10_000 || total < 5_000 {
		t.Errorf("%d bytes are kept", total)
	}
	for key, want := range map[string]bool{"02-360": true, "03-360": false, "29-360": true} {
		if _, ok := s.get(key); ok != want {
			t.Errorf("%s: %v", key, ok)
		}
	}
}

func TestHalfWrittenFilesGo(t *testing.T) {
	s := shelf{dir: t.TempDir(), limit: 1 << 20, memory: map[string]*Variant{}}
	dead := filepath.Join(s.dir, "pictures", made, "ab", "new-123")
	if err := errors.Join(os.MkdirAll(filepath.Dir(dead), 0o700), os.WriteFile(dead, []byte("x"), 0o600), os.Chtimes(dead, time.Time{}, time.Now().Add(-2*time.Hour))); err != nil {
		t.Fatal(err)
	}
	s.put("abc-360", &Variant{Type: typePNG, Bytes: []byte("x")})
	if _, err := os.Stat(dead); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// TestFolderThatCannotBeWritten: variants stay in memory, within a bound.
func TestFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a-file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var opened atomic.Int64
	g := NewGallery(Options{Dir: file})
	s := sourceOf(t, "key", jpegOf(t, corner(900, 600)), &opened)
	for range 2 {
		if v, err := g.Variant(t.Context(), s, 360); v == nil || err != nil {
			t.Fatalf("%v %v", v, err)
		}
	}
	if opened.Load() != 1 {
		t.Errorf("it was made %d times", opened.Load())
	}
	for i := range 50 {
		g.shelf.put(fmt.Sprint(i), &Variant{Type: typeJPEG, Bytes: make([]byte, 1<<20)})
	}
	if g.shelf.held > memoryBytes || len(g.shelf.memory) != len(g.shelf.order) {
		t.Errorf("%d bytes in memory, %d and %d", g.shelf.held, len(g.shelf.memory), len(g.shelf.order))
	}
}

func BenchmarkVariant(b *testing.B) {
	data := jpegOf(b, corner(4000, 3000))
	p := look(b, data)
	for _, width := range []int{360, 1080, 2160} {
		b.Run(fmt.Sprint(width), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := p.resize(b.Context(), bytes.NewReader(data), width); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLook(b *testing.B) {
	data := photograph(b, 4000, 3000, 6)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		look(b, data)
	}
}
