package crowd

import (
	"bytes"
	"fmt"
	"slices"
	"time"
)

// Tally is when each message came to each reader. Each message must come to each once, and in order: their numbers rise by one.
type Tally struct {
	Messages int64 // that came to readers
	Bytes    int64 // that came after the handshakes, everything included

	came   [][]time.Duration // by number
	wrongs int
	wrong  []string // the first of them
}

// mostWrongs is how many broken promises are told in words.
const mostWrongs = 5

// take notes that message number came to reader after last.
func (t *Tally) take(reader int, last, number int64, now time.Duration) {
	if number != last+1 {
		t.blame("reader %d got message %d after message %d", reader, number, last)
	}
	t.Messages++
	for int64(len(t.came)) <= number {
		t.came = append(t.came, nil)
	}
	t.came[number] = append(t.came[number], now)
}

func (t *Tally) blame(format string, args ...any) {
	t.wrongs++
	if len(t.wrong) < mostWrongs {
		t.wrong = append(t.wrong, fmt.Sprintf(format, args...))
	}
}

// Came is how many readers have message number.
func (t *Tally) Came(number int64) int {
	if number >= int64(len(t.came)) {
		return 0
	}
	return len(t.came[number])
}

// Times are when message number came to its readers, the first first.
func (t *Tally) Times(number int64) []time.Duration {
	if number >= int64(len(t.came)) {
		return nil
	}
	slices.Sort(t.came[number])
	return t.came[number]
}

// Err tells of messages that came twice, out of order, or not before a later one.
func (t *Tally) Err() error {
	if t.wrongs == 0 {
		return nil
	}
	return fmt.Errorf("%d times a reader was told wrong: %q", t.wrongs, t.wrong)
}

// cursorMark is before the number of each change in a frame for pages; between them is an epoch, which has no full stop, and
// before that a quotation mark, which JSON may have given a backslash.
var cursorMark = []byte("data-cursor=")

// numbers calls each for the number of every change in a message, in their order.
func numbers(message []byte, each func(number int64)) {
	for {
		at := bytes.Index(message, cursorMark)
		if at < 0 {
			return
		}
		message = message[at+len(cursorMark):]
		stop := bytes.IndexByte(message, '.')
		if stop < 0 {
			return
		}
		message = message[stop+1:]
		if n, ok := leadingNumber(message); ok {
			each(n)
		}
	}
}

func leadingNumber(text []byte) (n int64, ok bool) {
	for _, digit := range text {
		if digit < '0' || digit > '9' {
			break
		}
		n, ok = n*10+int64(digit-'0'), true
	}
	return n, ok
}
