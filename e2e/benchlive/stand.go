package benchlive

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"vang/e2e/benchlive/crowd"
)

// stand is a server, its readers and one who writes.
type stand struct {
	*server
	loop    *crowd.Loop
	readers *crowd.Audience
	writer  *crowd.Caller
	at      int64 // number of the last message
}

// newStand has readers open their sockets at s; who writes does so at writeTo.
func newStand(ctx context.Context, l *crowd.Loop, s, writeTo *server, readers, stuck int) (*stand, error) {
	_, at, err := s.cursor(ctx)
	if err != nil {
		return nil, err
	}
	st := &stand{server: s, loop: l, at: at}
	st.readers = crowd.NewAudience(l, s.live, readers, stuck, st.at)
	if err := st.readers.OpenAll(ctx, time.Minute); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", s.name, err), st.readers.Close())
	}
	if st.writer, err = crowd.NewCaller(l, writeTo.addr); err != nil {
		return nil, errors.Join(err, st.readers.Close())
	}
	return st, nil
}

// close breaks all connections off.
func (st *stand) close() error { return errors.Join(st.readers.Close(), st.writer.Close()) }

// text is a comment as comments are: 300 bytes and some marks. No two are the same, which would be refused.
func (st *stand) text(more int) string {
	return fmt.Sprintf("Comment %.10s. Whoever reads a post while others write sees what they say **at once**, without loading the page again: "+
		"it is pushed to every open page, in its place, and whoever was away gets what they missed when they come back. "+
		"[More about that](https://example.org/how) tells how a comment travels.%s", rand.Text(), strings.Repeat(" And so on.", more/11))
}

// push is how one message travelled: times since it was known to be committed.
type push struct {
	post           time.Duration // from the request to its answer
	p50, p99, last time.Duration
}

// wave is what pushes came to.
type wave struct {
	pushes []push
	cpu    time.Duration // of the server for each message that came to a reader
	crowd  time.Duration // of the readers for each
	bytes  float64       // of each message
}

// pushes has n messages said, each when the one before has come to all, and looks at how.
func (st *stand) pushes(ctx context.Context, n, more int) (w wave, err error) {
	begin, err := st.cpu()
	if err != nil {
		return w, err
	}
	own, err := ownCPU()
	if err != nil {
		return w, err
	}
	messages, size := st.readers.Tally.Messages, st.readers.Tally.Bytes
	for range n {
		p, err := st.push(ctx, st.say(st.text(more)))
		if err != nil {
			return w, err
		}
		w.pushes = append(w.pushes, p)
	}
	end, err := st.cpu()
	ownEnd, err2 := ownCPU()
	messages = st.readers.Tally.Messages - messages
	w.cpu = (end - begin) / time.Duration(max(messages, 1))
	w.crowd = (ownEnd - own) / time.Duration(max(messages, 1))
	w.bytes = float64(st.readers.Tally.Bytes-size) / float64(max(messages, 1))
	return w, errors.Join(err, err2, st.exact())
}

// ownCPU is the processor time that this process has had: the readers', since it does little else.
func ownCPU() (time.Duration, error) {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		return 0, err
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()), nil
}

// between is the pause between two pushes.
const between = 10 * time.Millisecond

// push has one message said and waits until all have it.
func (st *stand) push(ctx context.Context, request []byte) (p push, err error) {
	begin := st.loop.Now()
	var answered time.Duration
	err = st.writer.Ask(request, func(a crowd.Answer) (err error) {
		answered = a.At
		st.at, err = numberOf(a)
		return err
	})
	if err != nil {
		return p, err
	}
	err = st.loop.Until(ctx, "a message comes to all", 20*time.Second, func() bool {
		return answered > 0 && st.readers.Tally.Came(st.at) >= st.readers.Readers
	})
	if err != nil {
		return p, errors.Join(err, st.exact())
	}
	p = delays(answered, st.readers.Tally.Times(st.at))
	p.post = answered - begin
	return p, st.loop.Pause(ctx, between)
}

// delays counts from the moment at which the message was known to be committed: when its writer was answered, or when the first
// reader had it, if that was before.
func delays(answered time.Duration, came []time.Duration) push {
	since := min(answered, came[0])
	return push{p50: part(came, 50) - since, p99: part(came, 99) - since, last: part(came, 100) - since}
}

// part is the value that so many percent do not exceed; sorted is not empty.
func part[T any](sorted []T, percent int) T {
	return sorted[min(len(sorted)-1, len(sorted)*percent/100)]
}

// numberOf reads the number of a message out of the answer to its writer.
func numberOf(a crowd.Answer) (int64, error) {
	var made struct {
		Rev int64 `json:"rev"`
	}
	if a.Status != http.StatusCreated {
		return 0, fmt.Errorf("a message was answered with %d %.200s", a.Status, a.Body)
	}
	if err := json.NewDecoder(bytes.NewReader(a.Body)).Decode(&made); err != nil {
		return 0, err
	}
	return made.Rev, nil
}

// exact fails unless every reader has had every message once and in order, and still is there.
func (st *stand) exact() error {
	err := st.readers.Tally.Err()
	if !st.readers.Whole(st.at) {
		err = errors.Join(err, fmt.Errorf("not all readers have message %d", st.at))
	}
	for _, e := range st.readers.Ends {
		if !e.Stuck {
			return errors.Join(err, fmt.Errorf("a reader was sent away with code %d", e.Code))
		}
	}
	return err
}

// spread is the middle of some values and the range that holds the middle eight of ten.
type spread struct{ low, mid, high time.Duration }

func spreadOf(w []push, of func(push) time.Duration) spread {
	if len(w) == 0 {
		return spread{}
	}
	var all []time.Duration
	for _, p := range w {
		all = append(all, of(p))
	}
	slices.Sort(all)
	return spread{part(all, 10), part(all, 50), part(all, 90)}
}
