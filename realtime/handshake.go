package realtime

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// shake has coder/websocket judge and answer the handshake, and takes the connection from it: its frames are ours, so that
// an open connection has no buffers, no contexts and one place that writes (28 kB to 5.9 a socket; docs/decisions/084).
// early is what came before the answer was out.
func (h *Hub) shake(w http.ResponseWriter, r *http.Request) (conn net.Conn, early []byte, program bool, err error) {
	t := &takeover{ResponseWriter: w}
	ws, err := websocket.Accept(t, r, &websocket.AcceptOptions{
		Subprotocols:    []string{Protocol},
		OriginPatterns:  h.opt.Origins,
		CompressionMode: websocket.CompressionDisabled, // up to 1.2 MB a connection
	})
	if err != nil {
		return nil, nil, false, fmt.Errorf("websocket handshake: %w", err)
	}
	_ = ws.CloseNow() // which writes nothing, and closes what kept does not let it
	return t.conn, t.early, ws.Subprotocol() != "", nil
}

// takeover is a ResponseWriter whose connection stays open when the one that hijacked it is done.
type takeover struct {
	http.ResponseWriter
	conn  net.Conn
	early []byte
}

// Hijack implements http.Hijacker.
func (t *takeover) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("take over the connection: %w", err)
	}
	early, _ := rw.Reader.Peek(rw.Reader.Buffered())
	t.conn, t.early = conn, bytes.Clone(early)
	return kept{conn}, rw, nil
}

// kept is a connection that only its owner closes.
type kept struct{ net.Conn }

func (kept) Close() error { return nil }

// refuse has a peer that has just come come again.
func refuse(conn net.Conn) {
	_ = conn.SetDeadline(time.Now().Add(closeGrace))
	_, _ = conn.Write(closeFrame(codeRestart, "restarting"))
	_, _ = io.Copy(io.Discard, conn) // until it has heard: an early end takes the frame back
	_ = conn.Close()
}
