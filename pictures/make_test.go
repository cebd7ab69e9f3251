package pictures

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"testing"
)

// secrets are words that cameras and programs write into files; none may be served.
var secrets = []string{"Hanoi, Hoan Kiem", "CameraMaker", "GPSTEST", "/home/an/private", "a preview", "made by"}

// corner paints one corner so that turning shows: red up left, blue elsewhere, with noise so that it is a photograph.
func corner(w, h int) *image.NRGBA {
	random := rand.New(rand.NewPCG(1, 2))
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			n := uint8(random.UintN(40))
			c := color.NRGBA{n, n, 200, 255}
			if x < w/2 && y < h/2 {
				c = color.NRGBA{220, n, n, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gifOf(t testing.TB, frames int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for range frames {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, 30, 20), color.Palette{color.Black, color.White}))
		g.Delay = append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is what cameras write: orientation, maker, and a place.
func exif(order binary.AppendByteOrder, orientation int) []byte {
	mark := "II*\x00"
	if order == binary.AppendByteOrder(binary.BigEndian) {
		mark = "MM\x00*"
	}
	b := order.AppendUint32([]byte(mark), 8)
	b = order.AppendUint16(b, 3)
	entry := func(tag, kind uint16, count, value uint32) {
		b = order.AppendUint16(order.AppendUint16(b, tag), kind)
		b = order.AppendUint32(b, count)
		if kind == 3 {
			b = order.AppendUint16(order.AppendUint16(b, uint16(value)), 0)
		} else {
			b = order.AppendUint32(b, value)
		}
	}
	entry(0x010F, 2, 12, 50) // Make
	entry(tagOrientation, 3, 1, uint32(orientation))
	entry(0x8825, 4, 1, 62) // GPS
	b = order.AppendUint32(b, 0)
	return append(b, "CameraMaker\x00GPSTEST Hanoi, Hoan Kiem"...)
}

func segment(marker byte, body string) []byte {
	return append([]byte{0xFF, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// photograph is a JPEG as phones write it.
func photograph(t testing.TB, w, h, orientation int) []byte {
	t.Helper()
	return dressed(jpegOf(t, corner(w, h)), orientation)
}

func dressed(plain []byte, orientation int) []byte {
	out := bytes.Clone(plain[:2])
	out = append(out, segment(markerAPP1, "Exif\x00\x00"+string(exif(binary.LittleEndian, orientation)))...)
	out = append(out, segment(markerAPP1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>Hanoi, Hoan Kiem</x:xmpmeta>")...)
	out = append(out, segment(markerAPP2, "ICC_PROFILE\x00\x01\x01"+string(profile()))...)
	out = append(out, segment(markerAPP2, "MPF\x00a preview")...)
	out = append(out, segment(0xED, "Photoshop 3.0\x00 Hanoi, Hoan Kiem")...)
	out = append(out, segment(markerCOM, "made by /home/an/private")...)
	out = append(out, plain[2:]...)
	return append(out, "\xFF\xD8a preview with GPSTEST"...) // as phones append films and depths
}

// profile is the shape of an ICC profile for RGB.
func profile() []byte {
	b := make([]byte, 200)
	copy(b[16:], "RGB ")
	copy(b[36:], "acsp")
	return b
}

// withChunks puts chunks behind a PNG's header.
func withChunks(plain []byte, chunks ...[]byte) []byte {
	out := bytes.Clone(plain[:33])
	for _, c := range chunks {
		out = append(out, c...)
	}
	return append(out, plain[33:]...)
}

// riff is a WebP of chunks.
func riff(chunks ...[]byte) []byte {
	out := []byte("RIFF\x00\x00\x00\x00WEBP")
	for _, c := range chunks {
		out = append(out, c...)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

func riffChunk(name, body string) []byte {
	b := append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body))), body...)
	if len(body)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

// stored reads a picture that no Go code can write.
func stored(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func look(t testing.TB, data []byte) Picture {
	t.Helper()
	p, err := Look(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("Look: %v", err)
	}
	return p
}
