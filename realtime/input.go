package realtime

import (
	"encoding/binary"
	"slices"
	"unicode/utf8"
)

// input takes what a client sends apart, however it is cut into pieces. It is strict (RFC 6455 5.2 to 5.5) and keeps only
// what somebody asks for: of what is not wanted it counts the bytes.
type input struct {
	head   [14]byte // of the current frame
	have   uint8    // bytes of head that came
	inside bool     // head is whole; the payload comes
	turn   uint8    // which byte of the mask is next
	kind   byte     // opText or opBinary while a message is on its way, else 0
	left   int64    // bytes of the payload that are to come
	size   int64    // of the message on its way, the current frame included
	want   bool     // messages are kept
	told   []byte   // of the message on its way
	ctl    []byte   // of the control frame on its way
}

// arrival is what a frame brought: a control frame, a message that is complete now, or neither (op 0).
type arrival struct {
	op      byte
	payload []byte
}

// next reads up to the end of a frame, or of p, and returns what is left of p. whole tells whether a frame ended. code is
// that of the close which p deserves, or 0: after codeProtocol what follows has no meaning, after the others it has.
func (in *input) next(p []byte, limit int64) (a arrival, rest []byte, whole bool, code int) {
	for !in.inside {
		if len(p) == 0 {
			return arrival{}, nil, false, 0
		}
		n := copy(in.head[in.have:in.need()], p)
		in.have, p = in.have+uint8(n), p[n:]
		if in.have < 2 {
			continue
		}
		if in.have == 2 && !in.sound() {
			return arrival{}, nil, false, codeProtocol
		}
		if in.have == in.need() {
			if code = in.begin(limit); code != 0 {
				return arrival{}, p, false, code
			}
		}
	}
	n := int(min(in.left, int64(len(p))))
	in.take(p[:n])
	p = p[n:]
	if in.left > 0 {
		return arrival{}, p, false, 0
	}
	a, code = in.end()
	return a, p, true, code
}

// need is how long the header is, as far as that is known.
func (in *input) need() uint8 {
	if in.have < 2 {
		return 2
	}
	switch in.head[1] &^ masked {
	case 126:
		return 2 + 2 + 4
	case 127:
		return 2 + 8 + 4
	}
	return 2 + 4
}

func (in *input) op() byte { return in.head[0] & 0x0f }

// sound judges the first two bytes.
func (in *input) sound() bool {
	first, second := in.head[0], in.head[1]
	if first&reserved != 0 || second&masked == 0 {
		return false
	}
	switch in.op() {
	case opContinuation:
		return in.kind != 0
	case opText, opBinary:
		return in.kind == 0
	case opClose, opPing, opPong:
		return first&final != 0 && second&^masked <= maxControl
	}
	return false
}

// begin reads a whole header.
func (in *input) begin(limit int64) (code int) {
	in.inside, in.turn = true, 0
	short := in.head[1] &^ masked
	in.left = int64(short)
	switch short {
	case 126:
		in.left = int64(binary.BigEndian.Uint16(in.head[2:]))
		if in.left <= 125 {
			return codeProtocol
		}
	case 127:
		in.left = int64(binary.BigEndian.Uint64(in.head[2:]))
		if in.left <= 0xffff { // or negative
			return codeProtocol
		}
	}
	if in.op()&control != 0 {
		return 0
	}
	if in.op() != opContinuation {
		in.kind, in.size = in.op(), 0
	}
	if in.size += in.left; in.size > limit || in.size < 0 {
		return codeTooBig
	}
	return 0
}

// take reads a part of the payload and lifts the mask (5.3).
func (in *input) take(p []byte) {
	in.left -= int64(len(p))
	into := &in.told
	if in.op()&control != 0 {
		into = &in.ctl
	} else if !in.want {
		return
	}
	*into = slices.Grow(*into, len(p))
	key := in.head[in.have-4 : in.have]
	for _, c := range p {
		*into = append(*into, c^key[in.turn])
		in.turn = (in.turn + 1) % 4
	}
}

// end is what a frame brings that has wholly come.
func (in *input) end() (a arrival, code int) {
	in.inside, in.have = false, 0
	if in.op()&control != 0 {
		a = arrival{in.op(), in.ctl}
		in.ctl = nil
		if a.op == opClose && !soundClose(a.payload) {
			code = codeProtocol
		}
		return a, code
	}
	if in.head[0]&final == 0 {
		return arrival{}, 0
	}
	a = arrival{in.kind, in.told}
	in.kind, in.told = 0, nil
	return a, 0
}

// soundClose judges why a client says it leaves: nothing, or a code that may be sent (7.4) and a text.
func soundClose(p []byte) bool {
	if len(p) < 2 {
		return len(p) == 0
	}
	code := binary.BigEndian.Uint16(p)
	switch {
	case code == 1004, code == 1005, code == 1006, code == 1015:
		return false
	case code < 1000, code > 1014 && code < 3000, code > 4999:
		return false
	}
	return utf8.Valid(p[2:])
}
