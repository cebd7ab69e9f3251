package e2e

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// photographed is noise with a red corner up left, which a camera held upright writes lying on its side.
func photographed(width, height int) image.Image {
	random := rand.New(rand.NewPCG(1, 2))
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.NRGBA{uint8(random.UintN(50)), 60, 160, 255}
			if x < width/2 && y > height/2 { // turned to the right, it is up left
				c.R, c.B = 230, 20
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

// turnedRight is EXIF that says so, and where the picture was taken.
const turnedRight = "MM\x00*\x00\x00\x00\x08\x00\x02\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00" +
	"\x01\x0f\x00\x02\x00\x00\x00\x0c\x00\x00\x00\x26\x00\x00\x00\x00SecretPlace\x00"

func jpegTurned(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00" + turnedRight
	out := append(bytes.Clone(b.Bytes()[:2]), 0xFF, 0xE1, 0, byte(len(exif)+2))
	return append(append(out, exif...), b.Bytes()[2:]...)
}

func pngTurned(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(turnedRight))), "eXIf"+turnedRight...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	out := append(bytes.Clone(b.Bytes()[:33]), chunk...)
	return append(out, b.Bytes()[33:]...)
}

// webpTurned dresses a plain WebP of 40 by 30 pixels.
func webpTurned(t *testing.T, plain []byte) []byte {
	t.Helper()
	body := append([]byte("VP8X\x0a\x00\x00\x00\x08\x00\x00\x00\x27\x00\x00\x1d\x00\x00"), plain[12:]...)
	body = append(binary.LittleEndian.AppendUint32(append(body, "EXIF"...), uint32(len(turnedRight))), turnedRight...)
	out := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body)+4))
	return append(append(out, "WEBP"...), body...)
}

// album is a site as Hugo has it, with a bundle and static files.
func album(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	stored := func(name string) []byte {
		b, err := os.ReadFile("../pictures/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var flat bytes.Buffer
	if err := png.Encode(&flat, photographed(1600, 1000)); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"hugo.toml": []byte("title = \"Album\"\nbaseURL = \"https://album.example/\"\n"),
		"content/posts/hà-giang/index.md": []byte("---\ntitle: Album\ndate: 2024-05-03\n---\n\n![one](photo.jpg \"A caption\")\n\n![two](/images/wide.png)\n\n" +
			"![three](turned.png)\n\n![four](turned.webp)\n\n![five](plain.avif)\n\n![six](/images/logo.svg)\n"),
		"content/posts/hà-giang/photo.jpg":   jpegTurned(t, photographed(3000, 2000)),
		"content/posts/hà-giang/turned.png":  pngTurned(t, photographed(60, 40)),
		"content/posts/hà-giang/turned.webp": webpTurned(t, stored("lossy.webp")),
		"content/posts/hà-giang/plain.avif":  stored("private.avif"),
		"static/images/wide.png":             flat.Bytes(),
		"static/images/logo.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" onload="document.title='ran'">` +
			`<script>document.title="ran"</script><rect width="200" height="100" fill="teal"/></svg>`),
		"static/demo/index.html": []byte(`<!doctype html><title>still</title><script>document.title="ran"</script><h1>A demo</h1>`),
	} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestPicturesFitEveryScreen opens a post with photographs on four screens: the browser takes the width that it needs, every
// picture stands upright in the room that was kept for it, and nothing of the camera's is served.
func TestPicturesFitEveryScreen(t *testing.T) {
	t.Parallel()
	s := site.Start(t, "--content", album(t), "--cache", t.TempDir())
	for _, screen := range []struct {
		width int64
		dots  float64
		want  string // variant of the photograph
	}{
		{360, 1, "-360/"}, {360, 3, "-1080/"}, {1280, 1, "-1080/"}, {1280, 3, "-"},
	} {
		name := strconv.Itoa(int(screen.width)) + "px, " + strconv.Itoa(int(screen.dots)) + " dots"
		p := reader(t, browser.Screen(screen.width, 900), browser.Dots(screen.dots)).Tab(t)
		p.Open(s.URL + "/posts/h%C3%A0-giang/")
		p.Wait("all pictures are there, "+name, `[...document.querySelectorAll('.prose img')].length===6&&`+
			`[...document.querySelectorAll('.prose img')].every(i=>{i.loading='eager';return i.complete&&i.naturalWidth>0})`)
		got := browser.Eval[[]picture](p, `[...document.querySelectorAll('.prose img')].map(i=>({src:i.currentSrc,`+
			`natural:i.naturalWidth/i.naturalHeight,shown:i.clientWidth/i.clientHeight,attributes:i.getAttribute('width')/i.getAttribute('height'),`+
			`over:i.getBoundingClientRect().right>innerWidth}))`)
		for i, g := range got {
			if !alike(g.Natural, g.Attributes) || !alike(g.Shown, g.Attributes) {
				t.Errorf("%s: picture %d is drawn %.2f, shown %.2f, and had room for %.2f: %s", name, i+1, g.Natural, g.Shown, g.Attributes, g.Src)
			}
			if g.Over {
				t.Errorf("%s: picture %d stands out of the page", name, i+1)
			}
		}
		if !strings.Contains(got[0].Src, screen.want) {
			t.Errorf("%s: the photograph is %s, want %s", name, got[0].Src, screen.want)
		}
		if !alike(got[0].Attributes, 2./3) || !alike(got[2].Attributes, 2./3) || !alike(got[3].Attributes, 4./3) {
			t.Errorf("%s: lying pictures do not stand: %+v", name, got)
		}
		if up := browser.Eval[bool](p, `(async()=>{const i=document.querySelector('.prose img'),c=document.createElement('canvas');c.width=2;c.height=2;`+
			`const x=c.getContext('2d');x.drawImage(i,0,0,2,2);const d=x.getImageData(0,0,2,2).data;return d[0]>d[2]&&d[4]<d[6]&&d[8]<d[10]})()`); !up {
			t.Errorf("%s: the red corner is not up left", name)
		}
		for _, g := range got {
			res, err := http.Get(g.Src)
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if err != nil || bytes.Contains(data, []byte("SecretPlace")) || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
				t.Errorf("%s: %v %v", g.Src, err, res.Header)
			}
		}
	}
	for _, at := range []string{"/images/logo.svg", "/demo/"} {
		p := reader(t).Tab(t)
		p.Allow("script|Script|sandbox")
		p.Open(s.URL + at)
		if title := browser.Eval[string](p, "document.title"); title == "ran" {
			t.Errorf("%s ran its script", at)
		}
	}
}

type picture struct {
	Src        string
	Natural    float64
	Shown      float64
	Attributes float64
	Over       bool
}

// alike allows for what rounding to whole pixels does.
func alike(a, b float64) bool { return a/b > 0.97 && a/b < 1.03 }
