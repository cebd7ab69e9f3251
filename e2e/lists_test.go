package e2e

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// library is a blog with all that lists are made of: a series, several authors with pictures, categories, sections, covers.
func library(t *testing.T) *site.Server {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("site.yaml", "title: Nhà bên sông\nlang: vi\ntagline: Ghi chép về chữ và những chuyến đi\ntaglines: {en: Notes on letters and journeys}\n"+
		"author: {name: Nguyễn Thị Ân, bio: Viết về chữ Việt trên màn hình., picture: /media/an.png, url: \"https://an.example/\", me: [\"https://social.example/@an\"]}\n")
	for lang, tag := range map[string]string{"vi": "tàu hỏa", "en": "trains"} {
		for n, name := range []string{"one", "two", "three"} {
			write("posts/"+lang+"/"+name+".md", "---\ntitle: \"Đường "+lang+" "+name+"\"\nlang: "+lang+"\nslug: "+lang+"-"+name+"\ndate: 2026-03-0"+string(rune('1'+n))+
				"\nseries: Grand tour\npart: "+string(rune('1'+n))+"\ncategories: [Travel, Letters]\ntags: ["+tag+"]\nauthors: [Nguyễn Thị Ân, Bình]\n"+
				"image: /media/cover.png\ntranslationKey: "+name+"\n---\n\nText.\n\n## One\n\nx\n\n## Two\n\nx\n\n## Three\n\nx\n")
		}
		write("posts/"+lang+"/apart.md", "---\ntitle: Apart "+lang+"\nlang: "+lang+"\nslug: "+lang+"-apart\ndate: 2026-02-01\ntags: ["+tag+"]\nauthor: Bình\nsummary: Something else\n---\n\nText.\n")
	}
	for name, size := range map[string]image.Rectangle{"an.png": image.Rect(0, 0, 200, 200), "cover.png": image.Rect(0, 0, 1200, 600)} {
		paint(t, filepath.Join(dir, "media", name), size)
	}
	return site.Start(t, "--content", dir)
}

func paint(t *testing.T, file string, size image.Rectangle) {
	t.Helper()
	m := image.NewRGBA(size)
	for y := range size.Max.Y {
		for x := range size.Max.X {
			m.Set(x, y, color.RGBA{uint8(80 + x%80), uint8(120 + y%80), 140, 255})
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(file)
	if err == nil {
		err = png.Encode(f, m)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// lists are the pages that lead to posts, and a post with all that leads on from it.
func lists() []string {
	var all []string
	for _, below := range []string{"", "/en"} {
		for _, path := range []string{"/", "/archive", "/tags", "/categories", "/series", "/authors", "/series/grand-tour", "/author/nguyen-thi-an", "/category/travel", "/search", "/search?q=duong", "/search?q=nowhere"} {
			all = append(all, below+path)
		}
	}
	return append(all, "/tag/tau-hoa", "/en/tag/trains", "/archive/2026", "/blog/vi-two", "/blog/en-two")
}

func TestListsAreAccessibleAndHTML(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile(checker(t, "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	check, dir := htmlChecker(t), t.TempDir()
	s := library(t)
	client := site.NewClient(s.URL)
	for _, path := range lists() {
		answer := client.Get(t, path)
		if answer.Status != 200 {
			t.Errorf("%s: %d", path, answer.Status)
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, strings.NewReplacer("/", "_", "?", "_", "=", "_").Replace(path)+".html"), []byte(answer.Body), 0o644); err != nil {
			t.Fatal(err)
		}
		p := reader(t).Tab(t)
		p.Open(s.URL + path)
		for n := range p.Count("details") {
			p.Run("document.querySelectorAll('details')[" + string(rune('0'+n)) + "].open=true")
		}
		accessible(t, p, string(axe))
	}
	check(dir)
}

// The content policy forbids inline script. Data in a script element is none: the browser must not complain of it (a tab tells
// of whatever it was refused), and must read it as it was written.
func TestDataForMachinesIsNoScript(t *testing.T) {
	t.Parallel()
	s := library(t)
	p := reader(t).Tab(t)
	p.OnNewPage("window.refused=[];addEventListener('securitypolicyviolation',e=>refused.push(e.violatedDirective+' '+e.blockedURI))")
	for path, kind := range map[string]string{"/blog/vi-two": "BlogPosting", "/": "Blog", "/author/binh": "ProfilePage", "/series/grand-tour": "CreativeWorkSeries"} {
		p.Open(s.URL + path)
		got := browser.Eval[string](p, "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)['@graph'].map(n=>n['@type']).join(' ')")
		if !strings.Contains(" "+got+" ", " "+kind+" ") {
			t.Errorf("%s tells of %s", path, got)
		}
		if refused := browser.Eval[[]string](p, "refused"); len(refused) > 0 {
			t.Errorf("%s: the content policy refused %v", path, refused)
		}
	}
}
