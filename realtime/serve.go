package realtime

import (
	"fmt"
	"net/http"
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
	conn, early, program, err := h.shake(w, r)
	if err != nil {
		return fmt.Errorf("serve %s: %w", sub.Topic, err)
	}
	sub.JSON = sub.JSON || program
	after := sub.After
	sub.After = nil // nothing of the request is kept
	if after != nil {
		parse = nil
	}
	s := newSocket(conn, h, parse)
	if s.reader, err = h.open(s, sub); err != nil { // the drain began after the look above
		refuse(conn)
		return fmt.Errorf("serve %s: %w", sub.Topic, err)
	}
	s.begin(early)
	if after != nil {
		h.start(s.reader, *after)
	}
	return nil
}

func (h *Hub) draining() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}
