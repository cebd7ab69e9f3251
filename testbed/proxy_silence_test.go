package testbed_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"vang/testbed"
)

// A silent network keeps from the server who comes and who goes; afterwards it hears who has gone, as TCP would tell it. Else
// a long silence would leave a server with connections that nobody has.
func TestServersOfASilentNetworkHearWhoWentAfterwards(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p, err := testbed.NewProxy(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	call := func() net.Conn {
		c, err := net.Dial("tcp", p.Addr)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.Write([]byte("x")) // to whoever listens
		return c
	}
	client := call()
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	read := func(patience time.Duration) error {
		_ = server.SetReadDeadline(time.Now().Add(patience))
		_, err := server.Read(make([]byte, 9))
		return err
	}
	if err := read(5 * time.Second); err != nil {
		t.Fatal(err)
	}
	p.Swallow()
	_, _ = client.Write([]byte("lost"))
	if err := read(50 * time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("while nothing passes the server heard %v", err)
	}
	_ = client.Close()
	defer call().Close()
	if err := read(50 * time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("while nothing passes the server heard %v", err)
	}
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(50 * time.Millisecond))
	if c, err := l.Accept(); err == nil {
		_ = c.Close()
		t.Error("who came while nothing passed reached the server")
	}
	p.Pass()
	if err := read(5 * time.Second); !errors.Is(err, io.EOF) {
		t.Errorf("afterwards the server heard %v, not that its client is gone", err)
	}
}
