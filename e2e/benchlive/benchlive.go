// Package benchlive measures what live comments cost: a server alone on one core, and thousands of readers on another, who
// check that each message comes to each of them once and in order. What measures without checking may measure errors.
//
// `make bench-live` runs it. It knows of Vang what anybody can see from outside.
package benchlive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"vang/e2e/benchlive/crowd"
)

// Options are what is measured, and with what.
type Options struct {
	Binary  string // of vang
	Peer    string // folder of the peer's module; "": no peer is measured
	Beside  string // another binary of vang, to be compared with; "": none
	Sockets int    // instead of the usual numbers
	Quick   bool   // few sockets and few pushes: whether it works, not how fast
	Only    string // name of the one scenario to run
	Lock    string // file to hold a lock on during each scenario, so that several who measure take turns
	Log     io.Writer
}

// Bench is one run.
type Bench struct {
	options Options
	cores   cores
	dir     string
	peer    string // its binary; "" if there is none
	loop    *crowd.Loop
}

// Run runs the scenarios and returns what they came to, also that of those before one that failed.
func Run(ctx context.Context, o Options) (r Report, err error) {
	b := &Bench{options: o}
	if b.dir, err = os.MkdirTemp("", "vang-bench-live-"); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if b.peer, err = b.buildPeer(ctx); err != nil {
		fmt.Fprintln(o.Log, "LEFT OUT: the peer could not be built:", err)
	}
	if b.cores, err = pin(); err != nil {
		return r, err
	}
	if b.cores.shared {
		fmt.Fprintln(o.Log, "there is one core for servers and readers: these numbers are worth little")
	}
	if b.loop, err = crowd.NewLoop(); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, b.loop.Close()) }()
	r.Machine = describe(ctx, o.Binary)
	for _, s := range b.scenarios() {
		t, err := b.one(ctx, s)
		r.Tables = append(r.Tables, t)
		fmt.Fprintln(o.Log, t)
		if err != nil {
			return r, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return r, nil
}

// buildPeer makes the peer's binary before anything is measured.
func (b *Bench) buildPeer(ctx context.Context) (string, error) {
	if b.options.Peer == "" {
		return "", nil
	}
	path := filepath.Join(b.dir, "peer")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, ".")
	cmd.Dir = b.options.Peer
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, said)
	}
	return path, nil
}

// scenario is something to measure. Its table has a row for each number of sockets, or some.
type scenario struct {
	name    string
	title   string
	about   string
	columns []string
	sockets []int
	rows    func(ctx context.Context, b *Bench, sockets int) ([][]string, error)
}

// one runs a scenario with each number of sockets, and only while nobody else measures.
func (b *Bench) one(ctx context.Context, s scenario) (Table, error) {
	t := Table{Name: s.name, Title: s.title, About: s.about, Columns: s.columns}
	for _, n := range s.sockets {
		unlock, err := b.lock(ctx)
		if err != nil {
			return t, err
		}
		begin := time.Now()
		rows, err := s.rows(ctx, b, n)
		unlock()
		fmt.Fprintf(b.options.Log, "%s with %d sockets took %v\n", s.name, n, time.Since(begin).Round(time.Second/10))
		if err != nil {
			return t, fmt.Errorf("%d sockets: %w", n, err)
		}
		t.Rows = append(t.Rows, rows...)
	}
	return t, nil
}

// lock waits for those who measure now.
func (b *Bench) lock(ctx context.Context) (unlock func(), err error) {
	if b.options.Lock == "" {
		return func() {}, nil
	}
	f, err := os.OpenFile(b.options.Lock, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	// In line like all others: whoever asks again and again gets it last.
	taken := make(chan error, 1)
	go func() { taken <- unix.Flock(int(f.Fd()), unix.LOCK_EX) }()
	select {
	case err := <-taken:
		return func() { _ = f.Close() }, err
	case <-ctx.Done():
		return nil, ctx.Err() // the file is closed with the program
	}
}

// scenarios are those that the options ask for.
func (b *Bench) scenarios() []scenario {
	all := b.plan()
	for i := range all {
		if b.options.Sockets > 0 {
			all[i].sockets = []int{b.options.Sockets}
		}
	}
	if b.options.Only != "" {
		all = slices.DeleteFunc(all, func(s scenario) bool { return s.name != b.options.Only })
	}
	return all
}

// most is how many sockets the system lets one process have here, with room for what else it opens; at most 50,000.
func most() int {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return 1000
	}
	return int(min(files.Max/8*6, 50_000))
}
