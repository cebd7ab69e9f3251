package testbed

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"syscall"
	"time"
)

// Prometheus is a Prometheus server that keeps its measurements in a folder.
type Prometheus struct {
	Addr string

	dir     string
	path    string
	config  string
	process *Process
}

const prometheusPatience = 30 * time.Second

// StartPrometheus starts Prometheus with a configuration file, which may name files beside it, on addr; "" for a free one.
func StartPrometheus(ctx context.Context, dir, configFile, addr string) (*Prometheus, error) {
	path, err := program("prometheus")
	if err != nil {
		return nil, fmt.Errorf("Prometheus (on Debian: apt-get install prometheus): %w", err)
	}
	if addr == "" {
		if addr, err = FreeAddr(); err != nil {
			return nil, err
		}
	}
	p := &Prometheus{Addr: addr, dir: dir, path: path, config: configFile}
	return p, p.Start(ctx)
}

// URL is where its pages are.
func (p *Prometheus) URL() string { return "http://" + p.Addr }

// Process is the running child.
func (p *Prometheus) Process() *Process { return p.process }

// Start starts it, again after Kill or Stop, on the same address with what it measured before.
func (p *Prometheus) Start(ctx context.Context) error {
	process, err := Start(Command{Name: "Prometheus", Path: p.path, Args: []string{
		"--config.file=" + p.config, "--storage.tsdb.path=" + filepath.Join(p.dir, "data"),
		"--web.listen-address=" + p.Addr, "--log.level=warn",
	}})
	if err != nil {
		return err
	}
	p.process = process
	if err := process.Await(ctx, prometheusPatience, p.ready); err != nil {
		process.Kill()
		return err
	}
	return nil
}

func (p *Prometheus) ready(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL()+"/-/ready", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("/-/ready answers %s", res.Status)
	}
	return nil
}

// Stop ends it in order.
func (p *Prometheus) Stop() {
	_ = p.process.Stop(syscall.SIGTERM, prometheusPatience) // who does not end in time is killed
}
