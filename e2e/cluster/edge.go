package cluster

import (
	"context"

	"vang/testbed"
)

// startNginx has Nginx take readers for the replicas, which need not run yet.
func (c *Cluster) startNginx(ctx context.Context) (err error) {
	e := Edge{Addr: c.options.Addr}
	for _, r := range c.Replicas {
		e.Replicas = append(e.Replicas, r.Addr)
	}
	take := []*string{&e.Status}
	if e.Addr == "" {
		take = append(take, &e.Addr)
	}
	if c.options.TLS {
		take = append(take, &e.TLSAddr)
	}
	for _, addr := range take {
		if *addr, err = testbed.FreeAddr(); err != nil {
			return err
		}
	}
	c.URL = "http://" + e.Addr
	if c.options.TLS {
		c.TLSURL = "https://" + e.TLSAddr
	}
	if c.Nginx, err = StartNginx(ctx, c.path("nginx"), e); err != nil {
		return err
	}
	c.later(c.Nginx.Stop)
	return nil
}
