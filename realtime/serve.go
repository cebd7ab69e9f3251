package realtime

import (
	"fmt"
	"net/http"

	"github.com/coder/websocket"
)

// Protocol is the subprotocol by which programs ask for JSON messages.
const Protocol = "vang.json"

// Serve turns the request into a WebSocket and brings it what happens in sub's topic. It returns as soon as that is set up;
// the connection lives on until its peer or the hub ends it.
//
// Unless sub.After is set, the first message tells where the subscriber stands: parse reads it, and false refuses the
// connection for good (1008). A cursor that is none of this topic's has the list loaded anew. On an error the answer has been
// written: 403 for a foreign Origin, 426 or 400 for what is no handshake, 503 while the hub is being emptied.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, sub Subscriber, parse func(first []byte) (Head, bool)) error {
	if h.draining() {
		w.Header().Set("Retry-After", "1")
		http.Error(w, ErrDraining.Error(), http.StatusServiceUnavailable)
		return fmt.Errorf("serve %s: %w", sub.Topic, ErrDraining)
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:    []string{Protocol},
		OriginPatterns:  h.opt.Origins,
		CompressionMode: websocket.CompressionDisabled, // up to 1.2 MB a connection
	})
	if err != nil {
		return fmt.Errorf("serve %s: %w", sub.Topic, err)
	}
	sub.JSON = sub.JSON || ws.Subprotocol() != ""
	s := newSocket(ws, &h.opt)
	reader, err := h.open(s, sub)
	if err != nil { // the drain began after the look above
		s.close(codeRestart, "restarting")
		s.finish()
		return fmt.Errorf("serve %s: %w", sub.Topic, err)
	}
	go h.attend(s, reader, parse)
	return nil
}

// attend is the connection's goroutine: it joins the topic and then reads until the end.
func (h *Hub) attend(s *socket, r *reader, parse func([]byte) (Head, bool)) {
	defer h.ended(r)
	defer s.finish()
	at, ok := h.whereFrom(s, r, parse)
	if !ok {
		return
	}
	h.start(r, at)
	s.readOn()
}

// whereFrom finds out where the subscriber stands.
func (h *Hub) whereFrom(s *socket, r *reader, parse func([]byte) (Head, bool)) (Head, bool) {
	if r.sub.After != nil {
		return *r.sub.After, true
	}
	first, ok := s.readHello()
	if !ok {
		return Head{}, false
	}
	at, ok := parse(first)
	if !ok {
		s.close(codePolicy, "the first message must carry a cursor")
	}
	return at, ok
}

func (h *Hub) draining() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}
