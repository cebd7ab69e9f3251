package web

import (
	"context"
	"errors"
	"fmt"

	"github.com/alexedwards/scs/v2"
	"github.com/prometheus/client_golang/prometheus"

	"vang/realtime"
)

// together is what replicas share through Redis. None of it is needed to serve.
type together struct {
	fuse   *fuse
	limits *shared // nil if there is no limit
}

// useRedis has sessions and limits in Redis.
func (s *Server) useRedis(d Deps) error {
	store, ok := d.Sessions.(scs.CtxStore)
	if !ok {
		return fmt.Errorf("sessions in %T cannot be bounded in time: it takes no context", d.Sessions)
	}
	s.redis = &together{fuse: &fuse{log: d.Log}}
	s.sessions = newSessions(&fusedSessions{store: store, fuse: s.redis.fuse})
	if local, limited := s.limiter.(*buckets); limited {
		s.redis.limits = newShared(d.Redis, s.redis.fuse, d.Config.Secret, local)
		s.limiter = s.redis.limits
	}
	return nil
}

// lookAtRedis tells how the parts are that replicas share.
func (s *Server) lookAtRedis(ctx context.Context) []part {
	if s.redis == nil {
		return nil // this process alone
	}
	parts := []part{s.lookAt(ctx, "sessions", stateDegraded, s.pingShared(&s.sessionErrors))}
	if s.redis.limits != nil {
		parts = append(parts, s.lookAt(ctx, "limits", stateDegraded, s.pingShared(&s.redis.limits.fallbacks)))
	}
	if s.deps.Lineage != nil {
		parts = append(parts, lookAtNeighbours(s.deps.Lineage))
	}
	return parts
}

func lookAtNeighbours(l *realtime.Lineage) part {
	p := part{Name: "neighbours", Status: stateOK}
	if _, near := l.Foreign(); near {
		p.Status = stateDegraded
	}
	return p
}

// pingShared asks Redis, and remembers what went wrong a moment ago: a Redis that is full answers a ping too.
func (s *Server) pingShared(lately *tally) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, redisWait)
		defer cancel()
		if err := s.deps.Redis.Ping(ctx).Err(); err != nil {
			return err
		}
		if lately.recent() {
			return errors.New("redis did not do what it was asked a moment ago")
		}
		return nil
	}
}

// counting is a bus that tells how it does.
type counting interface{ Stats() realtime.BusStats }

// busStats are those of a bus in this process where it counts nothing.
func busStats(bus realtime.Bus) realtime.BusStats {
	if b, ok := bus.(counting); ok {
		return b.Stats()
	}
	return realtime.BusStats{Up: true}
}

// isUp tells whether wakes of other replicas arrive.
func isUp(bus realtime.Bus) bool { return busStats(bus).Up }

// busCollectors tell how the replicas hold together.
func (s *Server) busCollectors() []prometheus.Collector {
	counter := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	bus := s.deps.Bus
	return []prometheus.Collector{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "vang_bus_up", Help: "Whether wakes of other replicas arrive."}, func() float64 {
			if isUp(bus) {
				return 1
			}
			return 0
		}),
		counter("vang_bus_reconnects_total", "Subscriptions to wakes that began anew.", func() int64 { return busStats(bus).Reconnects }),
		counter("vang_bus_garbage_total", "Messages on the bus that were no wakes.", func() int64 { return busStats(bus).Garbage }),
		counter("vang_foreign_wakes_total", "Wakes of replicas with another database.", func() int64 {
			if s.deps.Lineage == nil {
				return 0
			}
			total, _ := s.deps.Lineage.Foreign()
			return total
		}),
		counter("vang_limit_fallbacks_total", "Limits that this replica judged by itself, since Redis did not.", func() int64 {
			if s.redis == nil || s.redis.limits == nil {
				return 0
			}
			return s.redis.limits.fallbacks.total.Load()
		}),
		counter("vang_session_errors_total", "Questions that the session store did not answer.", s.sessionErrors.total.Load),
	}
}
