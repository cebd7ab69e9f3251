package wire

import (
	"bytes"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// Head is the status and the header of a ready answer, as net/http would write them. It may be used by any number of
// goroutines.
type Head struct {
	lines []byte // up to the Date
	dated atomic.Pointer[dated]
}

// dated is a head as it is sent during one second.
type dated struct {
	second int64
	bytes  []byte
}

// NewHead makes the head of an answer. The header must say the length of the body, if there is one.
func NewHead(status int, header http.Header) *Head {
	var buf bytes.Buffer
	fmt.Fprintf(&buf, "HTTP/1.1 %03d %s\r\n", status, http.StatusText(status))
	_ = header.Write(&buf) // a buffer cannot fail
	buf.WriteString("Date: ")
	return &Head{lines: buf.Bytes()}
}

// Size is how many bytes it takes, more or less.
func (h *Head) Size() int64 { return 2 * int64(len(h.lines)+64) }

// at is the head with the date of now.
func (h *Head) at(now time.Time) []byte {
	second := now.Unix()
	if d := h.dated.Load(); d != nil && d.second == second {
		return d.bytes
	}
	b := make([]byte, 0, len(h.lines)+len(http.TimeFormat)+4)
	b = append(b, h.lines...)
	b = now.UTC().AppendFormat(b, http.TimeFormat)
	b = append(b, "\r\n\r\n"...)
	h.dated.Store(&dated{second: second, bytes: b})
	return b
}
