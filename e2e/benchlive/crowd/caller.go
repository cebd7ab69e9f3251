package crowd

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"golang.org/x/sys/unix"
)

// Caller is one who asks over HTTP in the same loop, so that the time of an answer is told by the same clock and by nobody who
// had to wait for the loop. It keeps its connection and has one request under way at a time.
type Caller struct {
	Busy bool

	loop   *Loop
	n, fd  int
	got    []byte
	answer func(Answer) error
}

// Answer is an answer and when it was there.
type Answer struct {
	At     time.Duration
	Status int
	Body   []byte
}

// NewCaller connects to addr.
func NewCaller(l *Loop, addr string) (*Caller, error) {
	c := &Caller{loop: l}
	var err error
	c.n = l.add(c)
	if c.fd, err = dial(addr, 0, false); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", addr, err)
	}
	ready := []unix.PollFd{{Fd: int32(c.fd), Events: unix.POLLOUT}}
	if n, err := unix.Poll(ready, 5000); err != nil || n != 1 || ready[0].Revents&unix.POLLERR != 0 {
		return nil, errors.Join(fmt.Errorf("connect to %s: refused or not in time", addr), err, unix.Close(c.fd))
	}
	return c, l.watch(c.n, c.fd, unix.EPOLLIN)
}

// Ask sends a whole request; answer gets what comes back.
func (c *Caller) Ask(request []byte, answer func(Answer) error) error {
	if c.Busy {
		return errors.New("a caller asks one thing at a time")
	}
	c.Busy, c.answer, c.got = true, answer, c.got[:0]
	if n, err := unix.Write(c.fd, request); err != nil || n < len(request) {
		return fmt.Errorf("a request of %d bytes was written up to %d: %w", len(request), n, err)
	}
	return nil
}

// ready implements link.
func (c *Caller) ready(uint32) error {
	n, err := unix.Read(c.fd, c.loop.buf)
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return nil
	case err != nil || n == 0:
		return fmt.Errorf("the server hung up on a caller: %w", errors.Join(err, io.EOF))
	}
	c.got = append(c.got, c.loop.buf[:n]...)
	answer, whole, err := parseAnswer(c.got)
	if err != nil || !whole {
		return err
	}
	answer.At = c.loop.Now()
	c.Busy = false
	return c.answer(answer)
}

func parseAnswer(got []byte) (a Answer, whole bool, err error) {
	if !bytes.Contains(got, []byte("\r\n\r\n")) {
		return a, false, nil
	}
	res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(got)), nil)
	if err != nil {
		return a, false, fmt.Errorf("read an answer: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return a, false, nil
	}
	return Answer{Status: res.StatusCode, Body: body}, true, err
}

// Close breaks the connection off.
func (c *Caller) Close() error { return unix.Close(c.fd) }
