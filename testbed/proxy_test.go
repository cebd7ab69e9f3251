package testbed_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"vang/testbed"
)

// echo is a server that answers each line with it, in capitals, with a proxy before it. done gets the lines it answered.
func echo(t *testing.T) (p *testbed.Proxy, done <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 10_000)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for in := bufio.NewScanner(conn); in.Scan(); {
					lines <- in.Text()
					_, _ = fmt.Fprintln(conn, strings.ToUpper(in.Text()))
				}
				lines <- "gone"
			}()
		}
	}()
	if p, err = testbed.NewProxy(l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Close()
		_ = l.Close()
	})
	return p, lines
}

// client is one connection through the proxy.
type client struct {
	*testing.T
	net.Conn
	in *bufio.Reader
}

func dial(t *testing.T, p *testbed.Proxy) client {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return client{t, conn, bufio.NewReader(conn)}
}

func (c client) say(line string) {
	_, _ = fmt.Fprintln(c.Conn, line) // a broken connection shows when it is read
}

// hear returns what comes within d.
func (c client) hear(d time.Duration) (string, error) {
	_ = c.SetReadDeadline(time.Now().Add(d))
	line, err := c.in.ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}

// answers demands an answer to what is said now.
func (c client) answers(line string) {
	c.Helper()
	c.say(line)
	if got, err := c.hear(10 * time.Second); err != nil || got != strings.ToUpper(line) {
		c.Errorf("%s: %q, %v", line, got, err)
	}
}

// broken demands that the connection has ended, and nothing more came.
func (c client) broken() {
	c.Helper()
	if got, err := c.hear(10 * time.Second); got != "" || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		c.Errorf("not broken: %q, %v", got, err)
	}
}

// silent demands that nothing comes, not even an end.
func (c client) silent() {
	c.Helper()
	if got, err := c.hear(50 * time.Millisecond); got != "" || !errors.Is(err, os.ErrDeadlineExceeded) {
		c.Errorf("not silent: %q, %v", got, err)
	}
}

func TestProxyPasses(t *testing.T) {
	p, done := echo(t)
	c := dial(t, p)
	for i := range 100 {
		c.answers(fmt.Sprintf("line %d", i))
		<-done
	}
	long := strings.Repeat("long ", 10_000)
	c.answers(long)
	<-done
	_ = c.Close()
	if got := <-done; got != "gone" {
		t.Errorf("%q instead of the end", got)
	}
}

func TestProxyCuts(t *testing.T) {
	p, _ := echo(t)
	c := dial(t, p)
	c.answers("before")
	p.Cut()
	c.broken()
	dial(t, p).answers("after")
}

func TestProxyRefuses(t *testing.T) {
	p, _ := echo(t)
	c := dial(t, p)
	c.answers("before")
	p.Refuse()
	c.broken()
	if _, err := net.Dial("tcp", p.Addr); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a new connection: %v", err)
	}
	for range 2 { // told twice, it is the same
		if err := p.Accept(); err != nil {
			t.Fatal(err)
		}
	}
	dial(t, p).answers("after")
	p.Close()
	if err := p.Accept(); err == nil {
		t.Error("a closed proxy accepts")
	}
}

func TestProxySwallows(t *testing.T) {
	p, done := echo(t)
	victim, spared := dial(t, p), dial(t, p)
	victim.answers("a")
	spared.answers("a")
	p.Swallow()
	victim.say("lost")
	victim.silent()
	late := dial(t, p)
	late.say("lost")
	late.silent()
	p.Pass()
	victim.say("lost too")
	victim.silent()
	spared.answers("b")
	dial(t, p).answers("c")
	_ = victim.Close()
	for _, want := range []string{"a", "a", "b", "c"} { // the server heard nothing else, no end either
		if got := <-done; got != want {
			t.Errorf("the server heard %q, want %q", got, want)
		}
	}
	p.Cut()
	late.broken()
}

func TestProxyDelays(t *testing.T) {
	p, _ := echo(t)
	c := dial(t, p)
	c.answers("at once")
	const late = 60 * time.Millisecond
	p.Delay(late)
	begin := time.Now()
	for i := range 20 { // all are under way together
		c.say(fmt.Sprint("line ", i))
	}
	for i := range 20 {
		if got, err := c.hear(10 * time.Second); err != nil || got != fmt.Sprint("LINE ", i) {
			t.Errorf("answer %d: %q, %v", i, got, err)
		}
	}
	if took := time.Since(begin); took < 2*late || took > 10*late {
		t.Errorf("20 answers took %v", took)
	}
	p.Delay(0)
	begin = time.Now()
	c.answers("at once again")
	if took := time.Since(begin); took > late {
		t.Errorf("without delay: %v", took)
	}
	p.Delay(time.Hour)
	c.say("never")
	c.silent()
	p.Cut()
	c.broken()
}

func TestProxyCutsAfterTheServerHasDoneIt(t *testing.T) {
	p, done := echo(t)
	c, other := dial(t, p), dial(t, p)
	cut := p.CutAfter(func(b []byte) bool { return strings.Contains(string(b), "commit") })
	c.answers("select")
	<-done
	c.say("commit")
	c.broken()
	<-cut
	if got := <-done; got != "commit" {
		t.Errorf("the server did %q", got)
	}
	other.answers("commit") // once
}

func TestProxyHoldsTheAnswersItWasToldTo(t *testing.T) {
	p, done := echo(t)
	c := dial(t, p)
	caught, release := p.Hold("POST ")
	c.say("POST x")
	<-caught
	if got := <-done; got != "POST x" {
		t.Errorf("the server heard %q", got)
	}
	dial(t, p).answers("GET x")
	c.silent()
	release()
	if got, err := c.hear(10 * time.Second); got != "POST X" || err != nil {
		t.Errorf("released: %q, %v", got, err)
	}
	caught, again := p.Hold("POST ") // the one that was released holds nothing more
	c.say("POST y")
	<-caught
	p.Cut()
	c.broken()
	again() // without harm
}

func TestProxyWithoutServer(t *testing.T) {
	addr, err := testbed.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	p, err := testbed.NewProxy(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	dial(t, p).broken()
}

// TestProxyCloses: no connection, goroutine or port is left.
func TestProxyCloses(t *testing.T) {
	p, _ := echo(t)
	c := dial(t, p)
	c.answers("x")
	p.Hold("POST ")
	c.say("POST y")
	p.Close()
	c.broken()
	l, err := net.Listen("tcp", p.Addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	_, _ = io.Copy(io.Discard, c)
}
