package realtime

// poller will read for connections that need no goroutine; there is none such yet.
type poller struct{}

func (*poller) watch(*socket) bool { return false }
func (*poller) forget(*socket)     {}
