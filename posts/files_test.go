package posts

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vang/blog"
	"vang/markdown"
	"vang/pictures"
)

// photo is a JPEG of that size, as text so that it can stand among files.
func photo(t testing.TB, width, height int) string {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * i >> 5)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func dot(t testing.TB, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black})); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// framed is the picture of a document, without the hashes that its addresses begin with.
func framed(s *Snapshot, from, src string) string {
	p, ok := s.Picture(from, src)
	switch {
	case !ok:
		return "none"
	case p.Missing:
		return "missing"
	}
	if p.Width > 0 && !strings.HasPrefix(p.Src, "/files/") {
		return "no version in " + p.Src
	}
	at := strings.TrimPrefix(p.Src, "/files/")
	_, at, _ = strings.Cut(at, "/")
	return at
}

const hugoPost = "---\ntitle: Trip\ndate: 2024-05-03\nimage: photo.jpg\n---\n\ntext\n"

func hugoSite(t testing.TB) string {
	t.Helper()
	return filesAt(t, map[string]string{
		"hugo.toml":                         "baseURL = 'https://an.example/notes/'\n[permalinks]\nposts = '/:year/:slug/'\n",
		"content/posts/trip/index.md":       hugoPost,
		"content/posts/trip/photo.jpg":      photo(t, 40, 30),
		"content/posts/trip/in/Deep.PNG":    dot(t, 3, 4),
		"content/posts/trip/notes.txt":      "notes",
		"content/posts/trip/cây đa.png":     dot(t, 5, 6), // composed
		"content/posts/trip/a\u0302m.png":   dot(t, 7, 8), // as macOS writes names
		"content/posts/trip/100%.png":       dot(t, 1, 2),
		"content/posts/draft/index.md":      "---\ntitle: D\ndraft: true\ndate: 2024-01-01\n---\nx\n",
		"content/posts/draft/secret.png":    dot(t, 2, 2),
		"content/posts/plain.md":            "---\ntitle: Plain\ndate: 2024-01-01\n---\nx\n",
		"content/posts/plain/beside.png":    dot(t, 2, 2),
		"content/posts/near.png":            dot(t, 2, 2),
		"static/images/x.png":               dot(t, 9, 9),
		"static/.env":                       "secret",
		"static/_redirects":                 "/a /b",
		"static/.well-known/security.txt":   "x",
		"assets/pics/hero.jpg":              photo(t, 20, 10),
		"assets/main.scss":                  "x",
		"layouts/index.html":                "x",
		"content/posts/trip/draft.md~":      "x",
		"content/posts/trip/.DS_Store":      "x",
		"content/posts/trip/broken.jpg":     "no picture",
		"static/images/only-one-of-its.png": dot(t, 2, 2),
	})
}

// filesAt writes files below a new folder.
func filesAt(t testing.TB, list map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range list {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func libraryAt(t testing.TB, dir string, gallery *pictures.Gallery) *Library {
	t.Helper()
	l, err := Open(t.Context(), Options{Dir: dir, Author: markdown.NewAuthor(markdown.AuthorOptions{}), Pictures: gallery})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestPicturesAreFound(t *testing.T) {
	dir := hugoSite(t)
	for _, at := range []string{dir, filepath.Join(dir, "content")} {
		s := libraryAt(t, at, nil).Snapshot()
		const bundle, plain = "posts/trip/index.md", "posts/plain.md"
		for _, tt := range []struct{ from, src, want string }{
			{bundle, "photo.jpg", "posts/trip/photo.jpg"},
			{bundle, "./photo.jpg", "posts/trip/photo.jpg"},
			{bundle, "photo.jpg?width=300#top", "posts/trip/photo.jpg#top"},
			{bundle, "in/Deep.PNG", "posts/trip/in/Deep.PNG"},
			{bundle, "in/deep.png", "posts/trip/in/Deep.PNG"}, // as on the author's own system
			{bundle, "c%C3%A2y%20%C4%91a.png", "posts/trip/c%C3%A2y%20%C4%91a.png"},
			{bundle, "cây đa.png", "posts/trip/c%C3%A2y%20%C4%91a.png"},
			{bundle, "âm.png", "posts/trip/%C3%A2m.png"},
			{bundle, "100%.png", "posts/trip/100%25.png"},
			{bundle, "/images/x.png", "static/images/x.png"},
			{bundle, "images/x.png", "static/images/x.png"},
			{bundle, "/notes/images/x.png", "static/images/x.png"},                   // below the path of the site
			{bundle, "https://an.example/notes/images/x.png", "static/images/x.png"}, // its own address
			{bundle, "//AN.example/images/x.png", "static/images/x.png"},             // the same
			{bundle, "/static/images/x.png", "static/images/x.png"},                  // as editors show it
			{bundle, "/pics/hero.jpg", "assets/pics/hero.jpg"},                       // as Hugo's templates find it
			{bundle, "only-one-of-its.png", "static/images/only-one-of-its.png"},     // as note-taking programs name it
			{bundle, "../near.png", "posts/near.png"},
			{plain, "near.png", "posts/near.png"},
			{plain, "beside.png", "posts/plain/beside.png"},
			{plain, "trip/photo.jpg", "posts/trip/photo.jpg"},
			{plain, "/posts/trip/photo.jpg", "posts/trip/photo.jpg"},
			{bundle, "missing.jpg", "missing"},
			{bundle, "../../../../etc/passwd.png", "missing"},
			{bundle, "/images/none.png", "missing"},
			{plain, "draft/secret.png", "missing"}, // of a post that nobody may see
			{bundle, "https://other.example/x.png", "none"},
			{bundle, "data:image/png;base64,AA", "none"},
			{bundle, "mailto:a@b.png", "none"},
			{bundle, "https://an.example/none.png", "none"},
			{bundle, "", "none"},
			{bundle, "#top", "none"},
			{bundle, "/cards/x/y.png", "none"}, // Vang's own
			{bundle, "/avatar", "none"},
		} {
			if got := framed(s, tt.from, tt.src); got != tt.want {
				t.Errorf("%s in %s is %s, want %s", tt.src, tt.from, got, tt.want)
			}
		}
		if p, _ := s.Picture(bundle, "photo.jpg"); p.Width != 40 || p.Height != 30 || p.Srcset != "" {
			t.Errorf("%+v", p)
		}
		p, ok := s.Picture(bundle, "broken.jpg")
		if !ok || p.Missing || p.Width != 0 {
			t.Errorf("what is no picture: %+v", p)
		}
		if f, ok := s.FileOf(p.Src); !ok || f.Path() != "posts/trip/broken.jpg" || !strings.Contains(f.Trouble(), "no picture") {
			t.Errorf("what is wrong with it: %v %s", ok, f.Trouble())
		}
		if p, ok := s.Post("trip"); !ok || p.Image != "/posts/trip/photo.jpg" {
			t.Errorf("image of the front matter: %s", p.Image)
		}
		if at, _, ok := s.Link(bundle, "notes.txt"); !ok || at != "/posts/trip/notes.txt" {
			t.Errorf("link to a file: %s %v", at, ok)
		}
	}
}

// TestFilesAreServed lists what can be had at plain addresses, and what cannot.
func TestFilesAreServed(t *testing.T) {
	s := libraryAt(t, hugoSite(t), nil).Snapshot()
	for at, want := range map[string]string{
		"/posts/trip/photo.jpg": "posts/trip/photo.jpg", "/2024/trip/photo.jpg": "posts/trip/photo.jpg", "/blog/trip/photo.jpg": "posts/trip/photo.jpg",
		"/2024/trip/in/Deep.PNG": "posts/trip/in/Deep.PNG", "/posts/trip/in/deep.png": "posts/trip/in/Deep.PNG",
		"/posts/trip/c%C3%A2y%20%C4%91a.png": "posts/trip/cây đa.png", "/posts/trip/100%25.png": "posts/trip/100%.png",
		"/images/x.png": "static/images/x.png", "/static/images/x.png": "static/images/x.png", "/.well-known/security.txt": "static/.well-known/security.txt",
		"/posts/trip/notes.txt": "posts/trip/notes.txt", "/assets/pics/hero.jpg": "assets/pics/hero.jpg",
		"/posts/draft/secret.png": "", "/.env": "", "/_redirects": "", "/hugo.toml": "", "/posts/trip/index.md": "", "/posts/trip/.DS_Store": "",
		"/posts/trip/draft.md~": "", "/assets/main.scss": "", "/layouts/index.html": "", "/../hugo.toml": "", "/content/posts/trip/photo.jpg": "",
		"/": "", "": "", "/images": "", "/images/": "", "/pics/hero.jpg": "",
	} {
		f, ok := s.Static(at)
		if ok != (want != "") || ok && f.Path() != want {
			t.Errorf("%s: %v %v", at, ok, f)
		}
	}
}

func TestJekyllFolders(t *testing.T) {
	dir := filesAt(t, map[string]string{
		"_config.yml": "baseurl: /blog\nurl: https://j.example\n", "_posts/2024-01-02-a.md": "---\ntitle: A\n---\nx\n", "_posts/x.png": dot(t, 1, 1),
		"assets/img/a.png": dot(t, 4, 4), "images/b.png": dot(t, 4, 4), "c.png": dot(t, 4, 4), "cv.pdf": "%PDF", "files/data.csv": "1",
		"_includes/x.png": "x", "Gemfile": "x", "package.json": "{}", "Rakefile": "x", "vendor/bundle/x.png": "x", "node_modules/a/x.png": "x",
		"_site/c.png": "x", "scripts/x.html": "x", "secrets.yml": "x", "assets/x.css": "b{}", "main.js": "x", ".git/x.png": "x", "bin/x.png": "x",
	})
	s := libraryAt(t, dir, nil).Snapshot()
	var served []string
	for at := range s.assets.byAt {
		served = append(served, at)
	}
	want := map[string]bool{
		"_posts/x.png": true, "assets/img/a.png": true, "images/b.png": true, "c.png": true, "cv.pdf": true, "files/data.csv": true, "assets/x.css": true,
	}
	for _, at := range served {
		if !want[at] {
			t.Errorf("%s is served", at)
		}
		delete(want, at)
	}
	if len(want) > 0 {
		t.Errorf("not served: %v", want)
	}
	for _, src := range []string{"/blog/assets/img/a.png", "/assets/img/a.png", "https://j.example/blog/assets/img/a.png", "../assets/img/a.png", "assets/img/a.png"} {
		if got := framed(s, "_posts/2024-01-02-a.md", src); got != "assets/img/a.png" {
			t.Errorf("%s: %s", src, got)
		}
	}
	inner := libraryAt(t, filepath.Join(dir, "_posts"), nil).Snapshot()
	if got := framed(inner, "2024-01-02-a.md", "/assets/img/a.png"); got != "assets/img/a.png" {
		t.Errorf("with _posts alone named: %s", got)
	}
}

// TestVariantsAreOffered looks at srcset, at what programs without a choice get, and at other formats of the same picture.
func TestVariantsAreOffered(t *testing.T) {
	webp, err := os.ReadFile("../pictures/testdata/lossy.webp") // 40 by 30
	if err != nil {
		t.Fatal(err)
	}
	avif, err := os.ReadFile("../pictures/testdata/private.avif")
	if err != nil {
		t.Fatal(err)
	}
	s := libraryAt(t, filesAt(t, map[string]string{
		"posts/p/index.md": "---\ntitle: P\ndate: 2024-01-01\n---\nx\n", "posts/p/large.jpg": photo(t, 3000, 300), "posts/p/middle.jpg": photo(t, 1000, 100),
		"posts/p/small.jpg": photo(t, 40, 30), "posts/p/small.webp": string(webp), "posts/p/small.jpg.avif": string(avif),
		"posts/p/other.jpg": photo(t, 90, 10), "posts/p/other.webp": string(webp), "posts/p/alone.avif": string(avif),
	}), pictures.NewGallery(pictures.Options{})).Snapshot()
	get := func(src string) blog.Picture {
		p, _ := s.Picture("posts/p/index.md", src)
		return p
	}
	version := func(name string) string {
		f, _ := s.Stored("posts/p/" + name)
		v, err := f.Version()
		if err != nil || len(v) != 16 {
			t.Fatalf("%s: %q %v", name, v, err)
		}
		return "/files/" + v
	}
	m, l := version("middle.jpg"), version("large.jpg")
	small := blog.Picture{
		Src: version("small.jpg") + "/posts/p/small.jpg", Width: 40, Height: 30,
		Sources: []blog.PictureSource{
			{Type: "image/avif", Srcset: version("small.jpg.avif") + "/posts/p/small.jpg.avif"},
			{Type: "image/webp", Srcset: version("small.webp") + "/posts/p/small.webp"},
		},
	}
	for src, want := range map[string]blog.Picture{
		"middle.jpg": {
			Src: m + "/posts/p/middle.jpg", Width: 1000, Height: 100,
			Srcset: m + "-360/posts/p/middle.jpg 360w, " + m + "-720/posts/p/middle.jpg 720w, " + m + "/posts/p/middle.jpg 1000w",
		},
		"large.jpg": {
			Src: l + "-1440/posts/p/large.jpg", Width: 1440, Height: 144,
			Srcset: l + "-360/posts/p/large.jpg 360w, " + l + "-720/posts/p/large.jpg 720w, " + l + "-1080/posts/p/large.jpg 1080w, " +
				l + "-1440/posts/p/large.jpg 1440w, " + l + "-2160/posts/p/large.jpg 2160w",
		},
		"small.jpg":  small,
		"small.webp": small, // all browsers can fall back to the JPEG
		"other.jpg":  {Src: version("other.jpg") + "/posts/p/other.jpg", Width: 90, Height: 10},
		"other.webp": {Src: version("other.webp") + "/posts/p/other.webp", Width: 40, Height: 30}, // another picture of that name
		"alone.avif": {Src: version("alone.avif") + "/posts/p/alone.avif", Width: 40, Height: 30},
	} {
		if d := cmp.Diff(want, get(src)); d != "" {
			t.Errorf("%s: %s", src, d)
		}
		if d := cmp.Diff(get(src), get(src)); d != "" {
			t.Errorf("%s is another when it is asked for again: %s", src, d)
		}
	}
}

// TestAPictureIsSaved: its pages are made anew, with its new address and size, and the old snapshot stays as it was.
func TestAPictureIsSaved(t *testing.T) {
	dir := filesAt(t, map[string]string{"posts/p/index.md": "---\ntitle: P\ndate: 2024-01-01\n---\n\n![a](a.png)\n\n![b](b.png)\n", "posts/p/a.png": dot(t, 1, 1)})
	l := libraryAt(t, dir, nil)
	text := func(s *Snapshot) string {
		p, _ := s.Post("p")
		doc, err := s.Document(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		return doc.HTML
	}
	before := l.Snapshot()
	first := text(before)
	if !strings.Contains(first, `width="1"`) || strings.Contains(first, "b.png\"") && strings.Contains(first, "/files/") && strings.Count(first, "/files/") != 1 {
		t.Fatal(first)
	}
	write := func(name, data string) {
		if err := os.WriteFile(filepath.Join(dir, "posts/p", name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("a.png", dot(t, 20, 30))
	write("b.png", dot(t, 50, 60))
	after, err := l.reload(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if after.Version() == before.Version() {
		t.Error("the version is the same: pages in the cache would stay")
	}
	second := text(after)
	for _, want := range []string{`width="20" height="30"`, `width="50" height="60"`} {
		if !strings.Contains(second, want) {
			t.Errorf("no %s in %s", want, second)
		}
	}
	if err := os.Remove(filepath.Join(dir, "posts/p/a.png")); err != nil {
		t.Fatal(err)
	}
	gone, err := l.reload(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if got := framed(gone, "posts/p/index.md", "a.png"); got != "missing" {
		t.Errorf("a file that is gone is %s", got)
	}
	if f, ok := after.Stored("posts/p/a.png"); !ok {
		t.Error("the snapshot forgot its file")
	} else if _, err := f.Open(); blog.KindOf(err) != blog.NotFound {
		t.Errorf("opening it: %v", err)
	}
}

// TestSavedWithinTheClock: two saves of equal size within one tick of the file system's clock are two contents.
func TestSavedWithinTheClock(t *testing.T) {
	dir := filesAt(t, map[string]string{"posts/p/index.md": "---\ntitle: P\ndate: 2024-01-01\n---\nx\n", "posts/p/a.txt": "one"})
	name := filepath.Join(dir, "posts/p/a.txt")
	tick := time.Now()
	if err := os.Chtimes(name, tick, tick); err != nil {
		t.Fatal(err)
	}
	l := libraryAt(t, dir, nil)
	f, _ := l.Snapshot().Stored("posts/p/a.txt")
	first, err := f.Key()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(name, []byte("two"), 0o644), os.Chtimes(name, tick, tick)); err != nil {
		t.Fatal(err)
	}
	s, err := l.reload(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	f, _ = s.Stored("posts/p/a.txt")
	if second, err := f.Key(); err != nil || second == first {
		t.Errorf("the old content is believed: %v", err)
	}
}

func TestLinksOutOfTheFolderAreNoFiles(t *testing.T) {
	secret := filesAt(t, map[string]string{"secret.png": dot(t, 1, 1)})
	dir := filesAt(t, map[string]string{"posts/p/index.md": "---\ntitle: P\ndate: 2024-01-01\n---\nx\n", "posts/p/in.png": dot(t, 1, 1)})
	for name, to := range map[string]string{"out.png": filepath.Join(secret, "secret.png"), "fine.png": "in.png"} {
		if err := os.Symlink(to, filepath.Join(dir, "posts/p", name)); err != nil {
			t.Skip("no links here")
		}
	}
	s := libraryAt(t, dir, nil).Snapshot()
	if _, ok := s.Static("/posts/p/out.png"); ok {
		t.Error("a link leads out")
	}
	f, ok := s.Static("/posts/p/fine.png")
	if !ok {
		t.Fatal("a link within the folder is not followed")
	}
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if b, err := io.ReadAll(r); err != nil || string(b) != dot(t, 1, 1) {
		t.Error("it is another file")
	}
}

func BenchmarkGather(b *testing.B) {
	list := map[string]string{}
	for i := range 2000 {
		name := "posts/" + string(rune('a'+i%26)) + "/" + time.Unix(int64(i), 0).Format("150405") + "-" + string(rune('a'+i%7))
		list[name+".md"] = "---\ntitle: x\n---\nx\n"
		list[name+".png"] = "x"
	}
	l := libraryAt(b, filesAt(b, list), nil)
	b.ReportAllocs()
	for b.Loop() {
		l.gather(l.assets)
	}
}

// BenchmarkPicture is what a kept rendering asks for each of its pictures.
func BenchmarkPicture(b *testing.B) {
	s := libraryAt(b, hugoSite(b), nil).Snapshot()
	for b.Loop() {
		if _, ok := s.Picture("posts/trip/index.md", "photo.jpg"); !ok {
			b.Fatal("not found")
		}
	}
}
