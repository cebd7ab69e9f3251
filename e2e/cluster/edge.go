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
	if e.Addr == "" {
		if e.Addr, err = testbed.FreeAddr(); err != nil {
			return err
		}
	}
	if c.options.TLS {
		if e.TLSAddr, err = testbed.FreeAddr(); err != nil {
			return err
		}
		c.TLSURL = "https://" + e.TLSAddr
	}
	c.URL = "http://" + e.Addr
	if c.Nginx, err = StartNginx(ctx, c.path("nginx"), e); err != nil {
		return err
	}
	c.later(c.Nginx.Stop)
	return nil
}
