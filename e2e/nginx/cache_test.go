package nginx

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vang/e2e/site"
)

// fresh is how old a cached page may be, and then some for a machine that is busy: Nginx counts whole seconds.
const fresh = 2500 * time.Millisecond

// cached asks for a path and tells what the cache had to do with the answer.
func (e *edge) cached(t *testing.T, path string, headers ...string) (answer, string) {
	t.Helper()
	a := e.get(t, path, headers...)
	return a, e.logged(t, a).Cache
}

// kept is cached, once what the first answer brought is kept: that comes a moment after the answer.
func (e *edge) kept(t *testing.T, path string) (a answer, what string) {
	t.Helper()
	for range 5 {
		if a, what = e.cached(t, path); what == "HIT" {
			break
		}
	}
	return a, what
}

func TestStrangersSharePagesForASecond(t *testing.T) {
	t.Parallel()
	e := behind(t, 1, nil)
	for _, path := range []string{"/", "/vi/", page, page + "?sort=newest", "/archive", "/feed.xml", "/feed.json", "/sitemap.xml", "/robots.txt"} {
		a, first := e.cached(t, path)
		b, second := e.kept(t, path)
		if a.Status != http.StatusOK || first != "MISS" || second != "HIT" || a.Body != b.Body {
			t.Errorf("%s: %d, %s, then %s", path, a.Status, first, second)
		}
		if c := b.Header.Get("Cache-Control"); c != "no-cache" {
			t.Errorf("%s: browsers are told %q", path, c)
		}
		if _, again := e.cached(t, path, "If-None-Match: "+a.Header.Get("ETag")); again != "HIT" {
			t.Errorf("%s: a conditional request is a %s", path, again)
		}
		if c := e.get(t, path, "If-None-Match: "+a.Header.Get("ETag")); c.Status != http.StatusNotModified || c.Body != "" {
			t.Errorf("%s: %d to who has it", path, c.Status)
		}
		if c := e.send(t, http.MethodHead, path, ""); c.Status != http.StatusOK || c.Body != "" || c.Header.Get("ETag") != a.Header.Get("ETag") {
			t.Errorf("%s: HEAD answers %d %v", path, c.Status, c.Header)
		}
	}
	// The first to ask may ask for the head alone: what is kept is whole.
	e.send(t, http.MethodHead, "/archive?page=1", "")
	if a, what := e.kept(t, "/archive?page=1"); what != "HIT" || !strings.HasSuffix(strings.TrimSpace(a.Body), "</html>") {
		t.Errorf("after HEAD: %s, %d bytes", what, len(a.Body))
	}
	a, _ := e.cached(t, page)
	if b := e.get(t, page, "Range: bytes=10-19"); b.Status == http.StatusPartialContent && b.Body != a.Body[10:20] || b.Status == http.StatusOK && b.Body != a.Body {
		t.Errorf("a range: %d %q", b.Status, b.Body)
	}
	for _, encoding := range []string{"gzip", "", "br, gzip", "", "gzip"} {
		b := e.get(t, "/archive/2026?new", "Accept-Encoding: "+encoding)
		if got := b.Header.Get("Content-Encoding"); got != "" && !strings.Contains(encoding, got) || got == "" && encoding != "" {
			t.Errorf("who takes %q gets %q", encoding, got)
		}
	}
	await(t, fresh, "what was kept has become too old", func() bool {
		_, what := e.cached(t, page)
		return what == "EXPIRED"
	})
}

func TestWhatIsOneReadersIsNeverShared(t *testing.T) {
	t.Parallel()
	e := behind(t, 1, nil)
	id := postedAt(t, e.form(t, "Seed"))
	for _, tt := range []struct{ path, header string }{
		{page, "Cookie: vang=abc"},
		{page, "Cookie: a=b; __Host-vang=abc"},
		{page, "Cookie: a=b;vang=abc"},
		{page, "Authorization: Bearer x"},
		{page + "?at=" + id, ""},
		{page + "?reply=" + id, ""},
		{page + "?notice=held", ""},
		{"/no/such/page", ""},
		{"/blog/no-such-post", ""},
		{page + "?from=x", ""}, // 400
		{page + "/comments", "HX-Request: true"},
		{"/api/comments?post=" + slug, ""},
		{"/health", ""},
	} {
		for range 3 {
			if a, what := e.cached(t, tt.path, or(tt.header, "Accept: */*")); what == "HIT" {
				t.Errorf("%s with %q (%d) came from the cache", tt.path, tt.header, a.Status)
			}
		}
	}
	if _, what := e.cached(t, page, "Cookie: notvang=1; vangx=2"); what == "BYPASS" {
		t.Error("a cookie of another name counts as a session")
	}
	// What was made for one reader is not kept for the next, either.
	e.get(t, "/archive/2026", "Cookie: vang=abc")
	if _, what := e.cached(t, "/archive/2026"); what == "HIT" {
		t.Errorf("after a reader with a session: %s", what)
	}
	// A forged host is its own.
	e.get(t, "/archive?page=1", "Host: evil.example")
	if a, what := e.cached(t, "/archive?page=1"); what != "MISS" || strings.Contains(a.Body, "evil.example") {
		t.Errorf("after a forged host: %s", what)
	}
}

// postedAt is the id of the comment that a form's answer leads to.
func postedAt(t *testing.T, a answer) string {
	t.Helper()
	u, err := url.Parse(a.Header.Get("Location"))
	if err != nil || a.Status != http.StatusSeeOther || u.Query().Get("at") == "" {
		t.Fatalf("the form was not taken: %d %v", a.Status, a.Header)
	}
	return u.Query().Get("at")
}

func TestOnlyWhatSaysSoIsKept(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	e := before(t, nil, serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		q := r.URL.Query()
		for name, values := range q {
			if name != "status" {
				w.Header()[http.CanonicalHeaderKey(name)] = values
			}
		}
		if q.Get("status") == "500" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = w.Write([]byte("hello"))
	}))
	for query, kept := range map[string]bool{
		"x-accel-expires=1":                                 true,
		"x-accel-expires=1&cache-control=no-cache":          true,
		"x-accel-expires=1&vary=Accept-Encoding":            true,
		"x-accel-expires=1&vary=Cookie":                     false,
		"x-accel-expires=1&vary=HX-Request":                 false,
		"x-accel-expires=1&vary=HX-Request,Accept-Encoding": false,
		"x-accel-expires=1&set-cookie=a%3Db":                false,
		"x-accel-expires=0":                                 false,
		"cache-control=max-age%3D100":                       false,
		"expires=Fri, 01 Jan 2100 00:00:00 GMT":             false,
		"cache-control=public":                              false,
		"":                                                  false,
		"status=500&x-accel-expires=1":                      true, // replicas take the word back in errors
		"status=500":                                        false,
	} {
		query = strings.ReplaceAll(query, " ", "%20")
		asked.Store(0)
		for range 3 {
			e.get(t, "/page?"+query)
		}
		if n := asked.Load(); kept && n == 3 || !kept && n != 3 {
			t.Errorf("%s: of 3 readers %d reached the replica", query, n)
		}
	}
}

func TestTheWriterSeesTheirCommentAtOnce(t *testing.T) {
	t.Parallel()
	e := behind(t, 3, nil)
	for range 3 {
		e.get(t, page) // in the cache
	}
	for _, cookies := range []bool{false, true} {
		word := map[bool]string{false: "Without+cookies", true: "With+cookies"}[cookies]
		a := e.form(t, word)
		postedAt(t, a)
		var header []string
		if cookies {
			header = []string{"Cookie: " + strings.Split(a.Header.Get("Set-Cookie"), ";")[0]}
		}
		for range 6 { // at every replica
			path, _, _ := strings.Cut(a.Header.Get("Location"), "#")
			if b := e.get(t, path, header...); !strings.Contains(b.Body, strings.ReplaceAll(word, "+", " ")) {
				t.Errorf("%s: not in the page that the form leads to", word)
			}
			if b := e.get(t, page, header...); cookies && !strings.Contains(b.Body, strings.ReplaceAll(word, "+", " ")) {
				t.Errorf("%s: not in the page", word)
			}
		}
	}
}

func TestWhatChangedShowsWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	e := behind(t, 1, nil)
	// Someone always asks, so that the page is always in the cache.
	stop := make(chan struct{})
	var crowd sync.WaitGroup
	for range 4 {
		crowd.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_, _ = send(t.Context(), http.MethodGet, e.URL+page, "")
				}
			}
		})
	}
	defer crowd.Wait()
	defer close(stop)
	postedAt(t, e.form(t, "Soon+shown"))
	begin := time.Now()
	await(t, fresh, "a comment shows", func() bool { return strings.Contains(e.get(t, page).Body, "Soon shown") })
	t.Logf("a comment shows after %v", time.Since(begin))
	cookie := e.form(t, "Mine").Header.Get("Set-Cookie")
	client := site.NewClient(e.URL)
	a := client.Send(t, http.MethodPost, "/api/comments", site.Draft{Post: slug, Body: "Soon gone", Author: site.Author{Name: "An"}}, http.Header{"Cookie": {strings.Split(cookie, ";")[0]}})
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(a.Body), &made); err != nil || a.Status != http.StatusCreated {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	await(t, fresh, "another shows", func() bool { return strings.Contains(e.get(t, page).Body, "Soon gone") })
	if a := client.Send(t, http.MethodDelete, "/api/comments/"+made.ID, nil, http.Header{"Cookie": {strings.Split(cookie, ";")[0]}}); a.Status != http.StatusNoContent {
		t.Fatalf("DELETE: %d %s", a.Status, a.Body)
	}
	begin = time.Now()
	await(t, fresh, "a deleted comment is gone", func() bool { return !strings.Contains(e.get(t, page).Body, "Soon gone") })
	t.Logf("a deleted comment is gone after %v", time.Since(begin))
}

func TestAPageOfLongAgoIsNeverShown(t *testing.T) {
	t.Parallel()
	// With `updating`, or an update in the background, one of those who come together after an hour would get the page of then.
	var version atomic.Int32
	e := before(t, nil, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		v := version.Load()
		time.Sleep(50 * time.Millisecond) // so that all who come together wait for the one page
		w.Header().Set("X-Accel-Expires", "1")
		_, _ = w.Write([]byte{byte('0' + v)})
	}))
	e.get(t, "/")
	version.Store(1)
	time.Sleep(2100 * time.Millisecond) // too old for certain, and nobody has asked meanwhile
	var together sync.WaitGroup
	var old atomic.Int32
	for range 10 {
		together.Go(func() {
			if a, err := send(t.Context(), http.MethodGet, e.URL+"/", ""); err != nil || a.Body != "1" {
				old.Add(1)
			}
		})
	}
	together.Wait()
	if n := old.Load(); n != 0 {
		t.Errorf("of ten who came together %d got the old page", n)
	}
}

func TestWithoutReplicasReadersGetWhatIsKept(t *testing.T) {
	t.Parallel()
	e := behind(t, 2, nil)
	style := stylesheet(t, e)
	e.get(t, style)
	was := e.get(t, page)
	cookie := "Cookie: " + strings.Split(e.form(t, "Seed").Header.Get("Set-Cookie"), ";")[0]
	// Without Redis and without an open socket a replica looks for the others' comments every five seconds.
	await(t, 10*time.Second, "the page with the comment is kept", func() bool { was = e.get(t, page); return strings.Contains(was.Body, "Seed") })
	for _, r := range e.replicas {
		r.Kill()
	}
	time.Sleep(1100 * time.Millisecond) // past the second
	await(t, fresh, "the page is old", func() bool { _, what := e.cached(t, page); return what == "STALE" })
	if a := e.get(t, page); a.Status != http.StatusOK || a.Body != was.Body || a.Took > time.Second {
		t.Errorf("a page that is kept: %d after %v", a.Status, a.Took)
	}
	if a := e.get(t, style); a.Status != http.StatusOK || !strings.Contains(a.Body, "--paper") {
		t.Errorf("its style: %d", a.Status)
	}
	for path, header := range map[string]string{"/tag/never-asked-for": "", page: cookie, page + "?at=x": ""} {
		if a := e.get(t, path, or(header, "Accept: text/html")); a.Status != http.StatusBadGateway || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s with %q: %d", path, header, a.Status)
		}
	}
	if err := e.replicas[1].Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, what := e.cached(t, page); a.Status != http.StatusOK || what == "STALE" {
		t.Errorf("the first reader after a replica is back gets %d, %s", a.Status, what)
	}
}

func TestStalePagesEndAfterTenMinutes(t *testing.T) {
	t.Parallel()
	e := behind(t, 1, nil)
	e.get(t, page)
	now := time.Now()
	var keys []string
	_ = filepath.WalkDir(filepath.Join(e.dir, "cache", "pages"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if _, rest, ok := strings.Cut(string(text), "KEY: "); ok {
			key, _, _ := strings.Cut(rest, "\n")
			keys = append(keys, key)
		}
		return err
	})
	if len(keys) != 1 {
		t.Fatalf("keys %q", keys)
	}
	// "2026-11-22T16:5" of "2026-11-22T16:58:01+00:00"
	if then, layout := keys[0][len(keys[0])-15:], "2006-01-02T15:04"; then != now.Format(layout)[:15] && then != now.Add(-time.Second).Format(layout)[:15] {
		t.Errorf("the key %q does not end with the ten minutes of %v", keys[0], now)
	}
}

func TestFilesOfTwoVersionsAreNotMixedUp(t *testing.T) {
	t.Parallel()
	// What replicas of two versions do with a name of the new one: the new knows it, the old sends what it has, not to be stored.
	var newer, older atomic.Int32
	files := func(own string, asked *atomic.Int32) string {
		return serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			w.Header().Set("Vary", "Accept-Encoding")
			w.Header().Set("Cache-Control", "no-store")
			if strings.Contains(r.URL.Path, own) {
				w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			}
			_, _ = w.Write([]byte(own))
		})
	}
	e := before(t, nil, files("old", &older), files("new", &newer))
	right := false
	for range 12 {
		a := e.get(t, "/static/style-new.css")
		switch {
		case right && a.Body != "new":
			t.Error("the right bytes had come, and then the wrong ones")
		case a.Body == "old" && a.Header.Get("Cache-Control") != "no-store":
			t.Errorf("the wrong bytes say %q", a.Header.Get("Cache-Control"))
		}
		right = a.Body == "new"
	}
	if !right || newer.Load() != 1 {
		t.Errorf("the new replica was asked %d times, the old one %d times", newer.Load(), older.Load())
	}
	for range 3 {
		if e.get(t, "/static/style-new.css?x=1"); newer.Load()+older.Load() < 2 {
			t.Error("a query fills the cache")
		}
	}
}
