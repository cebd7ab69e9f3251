package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"vang/e2e/site"
)

// follower is a program that reads a discussion over a socket and comes back with its cursor whenever the socket ends.
type follower struct {
	name, address string
	cursor        string // of the last message
	rev           int64

	mu      sync.Mutex
	came    map[string]time.Time // comment -> when it came first
	changed chan struct{}        // closed, and made anew, at each message
	opened  int                  // sockets so far
	refused int                  // tries to open one that failed
	wrong   []string             // what must never be
}

// follow follows a discussion at base until the test ends, from where it stands now. The first socket is open when it returns.
func follow(t *testing.T, name, base, slug string) *follower {
	t.Helper()
	f := &follower{
		name: name, address: "ws" + strings.TrimPrefix(base, "http") + "/live?post=" + url.QueryEscape(slug),
		cursor: site.NewClient(base).Cursor(t, slug), came: map[string]time.Time{}, changed: make(chan struct{}),
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { f.run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
		for _, w := range f.wrong {
			t.Errorf("%s: %s", f.name, w)
		}
	})
	f.wait(t, 10*time.Second, "its socket is open", func() bool { return f.opened > 0 })
	return f
}

func (f *follower) run(ctx context.Context) {
	for ctx.Err() == nil {
		conn, res, err := websocket.Dial(ctx, f.address+"&since="+url.QueryEscape(f.cursor), &websocket.DialOptions{Subprotocols: []string{"vang.json"}})
		if err == nil {
			f.note(func() { f.opened++ })
			err = f.read(ctx, conn)
			_ = conn.CloseNow()
		} else if ctx.Err() == nil {
			f.note(func() { f.refused++ })
		}
		if res != nil && res.Body != nil {
			_ = res.Body.Close()
		}
		if err != nil {
			pause(ctx, 100*time.Millisecond) // as a page does that reconnects
		}
	}
}

// silence is how long a live socket may be silent: two heartbeats.
const silence = 50 * time.Second

func (f *follower) read(ctx context.Context, conn *websocket.Conn) error {
	for {
		beat, cancel := context.WithTimeout(ctx, silence)
		_, text, err := conn.Read(beat)
		cancel()
		if err != nil {
			return err
		}
		if len(text) == 0 {
			continue
		}
		var m message
		if err := json.Unmarshal(text, &m); err != nil {
			return errors.Join(err, conn.Close(websocket.StatusProtocolError, "no JSON"))
		}
		f.take(m)
	}
}

// message is what a program hears.
type message struct {
	site.Event
	Cursor string `json:"cursor"`
}

func (f *follower) take(m message) {
	f.note(func() {
		if m.Cursor != "" {
			f.cursor = m.Cursor
		}
		switch {
		case m.Kind == "reload":
			f.wrong = append(f.wrong, "was told to begin again")
		case m.Rev <= f.rev:
			f.wrong = append(f.wrong, "revs did not rise")
		case m.Kind == "comment":
			if _, again := f.came[m.Comment.ID]; !again {
				f.came[m.Comment.ID] = time.Now()
			}
		}
		f.rev = max(f.rev, m.Rev)
	})
}

func (f *follower) note(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
	close(f.changed)
	f.changed = make(chan struct{})
}

// wait waits until is, called with the lock held, says yes.
func (f *follower) wait(t *testing.T, patience time.Duration, what string, is func() bool) {
	t.Helper()
	late := time.After(patience)
	for {
		f.mu.Lock()
		done, changed := is(), f.changed
		f.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-late:
			f.mu.Lock()
			defer f.mu.Unlock()
			t.Fatalf("%s: waited %v in vain until %s\nit has heard %d comments and stands at %s; it opened %d sockets and was refused %d times",
				f.name, patience.Round(time.Millisecond), what, len(f.came), f.cursor, f.opened, f.refused)
		}
	}
}

// sockets are how many were opened, and how many could not be.
func (f *follower) sockets() (opened, refused int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.opened, f.refused
}

// has tells whether a comment has come.
func (f *follower) has(s saying) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, ok := f.came[s.id]
	return ok
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// saying is a comment that was acknowledged, and when.
type saying struct {
	id   string
	body string
	at   time.Time
}

// say posts a comment with a program and expects it to be taken.
func say(t *testing.T, base, slug, body string) saying {
	t.Helper()
	c := site.NewClient(base).Post(t, site.Draft{Post: slug, Body: body, Author: site.Author{Name: "An"}})
	return saying{c.ID, body, time.Now()}
}

// heard waits until every follower has every comment, and returns how late the latest of all came. None may be later than
// limit after its acknowledgement.
func heard(t *testing.T, limit time.Duration, all []saying, followers ...*follower) time.Duration {
	t.Helper()
	var latest time.Duration
	for _, f := range followers {
		for _, s := range all {
			f.wait(t, time.Until(s.at)+limit+10*time.Second, "there is "+s.body, func() bool { _, ok := f.came[s.id]; return ok })
			f.mu.Lock()
			late := f.came[s.id].Sub(s.at)
			f.mu.Unlock()
			latest = max(latest, late)
			if late > limit {
				t.Errorf("%s had %q %v after it was acknowledged; %v is the limit", f.name, s.body, late.Round(time.Millisecond), limit)
			}
		}
	}
	return latest
}

// once checks that a discussion has exactly these comments, read at base, each once.
func once(t *testing.T, base, slug string, want ...saying) {
	t.Helper()
	count := map[string]int{}
	for _, c := range site.NewClient(base).Comments(t, slug) {
		count[c.ID]++
	}
	for _, s := range want {
		if count[s.id] != 1 {
			t.Errorf("%q, which was acknowledged as %s, is there %d times", s.body, s.id, count[s.id])
		}
		delete(count, s.id)
	}
	if len(count) > 0 {
		t.Errorf("%d comments are there that nobody was told of", len(count))
	}
}
