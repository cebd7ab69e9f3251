package crowd

import (
	"encoding/binary"
	"errors"
)

// The opcodes of RFC 6455.
const (
	opText  = 1
	opClose = 8
	opPing  = 9
	opPong  = 10
)

var (
	errMasked   = errors.New("a server's frame is masked")
	errFragment = errors.New("a message came in fragments, or with an extension, and nobody asked for that")
)

// frames calls each for all whole frames at the beginning of data and returns what is left of it. What each gets is a view.
func frames(data []byte, each func(op byte, payload []byte) error) (rest []byte, err error) {
	for {
		head, size, ok := frameHead(data)
		if !ok || uint64(len(data)-head) < size {
			return data, nil
		}
		switch {
		case data[1]&0x80 != 0:
			return data, errMasked
		case data[0]&0xf0 != 0x80 || data[0]&0x0f == 0:
			return data, errFragment
		}
		end := head + int(size)
		if err := each(data[0]&0x0f, data[head:end]); err != nil {
			return data, err
		}
		data = data[end:]
	}
}

// frameHead tells how long the first frame's head is, and its payload, if so much of it is there.
func frameHead(data []byte) (head int, size uint64, ok bool) {
	if len(data) < 2 {
		return 0, 0, false
	}
	switch n := data[1] & 0x7f; {
	case n < 126:
		return 2, uint64(n), true
	case n == 126 && len(data) >= 4:
		return 4, uint64(binary.BigEndian.Uint16(data[2:])), true
	case n == 127 && len(data) >= 10:
		return 10, binary.BigEndian.Uint64(data[2:]), true
	}
	return 0, 0, false
}

// masked is a client's frame. Its mask is zero, which is a mask like any other to who reads it.
func masked(op byte, payload []byte) []byte {
	frame := []byte{0x80 | op}
	if len(payload) < 126 {
		frame = append(frame, 0x80|byte(len(payload)))
	} else {
		frame = binary.BigEndian.AppendUint16(append(frame, 0x80|126), uint16(len(payload)))
	}
	return append(append(frame, 0, 0, 0, 0), payload...)
}
