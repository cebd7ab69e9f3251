package realtime

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// closeGrace is what a write may still take on a connection that is to be closed. After it the peer gets no close frame.
const closeGrace = time.Second

// socket is a conn over WebSocket. An idle one has a goroutine that reads and none that writes: that one starts when there
// is something to send and ends when nothing waits.
type socket struct {
	ws   *websocket.Conn
	opt  *HubOptions
	ctx  context.Context // of the writes: its end breaks the connection off in the middle of one
	stop context.CancelFunc

	mu       sync.Mutex
	queue    [][]byte
	messages int // queued or being written
	bytes    int
	writing  bool
	code     int // of the close asked for; 0 for none
	reason   string
	over     bool           // nothing may be written any more
	writer   sync.WaitGroup // Add only while not over
}

func newSocket(ws *websocket.Conn, opt *HubOptions) *socket {
	// The connection outlives the request that it came with.
	ctx, stop := context.WithCancel(context.Background())
	ws.SetReadLimit(opt.ReadLimit)
	return &socket{ws: ws, opt: opt, ctx: ctx, stop: stop}
}

// send implements conn. A batch that comes to a queue within its limits is taken whole: a replay may be larger than what
// may pile up, and most of its bytes are shared with all other readers.
func (s *socket) send(messages ...[]byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || s.code != 0 {
		return true
	}
	if s.messages >= s.opt.QueueMessages || s.bytes >= s.opt.QueueBytes {
		return false
	}
	s.queue = append(s.queue, messages...)
	s.messages += len(messages)
	for _, m := range messages {
		s.bytes += len(m)
	}
	s.startWriter()
	return true
}

// close implements conn.
func (s *socket) close(code int, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || s.code != 0 {
		return
	}
	s.code, s.reason, s.queue = code, reason, nil
	time.AfterFunc(closeGrace, s.stop)
	s.startWriter()
}

// startWriter needs s.mu.
func (s *socket) startWriter() {
	if !s.writing {
		s.writing = true
		s.writer.Go(s.write)
	}
}

// write sends what is queued until nothing is. An error has closed the connection already, which ends the reading goroutine.
func (s *socket) write() {
	for {
		batch, closing := s.next()
		if closing {
			_ = s.ws.Close(websocket.StatusCode(s.code), s.reason)
			return
		}
		if len(batch) == 0 {
			return
		}
		for _, m := range batch {
			if !s.writeOne(m) {
				return
			}
		}
	}
}

// next takes the queue, or ends the writer's work if it is empty. Once closing is true, code and reason no longer change.
func (s *socket) next() (batch [][]byte, closing bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.code != 0 {
		return nil, true
	}
	batch, s.queue = s.queue, nil
	s.writing = len(batch) > 0 && !s.over
	return batch, false
}

// writeOne sends one message, or nothing once the connection is to be closed; then it leaves that to write.
func (s *socket) writeOne(m []byte) bool {
	s.mu.Lock()
	closing := s.code != 0
	s.mu.Unlock()
	if closing {
		return true
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.opt.WriteTimeout)
	defer cancel()
	if err := s.ws.Write(ctx, websocket.MessageText, m); err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages--
	s.bytes -= len(m)
	return true
}

// finish ends the connection, however far it is, and waits for its writer. If the connection is being closed, the peer gets
// the time of a close handshake to hear why: an early end would take the close frame back if the peer is still sending.
func (s *socket) finish() {
	s.mu.Lock()
	closing := s.code != 0
	s.over, s.queue = true, nil
	s.mu.Unlock()
	if closing {
		s.writer.Wait()
	}
	s.stop()
	_ = s.ws.CloseNow()
	s.writer.Wait()
}

// readHello waits for the first message. A connection that stays silent is refused.
func (s *socket) readHello() ([]byte, bool) {
	late := time.AfterFunc(s.opt.HelloTimeout, func() { s.close(codePolicy, "no first message came") })
	defer late.Stop()
	return s.readMessage()
}

// readMessage reads a text message. Another kind, or too large a one, closes the connection.
func (s *socket) readMessage() ([]byte, bool) {
	kind, m, err := s.ws.Read(context.Background())
	switch {
	case errors.Is(err, websocket.ErrMessageTooBig):
		s.close(codeTooBig, "message too large")
		return nil, false
	case err != nil:
		return nil, false
	case kind != websocket.MessageText:
		s.close(codePolicy, "text messages only")
		return nil, false
	}
	return m, true
}

// chatter is how many messages a subscriber may send at once after its first, and one more each second. They mean nothing.
const chatter = 30

// readOn reads, and ignores, whatever else the subscriber sends until the connection ends.
func (s *socket) readOn() {
	left, last := chatter, time.Now()
	for {
		if _, ok := s.readMessage(); !ok {
			return
		}
		now := time.Now()
		earned := int(now.Sub(last) / time.Second)
		last = last.Add(time.Duration(earned) * time.Second)
		if left = min(left+earned, chatter) - 1; left < 0 {
			s.close(codePolicy, "too many messages")
			return
		}
	}
}
