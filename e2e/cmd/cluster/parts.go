package main

import (
	"context"
	"fmt"
	"time"

	"vang/e2e/cluster"
	"vang/testbed"
)

// patience is how long a part may take to end after it was asked to.
const patience = time.Minute

// part is one child of the cluster.
type part struct {
	name    string // as in commands: "2", "redis"
	title   string // as in the table
	address string
	process func() *testbed.Process
	start   func(context.Context) error
	verbs   map[string]func() error // what else can be done to it
}

func (p *part) running() bool {
	c := p.process()
	return c != nil && c.Running()
}

// newPart makes a part that is paused, killed and stopped as most are.
func newPart(name, title, address string, process func() *testbed.Process, start func(context.Context) error, stop func() error) *part {
	p := &part{name: name, title: title, address: address, process: process, start: start}
	p.verbs = map[string]func() error{
		"stop":   stop,
		"kill":   func() error { process().Kill(); return nil },
		"pause":  func() error { return process().Pause() },
		"resume": func() error { return process().Resume() },
	}
	return p
}

// partsOf are the children of c, as the table lists them.
func partsOf(c *cluster.Cluster) []*part {
	n := c.Nginx
	parts := []*part{newPart("nginx", "Nginx", c.URL, n.Process, n.Start, n.Stop)}
	parts[0].verbs["reload"] = func() error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		return n.Reload(ctx)
	}
	for i, r := range c.Replicas {
		stop := func() error { return r.Stop(patience) }
		parts = append(parts, newPart(fmt.Sprint(i+1), r.Name, r.URL, r.Process, r.Start, stop))
	}
	if c.Postgres != nil {
		parts = append(parts, postgresOf(c.Postgres))
	}
	parts = append(parts, newPart("redis", "Redis", c.Redis.Addr, c.Redis.Process, c.Redis.Start, c.Redis.Stop))
	if p := c.Prometheus; p != nil {
		parts = append(parts, newPart("prometheus", "Prometheus", p.URL(), p.Process, p.Start, done(p.Stop)))
	}
	return parts
}

// postgresOf is PostgreSQL, which is more than one process.
func postgresOf(pg *testbed.Postgres) *part {
	p := newPart("db", "PostgreSQL", pg.Addr, pg.Process, pg.Start, done(pg.Stop))
	p.verbs["kill"], p.verbs["pause"], p.verbs["resume"] = done(pg.Kill), done(pg.Pause), done(pg.Resume)
	return p
}

// done makes of f one that may fail.
func done(f func()) func() error {
	return func() error { f(); return nil }
}
