package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vang/e2e/site"
)

func TestAnAuthorsRound(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "my-blog")
	site.Run(t, "init", dir)
	s := site.Start(t, "--content", dir, "--drafts")
	file := filepath.Join(dir, "posts", "welcome.md")
	save := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := reader(t).Tab(t)
	p.Open(s.URL + "/blog/welcome")
	waitLive(p)
	save(file, string(text)+"\n\nMột câu vừa được lưu.\n")
	took := p.WaitFor(3*time.Second, "the open page follows", "document.body.innerText.includes('Một câu vừa được lưu.')")
	t.Logf("the open page followed after %v", took)
	if took > 1500*time.Millisecond {
		t.Errorf("it took %v", took)
	}

	home := reader(t).Tab(t)
	home.Open(s.URL + "/")
	save(filepath.Join(dir, "posts", "second.md"), "---\ntitle: The second\nlang: en\ndate: 2026-02-01\ndraft: true\n---\n\nHello.\n")
	home.WaitFor(3*time.Second, "the list of posts follows", "document.body.innerText.includes('The second')")

	save(file, "---\ntitle: [broken\n---\n\nBroken.\n")
	p.Never(1500*time.Millisecond, "a broken file took the page away", "document.readyState==='complete'&&!document.body.innerText.includes('Một câu vừa được lưu.')")
	p.Reload()
	p.SeeText("body", "Một câu vừa được lưu.")
	if log := s.Log(); !strings.Contains(log, "welcome.md") {
		t.Error("the log does not name the broken file")
	}
	save(file, string(text)+"\n\nWhole again.\n")
	p.WaitFor(3*time.Second, "the open page follows again", "document.body.innerText.includes('Whole again.')")
}
