package store

import (
	"context"
	"errors"
	"maps"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// connectTimeout bounds one attempt on one host: one may take the connection and never say a word.
	connectTimeout = 2 * time.Second
	pingTimeout    = 500 * time.Millisecond
	// poolSize is the connections of one pool; with two pools, six replicas fit into the 100 that PostgreSQL has.
	poolSize = 8
	// poolSizeName is what an address may say instead of it.
	poolSizeName = "pool_max_conns"
)

// errNoConnection is the answer where no connection was to be had in time.
var errNoConnection = errors.New("no connection in time")

// pgPool is connections for one purpose.
type pgPool struct {
	*pgxpool.Pool
	limits pgLimits
	closed atomic.Bool
	crowd  crowd
	inject atomic.Pointer[func(done bool) error] // a test's fault, before a statement (false) and when it is done (true)
}

// acquire waits for a connection, at most as long as a try lasts.
func (p *pgPool) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	if p.closed.Load() {
		return nil, errClosed()
	}
	if err := p.crowd.enter(); err != nil {
		return nil, err
	}
	defer p.crowd.leave()
	wait, cancel := context.WithTimeout(ctx, p.limits.try)
	defer cancel()
	c, err := p.Acquire(wait)
	switch {
	case err == nil:
		return c, nil
	case p.closed.Load():
		return nil, errClosed()
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case wait.Err() != nil:
		return nil, errors.Join(errNoConnection, err)
	}
	return nil, err
}

// close waits for those who use a connection; the limits say how long that may take.
func (p *pgPool) close() {
	if p != nil && !p.closed.Swap(true) {
		p.Pool.Close()
	}
}

// settings are what every session asks of the server. They bound what it does by itself, should nobody be left to tell it to
// stop. In milliseconds; an address may set others.
func settings(more map[string]string) map[string]string {
	s := map[string]string{
		"application_name":                    "vang",
		"statement_timeout":                   "3000",
		"idle_in_transaction_session_timeout": "5000",
		"idle_session_timeout":                "600000", // of who vanished: connections of the pool are replaced sooner
	}
	maps.Copy(s, more)
	return s
}

// writingSession and readingSession are what the two pools differ in. A read takes no locks that a writer would run into.
//
// Writes are planned once a connection: PostgreSQL would plan what takes arrays anew each time, which takes longer than to
// carry it out (measured: 390 comments/s from one writer against 1,280).
//
// A statement ends before the time of a try does, so that the server's word of it still arrives: it tells a row that somebody
// keeps, which concerns one post, from a server that is silent, which concerns all (see tookLong).
func writingSession() map[string]string {
	return map[string]string{
		"default_transaction_isolation": "repeatable read", "plan_cache_mode": "force_generic_plan", "statement_timeout": "2500",
	}
}

// Reads follow an index in its order and stop. PostgreSQL would rather find all rows of a discussion and sort them where it
// believes that there are few, as it does of a post that became busy since it last looked at the table (measured: 7 ms for the
// first page of 10,000 comments against 0.2 ms, and more with each comment).
func readingSession() map[string]string {
	return map[string]string{
		"default_transaction_isolation": "repeatable read", "default_transaction_read_only": "on", "enable_bitmapscan": "off",
	}
}

// poolConfig tunes a pool to go on when one of several hosts dies or goes silent.
func (a *pgAddress) poolConfig(session map[string]string, hosts *pgHosts, clock *pgClock) *pgxpool.Config {
	config := a.pool.Copy()
	config.MaxConnLifetime, config.MaxConnLifetimeJitter = 5*time.Minute, 30*time.Second
	config.MaxConnIdleTime, config.HealthCheckPeriod = 2*time.Minute, 15*time.Second
	config.PingTimeout = pingTimeout
	config.ConnConfig.RuntimeParams = settings(session)
	maps.Copy(config.ConnConfig.RuntimeParams, a.pool.ConnConfig.RuntimeParams)
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	dialler := &net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}}
	config.ConnConfig.DialFunc = dialler.DialContext
	config.BeforeConnect, config.ShouldPing, config.BeforeClose = hosts.order, hosts.doubtful, leave
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		ctx, cancel := context.WithTimeout(ctx, connectTimeout)
		defer cancel()
		return clock.ask(ctx, c)
	}
	return config
}

func openPool(ctx context.Context, config *pgxpool.Config, limits pgLimits) (*pgPool, error) {
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return &pgPool{Pool: pool, limits: limits}, nil
}
