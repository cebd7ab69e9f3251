// Package realtime carries changes to open pages: topics, audiences, connections and bytes.
//
// It knows nothing of comments: a Source tells what changed in a topic and gives the bytes for each audience. It imports
// the standard library, coder/websocket and, for its bus, go-redis. Hub and the buses may be used by any number of
// goroutines; a Hub calls its Source for one topic from one goroutine at a time.
package realtime

import (
	"context"
	"time"
)

// Head is how far a topic has come: Rev rises with every change within one Epoch.
type Head struct {
	Epoch string
	Rev   int64
}

// Wake says that a topic may have changed. It carries no content, so a lost, doubled, forged or foreign one does no harm.
// The zero Wake says that any topic may have changed (a subscription that was interrupted).
type Wake struct {
	Epoch string
	Topic string
}

// Bus tells all replicas of wakes. bustest is the suite that every bus passes.
type Bus interface {
	// Publish tells every subscriber, on this replica too, within 200 ms or not at all. It never waits for a subscriber. What
	// it took without an error reaches every subscriber that is not interrupted; equal wakes may be told once.
	Publish(ctx context.Context, w Wake) error
	// Subscribe calls f, from one goroutine, for every wake until ctx ends (nil) or the bus is closed (ErrClosed). After an
	// interruption, or when a subscriber has fallen far behind, it calls f with the zero Wake instead of what was missed.
	Subscribe(ctx context.Context, f func(Wake)) error
	// Ping tells whether the bus can be reached; a closed one answers ErrClosed.
	Ping(ctx context.Context) error
	// Close ends all subscriptions. Closing twice is no error. Publish answers ErrClosed from then on.
	Close() error
}

// Source reads what the hub delivers.
type Source interface {
	// Heads reads the heads of topics in one go; unknown topics are left out.
	Heads(ctx context.Context, topics []string) (map[string]Head, error)
	// Changes reads and renders what changed in a topic after rev, in the order of rev, and the head it was read at. Each item
	// comes once and has a rev of its own. A rev beyond the head is no error: nothing changed after it.
	Changes(ctx context.Context, topic string, rev int64) (Changes, error)
	// Reload renders the message that has a page load its list anew after a delay, and a program begin again.
	Reload(head Head, delay time.Duration) Message
}

// Changes is what a Source read.
type Changes struct {
	Head    Head
	Items   []Change
	TooMany bool  // more than a replay should carry: readers reload
	Floor   int64 // with TooMany: who stands there or after it can have a replay
}

// Change is the current state of one item of a topic, rendered once per audience.
type Change struct {
	Rev    int64
	Item   string  // the item that changed; its newest Change replaces the older
	Public Message // for everyone: HTML for pages, JSON for programs. HTML may be just a new cursor
	Owner  string  // whose own view differs; "" for nobody
	Own    []byte  // that one's HTML
}

// Message is one text message in the two forms that a socket may have asked for.
type Message struct {
	HTML []byte
	JSON []byte
}

// Subscriber is who asks for a topic's changes.
type Subscriber struct {
	Topic string
	Owner string // identity for own views; "" for nobody
	JSON  bool   // wants programs' messages
	// After is where the subscriber stands; nil if its first message will tell.
	After *Head
	// Ended is called once when a connection that Serve took without an error has ended. It must not block; it may be nil.
	Ended func()
	// Joined is called once when the connection is among those that Broadcast reaches, so that what changed before is told as
	// well: tell sends a message to this connection alone, now or later. Joined must not block; it may be nil.
	Joined func(tell func(Message))
}
