package wire

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// page is a handler whose answers can be kept ready: /page/N is N bytes, and known by the tag "N".
func page(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/page/"))
	tag := fmt.Sprintf(`"%d"`, n)
	w.Header().Set("ETag", tag)
	w.Header().Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Content-Length", strconv.Itoa(n))
	if r.Method != http.MethodHead {
		_, _ = w.Write(text(n))
	}
}

// text is n bytes of which none looks like its neighbours.
func text(n int) []byte {
	b := make([]byte, 0, n+8)
	for i := 0; len(b) < n; i++ {
		b = strconv.AppendInt(b, int64(i), 36)
		b = append(b, ' ')
	}
	return b[:n]
}

// site is what the tests serve: pages, and what else handlers do.
func site() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/page/{n}", page)
	mux.HandleFunc("/pieces/{n}", func(w http.ResponseWriter, r *http.Request) { // of no known length
		n, _ := strconv.Atoi(r.PathValue("n"))
		for b := text(n); len(b) > 0; b = b[min(len(b), 700):] {
			_, _ = w.Write(b[:min(len(b), 700)])
		}
	})
	mux.HandleFunc("/copy/{n}", func(w http.ResponseWriter, r *http.Request) { // partly written, partly copied
		n, _ := strconv.Atoi(r.PathValue("n"))
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n)) // so that the head is as long as a page's
		w.Header().Set("Vary", "Accept-Encoding")
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", strconv.Itoa(n+3000))
		_, _ = w.Write(text(n))
		_, _ = io.Copy(w, io.LimitReader(bytes.NewReader(text(3000)), 3000)) // a LimitReader, or net/http's ReadFrom is not used
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Length", strconv.Itoa(len(b)+6000))
		_, _ = w.Write(b)
		_, _ = w.Write(text(6000))
	})
	mux.HandleFunc("/short", func(w http.ResponseWriter, _ *http.Request) { // less than it promises
		w.Header().Set("Content-Length", "9000")
		_, _ = w.Write(text(5000))
	})
	mux.HandleFunc("/abort", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "9000")
		_, _ = w.Write(text(5000))
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "file.txt", time.Time{}, bytes.NewReader(text(20_000)))
	})
	mux.HandleFunc("/hijack", func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		// Through the writer whose buffer is as large as net/http's own.
		_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nContent-Length: 99999\r\n\r\n" + string(text(5000)))
		_ = rw.Flush()
		line, _ := rw.ReadString('\n')
		_, _ = conn.Write([]byte("heard " + line))
	})
	return mux
}

// library keeps the pages of the numbers ready, and counts how often one was given.
type library struct {
	pages map[string]Answer
	same  map[string]*Head
	given atomic.Int64
	sent  atomic.Int64 // bytes
}

func newLibrary(pages ...int) *library {
	l := &library{pages: map[string]Answer{}, same: map[string]*Head{}}
	for _, n := range pages {
		target := fmt.Sprintf("/page/%d", n)
		ask := func(headers ...string) *http.Response {
			w, r := httptest.NewRecorder(), httptest.NewRequest("GET", target, nil)
			for i := 0; i < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			page(w, r)
			return w.Result()
		}
		full := ask()
		l.pages[target] = Answer{Head: NewHead(200, full.Header), Body: text(n), Sent: func(n int, _ time.Duration) { l.sent.Add(int64(n)) }}
		l.same[target] = NewHead(304, ask("If-None-Match", full.Header.Get("ETag")).Header)
	}
	return l
}

func (l *library) ready(r *Request) (Answer, bool) {
	a, ok := l.pages[string(r.Target)]
	if ok && string(r.IfNoneMatch) == `"`+strings.TrimPrefix(string(r.Target), "/page/")+`"` {
		a.Head, a.Body = l.same[string(r.Target)], nil
	}
	if ok {
		l.given.Add(1)
	}
	return a, ok
}

// rig is a server under test, and how far it is with what clients sent.
type rig struct {
	addr string

	mu    sync.Mutex
	moved sync.Cond
	read  int // bytes
	done  int // answers, and connections that came to an end
}

func (r *rig) note(read, done int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read += read
	r.done += done
	r.moved.Broadcast()
}

func (r *rig) now() (read, done int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.read, r.done
}

// await waits until so much was read and done.
func (r *rig) await(t testing.TB, read, done int) {
	t.Helper()
	late := false
	timer := time.AfterFunc(10*time.Second, func() { r.mu.Lock(); late = true; r.mu.Unlock(); r.moved.Broadcast() })
	defer timer.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	for (r.read < read || r.done < done) && !late {
		r.moved.Wait()
	}
	if late {
		t.Errorf("the server read %d bytes of %d and did %d things of %d", r.read, read, r.done, done)
	}
}

// watched tells the rig what is read.
type watched struct {
	*net.TCPConn
	rig *rig
}

func (w watched) Read(b []byte) (int, error) {
	n, err := w.TCPConn.Read(b)
	w.rig.note(n, 0)
	return n, err
}

type watching struct {
	net.Listener
	rig *rig
}

func (l watching) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return watched{c.(*net.TCPConn), l.rig}, nil
}

// serve starts a server; with a front if ready is not nil.
func serve(t testing.TB, h http.Handler, ready Ready) *rig {
	t.Helper()
	r := &rig{}
	r.moved.L = &r.mu
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 20 * time.Second, IdleTimeout: 20 * time.Second, MaxHeaderBytes: 32 << 10,
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateIdle || s == http.StateClosed || s == http.StateHijacked {
				r.note(0, 1)
			}
		},
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = l.Addr().String()
	l = watching{l, r}
	if ready != nil {
		l = New(server, func(q *Request) (Answer, bool) {
			a, ok := ready(q)
			if ok {
				r.note(0, 1)
			}
			return a, ok
		}).Listener(l)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close(); <-ended })
	return r
}

// step is something that a client sends, and how many answers it reads before the next.
type step struct {
	send    string
	answers []string // methods that they answer
}

func get(target string, headers ...string) step {
	return step{"GET " + target + " HTTP/1.1\r\nHost: a\r\n" + lines(headers) + "\r\n", []string{"GET"}}
}

func lines(headers []string) string {
	if len(headers) == 0 {
		return ""
	}
	return strings.Join(headers, "\r\n") + "\r\n"
}

// talk carries out steps on one connection and returns all that the server sent until it closed, or had nothing more to say.
// The server has read each step before the next is sent, and is idle again if the step had answers.
func talk(t testing.TB, r *rig, steps ...step) string {
	t.Helper()
	read, done := r.now()
	conn := dial(t, r.addr)
	var heard bytes.Buffer
	in := bufio.NewReader(io.TeeReader(conn, &heard))
	for _, s := range steps {
		if _, err := io.WriteString(conn, s.send); err != nil {
			break // the server has closed already
		}
		for _, method := range s.answers {
			res, err := http.ReadResponse(in, &http.Request{Method: method})
			if err != nil {
				break
			}
			_, err = io.Copy(io.Discard, res.Body)
			if res.Close || err != nil {
				goto end
			}
			if res.StatusCode != http.StatusContinue {
				done++
			}
		}
		if read += len(s.send); len(s.answers) == 0 {
			r.await(t, read, done)
		} else {
			r.await(t, 0, done)
		}
	}
end:
	_ = conn.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, in)
	_ = conn.Close()
	r.await(t, 0, done+1) // so that the next one begins with a quiet server
	return dates.ReplaceAllString(heard.String(), "Date: now\r\n")
}

var dates = regexp.MustCompile(`Date: [^\r]*\r\n`)

// difference shows where two texts part.
func difference(got, want string) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	part := func(s string) string { return s[max(0, i-60):min(len(s), i+200)] }
	return fmt.Sprintf("%d bytes, want %d; at %d\ngot  %q\nwant %q", len(got), len(want), i, part(got), part(want))
}
