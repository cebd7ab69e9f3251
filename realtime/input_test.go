package realtime

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
)

// heard is what a reader of frames made of a stream.
type heard struct {
	Messages []string // the kind, then the bytes
	Pongs    []string // that are to be sent
	Code     int      // that the peer deserves to be closed with
	Closed   bool     // the peer closed
}

const testLimit = 300

// hearOurs feeds stream in pieces of the given lengths, over and over.
func hearOurs(stream []byte, pieces ...int) (h heard) {
	in := input{want: true}
	for i := 0; len(stream) > 0; i++ {
		n := min(max(pieces[i%len(pieces)], 1), len(stream))
		p := stream[:n:n]
		stream = stream[n:]
		for len(p) > 0 {
			a, rest, _, code := in.next(p, testLimit)
			p = rest
			if code != 0 {
				h.Code = code
				return h
			}
			switch a.op {
			case opText, opBinary:
				h.Messages = append(h.Messages, string('0'+rune(a.op))+string(a.payload))
			case opPing:
				h.Pongs = append(h.Pongs, string(a.payload))
			case opClose:
				h.Closed = true
				return h
			}
		}
	}
	return h
}

// stream is a connection from which a peer's bytes are read, and to which nothing is lost.
type stream struct {
	net.Conn
	in  *bytes.Reader
	out bytes.Buffer
}

// errTorn ends a stream: of io.EOF in the middle of a message coder/websocket makes the end of that message.
var errTorn = errors.New("torn")

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	if err != nil {
		err = errTorn
	}
	return n, err
}

func (s *stream) Write(p []byte) (int, error) { return s.out.Write(p) }
func (s *stream) Close() error                { return nil }

type streamWriter struct {
	*httptest.ResponseRecorder
	conn *stream
}

func (w streamWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w.conn, bufio.NewReadWriter(bufio.NewReader(w.conn), bufio.NewWriter(w.conn)), nil
}

// hearTheirs has coder/websocket read the same bytes. fault tells that it found one.
func hearTheirs(t testing.TB, p []byte) (h heard, fault bool) {
	t.Helper()
	conn := &stream{in: bytes.NewReader(p)}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
	} {
		r.Header.Set(name, value)
	}
	ws, err := websocket.Accept(streamWriter{httptest.NewRecorder(), conn}, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	ws.SetReadLimit(testLimit)
	for err == nil {
		var kind websocket.MessageType
		var m []byte
		if kind, m, err = ws.Read(context.Background()); err == nil {
			h.Messages = append(h.Messages, string('0'+rune(kind))+string(m))
		}
	}
	_ = ws.CloseNow()
	h.Closed = websocket.CloseStatus(err) != -1
	for out := conn.out.Bytes(); len(out) > 0; {
		n := int(out[1]) // control frames only
		if out[0] == final|opPong {
			h.Pongs = append(h.Pongs, string(out[2:2+n]))
		}
		out = out[2+n:]
	}
	return h, !h.Closed && !errors.Is(err, errTorn)
}

// fromClient lays a frame out as a client does. first holds the opcode and the bits beside it.
func fromClient(first byte, payload string) []byte {
	f := frame(first&0x0f, []byte(payload))
	f[0] = first
	f[1] |= masked
	head := len(f) - len(payload)
	key := []byte{1, 0x80, 0xff, 7}
	out := append(append([]byte{}, f[:head]...), key...)
	for i := range len(payload) {
		out = append(out, payload[i]^key[i%4])
	}
	return out
}

func TestInput(t *testing.T) {
	long := strings.Repeat("x", testLimit)
	for name, test := range map[string]struct {
		stream []byte
		want   heard
	}{
		"nothing":   {nil, heard{}},
		"a message": {fromClient(0x81, "xin chào"), heard{Messages: []string{"1xin chào"}}},
		"two":       {slicesConcat(fromClient(0x81, ""), fromClient(0x82, "b")), heard{Messages: []string{"1", "2b"}}},
		"of 126":    {fromClient(0x81, long[:126]), heard{Messages: []string{"1" + long[:126]}}},
		"the limit": {fromClient(0x81, long), heard{Messages: []string{"1" + long}}},
		"one more":  {fromClient(0x81, long+"y"), heard{Code: codeTooBig}},
		"in parts": {
			slicesConcat(fromClient(0x01, "a"), fromClient(0x89, "p"), fromClient(0x00, "b"), fromClient(0x8a, ""), fromClient(0x80, "c")),
			heard{Messages: []string{"1abc"}, Pongs: []string{"p"}},
		},
		"too large in parts": {slicesConcat(fromClient(0x01, long), fromClient(0x80, "y")), heard{Code: codeTooBig}},
		"a close":            {slicesConcat(fromClient(0x88, "\x03\xe8bye"), fromClient(0x81, "late")), heard{Closed: true}},
		"a bare close":       {fromClient(0x88, ""), heard{Closed: true}},
		"half a code":        {fromClient(0x88, "\x03"), heard{Code: codeProtocol}},
		"no such code":       {fromClient(0x88, "\x03\xed"), heard{Code: codeProtocol}},
		"a code below all":   {fromClient(0x88, "\x00\x01"), heard{Code: codeProtocol}},
		"not UTF-8":          {fromClient(0x88, "\x03\xe8\xff"), heard{Code: codeProtocol}},
		"not masked":         {[]byte{0x81, 0x01, 'x'}, heard{Code: codeProtocol}},
		"reserved bits":      {fromClient(0xc1, "x"), heard{Code: codeProtocol}},
		"unknown opcode":     {fromClient(0x83, "x"), heard{Code: codeProtocol}},
		"unknown control":    {fromClient(0x8b, "x"), heard{Code: codeProtocol}},
		"continues nothing":  {fromClient(0x80, "x"), heard{Code: codeProtocol}},
		"begins in another":  {slicesConcat(fromClient(0x01, "a"), fromClient(0x81, "b")), heard{Code: codeProtocol}},
		"a ping in parts":    {fromClient(0x09, "x"), heard{Code: codeProtocol}},
		"a ping of 125":      {fromClient(0x89, long[:125]), heard{Pongs: []string{long[:125]}}},
		"a ping of 126":      {fromClient(0x89, long[:126]), heard{Code: codeProtocol}},
		"a long 5":           {[]byte{0x81, 0xfe, 0, 5, 0, 0, 0, 0, 'h', 'e', 'l', 'l', 'o'}, heard{Code: codeProtocol}},
		"a longer 5":         {[]byte{0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 'h', 'e', 'l', 'l', 'o'}, heard{Code: codeProtocol}},
		"a length of 2^63":   {[]byte{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, heard{Code: codeProtocol}},
		"a length of 2^62":   {[]byte{0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, heard{Code: codeTooBig}},
	} {
		for _, pieces := range [][]int{{1 << 20}, {1}, {3, 1, 7}} {
			if diff := cmp.Diff(test.want, hearOurs(test.stream, pieces...)); diff != "" {
				t.Errorf("%s in pieces of %v (-want +got):\n%s", name, pieces, diff)
			}
		}
	}
}

func slicesConcat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// stricter tells whether a stream breaks a rule that coder/websocket does not hold a peer to: the shortest length, and
// UTF-8 in what a close says.
func stricter(p []byte) bool {
	for len(p) >= 2 {
		n, head := int(p[1]&0x7f), 2
		switch {
		case n == 126 && len(p) >= 4:
			n, head = int(binary.BigEndian.Uint16(p[2:])), 4
			if n <= 125 {
				return true
			}
		case n == 127 && len(p) >= 10:
			long := binary.BigEndian.Uint64(p[2:])
			if long <= 0xffff {
				return true
			}
			if long > 1<<20 {
				return false
			}
			n, head = int(long), 10
		case n >= 126:
			return false
		}
		if p[0]&0x0f == opClose {
			return true
		}
		if len(p) < head+4+n {
			return false
		}
		p = p[head+4+n:]
	}
	return false
}

// FuzzInput holds ours against coder/websocket's reading of the same bytes, and against itself when they come in pieces.
func FuzzInput(f *testing.F) {
	for _, seed := range [][]byte{
		fromClient(0x81, "hello"), fromClient(0x89, "ping"), fromClient(0x88, "\x03\xe8bye"), fromClient(0x82, strings.Repeat("b", 200)),
		slicesConcat(fromClient(0x01, "a"), fromClient(0x89, ""), fromClient(0x80, "b"), fromClient(0x88, "")),
		fromClient(0x81, strings.Repeat("x", testLimit+1)),
		{0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	} {
		f.Add(seed, byte(3), byte(1))
	}
	f.Fuzz(func(t *testing.T, p []byte, one, two byte) {
		ours := hearOurs(p, len(p)+1)
		if diff := cmp.Diff(ours, hearOurs(p, int(one), int(two))); diff != "" {
			t.Fatalf("in pieces of %d and %d (-whole +pieces):\n%s", one, two, diff)
		}
		theirs, fault := hearTheirs(t, p)
		if fault && ours.Code == 0 { // ours judges a header when it is whole
			ours = hearOurs(append(slices.Clone(p), make([]byte, 4)...), len(p)+4)
		}
		if ours.Code == 0 {
			if diff := cmp.Diff(theirs, ours); diff != "" || fault {
				t.Fatalf("they found a fault: %v; (-theirs +ours):\n%s", fault, diff)
			}
			return
		}
		if n := len(ours.Messages); len(theirs.Messages) < n || !slices.Equal(theirs.Messages[:n], ours.Messages) {
			t.Fatalf("before the fault we heard %q, they %q", ours.Messages, theirs.Messages)
		}
		if ours.Code == codeProtocol && !fault && !stricter(p) && len(theirs.Messages) > len(ours.Messages) {
			t.Fatalf("only we found a fault, after %d of %d messages", len(ours.Messages), len(theirs.Messages))
		}
	})
}

func TestInputKeepsNothingThatIsNotWanted(t *testing.T) {
	in := input{}
	message := slicesConcat(fromClient(0x01, "abc"), fromClient(0x80, "def"))
	for range 3 {
		for p := message; len(p) > 0; {
			a, rest, _, code := in.next(p, testLimit)
			if p = rest; code != 0 || a.payload != nil || in.told != nil {
				t.Fatalf("code %d, payload %q, kept %q", code, a.payload, in.told)
			}
		}
	}
	if n := testing.AllocsPerRun(100, func() {
		for p := message; len(p) > 0; {
			_, p, _, _ = in.next(p, testLimit)
		}
	}); n != 0 {
		t.Errorf("%v allocations for what nobody wants", n)
	}
}

func BenchmarkInput(b *testing.B) {
	hello := fromClient(0x81, strings.Repeat("h", 280))
	b.ReportAllocs()
	for b.Loop() {
		in := input{want: true}
		if a, _, _, _ := in.next(hello, 4096); len(a.payload) != 280 {
			b.Fatal("not read")
		}
	}
}
