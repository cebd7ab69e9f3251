package pictures

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"golang.org/x/image/webp"
)

func clean(t testing.TB, data []byte) []byte {
	t.Helper()
	r, err := look(t, data).Clean(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("Clean: %v", err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLook(t *testing.T) {
	plain := pngOf(t, corner(64, 48))
	tests := map[string]struct {
		data          []byte
		kind          string
		width, height int
		moving        bool
		decodable     bool
	}{
		"png":              {pngOf(t, corner(64, 48)), typePNG, 64, 48, false, true},
		"animated png":     {withChunks(plain, chunkOf("acTL", make([]byte, 8))), typePNG, 64, 48, true, true},
		"jpeg":             {jpegOf(t, corner(64, 48)), typeJPEG, 64, 48, false, true},
		"jpeg upright":     {photograph(t, 64, 48, 1), typeJPEG, 64, 48, false, true},
		"jpeg turned":      {photograph(t, 64, 48, 6), typeJPEG, 48, 64, false, true},
		"jpeg mirrored":    {photograph(t, 64, 48, 2), typeJPEG, 64, 48, false, true},
		"progressive jpeg": {stored(t, "progressive.jpg"), typeJPEG, 64, 48, false, true},
		"cmyk jpeg":        {stored(t, "cmyk.jpg"), typeJPEG, 40, 30, false, false},
		"gif":              {gifOf(t, 1), typeGIF, 30, 20, false, false},
		"animated gif":     {gifOf(t, 3), typeGIF, 30, 20, true, false},
		"webp":             {stored(t, "lossy.webp"), typeWebP, 40, 30, false, true},
		"lossless webp":    {stored(t, "lossless.webp"), typeWebP, 40, 30, false, true},
		"webp with alpha":  {stored(t, "alpha.webp"), typeWebP, 40, 30, false, true},
		"animated webp":    {stored(t, "moving.webp"), typeWebP, 20, 10, true, false},
		"avif":             {stored(t, "private.avif"), typeAVIF, 40, 30, false, false},
		"svg":              {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80"/>`), typeSVG, 120, 80, false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := look(t, tt.data)
			if p.Type != tt.kind || p.Width != tt.width || p.Height != tt.height || p.Moving != tt.moving || p.Cut {
				t.Errorf("got %s %dx%d moving=%v cut=%v", p.Type, p.Width, p.Height, p.Moving, p.Cut)
			}
			if p.cost > 0 != tt.decodable {
				t.Errorf("cost %d", p.cost)
			}
		})
	}
}

func TestSizesOfDrawings(t *testing.T) {
	tests := map[string][2]int{
		`<svg width="120px" height="80"/>`:                    {120, 80},
		`<svg width="4in" height="2in"/>`:                     {384, 192},
		`<svg width="10mm" height="72pt"/>`:                   {38, 96},
		`<svg viewBox="0 0 300 150"/>`:                        {300, 150},
		`<svg viewBox="0,0,300,150" width="600"/>`:            {600, 300},
		`<svg width="100%" height="100%" viewBox="0 0 6 4"/>`: {6, 4},
		`<svg width="100%"/>`:                                 {0, 0},
		`<svg width="-5" height="1e99"/>`:                     {0, 0},
		"\ufeff<?xml version='1.0' encoding='ISO-8859-1'?><!-- \xe9 --><!DOCTYPE svg PUBLIC 'x' 'y'>\n<svg:svg xmlns:svg='x' width='7' height='8'></svg:svg>": {7, 8},
	}
	for text, want := range tests {
		if p := look(t, []byte(text)); p.Width != want[0] || p.Height != want[1] {
			t.Errorf("%s: %dx%d", text, p.Width, p.Height)
		}
	}
	for _, text := range []string{"<html><svg width='1' height='1'></html>", "<p>", "text", "", "<", "<?xml version='1.0' encoding='EBCDIC'?><svg/>"} {
		if _, err := Look(strings.NewReader(text), int64(len(text))); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestNothingPrivateIsServed looks for what cameras and programs wrote, in every format, and decodes what is left.
func TestNothingPrivateIsServed(t *testing.T) {
	tiff := string(exif(binary.BigEndian, 6))
	plainPNG := pngOf(t, corner(64, 48))
	vp8x := riffChunk("VP8X", "\x0C\x00\x00\x00\x27\x00\x00\x1D\x00\x00")
	tests := map[string][]byte{
		"jpeg": photograph(t, 64, 48, 6),
		"png": append(withChunks(plainPNG, chunkOf("eXIf", []byte(tiff)), chunkOf("tEXt", []byte("Comment\x00made by /home/an/private")),
			chunkOf("iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00Hanoi, Hoan Kiem"))), "a preview"...),
		"gif":  bytes.Replace(gifOf(t, 2), []byte("\x21\xF9"), []byte("\x21\xFE\x07made by\x00\x21\xFF\x0BXMP DataXMP\x07GPSTEST\x00\x21\xF9"), 1),
		"webp": riff(vp8x, stored(t, "lossy.webp")[12:], riffChunk("EXIF", "Exif\x00\x00"+tiff), riffChunk("XMP ", "Hanoi, Hoan Kiem")),
		"avif": stored(t, "private.avif"),
		"svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:i="http://www.inkscape.org/namespaces/inkscape" width="9" height="9" i:export="/home/an/private">` +
			`<!-- made by --><metadata>Hanoi, Hoan Kiem</metadata><i:view>CameraMaker</i:view><rect width="9" height="9"/></svg>`),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			found := false
			for _, secret := range secrets {
				found = found || bytes.Contains(data, []byte(secret))
			}
			if !found {
				t.Fatal("the test's own file holds nothing private")
			}
			before, out := look(t, data), clean(t, data)
			for _, secret := range secrets {
				if bytes.Contains(out, []byte(secret)) {
					t.Errorf("%q is served", secret)
				}
			}
			after := look(t, out)
			if after.Type != before.Type || after.Width != before.Width || after.Height != before.Height || after.orientation != before.orientation || after.Moving != before.Moving || after.profile != before.profile {
				t.Errorf("%+v became %+v", before, after)
			}
			if after.Cut {
				t.Error("what is served is cut off")
			}
			if again := clean(t, out); !bytes.Equal(again, out) {
				t.Error("cleaning twice gives another file")
			}
		})
	}
}

// TestCleanPixels holds that not one pixel changes.
func TestCleanPixels(t *testing.T) {
	decoders := map[string]func(io.Reader) (image.Image, error){typeJPEG: jpeg.Decode, typePNG: png.Decode, typeWebP: webp.Decode}
	for name, data := range map[string][]byte{
		"jpeg": photograph(t, 64, 48, 3), "progressive": dressed(stored(t, "progressive.jpg"), 1),
		"png":  withChunks(pngOf(t, corner(64, 48)), chunkOf("tIME", make([]byte, 7))),
		"webp": append(bytes.Clone(stored(t, "alpha.webp")), "a preview"...),
	} {
		t.Run(name, func(t *testing.T) {
			decode := decoders[look(t, data).Type]
			want, err := decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			out := clean(t, data)
			if len(out) >= len(data) {
				t.Errorf("%d bytes of %d", len(out), len(data))
			}
			got, err := decode(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			for y := range want.Bounds().Dy() {
				for x := range want.Bounds().Dx() {
					if want.At(x, y) != got.At(x, y) {
						t.Fatalf("pixel %d,%d", x, y)
					}
				}
			}
		})
	}
}

// TestWhatFollowsThePictureIsCut: phones put films and depths behind it.
func TestWhatFollowsThePictureIsCut(t *testing.T) {
	for name, data := range map[string][]byte{
		"jpeg": jpegOf(t, corner(64, 48)), "png": pngOf(t, corner(64, 48)), "gif": gifOf(t, 1), "webp": stored(t, "lossy.webp"),
	} {
		if out := clean(t, append(bytes.Clone(data), "a preview"...)); !bytes.Equal(out, data) {
			t.Errorf("%s: %d bytes became %d", name, len(data)+9, len(out))
		}
	}
}

// TestWebPSaysWhatItHas: its head no longer announces what was left out.
func TestWebPSaysWhatItHas(t *testing.T) {
	head := riffChunk("VP8X", "\x1C\x00\x00\x00\x27\x00\x00\x1D\x00\x00")
	out := clean(t, riff(head, stored(t, "lossy.webp")[12:], riffChunk("EXIF", "GPSTEST"), riffChunk("XMP ", "x")))
	if flags := out[20]; flags != 0x10 {
		t.Errorf("flags %x", flags)
	}
	if size := binary.LittleEndian.Uint32(out[4:]); int(size)+8 != len(out) {
		t.Errorf("it says that it has %d bytes, and has %d", size+8, len(out))
	}
}

func TestProfileIsKept(t *testing.T) {
	if out := clean(t, photograph(t, 64, 48, 1)); !bytes.Contains(out, profile()) {
		t.Error("the colour profile is gone")
	}
}

// TestCut: a file that ends too early is still measured, and says so; what is there is served.
func TestCut(t *testing.T) {
	for name, data := range map[string][]byte{
		"jpeg": photograph(t, 640, 480, 6)[:9000], "png": pngOf(t, corner(64, 48))[:500], "gif": gifOf(t, 3)[:60],
	} {
		p := look(t, data)
		if !p.Cut || p.Width == 0 {
			t.Errorf("%s: %+v", name, p)
		}
		if len(clean(t, data)) < 40 {
			t.Errorf("%s: nothing is left", name)
		}
		if (&Gallery{}).Widths(p) != nil {
			t.Errorf("%s: variants of half a picture are offered", name)
		}
	}
}

// TestLiars says great sizes with few bytes: nothing may be decoded, or allocated, for them.
func TestLiars(t *testing.T) {
	bomb := pngOf(t, image.NewGray(image.Rect(0, 0, 8, 8)))
	copy(bomb[16:], "\x00\x00\xFF\xFF\x00\x00\xFF\xFF")
	huge := bytes.Clone(bomb)
	copy(huge[16:], "\x7F\xFF\xFF\xFF\x7F\xFF\xFF\xFF")
	wide := jpegOf(t, image.NewGray(image.Rect(0, 0, 8, 8)))
	at := bytes.Index(wide, []byte{0xFF, 0xC0})
	copy(wide[at+5:], "\xFF\xFF\xFF\xFF")
	g := NewGallery(Options{})
	for name, data := range map[string][]byte{"png": bomb, "jpeg": wide} {
		if p := look(t, data); g.Widths(p) != nil || p.cost < mostCost {
			t.Errorf("%s of %dx%d would be decoded", name, p.Width, p.Height)
		}
	}
	if p, err := Look(bytes.NewReader(huge), int64(len(huge))); err == nil {
		t.Errorf("%dx%d", p.Width, p.Height)
	}
}

func TestOrientationInBothOrders(t *testing.T) {
	for o := 1; o <= 8; o++ {
		if got := orientationOf(exif(binary.LittleEndian, o)); got != o {
			t.Errorf("little: %d for %d", got, o)
		}
		if got := orientationOf(exif(binary.BigEndian, o)); got != o {
			t.Errorf("big: %d for %d", got, o)
		}
		if got := orientationOf(tiffOf(o)); got != o {
			t.Errorf("own: %d for %d", got, o)
		}
	}
	for _, bad := range []string{"", "II*\x00", "MM\x00*\xFF\xFF\xFF\xFF\x00\x01\x01\x12\x00\x03", "II*\x00\x08\x00\x00\x00\xFF\xFF\x12\x01"} {
		if o := orientationOf([]byte(bad)); o != 0 {
			t.Errorf("%q: %d", bad, o)
		}
	}
}

func TestSplice(t *testing.T) {
	r := newSplice(strings.NewReader("0123456789"), []part{{off: 2, n: 3}, {own: []byte("abc"), n: 3}, {off: 0, n: 0}, {off: 8, n: 2}})
	all, err := io.ReadAll(r)
	if err != nil || string(all) != "234abc89" {
		t.Fatalf("%q %v", all, err)
	}
	for off := range len(all) {
		for n := 1; off+n <= len(all); n++ {
			b := make([]byte, n)
			if _, err := r.ReadAt(b, int64(off)); err != nil || string(b) != string(all[off:off+n]) {
				t.Errorf("%d bytes at %d: %q %v", n, off, b, err)
			}
		}
	}
	if _, err := io.ReadAll(newSplice(strings.NewReader("01"), []part{{off: 0, n: 5}})); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file that became shorter: %v", err)
	}
}

func FuzzLook(f *testing.F) {
	for _, data := range [][]byte{
		photograph(f, 64, 48, 6), pngOf(f, corner(20, 20)), gifOf(f, 2), stored(f, "lossy.webp"), stored(f, "alpha.webp"), stored(f, "moving.webp"),
		stored(f, "private.avif"), stored(f, "progressive.jpg"), []byte(`<svg viewBox="0 0 1 1"><style>a{}</style></svg>`),
	} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Look(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			if strings.Contains(err.Error(), "cannot be understood") {
				t.Fatal(err) // a panic
			}
			return
		}
		r, err := p.Clean(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		out, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("a cleaned file cannot be read: %v", err)
		}
		q, err := Look(bytes.NewReader(out), int64(len(out)))
		if err != nil || q.Type != p.Type || !p.Cut && p.Type != typeSVG && (q.Width != p.Width || q.Height != p.Height) {
			t.Fatalf("%+v became %+v: %v", p, q, err)
		}
	})
}
