// Command standin is called cockroach where no CockroachDB can be had: it takes the commands that the Compose files give that
// program and does them with PostgreSQL, so that everything around the database is run as it is. Certificates are real, and
// asked for. Several nodes are several addresses of one server: what CockroachDB itself does with three is not shown by it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ERROR:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("no command")
	}
	switch args[0] {
	case "cert":
		o, err := parse(args[1:], "certs-dir", "ca-key")
		if err != nil {
			return err
		}
		return certificate(o)
	case "start":
		o, err := parse(args[1:], "certs-dir", "store", "listen-addr", "http-addr", "join", "cache", "max-sql-memory")
		if err != nil {
			return err
		}
		return start(ctx, o)
	case "start-single-node":
		o, err := parse(args[1:], "certs-dir", "store", "listen-addr", "http-addr", "cache", "max-sql-memory")
		if err != nil {
			return err
		}
		o.single = true
		return start(ctx, o)
	case "init":
		o, err := parse(args[1:], "certs-dir", "host")
		if err != nil {
			return err
		}
		return initialise(ctx, o)
	case "sql":
		o, err := parse(args[1:], "certs-dir", "host", "execute")
		if err != nil {
			return err
		}
		return statements(ctx, o)
	}
	return fmt.Errorf("unknown command %q", args[0])
}

// options are the flags of one call, and what stands beside them.
type options struct {
	flags  map[string][]string
	words  []string
	single bool
}

func (o options) get(flag string) string {
	if v := o.flags[flag]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// parse takes --flag=value only, and refuses what the real program may not know: a stand-in that takes everything would hide
// mistakes.
func parse(args []string, known ...string) (options, error) {
	o := options{flags: map[string][]string{}}
	for _, arg := range args {
		name, value, given := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		switch {
		case !strings.HasPrefix(arg, "--"):
			o.words = append(o.words, arg)
		case !slices.Contains(known, name):
			return o, fmt.Errorf("unknown flag: --%s", name)
		case !given || value == "":
			return o, fmt.Errorf("flag needs an argument: --%s", name)
		default:
			o.flags[name] = append(o.flags[name], value)
		}
	}
	if o.get("certs-dir") == "" {
		return o, errors.New("no --certs-dir")
	}
	return o, nil
}
