package web

import (
	"github.com/prometheus/client_golang/prometheus"

	"vang/realtime"
)

// hubCollectors tell what the hub holds and has done.
func hubCollectors(hub *realtime.Hub) []prometheus.Collector {
	gauge := func(name, help string, value func(realtime.Stats) int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help},
			func() float64 { return float64(value(hub.Stats())) })
	}
	counter := func(name, help string, value func(realtime.Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help},
			func() float64 { return float64(value(hub.Stats())) })
	}
	replays := func(from string, value func(realtime.Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "vang_live_replays_total", Help: "Pages that caught up when they connected, by where from: memory, database.",
			ConstLabels: prometheus.Labels{"from": from},
		}, func() float64 { return float64(value(hub.Stats())) })
	}
	return []prometheus.Collector{
		gauge("vang_live_sockets", "Open WebSockets.", func(s realtime.Stats) int { return s.Sockets }),
		gauge("vang_live_topics", "Discussions that somebody reads live.", func(s realtime.Stats) int { return s.Topics }),
		counter("vang_live_pushes_total", "Messages given to sockets, without replays and heartbeats.",
			func(s realtime.Stats) int64 { return s.Pushes }),
		replays("memory", func(s realtime.Stats) int64 { return s.MemoryReplays }),
		replays("database", func(s realtime.Stats) int64 { return s.SourceReplays }),
		counter("vang_live_reloads_total", "Pages told to load their list anew.", func(s realtime.Stats) int64 { return s.Reloads }),
		counter("vang_live_slow_readers_total", "Sockets cut off because they did not keep up.",
			func(s realtime.Stats) int64 { return s.SlowReaders }),
		counter("vang_live_reads_total", "Reads of a discussion's changes.", func(s realtime.Stats) int64 { return s.Reads }),
		counter("vang_live_polls_total", "Looks at the heads of all discussions that somebody reads live.",
			func(s realtime.Stats) int64 { return s.Polls }),
		counter("vang_live_read_errors_total", "Reads and looks that failed.", func(s realtime.Stats) int64 { return s.ReadErrors }),
	}
}
