package cluster

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"vang/testbed"
)

// makeDir makes the folder and one below it for each part.
func (c *Cluster) makeDir() (err error) {
	c.Dir = c.options.Dir
	if c.Dir == "" {
		if c.Dir, err = os.MkdirTemp("", "vang-cluster-"); err != nil {
			return err
		}
		c.later(func() error { return os.RemoveAll(c.Dir) })
	}
	for _, part := range []string{"postgres", "redis", "nginx", "prometheus", "log"} {
		if err := os.MkdirAll(c.path(part), 0o755); err != nil {
			return fmt.Errorf("make a folder for the cluster: %w", err)
		}
	}
	return nil
}

func (c *Cluster) path(parts ...string) string {
	return filepath.Join(append([]string{c.Dir}, parts...)...)
}

// logFile opens a part's log in the folder of logs.
func (c *Cluster) logFile(part string) (io.Writer, error) {
	f, err := os.Create(c.path("log", part+".log"))
	if err != nil {
		return nil, err
	}
	c.later(f.Close)
	if c.options.Log == nil {
		return f, nil
	}
	return io.MultiWriter(f, c.options.Log), nil
}

// startDatabase starts PostgreSQL and the three addresses before it, unless there is a database already.
func (c *Cluster) startDatabase(ctx context.Context) (err error) {
	if c.options.Database != "" {
		return nil
	}
	if c.Postgres, err = testbed.StartPostgres(ctx, c.path("postgres")); err != nil {
		return err
	}
	c.later(func() error { c.Postgres.Stop(); return nil })
	if err := c.Postgres.CreateDatabase(ctx, Database); err != nil {
		return err
	}
	for range addresses {
		p, err := c.proxy(c.Postgres.Addr)
		if err != nil {
			return err
		}
		c.Addresses = append(c.Addresses, p)
	}
	return nil
}

func (c *Cluster) startRedis(ctx context.Context) (err error) {
	if c.Redis, err = testbed.StartRedis(ctx, c.path("redis"), testbed.RedisOptions{}); err != nil {
		return err
	}
	c.later(func() error { c.Redis.Stop(); return nil })
	c.RedisProxy, err = c.proxy(c.Redis.Addr)
	return err
}

// proxy makes a way to target that Close ends.
func (c *Cluster) proxy(target string) (*testbed.Proxy, error) {
	p, err := testbed.NewProxy(target)
	if err != nil {
		return nil, err
	}
	c.later(func() error { p.Close(); return nil })
	return p, nil
}

// Ways are how a replica reaches what it needs.
type Ways struct {
	Addresses []*testbed.Proxy // of the database; nil where it is not the cluster's own
	Redis     *testbed.Proxy
}

// ways are those of everyone or, with Partitions, new ones that lead to those.
func (c *Cluster) ways() (w Ways, err error) {
	w = Ways{Addresses: c.Addresses, Redis: c.RedisProxy}
	if !c.options.Partitions {
		return w, nil
	}
	var own []*testbed.Proxy
	for _, p := range w.Addresses {
		if p, err = c.proxy(p.Addr); err != nil {
			return w, err
		}
		own = append(own, p)
	}
	w.Addresses = own
	w.Redis, err = c.proxy(w.Redis.Addr)
	return w, err
}

// DatabaseURL is the address of a database of the cluster's PostgreSQL as w reaches it. Transactions are SERIALIZABLE, as
// CockroachDB has them, which ends more of them than the REPEATABLE READ that Vang asks PostgreSQL for.
func (c *Cluster) DatabaseURL(database string, w Ways) string {
	if c.Postgres == nil {
		return c.options.Database
	}
	var addrs []string
	for _, p := range w.Addresses {
		addrs = append(addrs, p.Addr)
	}
	return c.Postgres.URL(database, addrs...) + "&default_transaction_isolation=serializable"
}

func (c *Cluster) makeReplicas() error {
	for i := range c.options.Replicas {
		r, err := c.NewReplica(fmt.Sprintf("replica %d", i+1), "")
		if err != nil {
			return err
		}
		c.Replicas = append(c.Replicas, r)
	}
	return nil
}

// NewReplica makes one more replica, which is not behind Nginx and not started; binary "" is the cluster's. A flag among args
// has the last word over what the cluster itself gives. It ends with the cluster.
func (c *Cluster) NewReplica(name, binary string, args ...string) (*Replica, error) {
	if binary == "" {
		binary = c.options.Binary
	}
	log, err := c.logFile(strings.ReplaceAll(name, " ", "-"))
	if err != nil {
		return nil, err
	}
	w, err := c.ways()
	if err != nil {
		return nil, err
	}
	given := []string{"--database", c.DatabaseURL(Database, w), "--redis", "redis://" + w.Redis.Addr}
	r, err := NewReplica(name, binary, log, append(append(given, c.options.Args...), args...)...)
	if err != nil {
		return nil, err
	}
	r.Ways = w
	c.later(func() error { r.Kill(); return nil })
	return r, nil
}

// together runs all at once, waits for all, and returns the first error; it ends the others' context.
func together(ctx context.Context, fs ...func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	for _, f := range fs {
		running.Go(func() {
			if err := f(ctx); err != nil {
				cancel(err)
			}
		})
	}
	running.Wait()
	return context.Cause(ctx)
}
