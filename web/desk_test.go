package web_test

import (
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"vang/realtime"
	"vang/views"
	"vang/web"
)

func drafts(c *web.Config) { c.Drafts = true }

// save writes a file of the content.
func (a *api) save(name, text string) {
	a.t.Helper()
	if err := os.WriteFile(filepath.Join(a.dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
		a.t.Fatal(err)
	}
}

var deskCursor = regexp.MustCompile(`data-cursor="([a-z0-9]+\.[0-9]+)" data-live`)

// standsAt is where a page of the desk says that it stands.
func standsAt(t *testing.T, page string) string {
	t.Helper()
	m := deskCursor.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page does not say where it stands: %.400s", page)
	}
	return m[1]
}

func TestADeskPageHearsOfWhatWasSavedBeforeItListened(t *testing.T) {
	a := newAPI(t, drafts)
	page := string(a.program().get("/blog/first").body)
	before := standsAt(t, page)
	a.save("posts/first.md", "---\ntitle: First\n---\nSaved.\n")
	a.until("the file is read", func() bool {
		_, n := a.library.Snapshot().Cursor()
		return n > 1
	})
	c := a.program().listen("since="+before, realtime.Protocol).change()
	if c.Kind != "content" || c.Cursor == before {
		t.Errorf("the late page got %s", c.raw)
	}
	page = string(a.program().get("/blog/first").body)
	if now := standsAt(t, page); now != c.Cursor || !strings.Contains(page, "Saved.") {
		t.Errorf("the page stands at %s, its socket at %s", now, c.Cursor)
	}
	l := a.program().listen("since="+c.Cursor, realtime.Protocol)
	a.until("the socket is in its topic", func() bool { return a.hub.Stats().Sockets == 2 })
	a.save("posts/second.md", "---\ntitle: Second\n---\nSaved too.\n")
	if next := l.change(); next.Kind != "content" || next.Cursor == c.Cursor {
		t.Errorf("the open page got %s", next.raw)
	}
	if other := a.program().listen("since=another.1", realtime.Protocol).change(); other.Kind != "reload" {
		t.Errorf("a page of another process got %s", other.raw)
	}
}

func TestTheDeskShowsWhatIsWrongUntilItIsMended(t *testing.T) {
	a := newAPI(t, drafts)
	see := func(what string, ok func(page string) bool) string {
		var page string
		a.until(what, func() bool {
			page = html.UnescapeString(string(a.program().get("/blog/first").body))
			return ok(page)
		})
		return page
	}
	broken := func(page string) bool { return strings.Contains(page, `id="desk-faults"`) }
	if page := see("the page", func(string) bool { return true }); broken(page) {
		t.Error("nothing is wrong, and the page says so")
	}
	a.save("posts/first.md", "---\ntitle: First\ntags: [a, <b>\n---\nBroken.\n")
	page := see("the fault is shown", broken)
	w := views.Words("en")
	for _, want := range []string{"posts/first.md:", "tags: [a, <b>", "Hello.", w.DeskKept, views.Fill(w.DeskFault1, "n", "1")} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if home := string(a.program().get("/nothing-here").body); !broken(home) {
		t.Error("another page, an error's even, does not tell of it")
	}
	a.save("posts/first.md", "---\ntitle: First\n---\nMended.\n")
	see("the fault is gone", func(page string) bool { return !broken(page) && strings.Contains(page, "Mended.") })
}

func TestADeskPageFindsItsFileAtItsNewAddress(t *testing.T) {
	a := newAPI(t, drafts)
	c := a.program()
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if res := c.get("/desk?file=posts/first.md"); res.StatusCode != http.StatusFound || res.Header.Get("Location") != "/blog/first" {
		t.Errorf("%d to %s", res.StatusCode, res.Header.Get("Location"))
	}
	c.get("/desk?file=../secret").want(t, http.StatusNotFound)
}

func TestReadersHaveNoDesk(t *testing.T) {
	a := newAPI(t)
	a.save("posts/first.md", "---\ntitle: [\n---\nBroken.\n")
	a.until("the fault is known", func() bool { return len(a.library.Problems()) > 0 })
	for _, path := range []string{"/", "/blog/first", "/nothing"} {
		if page := string(a.program().get(path).body); strings.Contains(page, "desk") || strings.Contains(page, "first.md") {
			t.Errorf("%s shows a reader what is the author's: %s", path, page)
		}
	}
	a.program().get("/desk?file=posts/first.md").want(t, http.StatusNotFound)
}

func TestAReaderIsOfferedTheTextThatChangedBeforeTheSocketOpened(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	page := string(a.program().get("/blog/first").body)
	m := regexp.MustCompile(`hx-ws:connect="/live\?([^"]+)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page has no socket")
	}
	query := html.UnescapeString(m[1]) + "&since=" + a.program().list("post=first").Meta.Cursor
	a.save("posts/first.md", "---\ntitle: First\n---\nOther words.\n")
	a.until("the file is read", func() bool { p, _ := a.library.Snapshot().Post("first"); return !strings.Contains(query, p.Hash[:12]) })
	late := a.program().listen(query, "")
	if m := late.read(); !strings.Contains(m, "#changed") {
		t.Errorf("the late page got %s", m)
	}
	page = string(a.program().get("/blog/first").body)
	fresh := a.program().listen(html.UnescapeString(regexp.MustCompile(`hx-ws:connect="/live\?([^"]+)"`).FindStringSubmatch(page)[1])+
		"&since="+a.program().list("post=first").Meta.Cursor, "")
	a.program().say(201, "first", "", "the next thing that happens")
	if m := fresh.read(); strings.Contains(m, "#changed") {
		t.Errorf("a page that shows the present text got %s", m)
	}
}
