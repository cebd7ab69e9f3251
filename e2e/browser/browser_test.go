package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// toy answers with a page that shows the cookie it came with, and sets one.
func toy(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes", Path: "/"})
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self' 'unsafe-inline'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>toy</title><input id=field><p id=cookie>%s<noscript>script is off</noscript>
<script>addEventListener("pageshow",e=>{document.title=e.persisted?"restored":"loaded"})</script>`, r.Header.Get("Cookie"))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func start(t *testing.T, o Options) *Browser {
	b, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	return b
}

func TestReadersHaveTheirOwnCookies(t *testing.T) {
	url, b := toy(t), start(t, Options{})
	an := b.Reader()
	first, second, stranger := an.Tab(t), an.Tab(t), b.Reader().Tab(t)
	first.Open(url)
	second.Open(url)
	stranger.Open(url)
	if got := second.Text("#cookie"); got != "seen=yes" {
		t.Errorf("the same reader's other tab sent %q", got)
	}
	if got := stranger.Text("#cookie"); got != "" {
		t.Errorf("another reader's tab sent %q", got)
	}
}

func TestCookiesCanBeBlocked(t *testing.T) {
	url, p := toy(t), start(t, Options{NoCookies: true}).Reader(InProfile).Tab(t)
	p.Open(url)
	p.Open(url)
	if got := p.Text("#cookie"); got != "" {
		t.Errorf("sent %q", got)
	}
}

func TestTabsAreHiddenRestoredAndWithoutScript(t *testing.T) {
	url, b := toy(t), start(t, Options{})
	an := b.Reader()
	p := an.Tab(t)
	p.Open(url + "/one")
	p.Fill("#field", "Đường phố")
	p.Open(url + "/two")
	p.Run("history.back()")
	p.Wait("the page comes back from the back/forward cache", "document.title==='restored'")
	if got := p.Value("#field"); got != "Đường phố" {
		t.Errorf("the field holds %q", got)
	}
	an.Beside(t).Open(url)
	p.Wait("the tab is hidden", "document.visibilityState==='hidden'")
	p.Front()
	p.Wait("the tab is shown", "document.visibilityState==='visible'")

	plain := b.Reader(WithoutScript).Tab(t)
	plain.Open(url)
	plain.SeeText("body", "script is off")
}

// fake takes a test's place, to see what a tab would tell it.
type fake struct {
	testing.TB
	errors   []string
	cleanups []func()
}

func (f *fake) Helper()          {}
func (f *fake) Cleanup(c func()) { f.cleanups = append(f.cleanups, c) }
func (f *fake) Errorf(format string, args ...any) {
	f.errors = append(f.errors, fmt.Sprintf(format, args...))
}

func TestTabsHearWhatGoesWrong(t *testing.T) {
	f := &fake{TB: t}
	p := start(t, Options{}).Reader().Tab(f)
	p.Open(toy(t))
	p.Allow("^console error: .*part of the test")
	p.Run(`console.error("part of the test"); console.error("not part of it"); setTimeout(()=>{throw new Error("thrown")});
		document.body.append(Object.assign(document.createElement("style"),{textContent:"p{}"}));
		await new Promise(done=>setTimeout(done,100))`)
	for _, c := range slices.Backward(f.cleanups) {
		c()
	}
	all := strings.Join(f.errors, "\n")
	for _, want := range []string{"not part of it", "exception: .*thrown", "policy violated: style-src"} {
		if !regexp.MustCompile(want).MatchString(all) {
			t.Errorf("not heard: %s in\n%s", want, all)
		}
	}
	if strings.Contains(strings.ReplaceAll(all, "not part of it", ""), "part of the test") {
		t.Errorf("what was allowed was told:\n%s", all)
	}
}
