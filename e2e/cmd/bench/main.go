// Command bench measures Vang beside Nginx, Caddy and bare databases, and writes what came of it into docs/benchmarks.md.
//
// make bench builds what it needs and runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"vang/e2e/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second signal ends this process at once, and the kernel its children
	var err error
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		err = bench.Work(ctx, os.Stdin, os.Stdout)
	} else {
		err = run(ctx, os.Args[1:])
	}
	if err != nil && ctx.Err() != nil {
		err = errors.New("interrupted; all that had been started has ended, and no table was written")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("bench", flag.ExitOnError)
	vang := set.String("vang", "vang", "the binary of vang")
	only := set.String("only", "", "parts to measure, parted by commas (default: all)")
	cases := set.String("case", "", "measure only cases whose name this regular expression finds, for the terminal alone")
	quick := set.Bool("quick", false, "a first look within a minute or two, for the terminal alone")
	rounds := set.Int("rounds", 5, "how often each contestant has its turn")
	paper := set.String("paper", "", "file whose tables are written anew; none if empty")
	_ = set.Parse(args) // it exits by itself
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o := bench.Options{
		Worker: []string{self, "worker"}, Corpora: os.Getenv("VANG_CORPORA"), Quick: *quick, Rounds: *rounds, Window: time.Second, Progress: os.Stderr,
	}
	if *only != "" {
		o.Only = strings.Split(*only, ",")
	}
	if *cases != "" {
		if o.Case, err = regexp.Compile(*cases); err != nil {
			return err
		}
		*paper = ""
	}
	if *quick {
		o.Rounds, o.Window, *paper = 1, 500*time.Millisecond, ""
	}
	if o.Vang, err = filepath.Abs(*vang); err != nil {
		return err
	}
	fmt.Printf("%s\n%s\n", version(ctx, o.Vang), bench.Machine())
	out, err := bench.Run(ctx, o)
	fmt.Print(out)
	if err != nil || *paper == "" {
		return err
	}
	date := time.Now().UTC().Format("2 January 2006")
	return out.Publish(*paper, fmt.Sprintf("%s, %s, on %s. `make bench`", date, version(ctx, o.Vang), bench.Machine()))
}

func version(ctx context.Context, vang string) string {
	out, err := exec.CommandContext(ctx, vang, "version").Output()
	if err != nil {
		return "an unknown version"
	}
	return strings.TrimSpace(string(out))
}
