package nginx

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"vang/e2e/site"
	"vang/testbed"
)

// crowd is clients that work until told to stop.
type crowd struct {
	stop chan struct{}
	wg   sync.WaitGroup

	mu     sync.Mutex
	sent   []string // marks of comments
	faults []string
	pages  int
}

func newCrowd() *crowd { return &crowd{stop: make(chan struct{})} }

func (c *crowd) run(n int, work func(mark string) (comment bool, fault string)) {
	for worker := range n {
		c.wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-c.stop:
					return
				default:
				}
				mark := fmt.Sprintf("mark %d %d %d end", worker, i, time.Now().UnixNano())
				comment, fault := work(mark)
				c.note(mark, comment, fault)
			}
		})
	}
}

func (c *crowd) note(mark string, comment bool, fault string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case fault != "":
		c.faults = append(c.faults, fault)
	case comment:
		c.sent = append(c.sent, mark)
	default:
		c.pages++
	}
}

func (c *crowd) end() {
	close(c.stop)
	c.wg.Wait()
}

// status turns an answer into a fault unless it is what was wanted.
func status(a answer, err error, want int, what string) string {
	if err != nil {
		return what + ": " + err.Error()
	}
	if a.Status != want {
		return fmt.Sprintf("%s: %d %.150q", what, a.Status, a.Body)
	}
	return ""
}

func TestKilledReplicasCostNoRequestAndDoubleNone(t *testing.T) {
	t.Parallel()
	e := behind(t, 3, nil)
	c := newCrowd()
	var begun atomic.Int32 // answers that were on their way; nobody can take these back
	// Without a key: all that makes the second try the same request is the id that Nginx gives it.
	c.run(3, func(mark string) (bool, string) {
		a, err := send(t.Context(), "POST", e.URL+page+"/comments", "name=An&body="+strings.ReplaceAll(mark, " ", "+"), "Content-Type: application/x-www-form-urlencoded")
		return true, status(a, err, http.StatusSeeOther, "form")
	})
	api := func(mark string, headers ...string) (bool, string) {
		body, _ := json.Marshal(site.Draft{Post: slug, Body: mark, Author: site.Author{Name: "Bình"}})
		a, err := send(t.Context(), "POST", e.URL+"/api/comments", string(body), append(headers, "Content-Type: application/json")...)
		return true, status(a, err, http.StatusCreated, "API")
	}
	c.run(2, func(mark string) (bool, string) { return api(mark) })
	c.run(2, func(mark string) (bool, string) { return api(mark, "Idempotency-Key: "+mark) })
	c.run(2, func(string) (bool, string) {
		a, err := send(t.Context(), "GET", e.URL+page+"?at=x", "")
		if errors.Is(err, io.ErrUnexpectedEOF) {
			begun.Add(1)
			err = nil
		}
		return false, status(a, err, http.StatusNotFound, "page")
	})
	kills := 0
	for begin := time.Now(); time.Since(begin) < 10*time.Second; kills++ {
		r := e.replicas[kills%3]
		r.Kill()
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond) // one death after the other: what was under way is done
	}
	c.end()
	for i, fault := range c.faults {
		if i == 5 {
			t.Errorf("... %d in all", len(c.faults))
			break
		}
		t.Error(fault)
	}
	there := map[string]int{}
	for _, comment := range site.NewClient(e.replicas[0].URL).Comments(t, slug) {
		_, rest, _ := strings.Cut(comment.HTML, "mark ")
		mark, _, _ := strings.Cut(rest, " end")
		there["mark "+mark+" end"]++
	}
	for _, mark := range c.sent {
		if there[mark] != 1 {
			t.Errorf("%s is there %d times", mark, there[mark])
		}
		delete(there, mark)
	}
	if len(there) > 0 {
		t.Errorf("%d comments are there that nobody was told of: %v", len(there), there)
	}
	retried := 0
	for _, l := range e.log(t) {
		if l.Status >= 500 && len(c.faults) < 5 {
			t.Errorf("%+v", l)
		}
		if l.Method == "POST" && strings.Contains(l.Upstream, ",") {
			retried++
		}
	}
	t.Logf("%d kills: %d comments, %d pages, %d POSTs sent to more than one replica, %d pages cut off", kills, len(c.sent), c.pages, retried, begun.Load())
	if int(begun.Load()) > kills {
		t.Error("that is more cut off than deaths explain")
	}
	if retried == 0 || len(c.sent) < 50 {
		t.Error("nothing was tried")
	}
}

func TestAPostWhoseReplicaDiesAfterItsCommitIsTakenOnce(t *testing.T) {
	t.Parallel()
	e := behind(t, 2, nil)
	var did atomic.Int32
	// A replica that has done the work and dies before it answers: the request goes on to a real one, the answer is cut.
	dying := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		defer panic(http.ErrAbortHandler)
		req, err := http.NewRequestWithContext(r.Context(), r.Method, e.replicas[0].URL+r.URL.Path, r.Body)
		if err != nil {
			return
		}
		req.Header, req.Host = r.Header.Clone(), r.Host
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			return
		}
		if _ = res.Body.Close(); res.StatusCode < http.StatusBadRequest {
			did.Add(1)
		}
	})
	for _, kind := range []string{"form", "API", "API with a key"} {
		did.Store(0)
		edge := before(t, nil, dying, e.replicas[1].Addr) // after two deaths the dying one is left alone, so each has its own
		for i := range 4 {
			word := kind + strconv.Itoa(i)
			if kind == "form" {
				postedAt(t, edge.form(t, word))
				continue
			}
			headers := []string{"Content-Type: application/json"}
			if kind != "API" {
				headers = append(headers, "Idempotency-Key: a key of "+word)
			}
			body := `{"post":"` + slug + `","body":"` + word + `","author":{"name":"An"}}`
			if a := edge.send(t, "POST", "/api/comments", body, headers...); a.Status != http.StatusCreated {
				t.Errorf("%s: %d %s", word, a.Status, a.Body)
			}
		}
		if did.Load() == 0 {
			t.Errorf("%s: nothing was done twice", kind)
		}
	}
	if n := len(site.NewClient(e.URL).Comments(t, slug)); n != 12 {
		t.Errorf("of 12 comments %d are there", n)
	}
}

func TestAFrozenReplicaCostsFewReadersTime(t *testing.T) {
	t.Parallel()
	e := behind(t, 3, nil)
	if err := e.replicas[0].Process().Pause(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.replicas[0].Process().Resume() })
	c := newCrowd()
	var slow, slowest atomic.Int64
	c.run(4, func(string) (bool, string) {
		a, err := send(t.Context(), "GET", e.URL+page+"?at=x", "")
		if a.Took > time.Second {
			slow.Add(1)
			slowest.Store(max(slowest.Load(), a.Took.Milliseconds()))
		}
		return false, status(a, err, http.StatusNotFound, "page")
	})
	time.Sleep(18 * time.Second) // and it is tried again
	c.end()
	if len(c.faults) > 0 {
		t.Errorf("%d faults, such as %s", len(c.faults), c.faults[0])
	}
	t.Logf("%d pages, %d took more than a second, the slowest %d ms", c.pages, slow.Load(), slowest.Load())
	if slow.Load() > 10 || slowest.Load() > 7000 || c.pages < 500 {
		t.Error("that is too many, too slow, or too few")
	}
}

func TestOneSlowAnswerThrowsNoReplicaOut(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	once := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			<-r.Context().Done()
		}
	})
	e := before(t, nil, once, serve(t, func(http.ResponseWriter, *http.Request) {}))
	for range 6 {
		if a := e.get(t, "/"); a.Status != http.StatusOK {
			t.Fatalf("%d", a.Status)
		} else if a.Took > time.Second && (a.Took < 4500*time.Millisecond || a.Took > 7*time.Second) {
			t.Errorf("the other replica answered after %v, not the 5 s that pages have", a.Took)
		}
	}
	if n := asked.Load(); n < 2 {
		t.Errorf("after one slow answer the replica was asked %d times more", n-1)
	}
}

func TestTimesOfEachKind(t *testing.T) {
	t.Parallel()
	// Answers after a time that one kind has and another has not.
	e := before(t, nil, serve(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(7 * time.Second):
		case <-r.Context().Done():
		}
	}))
	var all sync.WaitGroup
	for _, tt := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/", 504},
		{"GET", page, 504},
		{"GET", "/static/x", 504},
		{"GET", "/health", 504},
		{"POST", page + "/comments", 200},
		{"POST", "/api/comments", 200},
		{"GET", "/live", 200},
		{"GET", "/media/x", 200},
	} {
		all.Go(func() {
			a, err := send(t.Context(), tt.method, e.URL+tt.path, "")
			if err != nil || a.Status != tt.want {
				t.Errorf("%s %s: %d after %v, %v", tt.method, tt.path, a.Status, a.Took, err)
			}
		})
	}
	all.Wait()
}

func TestAReplicaThatSaysItCannotIsNotTheLastWord(t *testing.T) {
	t.Parallel()
	var cannot []string
	for range 3 {
		cannot = append(cannot, serve(t, func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "its own words", http.StatusServiceUnavailable)
		}))
	}
	e := before(t, nil, cannot[0], cannot[1], serve(t, func(http.ResponseWriter, *http.Request) {}))
	for range 12 {
		for _, path := range []string{page, "/live"} {
			if a := e.get(t, path); a.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", path, a.Status, a.Body)
			}
		}
	}
	// When all say so, their own words pass; and at once where something was written, since that waits for the database.
	for n := 1; n <= 3; n++ {
		none := before(t, nil, cannot[:n]...)
		for range 12 {
			for _, a := range []answer{none.form(t, "x"), none.send(t, "POST", "/api/comments", "{}")} {
				if a.Status != http.StatusServiceUnavailable || a.Body != "its own words\n" {
					t.Fatalf("%d replicas: %d %s", n, a.Status, a.Body)
				}
			}
			if l := none.logged(t, none.form(t, "x")); strings.Contains(l.Upstream, ",") {
				t.Fatalf("a POST that was answered went on to %s", l.Upstream)
			}
		}
	}
}

func TestAKilledReplicaTruncatesNoPage(t *testing.T) {
	t.Parallel()
	// A page as large as there are, to a reader who takes it slowly; the replica dies as soon as it has sent it.
	text := strings.Repeat("0123456789abcdef", 50<<10)
	sent := make(chan struct{})
	l, err := (&net.ListenConfig{Control: smallSegments}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ConnContext: func(ctx context.Context, c net.Conn) context.Context {
		_ = c.(*net.TCPConn).SetWriteBuffer(16 << 10) // what is written is with Nginx, not with the kernel
		return ctx
	}, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		_, _ = io.WriteString(w, text)
		_ = http.NewResponseController(w).Flush()
		close(sent)
	})}
	go func() { _ = server.Serve(l) }()
	e := prepare(t, nil, l.Addr().String())
	if _, err := testbed.NginxVersion(t.Context()); err != nil {
		testbed.Need(t, err)
	}
	if err := e.Write(t.Context(), e.dir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(e.dir, "site.conf")
	config, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	config = []byte(strings.Replace(string(config), "default_server;", "default_server sndbuf=16k;", 1)) // nor has the kernel of this side
	if err := os.WriteFile(file, config, 0o644); err != nil {
		t.Fatal(err)
	}
	nginx, err := testbed.StartNginx(t.Context(), e.dir, filepath.Join(e.dir, "nginx.conf"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nginx.Process().Kill)
	conn, err := (&net.Dialer{Control: smallSegments}).DialContext(t.Context(), "tcp", e.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(conn, "GET /?at=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	select {
	case <-sent:
	case <-time.After(10 * time.Second):
		t.Fatal("Nginx does not take the page while its reader does not")
	}
	_ = server.Close()
	all, err := io.ReadAll(conn)
	if _, body, _ := strings.Cut(string(all), "\r\n\r\n"); err != nil || body != text {
		t.Errorf("%d of %d bytes came (%v)", len(body), len(text), err)
	}
}

// smallSegments makes a connection over loopback one over a network: with segments of 64 kB the kernel itself would keep what
// the reader does not take.
func smallSegments(_, _ string, c syscall.RawConn) (err error) {
	failed := c.Control(func(fd uintptr) {
		err = errors.Join(syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 1400),
			syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 32<<10))
	})
	return errors.Join(failed, err)
}

func TestADeadReplicaBlocksNeitherStartNorReload(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	e := behind(t, 2, nil)
	e.replicas[0].Kill()
	for name, do := range map[string]func(context.Context) error{"check": e.Check, "reload": e.Reload} {
		if err := do(ctx); err != nil {
			t.Errorf("%s with one dead: %v", name, err)
		}
	}
	for range 6 {
		if a := e.get(t, page+"?at=x"); a.Status != http.StatusNotFound || a.Took > time.Second {
			t.Errorf("one dead: %d after %v", a.Status, a.Took)
		}
	}
	e.replicas[1].Kill()
	if err := e.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := e.Start(ctx); err != nil {
		t.Fatalf("start with all dead: %v", err)
	}
	for range 10 {
		if a := e.get(t, page); a.Status != http.StatusBadGateway || a.Took > time.Second {
			t.Errorf("all dead: %d after %v", a.Status, a.Took)
		}
	}
	// The first that is back answers at once, although both have just failed often.
	if err := e.replicas[0].Start(ctx); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if a := e.get(t, page+"?at=x"); a.Status != http.StatusNotFound {
			t.Errorf("one is back: %d", a.Status)
		}
	}
}

func TestAReloadKeepsSocketsForAWhile(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	e := behind(t, 2, variables{"EDGE_DRAIN": "3s"})
	reader := site.NewClient(e.URL)
	cursor := reader.Cursor(t, slug)
	socket := reader.Listen(t, slug, cursor)
	postedAt(t, e.form(t, "Before"))
	if err := e.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	postedAt(t, e.form(t, "After+the+reload"))
	for _, want := range []string{"Before", "After the reload"} {
		if event, err := socket.Next(ctx); err != nil || !strings.Contains(event.Comment.HTML, want) {
			t.Fatalf("%v, %q instead of %q", err, event.Comment.HTML, want)
		}
	}
	begin := time.Now()
	if _, err := socket.CloseCode(ctx); err == nil || ctx.Err() != nil {
		t.Fatalf("the socket of the old worker stays: %v", err)
	}
	if time.Since(begin) > 6*time.Second {
		t.Errorf("it was cut after %v", time.Since(begin))
	}
	postedAt(t, e.form(t, "Meanwhile"))
	again := reader.Listen(t, slug, cursor)
	for _, want := range []string{"Before", "After the reload", "Meanwhile"} {
		if event, err := again.Next(ctx); err != nil || !strings.Contains(event.Comment.HTML, want) {
			t.Fatalf("who came back: %v, %q instead of %q", err, event.Comment.HTML, want)
		}
	}
}
