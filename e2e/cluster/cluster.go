package cluster

import (
	"context"
	"errors"
	"slices"
	"sync"

	"vang/testbed"
)

// Cluster is the running whole. What Options left out is nil.
type Cluster struct {
	URL    string // where Nginx takes readers
	TLSURL string
	Dir    string

	Replicas   []*Replica // behind Nginx
	Postgres   *testbed.Postgres
	Addresses  []*testbed.Proxy // of the database: each leads to Postgres, as a node of CockroachDB would to its own
	Redis      *testbed.Redis
	RedisProxy *testbed.Proxy
	Nginx      *testbed.Nginx
	Prometheus *testbed.Prometheus

	options Options

	mu   sync.Mutex
	undo []func() error // of what was started, in that order
}

// Start starts a cluster and waits until it may have readers. Where that fails, all that was started ends before it returns.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	c := &Cluster{options: o}
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	if err := c.makeDir(); err != nil {
		return err
	}
	// PostgreSQL takes by far the longest: some four seconds.
	if err := together(ctx, c.startDatabase, c.startRedis); err != nil {
		return err
	}
	if err := c.makeReplicas(); err != nil {
		return err
	}
	starts := []func(context.Context) error{c.startNginx, c.startPrometheus}
	for _, r := range c.Replicas {
		starts = append(starts, r.Start)
	}
	if err := together(ctx, starts...); err != nil {
		return err
	}
	return answers(ctx, c.URL+"/livez")
}

// Close ends everything and, where it was a temporary one, removes the folder. It may be called more than once.
func (c *Cluster) Close() error {
	c.mu.Lock()
	undo := slices.Clone(c.undo)
	c.undo = nil
	c.mu.Unlock()
	var errs []error
	for _, f := range slices.Backward(undo) {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

// later has Close do f before all that was given to later so far.
func (c *Cluster) later(f func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.undo = append(c.undo, f)
}
