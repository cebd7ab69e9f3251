package web

import (
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

// sessionsRead is how many sessions at least are remembered as they were read, some 500 bytes each.
const sessionsRead = 1024

// sessionCodec is gob, which reads the description of a session anew with each: 31 us, an eighth of what a comment over HTTP
// cost. So it remembers what bytes it read as what. The bytes come from the store each time: what is in a session is never
// remembered, only what it means. Errors tell a store that answers nonsense from one that does not answer.
type sessionCodec struct {
	scs.GobCodec

	mu       sync.Mutex
	new, old map[string]readSession // by the bytes; when new is full it becomes old
}

type readSession struct {
	deadline time.Time
	values   map[string]any
}

// Decode implements scs.Codec.
func (c *sessionCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	if s, known := c.known(b); known {
		return s.deadline, maps.Clone(s.values), nil // scs writes into it
	}
	deadline, values, err := c.GobCodec.Decode(b)
	if err != nil {
		return time.Time{}, nil, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	c.keep(string(b), readSession{deadline, maps.Clone(values)})
	return deadline, values, nil
}

func (c *sessionCodec) known(b []byte) (readSession, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, known := c.new[string(b)]; known {
		return s, true
	}
	s, known := c.old[string(b)]
	return s, known
}

// keep takes what is still asked for over from the old ones: whoever comes again is read again, once in a while.
func (c *sessionCodec) keep(b string, s readSession) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.new) >= sessionsRead {
		c.old, c.new = c.new, nil
	}
	if c.new == nil {
		c.new = make(map[string]readSession)
	}
	c.new[b] = s
}
