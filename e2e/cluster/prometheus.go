package cluster

import (
	"context"
	"fmt"
	"os"
	"strings"

	"vang/testbed"
)

// startPrometheus has Prometheus watch the replicas, if that was asked for.
func (c *Cluster) startPrometheus(ctx context.Context) error {
	if !c.options.Prometheus {
		return nil
	}
	addr, err := testbed.FreeAddr()
	if err != nil {
		return err
	}
	file := c.path("prometheus", "prometheus.yml")
	if err := os.WriteFile(file, []byte(scrapes(addr, c.Replicas)), 0o644); err != nil {
		return err
	}
	if c.Prometheus, err = testbed.StartPrometheus(ctx, c.path("prometheus"), file, addr); err != nil {
		return err
	}
	c.later(func() error { c.Prometheus.Stop(); return nil })
	return nil
}

// scrapes is Prometheus' configuration: itself and the replicas, every two seconds, since whoever tries a cluster waits for it.
func scrapes(own string, replicas []*Replica) string {
	var targets strings.Builder
	for _, r := range replicas {
		fmt.Fprintf(&targets, "      - targets: [%q]\n        labels: {replica: %q}\n", r.Addr, r.Name)
	}
	return "global:\n  scrape_interval: 2s\n  scrape_timeout: 1s\nscrape_configs:\n" +
		"  - job_name: prometheus\n    static_configs:\n      - targets: [\"" + own + "\"]\n" +
		"  - job_name: vang\n    static_configs:\n" + targets.String()
}
