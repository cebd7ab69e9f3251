package site

import (
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

// behind is a server that echoes bodies, with a proxy before it.
func behind(t *testing.T) *Proxy {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
		_, _ = fmt.Fprint(w, r.Method)
	}))
	t.Cleanup(s.Close)
	return NewProxy(t, strings.TrimPrefix(s.URL, "http://"))
}

// ask sends a request on a connection of its own and returns what comes within d.
func ask(t *testing.T, p *Proxy, method string, d time.Duration) (string, error) {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr)
	if err != nil {
		return "", err
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprintf(conn, "%s /x HTTP/1.0\r\n\r\n", method); err != nil {
		return "", err
	}
	_ = conn.SetReadDeadline(time.Now().Add(d))
	b, err := io.ReadAll(conn)
	return string(b), err
}

func TestProxyPassesAndRefuses(t *testing.T) {
	p := behind(t)
	if got, err := ask(t, p, "GET", time.Second); err != nil || !strings.HasSuffix(got, "GET") {
		t.Errorf("%q, %v", got, err)
	}
	p.Refuse()
	if got, _ := ask(t, p, "GET", time.Second); got != "" {
		t.Errorf("while it refuses: %q", got)
	}
	p.Accept()
	if got, err := ask(t, p, "GET", time.Second); err != nil || !strings.HasSuffix(got, "GET") {
		t.Errorf("%q, %v", got, err)
	}
}

func TestProxySwallows(t *testing.T) {
	p := behind(t)
	p.Swallow()
	if got, err := ask(t, p, "GET", 100*time.Millisecond); got != "" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("while it swallows: %q, %v", got, err)
	}
	p.Pass()
	if got, err := ask(t, p, "GET", time.Second); err != nil || !strings.HasSuffix(got, "GET") {
		t.Errorf("%q, %v", got, err)
	}
}

func TestProxyHoldsTheAnswersItWasToldTo(t *testing.T) {
	p := behind(t)
	caught, release := p.Hold("POST ")
	answer := make(chan string, 1)
	go func() {
		got, _ := ask(t, p, "POST", 10*time.Second)
		answer <- got
	}()
	<-caught
	if got, err := ask(t, p, "GET", time.Second); err != nil || !strings.HasSuffix(got, "GET") {
		t.Errorf("another request meanwhile: %q, %v", got, err)
	}
	select {
	case got := <-answer:
		t.Fatalf("the answer was not held: %q", got)
	case <-time.After(50 * time.Millisecond):
	}
	release()
	if got := <-answer; !strings.HasSuffix(got, "POST") {
		t.Errorf("released: %q", got)
	}
}
