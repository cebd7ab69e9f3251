package bench

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"vang/testbed"
)

// server is a running contestant.
type server struct {
	name string
	addr string
	url  string
	pids []int
	log  string // file
}

const patience = 60 * time.Second

// start starts a program on the servers' core and waits until ready answers nil. What it says goes to a file: a pipe to this
// process would cost time.
func (b *Bench) start(ctx context.Context, s *server, ready func(context.Context) error, command ...string) error {
	p, err := b.launch(s, append([]string{"taskset", "-c", strconv.Itoa(b.serverCore)}, command...)...)
	if err != nil {
		return err
	}
	if err := p.Await(ctx, patience, ready); err != nil {
		said, _ := os.ReadFile(s.log) // there is nothing better to tell if that fails too
		return fmt.Errorf("%w\n%s", err, said[max(0, len(said)-2000):])
	}
	return nil
}

// launch starts a program and does not wait for it.
func (b *Bench) launch(s *server, command ...string) (*testbed.Process, error) {
	dir, err := b.folder(s.name)
	if err != nil {
		return nil, err
	}
	s.log = dir + "/log"
	p, err := testbed.Start(testbed.Command{
		Name: s.name, Path: "/bin/sh", Dir: dir,
		Args: append([]string{"-c", `exec "$@" >log 2>&1`, "sh"}, command...),
		Env:  append(os.Environ(), "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_CACHE_HOME="+dir),
	})
	if err != nil {
		return nil, err
	}
	b.later(func() error { p.Kill(); return nil })
	s.pids = []int{p.PID()}
	return p, nil
}

// listener gives s a free address.
func listener(name string) (*server, error) {
	addr, err := testbed.FreeAddr()
	return &server{name: name, addr: addr, url: "http://" + addr}, err
}

// answers is for start: whether url is answered with 200.
func answers(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("%s is answered with %d", url, res.StatusCode)
		}
		return nil
	}
}

// vang starts the blog; content "" is that inside the binary, database "" a SQLite file of its own.
func (b *Bench) vang(ctx context.Context, content, database string, args ...string) (*server, error) {
	s, err := listener("vang")
	if err != nil {
		return nil, err
	}
	if database == "" {
		dir, err := b.folder("database")
		if err != nil {
			return nil, err
		}
		database = "sqlite:" + dir + "/vang.db"
	}
	command := []string{b.Vang, "serve", "--addr", s.addr, "--database", database, "--rate-limit", "off", "--log", "json"}
	if content != "" {
		command = append(command, "--content", content)
	}
	command = append(command, args...)
	return s, b.start(ctx, s, answers(s.url+"/readyz"), command...)
}

// pin moves processes that run already, with all below them, to the servers' core.
func (b *Bench) pin(pids ...int) error {
	family, err := families(pids)
	if err != nil {
		return err
	}
	for _, pid := range family {
		out, err := exec.Command("taskset", "-a", "-c", "-p", strconv.Itoa(b.serverCore), strconv.Itoa(pid)).CombinedOutput()
		if err != nil && syscall.Kill(pid, 0) == nil {
			return fmt.Errorf("pin process %d: %w\n%s", pid, err, out)
		}
	}
	return nil
}
