package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"time"
)

// job is what a worker is to do: many clients, each one thing after the other.
type job struct {
	Kind    string   // "post": comments over HTTP; "pgx", "pgx-head", "sqlite": straight into a database
	Addr    string   // of Vang, or of the database
	Posts   []string // the clients go round them
	Texts   []string // of comments
	Replies bool     // every third comment answers another one
	New     bool     // each comment comes from a reader without a session
	Clients int
	Seconds float64 // 0: until Count
	Count   int
	Watch   []int // processes whose CPU time is part of the cost
	Beside  []int // so is theirs: databases, whose part is also told alone
	Self    bool  // so is the worker's own
}

// done is what a worker tells.
type done struct {
	Answers     int
	Nanoseconds int64
	CPU         int64 // nanoseconds
	Beside      int64 // nanoseconds, of CPU
	P50, P99    int64 // nanoseconds
	Trouble     string
}

// client does its thing once; n is another number each time.
type client interface {
	do(ctx context.Context, n int) error
	close()
}

// work has a process of its own do j, on the given core.
func (b *Bench) work(ctx context.Context, core int, j job) (Sample, error) {
	in, err := json.Marshal(j)
	if err != nil {
		return Sample{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	command := append([]string{"-c", strconv.Itoa(core)}, b.Worker...)
	cmd := exec.CommandContext(ctx, "taskset", command...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return Sample{}, err
	}
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	go func() {
		_, _ = stdin.Write(in) // a worker that does not read tells so by its end
		_ = stdin.Close()
	}()
	out, err := cmd.Output()
	if err != nil {
		return Sample{}, fmt.Errorf("worker: %w", err)
	}
	var d done
	if err := json.Unmarshal(out, &d); err != nil {
		return Sample{}, fmt.Errorf("a worker told %q: %w", out, err)
	}
	if d.Trouble != "" || d.Answers == 0 {
		return Sample{}, fmt.Errorf("worker: %d answers, and %s", d.Answers, d.Trouble)
	}
	return Sample{
		Answers: d.Answers, Wall: time.Duration(d.Nanoseconds), CPU: time.Duration(d.CPU), Beside: time.Duration(d.Beside),
		P50: time.Duration(d.P50), P99: time.Duration(d.P99),
	}, nil
}

// Work is the whole life of a worker: a job comes in, and what came of it goes out.
func Work(ctx context.Context, in io.Reader, out io.Writer) error {
	var j job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	d, err := j.do(ctx)
	if err != nil {
		d.Trouble = err.Error()
	}
	return json.NewEncoder(out).Encode(d)
}

// do has all clients connect and do their thing a few times; then the clock runs.
func (j job) do(ctx context.Context) (d done, err error) {
	clients, err := j.clients(ctx)
	if err != nil {
		return d, err
	}
	defer func() {
		for _, c := range clients {
			c.close()
		}
	}()
	if j.Seconds > 0 { // warm up
		if _, err := together(ctx, clients, stopwatch{until: time.Now().Add(warmUp), offset: 1 << 30}); err != nil {
			return d, err
		}
	}
	watched := j.Watch
	if j.Self {
		watched = append(slices.Clone(watched), os.Getpid())
	}
	before, err := use(watched...)
	besideBefore, besideErr := use(j.Beside...)
	if err := errors.Join(err, besideErr); err != nil {
		return d, err
	}
	begin := time.Now()
	watch := stopwatch{count: j.Count}
	if j.Seconds > 0 {
		watch.until = begin.Add(time.Duration(j.Seconds * float64(time.Second)))
	}
	took, err := together(ctx, clients, watch)
	wall := time.Since(begin)
	after, useErr := use(watched...)
	besideAfter, besideErr := use(j.Beside...)
	if err = errors.Join(err, useErr, besideErr); err != nil || len(took) == 0 {
		return d, err
	}
	slices.Sort(took)
	own, beside := after.CPU-before.CPU, besideAfter.CPU-besideBefore.CPU
	return done{
		Answers: len(took), Nanoseconds: wall.Nanoseconds(), CPU: (own + beside).Nanoseconds(), Beside: beside.Nanoseconds(),
		P50: took[len(took)/2].Nanoseconds(), P99: took[len(took)*99/100].Nanoseconds(),
	}, nil
}

const warmUp = 200 * time.Millisecond

// stopwatch tells clients when to stop: at a time, or after a count of things.
type stopwatch struct {
	until  time.Time
	count  int
	offset int // of the numbers that clients are given
}

// together lets all clients go on until watch says stop, and returns how long each thing took.
func together(ctx context.Context, clients []client, watch stopwatch) ([]time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	took := make([][]time.Duration, len(clients))
	var running sync.WaitGroup
	for i, c := range clients {
		running.Go(func() {
			for n := i; ctx.Err() == nil; n += len(clients) {
				begin := time.Now()
				if watch.count > 0 && n >= watch.count || watch.count == 0 && !begin.Before(watch.until) {
					return
				}
				if err := c.do(ctx, watch.offset+n); err != nil {
					cancel(fmt.Errorf("client %d: %w", i, err))
					return
				}
				took[i] = append(took[i], time.Since(begin))
			}
		})
	}
	running.Wait()
	return slices.Concat(took...), context.Cause(ctx)
}

func (j job) clients(ctx context.Context) ([]client, error) {
	switch j.Kind {
	case "post":
		return posters(ctx, j)
	case "pgx", "pgx-head":
		return pgxClients(ctx, j)
	case "sqlite":
		return sqliteClients(ctx, j)
	default:
		return nil, fmt.Errorf("a worker knows no job %q", j.Kind)
	}
}
