package realtime

import "sync/atomic"

// Stats is what a Hub has done and holds, for metrics. All but Sockets and Topics only rise.
type Stats struct {
	Sockets       int   // open connections
	Topics        int   // topics that somebody reads
	Pushes        int64 // messages given to connections, replays and heartbeats left out
	MemoryReplays int64 // subscribers who caught up from a topic's memory
	SourceReplays int64 // subscribers who had to wait for a read of the source
	Reloads       int64 // connections told to load their list anew
	SlowReaders   int64 // connections cut off because they did not keep up
	Reads         int64 // Source.Changes
	Polls         int64 // Source.Heads
	ReadErrors    int64 // of both
}

// counters are the rising part of Stats.
type counters struct {
	pushes, memoryReplays, sourceReplays, reloads, slow, reads, polls, readErrors atomic.Int64
}

// Stats tells what the hub has done so far.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	sockets, topics := len(h.readers), len(h.topics)
	h.mu.Unlock()
	c := &h.counters
	return Stats{
		Sockets: sockets, Topics: topics,
		Pushes: c.pushes.Load(), MemoryReplays: c.memoryReplays.Load(), SourceReplays: c.sourceReplays.Load(),
		Reloads: c.reloads.Load(), SlowReaders: c.slow.Load(),
		Reads: c.reads.Load(), Polls: c.polls.Load(), ReadErrors: c.readErrors.Load(),
	}
}
