// Command benchlive measures what live comments cost and prints tables; with -out it writes them into a file between their
// marks. It ends with an error if a reader missed a message or got one twice.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"vang/e2e/benchlive"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "benchlive:", err)
		}
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o := benchlive.Options{Log: out}
	var file string
	flags := flag.NewFlagSet("benchlive", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.Binary, "vang", "../vang", "the binary to measure (make build makes it)")
	flags.StringVar(&o.Beside, "beside", "", "an earlier binary to measure beside it")
	flags.StringVar(&o.Peer, "peer", "benchlive/peer", "folder of the peer's module; empty: no peer is measured")
	flags.IntVar(&o.Sockets, "sockets", 0, "this many sockets instead of the usual numbers")
	flags.BoolVar(&o.Quick, "quick", false, "a short run")
	flags.StringVar(&o.Only, "only", "", "the one scenario to run: pushes, stuck, storm, replicas, drain or crash")
	flags.StringVar(&o.Lock, "lock", "", "a file to lock while a scenario runs, so that several who measure take turns")
	flags.StringVar(&file, "out", "", "a Markdown file for the tables, which stand between marks of their own")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || o.Sockets < 0 {
		return fmt.Errorf("there is no such argument: %q, %d sockets: see -help", flags.Args(), o.Sockets)
	}
	for _, path := range []*string{&o.Binary, &o.Beside} {
		if *path == "" {
			continue
		}
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		if _, err := os.Stat(absolute); err != nil {
			return fmt.Errorf("%w (make build makes it)", err)
		}
		*path = absolute
	}
	report, err := benchlive.Run(ctx, o)
	if err != nil || file == "" {
		return err
	}
	return report.Write(file)
}
