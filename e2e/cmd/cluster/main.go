// Command cluster runs the whole blog on this machine until Ctrl-C: Nginx, replicas, PostgreSQL behind three addresses, Redis
// and Prometheus. It takes commands on its standard input that break parts of it and mend them.
//
// make cluster builds what it needs and runs it.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"vang/e2e/cluster"
	"vang/testbed"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second signal ends this process at once, and the kernel its children
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "cluster: interrupted before it was ready; all that had been started has ended")
		os.Exit(1)
	default:
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

// run starts the cluster, carries out what in says, and ends everything when ctx does.
func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	o, err := options(args, out)
	if err != nil {
		return err
	}
	if err := free(ctx, o.Addr); err != nil {
		return err
	}
	fmt.Fprintln(out, "Starting Nginx, replicas, database, Redis and Prometheus: some seconds ...")
	begin := time.Now()
	c, err := cluster.Start(ctx, o)
	if errors.Is(err, testbed.ErrMissing) {
		return fmt.Errorf("%w\ninstall all that a cluster is made of (on Debian: sudo apt-get install postgresql redis-server nginx-light prometheus) and run make cluster again", err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Ready after %.1f s.\n\n", time.Since(begin).Seconds())
	d := newDesk(c, out)
	if err := d.table(); err != nil {
		return errors.Join(err, c.Close())
	}
	fmt.Fprintln(out, "\nType what to do to it, such as kill 2; help tells what there is. Ctrl-C ends it all.")
	d.serve(ctx, lines(in))
	fmt.Fprintln(out, "Ending ...")
	return c.Close()
}

func options(args []string, out io.Writer) (o cluster.Options, err error) {
	set := flag.NewFlagSet("cluster", flag.ContinueOnError)
	set.SetOutput(out)
	binary := set.String("vang", "vang", "the binary of vang")
	replicas := set.Int("replicas", 3, "how many replicas")
	content := set.String("content", "", "folder of posts (default: the content inside the binary)")
	port := set.Uint("port", 8080, "port of the blog; the others are free ones")
	database := set.String("database", "", "address of a database to use instead of a PostgreSQL that is made for the occasion")
	limit := set.String("rate-limit", "off", "comments that each visitor and address may send, such as 10/1m")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if set.NArg() > 0 {
		return o, fmt.Errorf("takes no argument, but was given %q", set.Arg(0))
	}
	if *replicas < 1 || *replicas > 20 {
		return o, fmt.Errorf("REPLICAS is %d: write a number from 1 to 20", *replicas)
	}
	if *port > 65535 {
		return o, fmt.Errorf("PORT is %d: write a number from 1 to 65535", *port)
	}
	o = cluster.Options{Replicas: *replicas, Addr: fmt.Sprintf("127.0.0.1:%d", *port), Database: *database, Prometheus: true, TLS: true}
	o.Args = []string{"--rate-limit", *limit}
	if *content != "" {
		if info, err := os.Stat(*content); err != nil || !info.IsDir() {
			return o, fmt.Errorf("CONTENT is %s, which is no folder", *content)
		}
		o.Args = append(o.Args, "--content", *content)
	}
	if o.Binary, err = filepath.Abs(*binary); err == nil {
		_, err = os.Stat(o.Binary)
	}
	if err != nil {
		return o, fmt.Errorf("%w: make build makes it", err)
	}
	return o, nil
}

// free complains about an address that something else has, before all the rest is started in vain.
func free(ctx context.Context, addr string) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use by another program: end that, or name another port, such as make cluster PORT=8090", addr)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be had: %w", addr, err)
	}
	return l.Close()
}

// lines gives what comes from r, line by line. The channel is closed at the end.
func lines(r io.Reader) <-chan string {
	c := make(chan string)
	go func() {
		defer close(c)
		for s := bufio.NewScanner(r); s.Scan(); {
			c <- s.Text()
		}
	}()
	return c
}
