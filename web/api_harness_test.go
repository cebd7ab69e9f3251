package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"vang/blog"
	"vang/markdown"
	"vang/posts"
	"vang/realtime"
	"vang/store"
	"vang/web"
)

// hands is a clock that a test turns.
type hands struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hands) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hands) turn(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// brittle is a store that fails when a test says so, with an error that no reader may ever see.
type brittle struct {
	store.Store
	mu  sync.Mutex
	err error
}

const innards = "pq: password authentication failed for user vang_secret"

func (b *brittle) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
}

func (b *brittle) broken() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

func (b *brittle) Page(ctx context.Context, q blog.PageQuery) (blog.Page, error) {
	if err := b.broken(); err != nil {
		return blog.Page{}, err
	}
	return b.Store.Page(ctx, q)
}

func (b *brittle) Standing(ctx context.Context, id, visitor string) (blog.Head, bool, error) {
	if err := b.broken(); err != nil {
		return blog.Head{}, false, err
	}
	return b.Store.Standing(ctx, id, visitor)
}

func (b *brittle) Comment(ctx context.Context, id string) (blog.Comment, error) {
	if err := b.broken(); err != nil {
		return blog.Comment{}, err
	}
	return b.Store.Comment(ctx, id)
}

func (b *brittle) AddComment(ctx context.Context, c blog.NewComment) (blog.Added, error) {
	if err := b.broken(); err != nil {
		return blog.Added{}, err
	}
	return b.Store.AddComment(ctx, c)
}

func (b *brittle) Ping(ctx context.Context) error {
	if err := b.broken(); err != nil {
		return err
	}
	return b.Store.Ping(ctx)
}

func (b *brittle) Totals(ctx context.Context) (int64, int64, error) {
	if err := b.broken(); err != nil {
		return 0, 0, err
	}
	return b.Store.Totals(ctx)
}

// api is a whole blog on SQLite behind a real listener, as its programs see it.
type api struct {
	t        *testing.T
	url      string
	server   *web.Server
	store    *brittle
	ids      map[string]string
	clock    *hands
	registry *prometheus.Registry
	hub      *realtime.Hub
	library  *posts.Library
	dir      string // of the content
	log      *lockedBuffer
	wake     func(postID string)
	discuss  *blog.Discussion
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// site has a post in each language and one that takes no comments.
func siteFS() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"site.yaml":       file("title: Test\nlang: en\n"),
		"posts/first.md":  file("---\ntitle: First\ndate: 2026-01-02\n---\nHello.\n"),
		"posts/second.md": file("---\ntitle: Second\ndate: 2026-01-03\n---\nHello again.\n"),
		"posts/xin.md":    file("---\ntitle: Xin chào\ndate: 2026-01-04\nlang: vi\n---\nChào.\n"),
		"posts/quiet.md":  file("---\ntitle: Quiet\ndate: 2026-01-05\ncomments: false\n---\nShh.\n"),
	}
}

// decide holds what asks for it.
func decide(s blog.Submission) blog.State {
	switch {
	case strings.Contains(s.Body, "[hold]"):
		return blog.Pending
	case strings.Contains(s.Body, "[spam]"):
		return blog.Spam
	}
	return blog.Published
}

func newAPI(t *testing.T, configure ...func(*web.Config)) *api {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a := &api{t: t, clock: &hands{now: time.Now().UTC().Truncate(time.Millisecond)}, registry: prometheus.NewRegistry(), log: &lockedBuffer{}}
	log := slog.New(slog.NewTextHandler(a.log, nil))
	opened, err := store.Open(ctx, store.Options{Address: "sqlite:" + filepath.Join(t.TempDir(), "vang.db"), Now: a.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	a.store = &brittle{Store: opened}
	author := markdown.NewAuthor(markdown.AuthorOptions{})
	config := web.Config{Secret: []byte("0123456789abcdef0123456789abcdef"), Version: "v-test"}
	for _, c := range configure {
		c(&config)
	}
	a.dir = t.TempDir()
	if err := os.CopyFS(a.dir, siteFS()); err != nil {
		t.Fatal(err)
	}
	library, err := posts.Open(ctx, posts.Options{Dir: a.dir, Drafts: config.Drafts, Now: a.clock.Now, Author: author, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	a.library = library
	synced, err := a.store.SyncPosts(ctx, []store.PostAddress{{Slug: "first"}, {Slug: "second"}, {Slug: "xin"}, {Slug: "quiet"}})
	if err != nil {
		t.Fatal(err)
	}
	a.ids = synced.IDs
	strangers := markdown.NewStranger()
	source := web.NewSource(web.SourceDeps{Reader: a.store, Library: library, Comments: strangers, Slugs: a.slug, Now: a.clock.Now})
	a.hub = realtime.NewHub(source, realtime.HubOptions{Log: log})
	var running sync.WaitGroup
	running.Go(func() { _ = a.hub.Run(ctx) })
	a.wake = func(id string) { a.server.Stale(id); a.hub.Wake(id) }
	a.discuss = blog.NewDiscussion(a.store, func(id string) { a.wake(id) }, decide)
	bus := realtime.NewLocalBus()
	a.server, err = web.New(web.Deps{
		Config: config, Library: library, Discussion: a.discuss, Reader: a.store, Health: a.store,
		PostIDs: func(slug string) (string, bool) { id, ok := a.ids[slug]; return id, ok }, Slugs: a.slug,
		Comments: strangers, Hub: a.hub, Bus: bus, Sessions: store.NewSessions(a.store), Registry: a.registry, Log: log, Now: a.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	running.Go(func() { _ = library.Watch(ctx, a.server.ContentChanged) })
	listener := httptest.NewServer(a.server.Handler())
	a.url = listener.URL
	t.Cleanup(func() {
		cancel()
		running.Wait()
		listener.Close()
		a.server.Close()
		if err := errors.Join(bus.Close(), opened.Close()); err != nil {
			t.Error(err)
		}
	})
	return a
}

func (a *api) slug(id string) (string, bool) {
	for slug, have := range a.ids {
		if have == id {
			return slug, true
		}
	}
	return "", false
}

// program is one client; it keeps its cookies.
type program struct {
	*api
	http *http.Client
}

func (a *api) program() *program {
	jar, err := cookiejar.New(nil)
	if err != nil {
		a.t.Fatal(err)
	}
	return &program{api: a, http: &http.Client{Jar: jar}}
}

// reply is an answer that was read to its end.
type reply struct {
	*http.Response
	body []byte
}

// send makes one request. Pairs of names and values are headers; a body without a Content-Type among them is JSON.
func (p *program) send(method, path, body string, headers ...string) reply {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := p.http.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return reply{res, all}
}

func (p *program) get(path string, headers ...string) reply {
	p.t.Helper()
	return p.send("GET", path, "", headers...)
}

// say posts a comment and demands the status.
func (p *program) say(status int, post, parent, body string, headers ...string) said {
	p.t.Helper()
	in, err := json.Marshal(map[string]any{
		"post": post, "parent_id": parent, "body": body,
		"author": map[string]string{"name": "Ann", "email": "ann@example.org", "url": "https://ann.example.org"},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	res := p.send("POST", "/api/comments", string(in), headers...)
	res.want(p.t, status)
	var c said
	res.into(p.t, &c)
	c.tag = res.Header.Get("ETag")
	return c
}

// said is what tests look at in a comment.
type said struct {
	ID       string  `json:"id"`
	Post     string  `json:"post"`
	ParentID *string `json:"parent_id"`
	Depth    int     `json:"depth"`
	Seq      int64   `json:"seq"`
	Rev      int64   `json:"rev"`
	Version  int64   `json:"version"`
	Author   *struct {
		Name string  `json:"name"`
		URL  *string `json:"url"`
	} `json:"author"`
	HTML       string  `json:"html"`
	Body       *string `json:"body"`
	State      string  `json:"state"`
	ReplyCount int64   `json:"reply_count"`
	EditedAt   *string `json:"edited_at"`
	Permalink  string  `json:"permalink"`
	Can        struct {
		EditUntil *time.Time `json:"edit_until"`
		Delete    bool       `json:"delete"`
		Reply     bool       `json:"reply"`
	} `json:"can"`
	tag string
}

type listed struct {
	Data []said `json:"data"`
	Page struct {
		Next    *string `json:"next"`
		HasMore bool    `json:"has_more"`
	} `json:"page"`
	Meta struct {
		Post     string `json:"post"`
		Cursor   string `json:"cursor"`
		Total    int64  `json:"total"`
		ReadOnly bool   `json:"read_only"`
		Reload   bool   `json:"reload"`
	} `json:"meta"`
}

func (p *program) list(query string) listed {
	p.t.Helper()
	res := p.get("/api/comments?" + query)
	res.want(p.t, 200)
	var l listed
	res.into(p.t, &l)
	return l
}

func (l listed) bodies() []string {
	var out []string
	for _, c := range l.Data {
		out = append(out, strings.TrimSpace(strings.NewReplacer("<p>", "", "</p>", "").Replace(c.HTML)))
	}
	return out
}

func (r reply) want(t *testing.T, status int) {
	t.Helper()
	if r.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d: %s", r.Request.Method, r.Request.URL.Path, r.StatusCode, status, r.body)
	}
}

func (r reply) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		t.Fatalf("%s: %v in %s", r.Request.URL, err, r.body)
	}
}

// fault is what tests look at in a problem.
type fault struct {
	Type       string `json:"type"`
	Title      string `json:"title"`
	Status     int    `json:"status"`
	Detail     string `json:"detail"`
	Instance   string `json:"instance"`
	RequestID  string `json:"request_id"`
	ExistingID string `json:"existing_id"`
	Errors     []struct {
		Pointer   string `json:"pointer"`
		Parameter string `json:"parameter"`
		Header    string `json:"header"`
		Code      string `json:"code"`
		Detail    string `json:"detail"`
		Limit     int    `json:"limit"`
		Offset    int64  `json:"offset"`
		Line      int    `json:"line"`
		Column    int    `json:"column"`
	} `json:"errors"`
}

// problem demands a whole problem document of a kind.
func (r reply) problem(t *testing.T, status int, kind string) fault {
	t.Helper()
	r.want(t, status)
	var f fault
	r.into(t, &f)
	if ct := r.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("content type %q", ct)
	}
	if f.Type != "/api/problems/"+kind || f.Status != status || f.Title == "" || f.Detail == "" || f.Instance != r.Request.URL.EscapedPath() {
		t.Errorf("problem %s, want kind %s", r.body, kind)
	}
	if f.RequestID == "" || f.RequestID != r.Header.Get("X-Request-Id") {
		t.Errorf("request id %q, header %q", f.RequestID, r.Header.Get("X-Request-Id"))
	}
	return f
}

func baseURL(u string) func(*web.Config) { return func(c *web.Config) { c.BaseURL = u } }

func rateLimit(c *web.Config) { c.RateLimit = web.RateLimit{Burst: 2, Every: time.Minute} }
