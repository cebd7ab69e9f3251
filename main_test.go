package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"vang/realtime"
)

// output runs the program to its end and returns what it printed.
func output(t *testing.T, getenv func(string) string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, getenv, &out)
	return out.String(), err
}

func TestHelpFollowsTheLocale(t *testing.T) {
	english, err := output(t, env(nil), "--help")
	if err != nil {
		t.Fatal(err)
	}
	vietnamese, err := output(t, env(map[string]string{"LANG": "vi_VN.UTF-8"}), "help")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range commands() {
		if !strings.Contains(english, c.name) || !strings.Contains(vietnamese, c.about.vi) {
			t.Errorf("%s is missing in the help", c.name)
		}
	}
	if strings.Contains(vietnamese, "Usage") || strings.Contains(english, "Cách dùng") {
		t.Error("the languages are mixed")
	}
}

func TestEachCommandHasHelpInBothLanguages(t *testing.T) {
	for _, c := range commands() {
		for _, lang := range []string{"en_US.UTF-8", "vi_VN.UTF-8"} {
			out, err := output(t, env(map[string]string{"LC_ALL": lang}), c.name, "--help")
			if err != nil || !strings.Contains(out, c.detail.in(lang[:2])) {
				t.Errorf("%s in %s: %v\n%s", c.name, lang, err, out)
			}
			for _, s := range only(settings(), c.settings) {
				if !strings.Contains(out, s.usage.in(lang[:2])) || !strings.Contains(out, s.variable()) {
					t.Errorf("%s in %s: --%s is missing", c.name, lang, s.flag)
				}
			}
		}
	}
}

func TestWhatIsNoCommandIsAUsageError(t *testing.T) {
	for _, args := range [][]string{{"srve"}, {"serve", "extra"}, {"serve", "--nope"}, {"init"}, {"admin"}, {"admin", "burn"}, {"admin", "hide"}} {
		_, err := output(t, env(nil), args...)
		var usage usageError
		if !errors.As(err, &usage) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestInitMakesASiteAndOverwritesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nhà mới")
	out, err := output(t, env(nil), "init", dir)
	if err != nil || !strings.Contains(out, dir) {
		t.Fatal(out, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "site.yaml")); err != nil {
		t.Error(err)
	}
	settings, err := os.ReadFile(filepath.Join(dir, "site.yaml"))
	if err != nil || !strings.Contains(string(settings), "lang: en") {
		t.Errorf("settings %s, %v", settings, err)
	}
	if _, err := output(t, env(map[string]string{"LANG": "vi_VN.UTF-8"}), "init", dir+"2"); err != nil {
		t.Error(err)
	}
	if settings, _ = os.ReadFile(filepath.Join(dir+"2", "site.yaml")); !strings.Contains(string(settings), "lang: vi") {
		t.Error("a Vietnamese command line makes no Vietnamese site")
	}
	if _, err := output(t, env(nil), "init", dir); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a second time: %v", err)
	}
}

func TestPortInUseIsToldBeforeAnythingIsTouched(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	db := filepath.Join(t.TempDir(), "v.db")
	_, err = output(t, env(nil), "serve", "--addr", l.Addr().String(), "--database", "sqlite:"+db)
	if err == nil || !strings.Contains(err.Error(), "in use") || !strings.Contains(err.Error(), "--addr") {
		t.Errorf("error = %v", err)
	}
	if _, err := os.Stat(db); err == nil {
		t.Error("a database was made")
	}
}

// start runs serve on a free port until the test ends and returns its address and a function that stops it.
func start(t *testing.T, args ...string) (base string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, append([]string{"serve", "--addr", addr, "--cache", "off"}, args...), env(nil), io.Discard)
	}()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	t.Cleanup(func() { _ = stop() })
	base = "http://" + addr
	for deadline := time.Now().Add(20 * time.Second); ; {
		res, err := http.Get(base + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return base, stop
			}
		}
		select {
		case err := <-done:
			stopped = true
			t.Fatalf("serve ended: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("not ready within 20 s")
		}
	}
}

func TestServeAdminAndRestartOnOneFile(t *testing.T) {
	db := "sqlite:" + filepath.Join(t.TempDir(), "v.db")
	base, stop := start(t, "--database", db, "--rate-limit", "off")
	slug := firstSlug(t, base)
	id := postComment(t, base, slug, "Lời chào đầu tiên")

	if out, err := output(t, env(nil), "health", "--addr", strings.TrimPrefix(base, "http://")); err != nil || !strings.Contains(out, "ready") {
		t.Errorf("health: %q, %v", out, err)
	}
	if out, err := output(t, env(nil), "admin", "--database", db, "hide", id); err != nil || !strings.Contains(out, "hidden") {
		t.Errorf("hide: %q, %v", out, err)
	}
	if _, err := output(t, env(nil), "admin", "--database", db, "hide", "nobody"); err == nil || !strings.Contains(err.Error(), "no comment") {
		t.Errorf("hide nobody: %v", err)
	}
	if got := count(t, base, slug); got != 0 {
		t.Errorf("%d comments are shown after hiding", got)
	}
	if _, err := output(t, env(nil), "admin", "--database", db, "show", id); err != nil {
		t.Error(err)
	}
	if out, err := output(t, env(nil), "admin", "--database", db, "close", slug); err != nil || !strings.Contains(out, "closed") {
		t.Errorf("close: %q, %v", out, err)
	}
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	base, _ = start(t, "--database", db, "--rate-limit", "off")
	if got := count(t, base, slug); got != 1 {
		t.Errorf("%d comments after the restart, want 1", got)
	}
}

func TestWhatAnotherProcessHidesLeavesPagesWithThePush(t *testing.T) {
	db := "sqlite:" + filepath.Join(t.TempDir(), "v.db")
	base, _ := start(t, "--database", db, "--rate-limit", "off")
	slug := firstSlug(t, base)
	id := postComment(t, base, slug, "words to be hidden")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	since := cursor(t, base, slug)
	live, _, err := websocket.Dial(ctx, base+"/live?post="+slug+"&since="+since, &websocket.DialOptions{Subprotocols: []string{realtime.Protocol}})
	if err != nil {
		t.Fatal(err)
	}
	defer live.CloseNow()
	if !strings.Contains(page(t, base+"/blog/"+slug), "words to be hidden") { // and now it is cached
		t.Fatal("the page does not show the comment")
	}
	if _, err := output(t, env(nil), "admin", "hide", id, "--database", db); err != nil {
		t.Fatal(err)
	}
	if _, told, err := live.Read(ctx); err != nil || !strings.Contains(string(told), `"removed"`) {
		t.Fatalf("told %s, %v", told, err)
	}
	if strings.Contains(page(t, base+"/blog/"+slug), "words to be hidden") {
		t.Error("a page loaded after the push still shows what was hidden")
	}
}

func TestAdminMakesNoDatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "elsewhere.db")
	_, err := output(t, env(nil), "admin", "hide", "abc", "--database", "sqlite:"+file)
	if err == nil || !strings.Contains(err.Error(), "no database at") || !strings.Contains(err.Error(), "--database") {
		t.Errorf("error = %v", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a database was made")
	}
}

func TestDrainDelayLetsLoadBalancersLookElsewhere(t *testing.T) {
	db := "sqlite:" + filepath.Join(t.TempDir(), "v.db")
	base, stop := start(t, "--database", db, "--drain-delay", "1s")
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	sawRefusal := false
	for range 40 {
		if status(base+"/readyz") == http.StatusServiceUnavailable {
			sawRefusal = true
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if !sawRefusal {
		t.Error("/readyz never said 503")
	}
	if got := status(base + "/"); got != http.StatusOK {
		t.Errorf("a page during the delay: %d", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// status is 0 where nothing answers.
func status(url string) int {
	res, err := http.Get(url)
	if err != nil {
		return 0
	}
	res.Body.Close()
	return res.StatusCode
}

func page(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func cursor(t *testing.T, base, slug string) string {
	t.Helper()
	var list struct{ Meta struct{ Cursor string } }
	if err := json.Unmarshal([]byte(page(t, base+"/api/comments?post="+slug)), &list); err != nil {
		t.Fatal(err)
	}
	return list.Meta.Cursor
}

func firstSlug(t *testing.T, base string) string {
	t.Helper()
	_, after, found := strings.Cut(page(t, base+"/"), `href="/blog/`)
	slug, _, _ := strings.Cut(after, `"`)
	if !found || strings.ContainsAny(slug, "/?#") {
		t.Fatalf("no post on the first page: %q", slug)
	}
	return slug
}

func postComment(t *testing.T, base, slug, body string) string {
	t.Helper()
	in, _ := json.Marshal(map[string]any{"post": slug, "body": body, "author": map[string]string{"name": "An"}})
	res, err := http.Post(base+"/api/comments", "application/json", bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var c struct{ ID string }
	if err := json.NewDecoder(res.Body).Decode(&c); err != nil || res.StatusCode != http.StatusCreated {
		t.Fatalf("%s, %v", res.Status, err)
	}
	return c.ID
}

func count(t *testing.T, base, slug string) int {
	t.Helper()
	res, err := http.Get(base + "/api/comments?post=" + slug)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var list struct{ Data []json.RawMessage }
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	return len(list.Data)
}

// syncBuffer is a log that is read while it is written.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestStartWaitsForALockedDatabaseAndSaysSo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "v.db")
	if _, err := output(t, env(nil), "migrate", "--database", "sqlite:"+file); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", "file:"+file+"?_txlock=exclusive")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var log syncBuffer
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--cache", "off", "--database", "sqlite:" + file}, env(nil), &log)
	}()
	waitFor(t, &log, "waiting for the database")
	if !strings.Contains(log.String(), "locked by another program") {
		t.Errorf("the log does not say why:\n%s", log.String())
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, &log, `"serving"`)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func waitFor(t *testing.T, log *syncBuffer, what string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(log.String(), what); {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within 30 s:\n%s", what, log.String())
		}
		time.Sleep(20 * time.Millisecond)
	}
}
