package main

import (
	"log/slog"

	"github.com/alexedwards/scs/goredisstore"
	"github.com/alexedwards/scs/v2"
	"github.com/redis/go-redis/v9"

	"vang/realtime"
	"vang/store"
)

// sessionPrefix stands before the hashed tokens of sessions in Redis.
const sessionPrefix = "vang:session:"

// shared is what replicas share besides the database. One process alone has it in itself and in its database.
type shared struct {
	redis    *redis.Client // nil for one process alone
	bus      realtime.Bus
	sessions scs.Store
}

// share opens what c names. A Redis that does not answer is no error: pages, comments and live updates go on without.
func share(c Config, st store.Store, log *slog.Logger) (shared, error) {
	if c.Redis == "" {
		return shared{bus: realtime.NewLocalBus(), sessions: store.NewSessions(st)}, nil
	}
	client, err := realtime.OpenRedis(c.Redis)
	if err != nil {
		return shared{}, err
	}
	return shared{
		redis: client, bus: realtime.NewRedisBus(client, log), sessions: goredisstore.NewWithPrefix(client, sessionPrefix),
	}, nil
}

func (s shared) close() {
	if s.bus != nil {
		_ = s.bus.Close()
	}
	if s.redis != nil {
		_ = s.redis.Close()
	}
}
