package realtime

import "time"

// readSize is what a goroutine reads at once: what peers send is short, and each open socket has such a buffer.
const readSize = 128

func (s *socket) read() {
	defer s.hub.ended(s.reader)
	defer s.kill()
	buf := make([]byte, readSize)
	for {
		// The heartbeats of such a connection ask for an answer: who gives none is gone.
		_ = s.conn.SetReadDeadline(time.Now().Add(2*s.hub.opt.Heartbeat + s.hub.opt.WriteTimeout))
		n, err := s.conn.Read(buf)
		s.receive(buf[:n])
		if err != nil {
			return
		}
	}
}
