package realtime

import "encoding/binary"

// What the first byte of a frame says (RFC 6455 5.2). All frames of this side are whole messages: final and, as a server's
// must be, not masked.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xa

	final    = 0x80 // the message ends here
	reserved = 0x70 // bits of extensions; none was agreed upon
	control  = 0x08 // of the opcode
	masked   = 0x80 // in the second byte
)

// most bytes of a control frame.
const maxControl = 125

// frame lays payload out behind its header: what a connection sends.
func frame(op byte, payload []byte) []byte {
	n := len(payload)
	f := make([]byte, 0, n+10)
	switch {
	case n <= 125:
		f = append(f, final|op, byte(n))
	case n <= 0xffff:
		f = binary.BigEndian.AppendUint16(append(f, final|op, 126), uint16(n))
	default:
		f = binary.BigEndian.AppendUint64(append(f, final|op, 127), uint64(n))
	}
	return append(f, payload...)
}

// textFrame is frame for messages; one without bytes is none, and stays so.
func textFrame(m []byte) []byte {
	if len(m) == 0 {
		return m
	}
	return frame(opText, m)
}

// closeFrame tells why a connection ends.
func closeFrame(code int, reason string) []byte {
	payload := binary.BigEndian.AppendUint16(nil, uint16(code))
	return frame(opClose, append(payload, reason[:min(len(reason), maxControl-2)]...))
}

// heartbeat is a message without text. The peers of connections whose silence the system does not notice are asked for a
// sign of life, too.
var (
	heartbeat = frame(opText, nil)
	probes    = [][]byte{append(frame(opText, nil), frame(opPing, nil)...)}
)
