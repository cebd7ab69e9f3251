// Package history is what a chaos run writes down and what its checker reads: one record for each thing that somebody did or
// saw, with the times at which it began and ended by one clock that never goes back.
//
// It is a file of JSON lines, so that a run can be judged again without being run again. A Recorder may be used by any
// number of goroutines.
package history

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Kind says what a record tells of.
type Kind string

// What those who write do. Request is one exchange over HTTP; the others are wishes, which may take several of those.
const (
	Request Kind = "request"
	Post    Kind = "post"
	Edit    Kind = "edit"
	Delete  Kind = "delete"
	Follow  Kind = "follow" // the page that a form's answer leads to: Unknown where it could not be read, Fail where the comment is not there
	Hide    Kind = "hide"   // by a moderator
	Show    Kind = "show"
	Hold    Kind = "hold" // a comment that begins as one that waits for a moderator
)

// What readers see.
const (
	Connect    Kind = "connect" // from dialling until the server has the cursor
	Disconnect Kind = "disconnect"
	Push       Kind = "push"
	Load       Kind = "load"  // a whole page or list: all that stands in its window
	Since      Kind = "since" // what changed after a cursor, asked for without a socket
	Final      Kind = "final" // what a reader shows at the end of the quiet time
)

// What the harness itself does and finds.
const (
	Start   Kind = "start" // Text says how to run this again
	Fault   Kind = "fault"
	Restore Kind = "restore" // the database put back: Made is when the backup was begun
	Quiet   Kind = "quiet"   // all is healed, nobody writes any more
	Stall   Kind = "stall"   // the machine was so busy that the harness itself stood still
	Row     Kind = "row"     // a comment in the database at the end
	Head    Kind = "head"    // a post in the database at the end
	End     Kind = "end"     // the run came to its end
)

// Outcome is how a wish ended.
type Outcome string

// Fail means that it certainly was not carried out; Unknown, that it may have been. A request that is Cut ended within its answer.
const (
	OK      Outcome = "ok"
	Fail    Outcome = "fail"
	Unknown Outcome = "unknown"
	Cut     Outcome = "cut"
)

// Proxied is the Replica of readers whose network is the harness' own, and of the faults of that network.
const Proxied = -1

// Record is one line. Times are microseconds since the run began. Most fields belong to some kinds only.
type Record struct {
	N       int64   `json:"n"`
	Process string  `json:"process"`
	Kind    Kind    `json:"kind"`
	Begin   int64   `json:"begin"`
	End     int64   `json:"end"`
	Outcome Outcome `json:"outcome,omitempty"`

	Post   string `json:"post,omitempty"`   // slug
	ID     string `json:"id,omitempty"`     // of the comment
	Parent string `json:"parent,omitempty"` // id
	Mark   string `json:"mark,omitempty"`   // the word that only this text holds
	Rev    int64  `json:"rev,omitempty"`    // 0: not told
	Cursor string `json:"cursor,omitempty"`

	// Of a wish and its requests.
	IdempotencyKey string `json:"idempotency_key,omitempty"`
	Status         int    `json:"status,omitempty"` // of the last answer; 0: none came
	RetryAfter     bool   `json:"retry_after,omitempty"`
	Tries          int    `json:"tries,omitempty"`
	Replayed       bool   `json:"replayed,omitempty"` // the answer said that it is a first one again
	GaveUp         bool   `json:"gave_up,omitempty"`  // the client did not wait for the answer
	Text           string `json:"text,omitempty"`     // for people: what was asked, what went wrong

	// Of a reader.
	Form    string `json:"form,omitempty"`    // html or json
	Replica int    `json:"replica,omitempty"` // from 1: whom it is connected to; 0: whomever Nginx chose; Proxied: the same, by a network that can fail
	Session bool   `json:"session,omitempty"` // it is known by a cookie: its pages are made for it
	Whole   bool   `json:"whole,omitempty"`   // the list holds the window that it is said to have
	Reload  bool   `json:"reload,omitempty"`  // the push says: load the list anew
	Order   string `json:"order,omitempty"`
	From    string `json:"from,omitempty"`
	Until   string `json:"until,omitempty"`
	Items   []Item `json:"items,omitempty"`

	// Of a fault.
	Fault string `json:"fault,omitempty"`
	Delay int64  `json:"delay,omitempty"` // microseconds by which a network was late
	Made  int64  `json:"made,omitempty"`

	// Of a row or head.
	Seq     int64  `json:"seq,omitempty"`
	Key     string `json:"key,omitempty"`
	State   string `json:"state,omitempty"`
	Shown   bool   `json:"shown,omitempty"`
	Replies int64  `json:"replies,omitempty"`
	Count   int64  `json:"count,omitempty"`
}

// Item is one comment as a reader got it.
type Item struct {
	ID   string `json:"id"`
	Key  string `json:"k,omitempty"`
	Rev  int64  `json:"rev"`
	Mark string `json:"mark,omitempty"` // "": its text is not there
	Gone bool   `json:"gone,omitempty"` // it is not to be shown at all
}

// Took is how long it took.
func (r Record) Took() time.Duration { return time.Duration(r.End-r.Begin) * time.Microsecond }

// Recorder writes a history. The zero time is when it was made.
type Recorder struct {
	begin time.Time

	mu    sync.Mutex
	n     int64
	out   *bufio.Writer
	file  io.Closer
	err   error
	watch func(Record)
}

// NewRecorder writes to a new file. Watch, which may be nil, sees every record.
func NewRecorder(file string, watch func(Record)) (*Recorder, error) {
	f, err := os.Create(file)
	if err != nil {
		return nil, fmt.Errorf("write the history: %w", err)
	}
	return &Recorder{begin: time.Now(), out: bufio.NewWriter(f), file: f, watch: watch}, nil
}

// Now is the time for a record.
func (r *Recorder) Now() int64 { return time.Since(r.begin).Microseconds() }

// Add writes one record down. One that has no end ends now.
func (r *Recorder) Add(rec Record) {
	if rec.End == 0 {
		rec.End = r.Now()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	rec.N = r.n
	line, err := json.Marshal(rec)
	if err == nil {
		_, err = r.out.Write(append(line, '\n'))
	}
	if err != nil && r.err == nil {
		r.err = err
	}
	if r.watch != nil {
		r.watch(rec)
	}
}

// Close tells whether everything was written.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, err := range []error{r.err, r.out.Flush(), r.file.Close()} {
		if err != nil {
			return fmt.Errorf("write the history: %w", err)
		}
	}
	return nil
}

// Read reads a history.
func Read(file string) ([]Record, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	defer f.Close()
	var records []Record
	for d := json.NewDecoder(bufio.NewReader(f)); ; {
		var r Record
		switch err := d.Decode(&r); err {
		case nil:
			records = append(records, r)
		case io.EOF:
			return records, nil
		default:
			return nil, fmt.Errorf("read the history: record %d: %w", len(records)+1, err)
		}
	}
}
