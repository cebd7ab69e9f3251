package testbed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Nginx is a running Nginx, started with a configuration of the caller's.
type Nginx struct {
	path   string // of the program
	dir    string
	config string

	mu      sync.Mutex
	process *Process
}

const nginxPatience = 10 * time.Second

// StartNginx starts Nginx with configFile, relative paths in it being below dir, and returns when it takes connections. The
// file must not say "daemon".
func StartNginx(ctx context.Context, dir, configFile string) (*Nginx, error) {
	path, err := nginxProgram()
	if err != nil {
		return nil, err
	}
	n := &Nginx{path: path, dir: dir, config: configFile}
	return n, n.Start(ctx)
}

func nginxProgram() (string, error) {
	path, err := program("nginx")
	if err != nil {
		return "", fmt.Errorf("Nginx (on Debian: apt-get install nginx-light): %w", err)
	}
	return path, nil
}

// NginxVersion is that of the Nginx which StartNginx starts, such as "1.22.1".
func NginxVersion(ctx context.Context) (string, error) {
	path, err := nginxProgram()
	if err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, path, "-v").CombinedOutput()
	_, version, found := strings.Cut(string(out), "nginx/")
	if err == nil && !found {
		err = fmt.Errorf("nginx -v says %q", out)
	}
	version, _, _ = strings.Cut(strings.TrimSpace(version), " ")
	return version, err
}

// Start starts Nginx again. What is wrong with its configuration is in the error.
func (n *Nginx) Start(ctx context.Context) error {
	if err := n.Check(ctx); err != nil {
		return err
	}
	p, err := Start(Command{
		Name: "nginx", Path: n.path, Args: n.args("-g", "daemon off;"), Dir: n.dir,
		Death: syscall.SIGTERM, // killed, it would leave its workers behind
	})
	if err != nil {
		return err
	}
	n.mu.Lock()
	n.process = p
	n.mu.Unlock()
	// It listens before it has workers.
	err = p.Await(ctx, nginxPatience, func(context.Context) error {
		_, err := workers(p.PID())
		return err
	})
	if err != nil {
		p.Kill()
	}
	return err
}

// Process is the one that was started last: Nginx' master. Killing it kills its workers too.
func (n *Nginx) Process() *Process {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.process
}

// Check has Nginx read its configuration, and returns what it says if it does not like it.
func (n *Nginx) Check(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, n.path, n.args("-t", "-q")...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("nginx -t: %w\n%s", err, out)
	}
	return nil
}

// Reload has Nginx take its configuration anew, and returns when new workers have taken over. The old ones go on with what is
// open, for as long as the configuration lets them.
func (n *Nginx) Reload(ctx context.Context) error {
	if err := n.Check(ctx); err != nil {
		return err
	}
	p := n.Process()
	before, err := workers(p.PID())
	if err != nil {
		return err
	}
	if err := p.Signal(syscall.SIGHUP); err != nil {
		return err
	}
	return p.Await(ctx, nginxPatience, func(context.Context) error {
		now, err := workers(p.PID())
		if err != nil {
			return err
		}
		for pid := range now {
			if before[pid] {
				return fmt.Errorf("worker %d still takes connections", pid)
			}
		}
		return nil
	})
}

// Stop ends Nginx and cuts off what is open.
func (n *Nginx) Stop() error { return n.Process().Stop(syscall.SIGTERM, nginxPatience) }

func (n *Nginx) args(more ...string) []string {
	return append([]string{"-p", n.dir, "-c", n.config, "-e", "stderr"}, more...)
}

// workers are the children of an Nginx that take connections. Those that only finish what is open say so in their title.
func workers(master int) (map[int]bool, error) {
	found := map[int]bool{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // fails for bad patterns only
	for _, file := range stats {
		var pid, parent int
		var state string
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		// The name is in parentheses and may hold anything (proc(5)).
		_, rest, _ := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(" "))
		if _, err := fmt.Sscan(string(rest), &state, &parent); err != nil || parent != master {
			continue
		}
		_, _ = fmt.Sscan(string(stat), &pid)
		title, err := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
		if err == nil && strings.TrimRight(string(title), "\x00 ") == "nginx: worker process" {
			found[pid] = true
		}
	}
	if len(found) == 0 {
		return nil, errors.New("nginx has no workers")
	}
	return found, nil
}
