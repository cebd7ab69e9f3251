package web_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"vang/blog"
	"vang/markdown"
	"vang/posts"
	"vang/realtime"
	"vang/static"
	"vang/store"
	"vang/web"
	"vang/wire"
)

// TestMain finds goroutines left behind, but for the clock of the highlighter's regular expressions: it stops by itself, in
// its own time.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

// clock is a time that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// site is a whole blog on a real SQLite file and a real port.
type site struct {
	testing.TB
	clock   *clock
	store   store.Store
	library *posts.Library
	server  *web.Server
	http    *httptest.Server
	log     *lines
	ids     map[string]string // slug -> post id
	wakes   func(postID string)
	dir     string   // of the content
	idle    sync.Map // client's address -> chan struct{}: net/http waits for the next request
}

// lines is a log that tests read.
type lines struct {
	mu  sync.Mutex
	buf strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// siteFiles is a small blog in two languages.
func siteFiles() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"site.yaml": file("title: Sounds\ntagline: What resounds\ndescription: A test\nlang: en\nauthor: {name: An}\npage_size: 2\n"),
		"posts/hello.md": file("---\ntitle: Hello <world>\ndate: 2026-01-05\ncategory: Letters\ntags: [first, short]\n" +
			"summary: The first\ntranslationKey: hello\naliases: [old-hello, /2020/hello/]\n---\n\nFirst *words*, and [a link](/about).\n"),
		"posts/xin-chao.md": file("---\ntitle: Xin chào\nlang: vi\ndate: 2026-01-06\ntranslationKey: hello\ntags: [ngắn]\n---\n\nLời đầu.\n"),
		"posts/second.md":   file("---\ntitle: Second\ndate: 2026-02-01\ncategory: Letters\ntags: [short]\n---\n\nMore.\n"),
		"posts/third.md":    file("---\ntitle: Third\ndate: 2025-03-01\n---\n\nStill more.\n"),
		"posts/closed.md":   file("---\ntitle: Closed\ndate: 2024-03-01\ncomments: false\n---\n\nNothing to say.\n"),
		"posts/moved.md":    file("---\ntitle: Moved\ndate: 2023-03-01\npermalink: /essays/moved/\n---\n\nElsewhere.\n"),
		"pages/about.md":    file("---\ntitle: About\n---\n\nAbout this.\n"),
		"posts/media.md":    file("---\ntitle: Media\ndate: 2022-03-01\n---\n\n![a dot](/media/dot.png)\n"),
		"media/dot.png":     file("\x89PNG\r\n\x1a\n"),
		"media/page.html":   file("<script>alert(1)</script>"),
	}
}

// option changes what a site is wired from.
type option func(*web.Deps, *site)

func newSite(t testing.TB, opts ...option) *site {
	t.Helper()
	s := &site{TB: t, clock: &clock{now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}, log: &lines{}}
	log := slog.New(slog.NewJSONHandler(s.log, nil))
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	var err error
	s.store, err = store.Open(ctx, store.Options{Address: "sqlite:" + filepath.Join(t.TempDir(), "test.db"), Now: s.clock.Now, Log: log})
	s.must(err)
	t.Cleanup(func() { s.must(s.store.Close()) })
	s.dir = t.TempDir()
	s.must(os.CopyFS(s.dir, siteFiles()))
	s.library, err = posts.Open(ctx, posts.Options{
		Dir: s.dir, Now: s.clock.Now, Author: markdown.NewAuthor(markdown.AuthorOptions{}), Log: log,
	})
	s.must(err)
	var list []store.PostAddress
	for _, p := range s.library.Snapshot().Posts("") {
		list = append(list, store.PostAddress{Slug: p.Slug})
	}
	synced, err := s.store.SyncPosts(ctx, list)
	s.must(err)
	s.ids = synced.IDs
	s.wire(ctx, log, opts)
	return s
}

func (s *site) wire(ctx context.Context, log *slog.Logger, opts []option) {
	slugs := map[string]string{}
	for slug, id := range s.ids {
		slugs[id] = slug
	}
	lookup := func(m map[string]string) func(string) (string, bool) {
		return func(k string) (string, bool) { v, ok := m[k]; return v, ok }
	}
	assets, err := static.New(fstest.MapFS{
		"vang.css": {Data: []byte("body{}")}, "vang.js": {Data: []byte(strings.Repeat("let a;", 200))},
		"icon.svg": {Data: []byte("<svg/>")}, "touch-icon.png": {Data: []byte("png")},
	})
	s.must(err)
	strangers := markdown.NewStranger()
	hub := realtime.NewHub(web.NewSource(web.SourceDeps{
		Reader: s.store, Library: s.library, Comments: strangers, Slugs: lookup(slugs), Now: s.clock.Now,
	}), realtime.HubOptions{Log: log})
	d := web.Deps{
		Config:  web.Config{Secret: []byte("secret"), Version: "test", TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		Library: s.library, Reader: s.store, Health: s.store, PostIDs: lookup(s.ids), Slugs: lookup(slugs), Comments: strangers,
		Hub: hub, Bus: realtime.NewLocalBus(), Sessions: store.NewSessions(s.store), Registry: prometheus.NewRegistry(),
		Log: log, Now: s.clock.Now, Assets: assets,
	}
	s.wakes = func(id string) { s.server.Stale(id) }
	d.Discussion = blog.NewDiscussion(s.store, s.stale, nil)
	for _, o := range opts {
		o(&d, s)
	}
	s.server, err = web.New(d)
	s.must(err)
	s.http = httptest.NewUnstartedServer(s.server.Handler())
	s.http.Config.ConnState = func(nc net.Conn, state http.ConnState) {
		if ch, ok := s.idle.Load(nc.RemoteAddr().String()); ok && state == http.StateIdle {
			ch.(chan struct{}) <- struct{}{}
		}
	}
	s.http.Listener = wire.New(s.http.Config, s.server.Ready).Listener(s.http.Listener)
	s.http.Start()
	ran := make(chan struct{})
	hubCtx, stop := context.WithCancel(ctx)
	go func() { defer close(ran); _ = hub.Run(hubCtx) }()
	s.Cleanup(func() {
		s.http.Close()
		stop()
		<-ran
		s.server.Close()
		s.must(d.Bus.Close())
	})
}

// stale is the wake after a commit.
func (s *site) stale(postID string) { s.wakes(postID) }

// holdAll has every comment wait for a moderator.
func holdAll(d *web.Deps, s *site) {
	s.wakes = func(id string) { s.server.Stale(id) }
	d.Discussion = blog.NewDiscussion(s.store, s.stale, func(blog.Submission) blog.State { return blog.Pending })
}

func (s *site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// browser is a client with cookies that follows no redirects.
func (s *site) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	s.must(err)
	transport := &http.Transport{DisableCompression: true}
	s.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Jar: jar, Transport: transport, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
