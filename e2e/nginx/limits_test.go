package nginx

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// from is a stranger's address, as a proxy in front tells it.
func from(addr string) string { return "X-Forwarded-For: " + addr }

func TestLimitsAreForEachClient(t *testing.T) {
	t.Parallel()
	set := strangers()
	set["EDGE_READS"], set["EDGE_READS_BURST"] = "6r/m", "3"
	set["EDGE_WRITES"], set["EDGE_WRITES_BURST"] = "6r/m", "2"
	set["EDGE_FILE_READS"], set["EDGE_FILE_READS_BURST"] = "6r/m", "8"
	e := before(t, set, serve(t, func(http.ResponseWriter, *http.Request) {}))
	passed := func(method, path, client string) (n int, refused answer) {
		t.Helper()
		for range 12 {
			a := e.send(t, method, path, "", from(client))
			if a.Status == http.StatusOK {
				n++
			} else {
				refused = a
			}
		}
		return n, refused
	}
	for _, tt := range []struct {
		method, path, client string
		want                 int
	}{
		{"GET", "/", "203.0.113.1", 4}, // the burst and one
		{"GET", page + "/comments", "203.0.113.2", 4},
		{"GET", "/api/comments", "203.0.113.3", 4},
		{"HEAD", "/", "203.0.113.1", 0}, // spent by GETs
		{"POST", page + "/comments", "203.0.113.1", 3},
		{"POST", "/api/comments", "203.0.113.4", 3},
		{"DELETE", "/api/comments/x", "203.0.113.4", 0},
		{"GET", "/static/x", "203.0.113.1", 9},
		{"GET", "/media/x", "203.0.113.5", 9},
		{"POST", "/static/x", "203.0.113.7", 3}, // nothing is written there, and that is held too
		{"POST", "/media/x", "203.0.113.8", 3},
		{"POST", "/live", "203.0.113.9", 3},
		{"GET", "/", "2001:db8:1:2::1", 4},
		{"GET", "/", "2001:db8:1:2:ffff::9", 0}, // the same household
		{"GET", "/", "2001:db8:1:3::1", 4},
		{"GET", "/", "2001:db8::", 4},
		{"GET", "/", "127.0.0.1", 12},
		{"GET", "/livez", "203.0.113.6", 4},
	} {
		n, refused := passed(tt.method, tt.path, tt.client)
		if n != tt.want {
			t.Errorf("%s %s: %d of 12 requests of %s passed, not %d", tt.method, tt.path, n, tt.client, tt.want)
		}
		if n < 12 && (refused.Status != http.StatusTooManyRequests || refused.Header.Get("Retry-After") == "") {
			t.Errorf("%s %s: refused with %d, Retry-After %q", tt.method, tt.path, refused.Status, refused.Header.Get("Retry-After"))
		}
	}
}

func TestTheLimitsAreGenerous(t *testing.T) {
	t.Parallel()
	e := before(t, strangers(), serve(t, func(http.ResponseWriter, *http.Request) {}))
	for _, tt := range []struct {
		method, path string
		n            int
	}{{"GET", "/", 200}, {"POST", page + "/comments", 50}, {"GET", "/static/x", 400}} {
		for i := range tt.n {
			if a := e.send(t, tt.method, tt.path, "", from("203.0.113.1")); a.Status != http.StatusOK {
				t.Fatalf("%s %s: number %d at once is answered %d", tt.method, tt.path, i+1, a.Status)
			}
		}
	}
}

func TestSocketsAreLimitedForEachClient(t *testing.T) {
	t.Parallel()
	set := strangers()
	set["EDGE_SOCKETS"] = "3"
	e := behind(t, 2, set)
	open := func(client string) (*websocket.Conn, *http.Response, error) {
		return websocket.Dial(t.Context(), "ws://"+e.Addr+"/live?post="+slug, &websocket.DialOptions{
			Subprotocols: []string{"vang.json"}, HTTPHeader: http.Header{"X-Forwarded-For": {client}},
		})
	}
	var first *websocket.Conn
	for range 3 {
		c, res, err := open("203.0.113.1")
		if err != nil {
			t.Fatalf("%v %v", err, res)
		}
		defer func() { _ = c.CloseNow() }()
		first = c
	}
	_, res, err := open("203.0.113.1")
	if err == nil || res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" ||
		res.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("the fourth: %v %v", err, res)
	}
	if c, _, err := open("203.0.113.2"); err != nil {
		t.Errorf("another client's: %v", err)
	} else {
		_ = c.CloseNow()
	}
	_ = first.CloseNow()
	await(t, fresh, "one that is closed makes room", func() bool {
		c, _, err := open("203.0.113.1")
		if err == nil {
			_ = c.CloseNow()
		}
		return err == nil
	})
}

func TestBodiesAreLimited(t *testing.T) {
	t.Parallel()
	e := behind(t, 1, nil)
	large := strings.Repeat("x", 256<<10+1)
	a := e.send(t, "POST", page+"/comments", large, "Content-Type: application/x-www-form-urlencoded")
	if a.Status != http.StatusRequestEntityTooLarge || !strings.Contains(a.Body, "too long to send") || !strings.Contains(a.Body, a.Header.Get("X-Request-Id")) {
		t.Errorf("a form: %d\n%.300s", a.Status, a.Body)
	}
	a = e.send(t, "POST", "/api/comments", large, "Content-Type: application/json", "Accept-Language: vi")
	problemOf(t, a, http.StatusRequestEntityTooLarge, "/api/problems/payload-too-large", "vi")
	// The largest that passes comes whole: the replica says what it thinks of it.
	a = e.send(t, "POST", page+"/comments", "name=An&body="+large[:256<<10-13], "Content-Type: application/x-www-form-urlencoded")
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("256 kB: %d\n%.300s", a.Status, a.Body)
	}
}

// problemOf checks that an answer is a problem document of this server's.
func problemOf(t *testing.T, a answer, status int, kind, lang string) {
	t.Helper()
	var p struct {
		Type, Title, Detail string
		Status              int
		RequestID           string `json:"request_id"`
	}
	d := json.NewDecoder(bytes.NewReader([]byte(a.Body)))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		t.Fatalf("no problem document: %v\n%.300s", err, a.Body)
	}
	if a.Status != status || p.Status != status || p.Type != kind || p.Title == "" || p.Detail == "" || p.RequestID != a.Header.Get("X-Request-Id") ||
		a.Header.Get("Content-Type") != "application/problem+json" || a.Header.Get("Content-Language") != lang {
		t.Errorf("problem: %d %v %+v", a.Status, a.Header, p)
	}
}

func TestOperatorsAddressesAreNotForStrangers(t *testing.T) {
	t.Parallel()
	set := strangers()
	e := behind(t, 1, set)
	near, stranger := []string{"127.0.0.1", "10.1.2.3", "172.18.0.1", "fd00::1"}, []string{"203.0.113.1", "2001:db8::1", "172.32.0.1"}
	for _, path := range []string{"/metrics", "/readyz", "//metrics", "/%6detrics", "/x/../metrics"} {
		for _, client := range stranger {
			// The replica would refuse too; it is not even asked.
			if a := e.get(t, path, from(client)); a.Status != http.StatusForbidden || !strings.Contains(a.Body, "for this site's operator") {
				t.Errorf("%s answers %d to %s: %.100s", path, a.Status, client, a.Body)
			}
			if a := e.get(t, path, from(client), "Authorization: Bearer guessed"); a.Status < 400 && a.Status != http.StatusMovedPermanently && a.Status != http.StatusTemporaryRedirect {
				t.Errorf("%s answers %d to %s with a token that is none", path, a.Status, client)
			}
		}
		for _, client := range near {
			if a := e.get(t, path, from(client)); !strings.ContainsAny(path[1:], "/%") && a.Status != http.StatusOK {
				t.Errorf("%s answers %d to %s", path, a.Status, client)
			}
		}
	}
	for _, path := range []string{"/health", "/livez"} {
		if a := e.get(t, path, from("203.0.113.1")); a.Status != http.StatusOK {
			t.Errorf("%s answers %d to a stranger", path, a.Status)
		}
	}
	if a := e.get(t, "/stub_status"); a.Status != http.StatusNotFound {
		t.Errorf("/stub_status answers %d on the readers' port", a.Status)
	}
	a, err := send(t.Context(), http.MethodGet, "http://"+e.Status+"/stub_status", "")
	if err != nil || !strings.HasPrefix(a.Body, "Active connections: ") {
		t.Errorf("the port for the exporter: %v %q", err, a.Body)
	}
}

func TestStrangersWithTheTokenReadMetrics(t *testing.T) {
	t.Parallel()
	var heard string
	e := before(t, strangers(), serve(t, func(_ http.ResponseWriter, r *http.Request) {
		heard = fmt.Sprint(r.Header.Get("Authorization"), " of ", r.Header.Get("X-Forwarded-For"))
	}))
	e.get(t, "/metrics", from("203.0.113.1"), "Authorization: Bearer secret")
	if heard != "Bearer secret of 203.0.113.1" {
		t.Errorf("the replica, which judges it, heard %q", heard)
	}
}

func TestLogLinesTellWhatIsNeededAndNoMore(t *testing.T) {
	t.Parallel()
	e := behind(t, 2, strangers())
	a := e.get(t, page+"?q=a+secret+word", from("203.0.113.77"), "User-Agent: a-telling-browser", "Referer: http://a-telling-page.example/",
		"Cookie: vang=a-telling-cookie")
	l := e.logged(t, a)
	if l.Method != "GET" || l.Path != page || l.Status != 200 || l.Bytes < 1000 || l.Time == "" || l.Upstream == "" || l.Header == "" || l.Tries != "200" ||
		l.Cache != "BYPASS" || l.Rate != "PASSED" || l.Client != "" {
		t.Errorf("%+v", l)
	}
	e.get(t, "/%22%0a%ff\"", from("203.0.113.77")) // what would break a line or an object
	for _, l := range e.log(t) {
		text := fmt.Sprintf("%+v", l)
		for _, told := range []string{"secret", "telling", "203.0.113.77"} {
			if strings.Contains(text, told) {
				t.Errorf("the log tells %q: %s", told, text)
			}
		}
	}
	if said := e.Process().Log(); strings.Contains(said, "203.0.113.77") {
		t.Errorf("so does the log of errors: %s", said)
	}
	set := strangers()
	set["EDGE_LOG_CLIENTS"] = "on"
	asked := before(t, set, e.Replicas...)
	if l := asked.logged(t, asked.get(t, "/", from("203.0.113.77"))); l.Client != "203.0.113.77" {
		t.Errorf("asked to log addresses: %+v", l)
	}
}

func TestSocketsGetTheirHandshakeWhole(t *testing.T) {
	t.Parallel()
	e := behind(t, 1, nil)
	// Refusals have the longest heads; they must fit the small buffer.
	for _, path := range []string{"/live?post=" + slug, "/live?post=none", "/live", "/live?post=" + slug + "&since=x"} {
		a := e.get(t, path)
		b, err := send(context.Background(), http.MethodGet, e.replicas[0].URL+path, "")
		if err != nil || a.Status != b.Status || a.Status < 400 || a.Status >= 500 || a.Header.Get("Content-Type") != b.Header.Get("Content-Type") {
			t.Errorf("%s: %d, the replica says %d (%v)", path, a.Status, b.Status, err)
		}
	}
}
