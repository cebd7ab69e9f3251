package crowd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// fake is a server that pushes what it is told to and keeps no promise of its own.
type fake struct {
	mu     sync.Mutex
	conns  []*websocket.Conn
	hellos chan string
	http   http.Server
}

func startFake(t *testing.T) (*fake, Server) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{hellos: make(chan string, 1000)}
	f.http.Handler = http.HandlerFunc(f.serve)
	go func() { _ = f.http.Serve(l) }()
	t.Cleanup(func() { _ = f.http.Close() })
	return f, Server{Addr: l.Addr().String(), Path: "/live", Hello: func(n int64) string { return fmt.Sprint("after ", n) }}
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, strings.Repeat("answer ", 30_000))
		return
	}
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	_, hello, err := ws.Read(r.Context())
	if err != nil {
		return
	}
	f.mu.Lock()
	f.conns = append(f.conns, ws)
	f.mu.Unlock()
	f.hellos <- string(hello)
	ws.CloseRead(context.Background())
}

// tell sends message number to all, or to all but the last.
func (f *fake) tell(t *testing.T, number, leftOut int) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ws := range f.conns[:len(f.conns)-leftOut] {
		if err := ws.Write(t.Context(), websocket.MessageText, fmt.Appendf(nil, `<ol data-cursor="e.%d">`, number)); err != nil {
			t.Error(err)
		}
	}
}

func gathered(t *testing.T, server Server, readers int, number int64) (*Loop, *Audience) {
	t.Helper()
	l, err := NewLoop()
	if err != nil {
		t.Fatal(err)
	}
	a := NewAudience(l, server, readers, 0, number)
	if err := a.OpenAll(t.Context(), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(a.Close(), l.Close()); err != nil {
			t.Error(err)
		}
	})
	return l, a
}

const fakeReaders = 50

func await(t *testing.T, l *Loop, done func() bool) {
	t.Helper()
	if err := l.Until(t.Context(), "what the test waits for", 10*time.Second, done); err != nil {
		t.Fatal(err)
	}
}

func TestAudienceHearsAll(t *testing.T) {
	f, server := startFake(t)
	l, a := gathered(t, server, fakeReaders, 7)
	for range fakeReaders {
		if hello := <-f.hellos; hello != "after 7" {
			t.Errorf("a reader said %q", hello)
		}
	}
	for number := 8; number < 11; number++ {
		f.tell(t, number, 0)
	}
	await(t, l, func() bool { return a.Tally.Came(10) == fakeReaders })
	if err := a.Tally.Err(); err != nil || !a.Whole(10) || len(a.Tally.Times(9)) != fakeReaders || a.Tally.Messages != 3*fakeReaders {
		t.Errorf("%v; %d messages", err, a.Tally.Messages)
	}
}

func TestAudienceNoticesWhatIsLostDoubledOrOutOfOrder(t *testing.T) {
	for name, story := range map[string][]int{"doubled": {1, 1}, "lost": {1, 3}, "out of order": {2, 1}, "long ago": {1, 2, 1}} {
		f, server := startFake(t)
		l, a := gathered(t, server, fakeReaders, 0)
		for range fakeReaders {
			<-f.hellos
		}
		for _, number := range story {
			f.tell(t, number, 0)
		}
		await(t, l, func() bool { return a.Tally.Messages == int64(len(story)*fakeReaders) })
		if err := a.Tally.Err(); err == nil {
			t.Errorf("%s: not noticed", name)
		}
	}
	f, server := startFake(t)
	l, a := gathered(t, server, fakeReaders, 0)
	for range fakeReaders {
		<-f.hellos
	}
	f.tell(t, 1, 1)
	await(t, l, func() bool { return a.Tally.Came(1) == fakeReaders-1 })
	if a.Whole(1) {
		t.Error("one reader has heard nothing, and that was not noticed")
	}
}

func TestAudienceComesBackWhereItLeftOff(t *testing.T) {
	f, server := startFake(t)
	l, a := gathered(t, server, fakeReaders, 0)
	for range fakeReaders {
		<-f.hellos
	}
	f.tell(t, 1, 0)
	await(t, l, func() bool { return a.Tally.Came(1) == fakeReaders })
	other, next := startFake(t)
	a.Leave(next)
	f.mu.Lock()
	leaving := f.conns
	f.mu.Unlock()
	for _, ws := range leaving {
		go func() { _ = ws.Close(websocket.StatusServiceRestart, "restarting") }()
	}
	await(t, l, func() bool {
		return a.Open == fakeReaders && len(a.Backs) == fakeReaders && len(other.hellos) == fakeReaders
	})
	for range fakeReaders {
		if hello := <-other.hellos; hello != "after 1" {
			t.Errorf("a reader came back with %q", hello)
		}
	}
	for _, e := range a.Ends {
		if e.Code != 1012 {
			t.Errorf("an end has code %d", e.Code)
		}
	}
	other.tell(t, 2, 0)
	await(t, l, func() bool { return a.Whole(2) })
	if err := a.Tally.Err(); err != nil {
		t.Error(err)
	}
}

func TestCallerReadsAWholeAnswer(t *testing.T) {
	_, server := startFake(t)
	l, err := NewLoop()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := NewCaller(l, server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 { // over one connection
		var got Answer
		err = c.Ask([]byte("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), func(a Answer) error { got = a; return nil })
		if err != nil {
			t.Fatal(err)
		}
		await(t, l, func() bool { return !c.Busy })
		if got.Status != http.StatusCreated || len(got.Body) != 7*30_000 {
			t.Errorf("answer %d with %d bytes", got.Status, len(got.Body))
		}
	}
}
