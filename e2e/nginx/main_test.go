// Package nginx holds the tests of deploy/nginx: the real Nginx, with the configuration that the image has, before real replicas
// or, where a replica must do what no good one does, before a server that does it.
package nginx

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vang/e2e/cluster"
	"vang/e2e/site"
	"vang/testbed"
)

const (
	slug = "how-a-comment-travels"
	page = "/blog/" + slug
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := site.RemoveBinary(); err != nil {
		fmt.Fprintln(os.Stderr, "remove the binary:", err)
	}
	os.Exit(code)
}

// edge is a running Nginx.
type edge struct {
	*testbed.Nginx
	cluster.Edge
	URL      string
	dir      string
	replicas []*cluster.Replica
}

// variables are those of start.sh that a test sets.
type variables map[string]string

// strangers has Nginx believe what the tests say of where they come from.
func strangers() variables { return variables{"EDGE_OUTER_PROXIES": "127.0.0.1"} }

// before starts Nginx before addresses, to end with the test.
func before(t testing.TB, set variables, addrs ...string) *edge {
	t.Helper()
	e := prepare(t, set, addrs...)
	nginx, err := cluster.StartNginx(t.Context(), e.dir, e.Edge)
	testbed.Need(t, err)
	e.Nginx = nginx
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("Nginx says:\n%s", e.Process().Log())
		}
		e.Process().Kill()
	})
	return e
}

// prepare is before without starting.
func prepare(t testing.TB, set variables, addrs ...string) *edge {
	t.Helper()
	e := &edge{Edge: cluster.Edge{Addr: free(t), Status: free(t), Replicas: addrs, Set: variables{}}, dir: t.TempDir()}
	maps.Copy(e.Set, set)
	e.URL = "http://" + e.Addr
	return e
}

// behind starts Nginx before n replicas that share a database.
func behind(t testing.TB, n int, set variables) *edge {
	t.Helper()
	var addrs []string
	var replicas []*cluster.Replica
	database := filepath.Join(t.TempDir(), "vang.db")
	for i := range n {
		r, err := cluster.NewReplica(fmt.Sprintf("replica %d", i+1), site.Binary(t), nil, "--database", "sqlite:"+database, "--rate-limit", "off")
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Kill)
		addrs, replicas = append(addrs, r.Addr), append(replicas, r)
	}
	e := before(t, set, addrs...)
	e.replicas = replicas
	return e
}

func free(t testing.TB) string {
	t.Helper()
	addr, err := testbed.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// serve runs a server that does what a test wants of it, and tells its address.
func serve(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.Listener.Addr().String()
}

// answer is one that has been read.
type answer struct {
	Status int
	Header http.Header
	Body   string
	Proto  string
	Took   time.Duration
}

// get asks for a path under headers, written "Name: value".
func (e *edge) get(t testing.TB, path string, headers ...string) answer {
	t.Helper()
	return e.send(t, http.MethodGet, path, "", headers...)
}

func (e *edge) send(t testing.TB, method, path, body string, headers ...string) answer {
	t.Helper()
	a, err := send(t.Context(), method, e.URL+path, body, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// send follows no redirects, keeps no cookies and decompresses nothing, on a connection of its own.
func send(ctx context.Context, method, url, body string, headers ...string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if req.Header.Add(name, value); name == "Host" {
			req.Host = value
		}
	}
	transport := &http.Transport{
		DisableCompression: true, DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	begin := time.Now()
	res, err := transport.RoundTrip(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return answer{Status: res.StatusCode, Header: res.Header, Body: string(text), Proto: res.Proto, Took: time.Since(begin)}, err
}

// form posts a comment as a browser without script does.
func (e *edge) form(t testing.TB, body string, headers ...string) answer {
	t.Helper()
	return e.send(t, http.MethodPost, page+"/comments", "name=An&body="+body, append(headers, "Content-Type: application/x-www-form-urlencoded")...)
}

// line is one of the log of requests.
type line struct {
	Time      string  `json:"time"`
	RequestID string  `json:"request_id"`
	Method    string  `json:"method"`
	Path      string  `json:"path"`
	Status    int     `json:"status"`
	Bytes     int     `json:"bytes"`
	Seconds   float64 `json:"seconds"`
	Cache     string  `json:"cache"`
	Upstream  string  `json:"upstream"`
	Tries     string  `json:"upstream_status"`
	Header    string  `json:"upstream_header_seconds"`
	Client    string  `json:"client"`
	Rate      string  `json:"rate"`
}

// log is all that has been logged.
func (e *edge) log(t testing.TB) []line {
	t.Helper()
	file, err := os.Open(filepath.Join(e.dir, "access.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var lines []line
	for s := bufio.NewScanner(file); s.Scan(); {
		var l line
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			t.Fatalf("a line of the log is no JSON: %v\n%s", err, s.Text())
		}
		lines = append(lines, l)
	}
	return lines
}

// logged is the line of the request that a answered. It is written when the answer is on its way.
func (e *edge) logged(t testing.TB, a answer) line {
	t.Helper()
	id := a.Header.Get("X-Request-Id")
	for begin := time.Now(); time.Since(begin) < 5*time.Second; time.Sleep(5 * time.Millisecond) {
		for _, l := range e.log(t) {
			if l.RequestID == id {
				return l
			}
		}
	}
	t.Fatalf("request %q is not in the log", id)
	return line{}
}

// await waits until ok.
func await(t testing.TB, patience time.Duration, what string, ok func() bool) {
	t.Helper()
	for begin := time.Now(); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Since(begin) > patience {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
