// Package chaos runs the blog as a cluster, has writers write and readers read, breaks one part after another meanwhile, and
// writes down what everybody did and saw. Package check tells whether a promise was broken.
//
// Nothing in here decides by the wall clock or by luck alone: one seed gives one schedule of faults and one order of wishes for
// each writer. It knows of Vang what anybody can see from outside, and looks into the database only when all is over.
package chaos

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"time"

	"vang/e2e/chaos/check"
	"vang/e2e/chaos/history"
	"vang/e2e/cluster"
	"vang/testbed"
)

// Options are what a run is made of.
type Options struct {
	Binary string // of vang
	Next   string // of another version, to be rolled out
	Dir    string // for the cluster and the history; must be there
	Seed   uint64
	For    time.Duration // of faults; the run takes a minute longer
	Log    io.Writer     // gets a line for each fault; may be nil
	Slack  time.Duration // added to every bound, for a busy machine

	// Begun is called when readers and writers are at work, Quiet when they are done and everybody has had the time to see it
	// all. Either may be nil.
	Begun func(ctx context.Context, r *Run) error
	Quiet func(ctx context.Context, r *Run) error
}

// Result is what came of a run.
type Result struct {
	File   string // the history
	Report check.Report
}

// Run is a run under way.
type Run struct {
	URL     string // where Nginx takes readers
	History *history.Recorder

	options Options
	cluster *cluster.Cluster
	network *testbed.Proxy // between some readers and Nginx
	board   *board
	people  int          // so far: each has an address of their own
	exclude sync.RWMutex // held for writing while the database is put back

	rolledOut bool // the other version runs
}

// Posts are the discussions that are written in.
func Posts() []string { return []string{"what-vang-is", "exactly-once", "how-a-comment-travels"} }

// Do carries a run out and judges it. An error tells that there was none; a broken promise is in the report.
func Do(ctx context.Context, o Options) (result Result, err error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	result.File = filepath.Join(o.Dir, "history.jsonl")
	out, err := history.NewRecorder(result.File, nil)
	if err != nil {
		return result, err
	}
	err = record(ctx, o, out)
	if err = errors.Join(err, out.Close()); err != nil {
		return result, err
	}
	result.Report, err = Judge(result.File, o.Slack)
	return result, err
}

// Judge checks a history again.
func Judge(file string, slack time.Duration) (check.Report, error) {
	records, err := history.Read(file)
	if err != nil {
		return check.Report{}, err
	}
	bounds := check.Goals()
	bounds.Slack = slack
	return check.Check(records, bounds), nil
}

// record is the run itself.
func record(ctx context.Context, o Options, out *history.Recorder) (err error) {
	c, err := cluster.Start(ctx, cluster.Options{
		Binary: o.Binary, Dir: filepath.Join(o.Dir, "cluster"), Partitions: true, Args: []string{"--rate-limit", "off"},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	r := &Run{URL: c.URL, History: out, options: o, cluster: c, board: newBoard()}
	if r.network, err = testbed.NewProxy(hostOf(c.URL)); err != nil {
		return err
	}
	defer r.network.Close()
	out.Add(history.Record{
		Process: "harness", Kind: history.Start, Text: fmt.Sprintf("seed %d, %v of faults", o.Seed, o.For),
	})
	return r.run(ctx)
}

// calm is how long all is well at first and between rounds: what is late then is late for no reason.
const calm = 6 * time.Second

// run has everybody work while the schedule of faults lasts, waits until all is quiet, and looks at what is there.
func (r *Run) run(ctx context.Context) error {
	reading, stopReading := context.WithCancel(ctx)
	writing, stopWriting := context.WithCancel(ctx)
	defer stopReading()
	defer stopWriting()
	var readers, writers sync.WaitGroup
	readers.Go(func() { watchStalls(reading, r.History) })
	audience := r.startReaders(reading, &readers)
	r.startWriters(writing, &writers)
	err := call(ctx, r.options.Begun, r)
	pause(ctx, calm)
	if err == nil {
		err = r.breakThings(ctx, plan(r.random("nemesis"), r.options.For, len(r.cluster.Replicas)))
	}
	stopWriting()
	writers.Wait()
	if err == nil {
		err = r.settle(ctx, audience)
	}
	stopReading()
	readers.Wait()
	return err
}

func call(ctx context.Context, f func(context.Context, *Run) error, r *Run) error {
	if f == nil {
		return nil
	}
	return f(ctx, r)
}

// random is a source of its own for each process, the same for the same seed.
func (r *Run) random(process string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(process))
	return rand.New(rand.NewPCG(r.options.Seed, h.Sum64()))
}

// say tells people what happens.
func (r *Run) say(format string, args ...any) {
	fmt.Fprintf(r.options.Log, "%6.1f s  %s\n", float64(r.History.Now())/1e6, fmt.Sprintf(format, args...))
}

// pause waits for d and tells whether ctx goes on.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
