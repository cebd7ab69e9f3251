package crowd

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// Server is where sockets open, and how they speak there.
type Server struct {
	Addr  string // "127.0.0.1:port"
	Path  string
	Hello func(number int64) string // the first message of who has seen all up to number; nil: none is sent
	Echo  string                    // a line to be sent back whenever it comes, be it among others; "": none
	// Greets says that hello is answered by a message, before which nothing is pushed. Where it is not, what was missed before
	// hello came is pushed after it.
	Greets bool
}

// The states of a socket.
const (
	closed = iota
	connecting
	shaking
	greeting
	open
)

// socket is one reader.
type socket struct {
	of    *Audience
	n     int // in the loop
	stuck bool

	fd    int
	state int
	rest  []byte // of a message that has not come whole
	last  int64  // the number that came last
}

// The key is a constant: it guards against proxies' caches, and there are none here.
const (
	key    = "dGhlIHNhbXBsZSBub25jZQ=="
	accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// connect begins to open the socket.
func (s *socket) connect() error {
	fd, err := dial(s.of.server.Addr, s.n, s.stuck)
	if err != nil {
		return fmt.Errorf("open socket %d: %w", s.n, err)
	}
	s.fd, s.state = fd, connecting
	return s.of.loop.watch(s.n, fd, unix.EPOLLOUT)
}

// ready implements link.
func (s *socket) ready(events uint32) error {
	switch {
	case s.state == connecting:
		return s.shake()
	case s.stuck && s.state == open:
		return s.end(0) // it is told of nothing else
	case s.state == closed:
		return nil // an event from before
	}
	for fd := s.fd; s.fd == fd && s.state != closed; {
		n, err := unix.Read(fd, s.of.loop.buf)
		switch {
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
			return nil
		case err != nil || n == 0:
			return s.end(0)
		}
		if err := s.took(s.of.loop.buf[:n]); err != nil || n < len(s.of.loop.buf) {
			return err // there is no more: epoll tells when more comes
		}
	}
	return nil
}

// shake sends the handshake, if the connection came about.
func (s *socket) shake() error {
	if code, err := unix.GetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_ERROR); err != nil || code != 0 {
		return s.end(0)
	}
	s.state = shaking
	if err := s.of.loop.change(s.n, s.fd, unix.EPOLLIN|unix.EPOLLET); err != nil {
		return err
	}
	request := "GET " + s.of.server.Path + " HTTP/1.1\r\nHost: " + s.of.server.Addr + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n\r\n"
	return s.write([]byte(request))
}

// write sends a few bytes, for which there is always room.
func (s *socket) write(b []byte) error {
	n, err := unix.Write(s.fd, b)
	if errors.Is(err, unix.EPIPE) || errors.Is(err, unix.ECONNRESET) {
		return s.end(0)
	}
	if err != nil || n < len(b) {
		return fmt.Errorf("socket %d wrote %d of %d bytes: %w", s.n, n, len(b), err)
	}
	return nil
}

// took sees to what came.
func (s *socket) took(data []byte) error {
	if len(s.rest) > 0 {
		s.rest = append(s.rest, data...)
		data = s.rest
	}
	if s.state == shaking {
		head, after, whole := bytes.Cut(data, []byte("\r\n\r\n"))
		if !whole {
			s.keep(data)
			return nil
		}
		if err := s.welcome(head); err != nil || s.state == closed || s.stuck {
			return err
		}
		data = after
	}
	s.of.Tally.Bytes += int64(len(data))
	now := s.of.loop.Now()
	rest, err := frames(data, func(op byte, payload []byte) error { return s.frame(op, payload, now) })
	if err != nil {
		return fmt.Errorf("socket %d: %w", s.n, err)
	}
	s.keep(rest)
	return nil
}

// keep remembers what is not whole. Mostly there is nothing of that.
func (s *socket) keep(rest []byte) {
	if len(rest) == 0 {
		s.rest = nil
		return
	}
	s.rest = append([]byte(nil), rest...)
}

// welcome looks at the answer to the handshake and says hello.
func (s *socket) welcome(head []byte) error {
	status, _, _ := bytes.Cut(head, []byte("\r\n"))
	if bytes.HasPrefix(status, []byte("HTTP/1.1 503")) {
		return s.end(503)
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 101")) || !bytes.Contains(head, []byte(accept)) {
		return fmt.Errorf("socket %d was refused: %.200q", s.n, head)
	}
	s.state, s.rest = greeting, nil
	if !s.of.server.Greets {
		s.greeted()
	}
	if hello := s.of.server.Hello; hello != nil {
		if err := s.write(masked(opText, []byte(hello(s.last)))); err != nil {
			return err
		}
	}
	if s.stuck { // it never reads again; of an end it is told all the same
		return s.of.loop.change(s.n, s.fd, 0)
	}
	return nil
}

func (s *socket) greeted() {
	s.state = open
	s.of.opened(s)
}

// frame sees to one frame.
func (s *socket) frame(op byte, payload []byte, now time.Duration) error {
	switch {
	case op == opPing:
		return s.write(masked(opPong, payload))
	case op == opClose:
		code := 0
		if len(payload) >= 2 {
			code = int(binary.BigEndian.Uint16(payload))
		}
		if err := s.write(masked(opClose, payload)); err != nil || s.state == closed {
			return err
		}
		return s.end(code)
	case op != opText:
		return nil
	case s.state == greeting:
		s.greeted()
		return nil
	}
	if echo := s.of.server.Echo; echo != "" && hasLine(payload, echo) {
		if err := s.write(masked(opText, []byte(echo))); err != nil {
			return err
		}
	}
	numbers(payload, func(number int64) {
		s.of.Tally.take(s.n, s.last, number, now)
		s.last = number
	})
	if bytes.Contains(payload, []byte("data-reload=")) {
		s.of.Tally.blame("reader %d was told to load the list anew", s.n)
	}
	return nil
}

// hasLine tells whether one of the lines of text is line.
func hasLine(text []byte, line string) bool {
	for len(text) > 0 {
		first, rest, _ := bytes.Cut(text, []byte("\n"))
		if string(first) == line {
			return true
		}
		text = rest
	}
	return false
}

// end closes the socket; code is why the server did, 0 for a connection that broke.
func (s *socket) end(code int) error {
	was := s.state
	s.state, s.rest = closed, nil
	if err := unix.Close(s.fd); err != nil {
		return fmt.Errorf("close socket %d: %w", s.n, err)
	}
	return s.of.ended(s, was == open, code)
}
