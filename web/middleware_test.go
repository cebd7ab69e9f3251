package web

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// adapted serves one route of a server that has nothing else.
func adapted(t *testing.T, g group, handle func(http.ResponseWriter, *http.Request) error) *httptest.Server {
	t.Helper()
	s := &Server{origin: http.NewCrossOriginProtection()}
	srv := httptest.NewServer(s.adapt(route{pattern: "POST /", handle: handle, group: g}))
	t.Cleanup(srv.Close)
	return srv
}

func dial(t *testing.T, srv *httptest.Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	return conn
}

func TestWhoSendsTooSlowlyIsCutOff(t *testing.T) {
	got := make(chan error, 1)
	srv := adapted(t, group{timeout: 50 * time.Millisecond, body: 1000}, func(_ http.ResponseWriter, r *http.Request) error {
		_, err := io.ReadAll(r.Body)
		got <- err
		return nil
	})
	conn := dial(t, srv)
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100\r\n\r\nonly this")
	if err := <-got; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the body that never ended: %v", err)
	}
}

// deadlined keeps the time until which a handler may read.
type deadlined struct {
	*httptest.ResponseRecorder
	read time.Time
}

func (d *deadlined) SetReadDeadline(t time.Time) error {
	d.read = t
	return nil
}

func TestASlowHandlersTimeEndsBeforeItsConnections(t *testing.T) {
	s := &Server{origin: http.NewCrossOriginProtection()}
	w := &deadlined{ResponseRecorder: httptest.NewRecorder()}
	var ends time.Time
	s.adapt(route{pattern: "GET /", group: group{timeout: time.Second}, handle: func(_ http.ResponseWriter, r *http.Request) error {
		ends, _ = r.Context().Deadline()
		return nil
	}}).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.read.Sub(ends) < 100*time.Millisecond {
		t.Errorf("the connection ends %v after the context: the reader would seem to have left", w.read.Sub(ends))
	}
}

func TestTimeoutsEndWithAHijack(t *testing.T) {
	srv := adapted(t, group{timeout: 50 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) error {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return err
		}
		defer conn.Close()
		<-r.Context().Done() // the route's time is over; the socket's is not
		line, err := rw.ReadString('\n')
		fmt.Fprintf(conn, "%s%v\n", line, err)
		return nil
	})
	conn := dial(t, srv)
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: a.test\r\n\r\nhello\n")
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || line != "hello\n" {
		t.Errorf("%q, %v", line, err)
	}
}

func TestBodiesAreLimitedByTheirGroup(t *testing.T) {
	srv := adapted(t, group{body: 10}, func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.ReadAll(r.Body)
		w.WriteHeader(statusOf(explain(err).Kind))
		return nil
	})
	res, err := http.Post(srv.URL, "text/plain", strings.NewReader("eleven bytes"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", res.StatusCode)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestEveryKindHasItsStatus(t *testing.T) {
	for k := range errorRows {
		row := errorRows[k]
		if row.status < 400 || row.status > 599 || row.title == "" {
			t.Errorf("kind %d: %+v", k, row)
		}
	}
	if statusOf(-1) != http.StatusInternalServerError || statusOf(999) != http.StatusInternalServerError {
		t.Error("what is no kind must be an internal error")
	}
}
