// Command chaos runs the blog as a cluster, breaks its parts one after another while people write and read, and tells whether
// anything was lost, doubled, late or leaked. With -check it judges the history of an earlier run again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"vang/e2e/chaos"
	"vang/e2e/chaos/check"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "chaos:", err)
		}
		stop()
		os.Exit(1)
	}
}

// settings are what the command line says.
type settings struct {
	minutes float64
	seed    uint64
	check   string
	dir     string
	root    string
	slack   time.Duration
}

func parse(args []string, out io.Writer) (s settings, err error) {
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Float64Var(&s.minutes, "minutes", 10, "how long parts are broken")
	flags.Uint64Var(&s.seed, "seed", 0, "of faults and wishes; 0 draws one")
	flags.StringVar(&s.check, "check", "", "judge the history in this file again, and run nothing")
	flags.StringVar(&s.dir, "dir", "", "for the history and the logs (default: a new one among the temporary files)")
	flags.StringVar(&s.root, "root", "..", "where the checkout is")
	flags.DurationVar(&s.slack, "slack", 0, "added to every bound, for a busy machine")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	switch {
	case flags.NArg() > 0:
		return s, fmt.Errorf("there is no argument %q: see -help", flags.Arg(0))
	case s.minutes <= 0:
		return s, fmt.Errorf("-minutes is %v: it must be more than 0", s.minutes)
	}
	if s.seed == 0 {
		s.seed = rand.Uint64N(1_000_000) + 1
	}
	return s, nil
}

func run(ctx context.Context, args []string, out io.Writer) error {
	s, err := parse(args, out)
	if err != nil {
		return err
	}
	if s.check != "" {
		report, err := chaos.Judge(s.check, s.slack)
		if err != nil {
			return err
		}
		return tell(out, s.check, report)
	}
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "vang-chaos-"); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "seed %d; the same again: make chaos MINUTES=%v SEED=%d\nhistory and logs: %s\n", s.seed, s.minutes, s.seed, s.dir)
	o := chaos.Options{Dir: s.dir, Seed: s.seed, For: time.Duration(s.minutes * float64(time.Minute)), Log: out, Slack: s.slack}
	if o.Binary, err = build(ctx, s, "vang", "-X main.version=chaos-1"); err != nil {
		return err
	}
	if o.Next, err = build(ctx, s, "vang-next", "-X main.version=chaos-2 -X main.clockSkew=7m"); err != nil {
		return err
	}
	defer func() { _ = errors.Join(os.Remove(o.Binary), os.Remove(o.Next)) }() // a hundred megabytes that can be made again
	result, err := chaos.Do(ctx, o)
	if err != nil {
		return fmt.Errorf("the run could not be carried out: %w (history: %s)", err, result.File)
	}
	return tell(out, result.File, result.Report)
}

// build makes a binary; the one that is rolled out has another version, and a clock that is wrong by minutes.
func build(ctx context.Context, s settings, name, linked string) (string, error) {
	path, err := filepath.Abs(filepath.Join(s.dir, name))
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", linked, "-o", path, ".")
	cmd.Dir = s.root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build vang (make build shows how): %w\n%s", err, said)
	}
	return path, nil
}

// tell prints what a history came to; an error is a broken promise.
func tell(out io.Writer, file string, r check.Report) error {
	r.Summary.Write(out)
	for _, v := range r.Violations {
		fmt.Fprintln(out, "BROKEN", v)
	}
	if n := len(r.Violations); n > 0 {
		return fmt.Errorf("%d promises were broken; the records that prove it are in %s", n, file)
	}
	fmt.Fprintln(out, "nothing was lost, doubled, late or leaked")
	return nil
}
