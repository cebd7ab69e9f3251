package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"vang/e2e/chaos/history"
)

// htmx's own numbers for coming back, and the script's watchdog.
const (
	backoffFirst = 500 * time.Millisecond
	backoffMost  = 8 * time.Second // htmx: a minute; a run is short
	watchdogTick = 10 * time.Second
	watchdogBite = 55 * time.Second
	openAgain    = time.Second // after a page that could not be opened
	navigates    = 8           // one return of so many is by opening the page anew
)

// follower is what a reader at a socket does with what comes.
type follower interface {
	// open loads what is there, and tells whether that worked.
	open(ctx context.Context) bool
	// hello is the address of the socket, its subprotocol, and the first message, if there is one.
	hello() (path, protocol, first, cursor string)
	// take takes in a message of the socket that came at a time.
	take(ctx context.Context, at int64, text string)
	// due is when the follower wants to be woken; zero if never.
	due() time.Time
	wake(ctx context.Context)
	// final is what is shown.
	final() history.Record
}

// reader is a person with an open page, or a program that follows a discussion.
type reader struct {
	*person
	follower
	form    string
	attempt int
	mu      sync.Mutex // guards what the follower holds
}

// read follows the discussion until ctx ends.
func (r *reader) read(ctx context.Context) {
	for !r.locked(ctx, r.open) {
		if !pause(ctx, openAgain) {
			return
		}
	}
	for ctx.Err() == nil {
		if conn := r.connect(ctx); conn != nil {
			r.attempt = 0
			r.follow(ctx, conn)
		}
		r.attempt++
		pause(ctx, backoff(r.rng, r.attempt))
		if r.rng.IntN(navigates) == 0 {
			r.locked(ctx, r.open) // if that fails, the page that was open stays
		}
	}
}

func (r *reader) locked(ctx context.Context, f func(context.Context) bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return f(ctx)
}

// backoff is htmx's, with the jitter that our pages ask for.
func backoff(rng *rand.Rand, attempt int) time.Duration {
	d := min(backoffFirst<<min(attempt-1, 10), backoffMost)
	return d + time.Duration((rng.Float64()*2-1)*float64(d))
}

// connect opens the socket and says where the reader stands.
func (r *reader) connect(ctx context.Context) *websocket.Conn {
	r.mu.Lock()
	path, protocol, first, cursor := r.hello()
	r.mu.Unlock()
	rec := history.Record{
		Process: r.name, Kind: history.Connect, Begin: r.out.Now(), Outcome: history.OK, Post: r.post, Cursor: cursor, Replica: r.at, Form: r.form,
	}
	conn, err := r.dialSocket(ctx, path, protocol, first)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		rec.Outcome, rec.Text = history.Fail, err.Error()
	}
	rec.End = r.out.Now()
	r.out.Add(rec)
	return conn
}

func (r *reader) dialSocket(ctx context.Context, path, protocol, first string) (*websocket.Conn, error) {
	timed, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	o := &websocket.DialOptions{HTTPClient: &http.Client{Transport: &http.Transport{DialContext: r.dial}, Jar: r.jar}}
	if protocol != "" {
		o.Subprotocols = []string{protocol}
	}
	conn, res, err := websocket.Dial(timed, "ws"+strings.TrimPrefix(r.base, "http")+path, o)
	if err != nil {
		if res != nil {
			err = fmt.Errorf("%d: %w", res.StatusCode, err)
		}
		return nil, err
	}
	conn.SetReadLimit(1 << 20)
	if first == "" {
		return conn, nil
	}
	if err := conn.Write(timed, websocket.MessageText, []byte(first)); err != nil {
		_ = conn.CloseNow()
		return nil, err
	}
	return conn, nil
}

// message is what came over a socket, or why nothing does any more.
type message struct {
	at   int64
	text string
	err  error
}

// follow takes in what comes until the connection ends or is given up.
func (r *reader) follow(ctx context.Context, conn *websocket.Conn) {
	reading, stop := context.WithCancel(ctx)
	messages := make(chan message, 1024)
	var receiving sync.WaitGroup
	receiving.Go(func() { receive(reading, conn, r.out, messages) })
	why := r.listen(ctx, messages)
	end := r.out.Now()
	stop()
	_ = conn.CloseNow()
	receiving.Wait()
	r.out.Add(history.Record{Process: r.name, Kind: history.Disconnect, Begin: end, End: end, Post: r.post, Text: why})
}

func receive(ctx context.Context, conn *websocket.Conn, out *history.Recorder, messages chan<- message) {
	for {
		_, text, err := conn.Read(ctx)
		select {
		case messages <- message{out.Now(), string(text), err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// listen tells why it ended.
func (r *reader) listen(ctx context.Context, messages <-chan message) string {
	heard := time.Now()
	watchdog := time.NewTicker(watchdogTick)
	defer watchdog.Stop()
	for {
		timer := r.timer()
		select {
		case <-ctx.Done():
			return "the run is over"
		case m := <-messages:
			if m.err != nil {
				return m.err.Error()
			}
			heard = time.Now()
			if m.text != "" {
				r.locked(ctx, func(ctx context.Context) bool { r.take(ctx, m.at, m.text); return true })
			}
		case <-timer:
			r.locked(ctx, func(ctx context.Context) bool { r.wake(ctx); return true })
		case <-watchdog.C:
			if time.Since(heard) > watchdogBite {
				return "nothing was heard for too long"
			}
		}
	}
}

// timer is when the follower wants to be woken.
func (r *reader) timer() <-chan time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at := r.due(); !at.IsZero() {
		return time.After(time.Until(at))
	}
	return nil
}

// shows is what the reader shows now, for the end of the run.
func (r *reader) shows() history.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	rec := r.final()
	rec.Process, rec.Kind, rec.Post, rec.Replica, rec.Form, rec.Begin = r.name, history.Final, r.post, r.at, r.form, r.out.Now()
	return rec
}
