//go:build !linux

package realtime

// poller is for Linux only; elsewhere each connection has a goroutine that reads.
type poller struct{}

func (*poller) watch(*socket) bool { return false }
func (*poller) forget(*socket)     {}
