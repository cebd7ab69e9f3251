package web_test

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vang/blog"
	"vang/store"
	"vang/testbed"
	"vang/web"
)

// standing is a site whose database can be made to stand still.
type standing struct {
	*site
	store store.Store
	posts map[string]string // slug -> post id
	halt  func() (goOn func())
}

func newStanding(t *testing.T, engine string) *standing {
	t.Helper()
	st := &standing{}
	address := st.sqlite(t)
	if engine == "PostgreSQL" {
		address = st.postgres(t)
	}
	st.site = newSite(t, func(d *web.Deps, s *site) {
		var err error
		st.store, err = store.Open(t.Context(), store.Options{Address: address, Now: s.clock.Now})
		s.must(err)
		t.Cleanup(func() { s.must(st.store.Close()) })
		synced, err := st.store.SyncPosts(t.Context(), []store.PostAddress{{Slug: "hello"}, {Slug: "second"}, {Slug: "third"}})
		s.must(err)
		st.posts = synced.IDs
		d.PostIDs = func(slug string) (string, bool) { id, ok := st.posts[slug]; return id, ok }
		d.Reader, d.Health, d.Sessions = st.store, st.store, store.NewSessions(st.store)
		d.Discussion = blog.NewDiscussion(st.store, s.stale, nil)
	})
	return st
}

func (st *standing) sqlite(t *testing.T) (address string) {
	file := filepath.Join(t.TempDir(), "still.db")
	st.halt = func() func() {
		other, err := sql.Open("sqlite", "file:"+file+"?_txlock=immediate&_pragma=busy_timeout(5000)")
		st.must(err)
		tx, err := other.BeginTx(context.Background(), nil) // another program keeps the lock
		st.must(err)
		return func() { st.must(tx.Rollback()); st.must(other.Close()) }
	}
	return "sqlite:" + file
}

func (st *standing) postgres(t *testing.T) (address string) {
	server, err := testbed.StartPostgres(t.Context(), t.TempDir(), "fsync=off")
	testbed.Need(t, err)
	t.Cleanup(server.Stop)
	if err := server.CreateDatabase(t.Context(), "still"); err != nil {
		t.Fatal(err)
	}
	st.halt = func() func() { server.Pause(); return server.Resume }
	return server.URL("still")
}

// sending is one comment that someone sends, as a form or as a program does.
type sending struct {
	slug, key, body string
	kind            string
}

func newSending(i int) sending {
	s := sending{
		slug: []string{"hello", "hello", "second", "third"}[i/3%4], key: fmt.Sprintf("%032x", i), body: fmt.Sprintf("words of %d <b>", i),
		kind: []string{"program", "form", "script"}[i%3],
	}
	return s
}

func (s sending) request() *http.Request {
	form := url.Values{"name": {"Lan"}, "body": {s.body}, "key": {s.key}}
	r := httptest.NewRequest("POST", "/blog/"+s.slug+"/comments", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	switch s.kind {
	case "script":
		r.Header.Set("HX-Request", "true")
	case "program":
		body, _ := json.Marshal(map[string]any{"post": s.slug, "body": s.body, "author": map[string]string{"name": "Lan"}})
		r = httptest.NewRequest("POST", "/api/comments", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", s.key)
	}
	return r
}

// accepted tells whether the comment was taken. A refusal must be one that loses nothing: it says when to come again, and
// readers have their text back.
func (s sending) accepted(t *testing.T, answer *httptest.ResponseRecorder) bool {
	switch answer.Code {
	case map[string]int{"program": http.StatusCreated, "form": http.StatusSeeOther, "script": http.StatusOK}[s.kind]:
		return true
	case http.StatusServiceUnavailable:
	default:
		t.Errorf("a %s is answered %d: %.200s", s.kind, answer.Code, answer.Body)
		return false
	}
	if answer.Header().Get("Retry-After") == "" {
		t.Errorf("a %s is not told when to come again", s.kind)
	}
	want, holds := "application/problem+json", `"type":"/api/problems/storage-unavailable"`
	if s.kind != "program" {
		want, holds = "text/html; charset=utf-8", strings.ReplaceAll(s.body, "<b>", "&lt;b&gt;")
	}
	if got := answer.Header().Get("Content-Type"); got != want || !strings.Contains(answer.Body.String(), holds) {
		t.Errorf("a %s is refused with %s without %q: %.3000s", s.kind, got, holds, answer.Body)
	}
	return false
}

// TestStoreStandsStill: thousands of comments come at once while the database does not move. Each is answered, most of them at once
// and with their text; when it moves again, what was taken is there once, what was refused is not, and all are there once when
// the refused have come again.
func TestStoreStandsStill(t *testing.T) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		t.Run(engine, func(t *testing.T) {
			st := newStanding(t, engine)
			list := make([]sending, manySenders)
			for i := range list {
				list[i] = newSending(i)
			}
			before := runtime.NumGoroutine()
			goOn := st.halt()
			answered, most := &atomic.Int64{}, 0
			accepted := st.send(t, list, answered, func() {
				for end := time.Now().Add(10 * time.Second); answered.Load() < int64(len(list)/5) && time.Now().Before(end); {
					most = max(most, runtime.NumGoroutine())
					time.Sleep(time.Millisecond) // looks, and waits for nothing else
				}
				goOn()
			})
			if extra := most - before - len(list); extra > 200 {
				t.Errorf("%d goroutines besides those who send", extra)
			}
			t.Logf("%d of %d were taken", len(accepted), len(list))
			if len(accepted) == 0 || len(accepted) > len(list)-300 {
				t.Errorf("%d were taken", len(accepted))
			}
			st.holds(t, accepted)
			all := map[string]bool{}
			for _, s := range list {
				all[s.body] = true
			}
			for range 100 {
				var rest []sending
				for _, s := range list {
					if !accepted[s.body] {
						rest = append(rest, s)
					}
				}
				for body := range st.send(t, rest, answered, func() {}) {
					accepted[body] = true
				}
			}
			st.holds(t, all)
		})
	}
}

// send has all send at once, calls meanwhile, and returns the bodies of those that were taken.
func (st *standing) send(t *testing.T, list []sending, answered *atomic.Int64, meanwhile func()) map[string]bool {
	t.Helper()
	accepted, handler := map[string]bool{}, st.server.Handler()
	var mu sync.Mutex
	var sending sync.WaitGroup
	for _, s := range list {
		sending.Go(func() {
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, s.request())
			answered.Add(1)
			if s.accepted(t, answer) {
				mu.Lock()
				defer mu.Unlock()
				accepted[s.body] = true
			}
		})
	}
	meanwhile()
	sending.Wait()
	return accepted
}

// holds demands that the comments in the database are those with bodies, each once.
func (st *standing) holds(t *testing.T, bodies map[string]bool) {
	t.Helper()
	there := map[string]int{}
	for slug, id := range st.posts {
		ch, err := st.store.Changes(t.Context(), id, 0, 10_000)
		if err != nil {
			t.Fatal(slug, err)
		}
		for _, c := range ch.Comments {
			there[c.Body]++
		}
	}
	wrong := 0
	for body, n := range there {
		if n != 1 || !bodies[body] {
			wrong++
		}
	}
	if wrong > 0 || len(there) != len(bodies) {
		t.Errorf("%d comments are there, of %d; %d are wrong", len(there), len(bodies), cmp.Or(wrong, len(bodies)-len(there)))
	}
}

// impatient is a store whose callers leave as soon as it has done what they wanted.
type impatient struct {
	blog.Comments
	leave context.CancelFunc
}

func (i *impatient) AddComment(ctx context.Context, c blog.NewComment) (blog.Added, error) {
	defer i.leave()
	return i.Comments.AddComment(ctx, c)
}

// TestDoneIsAnswered: a comment that is stored when the time of its request is over is answered as one that is stored.
func TestDoneIsAnswered(t *testing.T) {
	late := &impatient{}
	s := newSite(t, func(d *web.Deps, s *site) {
		late.Comments = s.store
		d.Discussion = blog.NewDiscussion(late, s.stale, nil)
	})
	for i := range 3 {
		sent, answer := newSending(i), httptest.NewRecorder()
		ctx, leave := context.WithCancel(t.Context())
		late.leave = leave
		s.server.Handler().ServeHTTP(answer, sent.request().WithContext(ctx))
		if !sent.accepted(t, answer) || answer.Header().Get("Set-Cookie") == "" {
			t.Errorf("a %s is answered %d, %v", sent.kind, answer.Code, answer.Header())
		}
	}
}
