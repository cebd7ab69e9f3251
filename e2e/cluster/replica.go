package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"vang/testbed"
)

// readyLimit is how long a replica may take until it may have readers; six that start at once on two cores wait for each other.
const readyLimit = 30 * time.Second

// Replica is one vang process on a port of its own, which survives its restarts.
type Replica struct {
	Name string // "replica 2"
	Addr string // "127.0.0.1:port"
	URL  string // "http://" + Addr
	Ways Ways   // to what it needs; its own only with Options.Partitions

	args []string
	log  io.Writer

	mu      sync.Mutex
	binary  string
	process *testbed.Process // nil: never started
}

// NewReplica makes a replica that serves on a free port with args for "vang serve". Log may be nil.
func NewReplica(name, binary string, log io.Writer, args ...string) (*Replica, error) {
	addr, err := testbed.FreeAddr()
	if err != nil {
		return nil, err
	}
	args = append([]string{"serve", "--addr", addr, "--trusted-proxies", "127.0.0.1", "--log", "text"}, args...)
	return &Replica{Name: name, Addr: addr, URL: "http://" + addr, binary: binary, args: args, log: log}, nil
}

// Start starts the process, again if it has ended, and waits until it may have readers.
func (r *Replica) Start(ctx context.Context) error {
	p, err := r.Launch()
	if err != nil {
		return err
	}
	return p.Await(ctx, readyLimit, r.Ready)
}

// Launch starts the process and does not wait for it.
func (r *Replica) Launch() (*testbed.Process, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.process != nil && r.process.Running() {
		return nil, fmt.Errorf("%s runs already, as process %d", r.Name, r.process.PID())
	}
	p, err := testbed.Start(testbed.Command{Name: r.Name, Path: r.binary, Args: r.args, Env: Environment(), Log: r.log})
	if err != nil {
		return nil, err
	}
	r.process = p
	return p, nil
}

// Ready asks the replica whether it may have readers.
func (r *Replica) Ready(ctx context.Context) error { return answers(ctx, r.URL+"/readyz") }

// Use makes binary the one that the next Start runs, as a deployment does.
func (r *Replica) Use(binary string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.binary = binary
}

// Process is the running process, or the last one; nil before the first start.
func (r *Replica) Process() *testbed.Process {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.process
}

// Kill ends the process at once, as a crash does.
func (r *Replica) Kill() {
	if p := r.Process(); p != nil {
		p.Kill()
	}
}

// Stop asks the process to end, as an operator does.
func (r *Replica) Stop(patience time.Duration) error {
	p := r.Process()
	if p == nil {
		return nil
	}
	return p.Stop(syscall.SIGTERM, patience)
}

// Log is the end of what the running process, or the last one, has said.
func (r *Replica) Log() string {
	p := r.Process()
	if p == nil {
		return ""
	}
	return p.Log()
}

// Environment is this process' environment without anything that configures Vang, in English and in UTC.
func Environment() []string {
	env := []string{"LANG=en_US.UTF-8", "TZ=UTC", "VANG_CACHE=off"} // nothing in this user's folders
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "VANG_") && !strings.HasPrefix(name, "LC_") && name != "LANG" && name != "TZ" {
			env = append(env, kv)
		}
	}
	return env
}

// answers asks an address and is content with 200.
func answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, 200))
	return errors.Join(fmt.Errorf("%s answers %d %s", url, res.StatusCode, strings.TrimSpace(string(text))), err)
}
