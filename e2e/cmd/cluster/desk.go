package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"vang/e2e/cluster"
	"vang/testbed"
)

const help = `kill, stop, pause, resume, start   a part: 1, 2, 3 (replicas), nginx, redis, db, prometheus       kill 2
reload                             nginx                                                            reload nginx
cut, refuse, accept                the way to one address of the database, or to Redis              refuse db 1
swallow, pass                      bytes vanish while connections stay open, as in a black hole     swallow db 1
delay                              bytes are late in each direction; 0 ends it                      delay redis 300ms
status                             the table again
help                               this
quit                               ends it all, as Ctrl-C does
kill is SIGKILL, stop SIGTERM, pause SIGSTOP. "db" without a number means all addresses.
`

// desk is where somebody breaks a cluster and mends it.
type desk struct {
	out   io.Writer
	c     *cluster.Cluster
	parts []*part
	told  map[*part]*testbed.Process // whose end was told
}

func newDesk(c *cluster.Cluster, out io.Writer) *desk {
	return &desk{out: out, c: c, parts: partsOf(c), told: map[*part]*testbed.Process{}}
}

// serve carries out commands and tells of children that end, until ctx ends or somebody says quit.
func (d *desk) serve(ctx context.Context, commands <-chan string) {
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			d.tellEnded()
		case line, more := <-commands:
			if !more { // no terminal, or Ctrl-D: the cluster goes on
				commands = nil
				continue
			}
			words := strings.Fields(strings.ToLower(line))
			if slices.Equal(words, []string{"quit"}) || slices.Equal(words, []string{"exit"}) {
				return
			}
			if err := d.do(ctx, words); err != nil {
				fmt.Fprintln(d.out, err)
			}
		}
	}
}

// tellEnded says once of each child that ended that it did, and how it comes back.
func (d *desk) tellEnded() {
	for _, p := range d.parts {
		if c := p.process(); c != nil && !c.Running() && d.told[p] != c {
			d.told[p] = c
			fmt.Fprintf(d.out, "%s (process %d) has ended; start %s brings it back\n", p.title, c.PID(), p.name)
		}
	}
}

func (d *desk) do(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return nil
	}
	verb, of := words[0], words[1:]
	switch verb {
	case "help", "?":
		fmt.Fprint(d.out, help)
		return nil
	case "status":
		return d.table()
	case "cut", "refuse", "accept", "swallow", "pass", "delay":
		return d.disturb(verb, of)
	}
	if !slices.Contains([]string{"kill", "stop", "pause", "resume", "start", "reload"}, verb) {
		return fmt.Errorf("there is no command %q; help tells what there is", verb)
	}
	if len(of) != 1 {
		return fmt.Errorf("say what to %s: %s", verb, strings.Join(d.names(), ", "))
	}
	i := slices.IndexFunc(d.parts, func(p *part) bool { return p.name == of[0] })
	if i < 0 {
		return fmt.Errorf("there is no %q to %s; there are %s", of[0], verb, strings.Join(d.names(), ", "))
	}
	return d.act(ctx, verb, d.parts[i])
}

func (d *desk) act(ctx context.Context, verb string, p *part) error {
	if verb == "start" {
		return d.start(ctx, p)
	}
	f := p.verbs[verb]
	if f == nil {
		return fmt.Errorf("%s cannot be told to %s", p.title, verb)
	}
	if !p.running() {
		return fmt.Errorf("%s does not run; start %s brings it back", p.title, p.name)
	}
	c := p.process()
	if err := f(); err != nil {
		return err
	}
	if verb == "kill" || verb == "stop" {
		d.told[p] = c
	}
	fmt.Fprintf(d.out, "%s %s (process %d)\n", past(verb), p.title, c.PID())
	return nil
}

func (d *desk) start(ctx context.Context, p *part) error {
	if p.running() {
		return fmt.Errorf("%s runs already, as process %d", p.title, p.process().PID())
	}
	begin := time.Now()
	if err := p.start(ctx); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "started %s (process %d), ready after %.1f s\n", p.title, p.process().PID(), time.Since(begin).Seconds())
	return nil
}

func past(verb string) string {
	return map[string]string{
		"kill": "killed", "stop": "stopped", "pause": "paused", "resume": "resumed", "reload": "reloaded", "cut": "cut",
	}[verb]
}

func (d *desk) names() []string {
	var names []string
	for _, p := range d.parts {
		names = append(names, p.name)
	}
	return names
}

// disturb changes what a way does: of is "db 1", "db" or "redis", and for a delay the time.
func (d *desk) disturb(verb string, of []string) error {
	ways, rest, err := d.way(of)
	if err != nil {
		return err
	}
	var late time.Duration
	if verb == "delay" {
		if len(rest) != 1 {
			return errors.New("say how late: delay db 1 300ms")
		}
		if late, err = time.ParseDuration(rest[0]); err != nil {
			return fmt.Errorf("%q is no time: write 300ms, or 0", rest[0])
		}
		rest = nil
	}
	if len(rest) > 0 {
		return fmt.Errorf("%q says nothing to %s", strings.Join(rest, " "), verb)
	}
	for _, w := range ways {
		if err := disturb(w, verb, late); err != nil {
			return err
		}
	}
	fmt.Fprintln(d.out, "done:", verb, strings.Join(of, " "))
	return nil
}

func disturb(w *testbed.Proxy, verb string, late time.Duration) error {
	switch verb {
	case "cut":
		w.Cut()
	case "refuse":
		w.Refuse()
	case "accept":
		return w.Accept()
	case "swallow":
		w.Swallow()
	case "pass":
		w.Pass()
	case "delay":
		w.Delay(late)
	}
	return nil
}

// way finds the ways that words name, and returns the words behind.
func (d *desk) way(words []string) (ways []*testbed.Proxy, rest []string, err error) {
	if len(words) == 0 || words[0] != "db" && words[0] != "redis" {
		return nil, nil, fmt.Errorf("say which way: db 1 to db %d, db, or redis", len(d.c.Addresses))
	}
	if words[0] == "db" && len(d.c.Addresses) == 0 {
		return nil, nil, errors.New("the database is not this cluster's own: nothing stands before it")
	}
	if words[0] == "redis" {
		return []*testbed.Proxy{d.c.RedisProxy}, words[1:], nil
	}
	if len(words) > 1 {
		if n, err := strconv.Atoi(words[1]); err == nil && n != 0 { // "delay db 0" is about all
			if n < 0 || n > len(d.c.Addresses) {
				return nil, nil, fmt.Errorf("the database has the addresses 1 to %d, not %d", len(d.c.Addresses), n)
			}
			return d.c.Addresses[n-1 : n], words[2:], nil
		}
	}
	return d.c.Addresses, words[1:], nil
}

// table lists the parts, where they are and whether they run.
func (d *desk) table() error {
	w := tabwriter.NewWriter(d.out, 0, 0, 3, ' ', 0)
	for _, p := range d.parts {
		state := "does not run"
		if p.running() {
			state = fmt.Sprintf("process %d", p.process().PID())
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", p.title, p.address, state)
	}
	if d.c.TLSURL != "" {
		fmt.Fprintf(w, "  blog, HTTPS\t%s\tits certificate is of its own making\n", d.c.TLSURL)
	}
	for i, a := range d.c.Addresses {
		fmt.Fprintf(w, "  database %d\t%s\tleads to PostgreSQL\n", i+1, a.Addr)
	}
	fmt.Fprintf(w, "  way to Redis\t%s\tleads to Redis\n", d.c.RedisProxy.Addr)
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(d.out, "\n  logs are in %s and %s\n", filepath.Join(d.c.Dir, "log"), filepath.Join(d.c.Dir, "nginx"))
	if url := d.c.DatabaseURL(cluster.Database, cluster.Ways{Addresses: d.c.Addresses}); d.c.Postgres != nil {
		_, err = fmt.Fprintf(d.out, "  psql '%s' looks into the database\n", url)
	}
	return err
}
