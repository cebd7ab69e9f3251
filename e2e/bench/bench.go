package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"vang/testbed"
)

// Options are what a bench is run with.
type Options struct {
	Vang     string         // the binary
	Worker   []string       // the command that becomes Work in a process of its own
	Corpora  string         // folder with posts/ of real blogs; "": the posts of this checkout, repeated
	Only     []string       // names of parts, or what they begin with up to a dash; none: all
	Case     *regexp.Regexp // only cases with such names; nil: all
	Rounds   int
	Window   time.Duration // of each contestant in each round; wrk knows whole seconds only
	Quick    bool          // leaves out what is large
	Progress io.Writer
}

// Bench is a run of the bench: a folder, and what was started in it.
type Bench struct {
	Options

	dir        string
	undo       []func() error
	serverCore int
	loadCore   int
	blogs      map[string]*blog
	sources    []source
	left       []string // what was left out, and why
}

// Outcome is what a whole run found.
type Outcome struct {
	Parts []PartResult
	Left  []string // what was left out, and why
}

// PartResult is a part with its results.
type PartResult struct {
	Part
	Results []Result
	Took    time.Duration
}

// Run measures all parts that o asks for. All that was started has ended when it returns.
func Run(ctx context.Context, o Options) (out Outcome, err error) {
	parts, err := choose(o.Only)
	if err != nil {
		return out, err
	}
	b, err := newBench(o)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	for _, p := range parts {
		begin := time.Now()
		done, err := b.part(ctx, p)
		if errors.Is(err, testbed.ErrMissing) {
			b.leave("%s: %v", p.Name, err)
			continue
		}
		if err != nil {
			return out, fmt.Errorf("%s: %w", p.Name, err)
		}
		done.Took = time.Since(begin)
		out.Parts = append(out.Parts, done)
	}
	out.Left = b.left
	return out, nil
}

// part runs one part, and ends what was started for it.
func (b *Bench) part(ctx context.Context, p Part) (PartResult, error) {
	done := PartResult{Part: p}
	started := len(b.undo)
	defer func() { _ = b.closeFrom(started) }()
	cases, err := p.Cases(ctx, b)
	if err != nil {
		return done, err
	}
	for _, c := range cases {
		if b.Case != nil && !b.Case.MatchString(c.Name) {
			continue
		}
		fmt.Fprintf(b.Progress, "%s: %s ", p.Name, c.Name)
		r, err := c.run(ctx, b.Rounds, b.Progress)
		if err != nil {
			return done, err
		}
		done.Results = append(done.Results, r)
	}
	return done, nil
}

func choose(only []string) ([]Part, error) {
	all := Parts()
	if len(only) == 0 {
		return all, nil
	}
	var chosen []Part
	for _, p := range all {
		family, _, _ := strings.Cut(p.Name, "-")
		if slices.Contains(only, p.Name) || slices.Contains(only, family) {
			chosen = append(chosen, p)
		}
	}
	for _, name := range only {
		if !slices.ContainsFunc(all, func(p Part) bool { return strings.HasPrefix(p.Name+"-", name+"-") }) {
			return nil, fmt.Errorf("there is no part %q: there are %s", name, strings.Join(names(all), ", "))
		}
	}
	return chosen, nil
}

func names(parts []Part) (all []string) {
	for _, p := range parts {
		all = append(all, p.Name)
	}
	return all
}

func newBench(o Options) (*Bench, error) {
	for _, program := range []string{"taskset", o.Vang} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%w: make build makes vang, and taskset is in util-linux", err)
		}
	}
	serverCore, loadCore, err := cores()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "vang-bench-")
	if err != nil {
		return nil, err
	}
	b := &Bench{Options: o, dir: dir, serverCore: serverCore, loadCore: loadCore, blogs: map[string]*blog{}}
	b.later(func() error { return os.RemoveAll(dir) })
	err = errors.Join(os.Chmod(dir, 0o755), os.WriteFile(b.path("wrk.lua"), wrkScript, 0o600)) // PostgreSQL is another user
	if err == nil {
		b.sources, err = b.readSources()
	}
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *Bench) path(parts ...string) string {
	return filepath.Join(append([]string{b.dir}, parts...)...)
}

// folder makes a new folder of its own for name.
func (b *Bench) folder(name string) (string, error) {
	dir, err := os.MkdirTemp(b.dir, name+"-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}

// later has close do f before all that was given to later so far.
func (b *Bench) later(f func() error) { b.undo = append(b.undo, f) }

func (b *Bench) close() error { return b.closeFrom(0) }

func (b *Bench) closeFrom(first int) error {
	var errs []error
	for _, f := range slices.Backward(b.undo[first:]) {
		errs = append(errs, f())
	}
	b.undo = b.undo[:first]
	return errors.Join(errs...)
}

// leave notes that something was left out.
func (b *Bench) leave(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); !slices.Contains(b.left, line) {
		b.left = append(b.left, line)
	}
}
