package wire

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are made in memory, with time that tests set.
type pipes struct {
	conns chan net.Conn
	end   *sync.Once
}

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (p pipes) Close() error   { p.end.Do(func() { close(p.conns) }); return nil }
func (p pipes) Addr() net.Addr { return &net.IPAddr{} }

// inMemory serves in the bubble and returns the front, and what connects to it.
func inMemory(t *testing.T, ready Ready) (*Front, func() net.Conn) {
	server := &http.Server{Handler: site(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 30 * time.Second}
	front := New(server, ready)
	l := pipes{make(chan net.Conn), new(sync.Once)}
	go func() { _ = front.Serve(l) }()
	t.Cleanup(func() { _ = l.Close() })
	return front, func() net.Conn {
		client, served := net.Pipe()
		l.conns <- served
		t.Cleanup(func() { _ = client.Close() })
		return client
	}
}

// fetch sends a request for a page and reads n bytes of its answer, or all of it if n is 0.
func fetch(t *testing.T, conn net.Conn, target string, n int64) {
	t.Helper()
	if _, err := io.WriteString(conn, get(target).send); err != nil {
		t.Fatalf("after %s: %v", target, err)
	}
	if n > 0 {
		if _, err := io.CopyN(io.Discard, conn, n); err != nil {
			t.Fatal(err)
		}
		return
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	synctest.Wait() // the server is idle again
}

// gone tells whether the server has closed the connection by now, whatever it said before.
func gone(conn net.Conn) bool {
	_ = conn.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := io.Copy(io.Discard, conn)
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// TestIdleTimeCountsFromTheLastReadyAnswer: net/http saw the last request long ago.
func TestIdleTimeCountsFromTheLastReadyAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLibrary(9000)
		_, connect := inMemory(t, l.ready)
		conn := connect()
		fetch(t, conn, "/page/1", 0)
		for range 10 {
			time.Sleep(20 * time.Second)
			fetch(t, conn, "/page/9000", 0)
		}
		if n := l.given.Load(); n != 10 {
			t.Fatalf("%d ready answers of 10", n)
		}
		time.Sleep(28 * time.Second)
		if gone(conn) {
			t.Error("closed before its time")
		}
		time.Sleep(3 * time.Second)
		if !gone(conn) {
			t.Error("still open after its idle time")
		}
	})
}

// TestPartOfARequestHasTheHeadersTime: after ready answers a request that never ends is cut off as ever.
func TestPartOfARequestHasTheHeadersTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, connect := inMemory(t, newLibrary(9000).ready)
		conn := connect()
		fetch(t, conn, "/page/1", 0)
		fetch(t, conn, "/page/9000", 0)
		_, _ = io.WriteString(conn, "GET /page/9000 HTTP/1.1\r\nHost")
		time.Sleep(9 * time.Second)
		if gone(conn) {
			t.Error("closed before its time")
		}
		time.Sleep(2 * time.Second)
		if !gone(conn) {
			t.Error("half a request is waited for longer than ten seconds")
		}
	})
}

// TestSlowClientsAreCutOff: who does not take a ready answer holds a goroutine for a minute at most; who then asks net/http for
// something does not inherit the deadline.
func TestSlowClientsAreCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, connect := inMemory(t, newLibrary(9000).ready)
		slow, patient := connect(), connect()
		fetch(t, slow, "/page/1", 0)
		fetch(t, patient, "/page/1", 0)
		fetch(t, patient, "/page/9000", 0)
		fetch(t, slow, "/page/9000", 1000)
		time.Sleep(5 * time.Second)
		fetch(t, patient, "/page/8000", 1000) // through net/http, which has no limit here
		time.Sleep(writeLimit - 6*time.Second)
		if _, err := slow.Read(make([]byte, 10)); err != nil {
			t.Errorf("cut off early: %v", err)
		}
		time.Sleep(2 * time.Second)
		if !gone(slow) {
			t.Error("a client that takes nothing is waited for longer than a minute")
		}
		if _, err := io.ReadFull(patient, make([]byte, 7000)); err != nil {
			t.Errorf("net/http's answer was cut off by the deadline of a ready one: %v", err)
		}
	})
}

// TestShutdownLetsReadyAnswersFinish: net/http believes their connections idle.
func TestShutdownLetsReadyAnswersFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		front, connect := inMemory(t, newLibrary(9000).ready)
		reading, waiting := connect(), connect()
		fetch(t, reading, "/page/1", 0)
		fetch(t, waiting, "/page/1", 0)
		if _, err := io.WriteString(reading, get("/page/9000").send); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		done := make(chan error, 1)
		go func() { done <- front.Shutdown(t.Context()) }()
		time.Sleep(10 * time.Second)
		if !gone(waiting) {
			t.Error("an idle connection is still open")
		}
		select {
		case <-done:
			t.Fatal("shut down before the answer was out")
		default:
		}
		res, err := http.ReadResponse(bufio.NewReader(reading), nil)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(res.Body); err != nil || len(b) != 9000 {
			t.Errorf("%d bytes of 9000: %v", len(b), err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if !gone(reading) {
			t.Error("the connection outlives its server")
		}
	})
}

// TestShutdownWaitsNoLongerThanItMay: a client that takes nothing does not hold the program.
func TestShutdownWaitsNoLongerThanItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		front, connect := inMemory(t, newLibrary(9000).ready)
		conn := connect()
		fetch(t, conn, "/page/1", 0)
		fetch(t, conn, "/page/9000", 1000)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if err := front.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}
