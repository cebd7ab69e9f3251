//go:build !unix

package realtime

import "net"

// line is how a connection is written to without waiting: here there is no such way, so that each write has a goroutine.
type line struct{}

func newLine(net.Conn) line { return line{} }

type outlet struct{ joined []byte }

func newOutlet() *outlet { return &outlet{} }

func (*outlet) write(line, []byte) (int, error) { return 0, nil }
