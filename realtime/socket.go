package realtime

import (
	"bytes"
	"encoding/binary"
	"math"
	"net"
	"sync"
	"time"
)

// closeGrace is how long a connection may still take once it is to be closed: for the frame that tells why, and for the
// peer's answer. An early end would take that frame back if the peer is still sending.
const closeGrace = time.Second

// socket is a conn over WebSocket. An idle one costs nothing but its memory: on Linux no goroutine at all, elsewhere one that
// reads; none has one that writes. What is sent goes through the hub's writers, each frame as one write that does not wait.
// Only a peer that would have to be waited for gets a goroutine, until it has taken what is there.
type socket struct {
	conn   net.Conn
	line   line
	hub    *Hub
	reader *reader

	// Of the one goroutine that reads, whichever that is:
	in     input
	parse  func([]byte) (Head, bool) // until the first message came, if one is to come
	broken bool                      // what comes has no meaning any more
	left   int32                     // frames that the peer may send at once
	last   int64                     // when it earned one more

	mu       sync.Mutex
	queue    [][]byte // frames, often shared with other sockets: never written to
	sent     int      // bytes of the first of queue that are out
	taken    int      // of queue: are being written
	messages int      // in queue
	bytes    int
	busy     bool  // in the hands of the writers or of its own goroutine
	leaving  bool  // the last frame is in queue, or out
	alone    bool  // the peer has said its last
	over     bool  // nothing may be written any more
	polled   bool  // the hub's poller reads and no goroutine
	fd       int32 // that the poller knows it by; guarded by the poller
	timer    *time.Timer
}

func newSocket(conn net.Conn, h *Hub, parse func([]byte) (Head, bool)) *socket {
	return &socket{
		conn: conn, line: newLine(conn), hub: h, parse: parse, in: input{want: parse != nil},
		left: chatter, last: time.Now().UnixNano(),
	}
}

// begin has the socket live, once the hub knows it. early is what the peer has sent already.
func (s *socket) begin(early []byte) {
	if s.parse != nil {
		s.mu.Lock()
		if !s.leaving && !s.over { // a drain may have come first, and its timer is what ends the connection
			s.setTimer(time.AfterFunc(s.hub.opt.HelloTimeout, func() { s.close(codePolicy, "no first message came") }))
		}
		s.mu.Unlock()
	}
	s.receive(early)
	if !s.hub.poller.watch(s) {
		go s.read()
	}
}

// send implements conn. A batch that comes to a queue within its limits is taken whole: a replay may be larger than what
// may pile up, and its bytes are shared with all other readers.
func (s *socket) send(frames ...[]byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || s.leaving {
		return true
	}
	if s.messages >= s.hub.opt.QueueMessages || s.bytes >= s.hub.opt.QueueBytes {
		return false
	}
	if !s.polled && len(frames) == 1 && bytes.Equal(frames[0], heartbeat) {
		frames = probes
	}
	s.push(frames)
	return true
}

// push needs s.mu.
func (s *socket) push(frames [][]byte) {
	if len(s.queue) == 0 {
		s.queue = frames[:len(frames):len(frames)]
	} else {
		s.queue = append(s.queue, frames...)
	}
	s.messages += len(frames)
	for _, f := range frames {
		s.bytes += len(f)
	}
	if !s.busy && len(frames) > 0 {
		s.busy = true
		s.hub.writers.add(s)
	}
}

// close implements conn.
func (s *socket) close(code int, reason string) { s.leave(closeFrame(code, reason), false) }

// leave makes last the last frame: what waits behind a frame that is partly out is dropped. alone says that the peer has
// said its own last one, so that nothing is to be waited for.
func (s *socket) leave(last []byte, alone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alone = s.alone || alone
	if s.over || s.leaving {
		return
	}
	s.leaving = true
	s.setTimer(time.AfterFunc(s.hub.opt.grace, s.kill))
	keep := s.taken
	if s.sent > 0 {
		keep = max(keep, 1)
	}
	for _, f := range s.queue[keep:] {
		s.messages--
		s.bytes -= len(f)
	}
	s.queue = s.queue[:keep:keep]
	s.push([][]byte{last})
}

// setTimer replaces the timer by another or none; it needs s.mu.
func (s *socket) setTimer(t *time.Timer) {
	if s.timer != nil {
		s.timer.Stop()
	}
	s.timer = t
}

// next takes up to most bytes of frames, at least one frame, to be written next: the first from its byte sent on. With none
// left the socket is no longer busy.
func (s *socket) next(most int) (frames [][]byte, sent int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = 0
	if s.over || len(s.queue) == 0 {
		s.busy = false
		return nil, 0
	}
	size := 0
	for _, f := range s.queue {
		if size += len(f); s.taken > 0 && size > most {
			break
		}
		s.taken++
	}
	return s.queue[:s.taken], s.sent
}

// wrote counts n more bytes out. done says that they were the last ever.
func (s *socket) wrote(n int) (done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.taken = 0
	s.sent += n
	for len(s.queue) > 0 && s.sent >= len(s.queue[0]) {
		s.sent -= len(s.queue[0])
		s.bytes -= len(s.queue[0])
		s.messages--
		s.queue = s.queue[1:]
	}
	if len(s.queue) == 0 {
		s.queue = nil // the frames are not kept alive by who has them
	}
	return s.leaving && s.alone && s.queue == nil
}

// waitOut writes what is left to a peer that does not take it at once, then hands the socket back to the writers.
func (s *socket) waitOut() {
	for {
		frames, sent := s.next(0)
		if len(frames) == 0 {
			return
		}
		_ = s.conn.SetWriteDeadline(time.Now().Add(s.hub.opt.WriteTimeout))
		n, err := s.conn.Write(frames[0][sent:])
		_ = s.conn.SetWriteDeadline(time.Time{})
		if s.wrote(n) || err != nil {
			s.kill()
			return
		}
	}
}

// kill ends the connection, however far it is.
func (s *socket) kill() {
	s.mu.Lock()
	if s.over {
		s.mu.Unlock()
		return
	}
	s.over, s.queue = true, nil
	s.setTimer(nil)
	polled := s.polled
	s.mu.Unlock()
	s.hub.poller.forget(s)
	_ = s.conn.Close()
	if polled {
		s.hub.ended(s.reader)
	}
}

// receive takes in what the peer sent.
func (s *socket) receive(p []byte) {
	for len(p) > 0 && !s.broken {
		limit := s.hub.opt.ReadLimit
		if s.going() {
			s.in.want, s.in.told, limit = false, nil, math.MaxInt64
		}
		a, rest, whole, code := s.in.next(p, limit)
		p = rest
		switch {
		case code == codeProtocol:
			s.broken = true
			s.close(codeProtocol, "no proper WebSocket frame")
		case code == codeTooBig:
			s.close(codeTooBig, "message too large")
		case whole && !s.afford():
			s.close(codePolicy, "too many messages")
		}
		if code == 0 && a.op != 0 {
			s.handle(a)
		}
	}
}

func (s *socket) going() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leaving || s.over
}

// chatter is how many frames a subscriber may send at once, and one more each second. After the first message they mean
// nothing but work.
const chatter = 30

// afford counts a frame of the peer's.
func (s *socket) afford() bool {
	now := time.Now().UnixNano()
	s.last = min(s.last, now) // or a clock that is put back takes away what was earned
	earned := (now - s.last) / int64(time.Second)
	s.last += earned * int64(time.Second)
	s.left = int32(min(int64(s.left)+earned, chatter)) - 1
	return s.left >= 0
}

// handle does what a frame asks for.
func (s *socket) handle(a arrival) {
	switch a.op {
	case opBinary:
		s.close(codePolicy, "text messages only")
	case opText:
		s.greet(a.payload)
	case opPing:
		s.answer(frame(opPong, a.payload))
	case opClose:
		s.depart(a.payload)
	}
}

// greet takes the first message, and ignores others. What the hub does with it is not the reader's work.
func (s *socket) greet(m []byte) {
	parse := s.parse
	if parse == nil || s.going() {
		return
	}
	s.parse, s.in.want = nil, false
	s.mu.Lock()
	if !s.leaving {
		s.setTimer(nil)
	}
	s.mu.Unlock()
	s.hub.writers.running.Go(func() {
		at, ok := parse(m)
		if !ok {
			s.close(codePolicy, "the first message must carry a cursor")
			return
		}
		s.hub.start(s.reader, at)
	})
}

// answer sends a pong, unless so much waits already that the peer does not read anyway.
func (s *socket) answer(pong []byte) { _ = s.send(pong) }

// depart answers the peer's close frame with its own code (5.5.1), and ends the connection once that is out.
func (s *socket) depart(why []byte) {
	var last []byte
	if len(why) >= 2 {
		last = closeFrame(int(binary.BigEndian.Uint16(why)), "")
	} else {
		last = frame(opClose, nil)
	}
	s.broken = true // nothing comes after it
	s.leave(last, true)
	s.mu.Lock()
	done := s.leaving && len(s.queue) == 0
	s.mu.Unlock()
	if done {
		s.kill()
	}
}
