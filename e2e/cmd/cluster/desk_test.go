package main

import (
	"bytes"
	"context"
	"net"
	"os/exec"
	"strings"
	"testing"

	"vang/e2e/cluster"
	"vang/testbed"
)

// small is a desk over one replica, which sleeps, and one address of a database, which refuses.
func small(t *testing.T) (*desk, *bytes.Buffer) {
	t.Helper()
	path, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	var process *testbed.Process
	start := func(context.Context) (err error) {
		process, err = testbed.Start(testbed.Command{Name: "replica 1", Path: path, Args: []string{"600"}})
		return err
	}
	if err := start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Kill() })
	way, err := testbed.NewProxy("127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(way.Close)
	var out bytes.Buffer
	d := &desk{
		out: &out, c: &cluster.Cluster{Addresses: []*testbed.Proxy{way}, RedisProxy: way}, told: map[*part]*testbed.Process{},
		parts: []*part{newPart("1", "replica 1", "nowhere", func() *testbed.Process { return process }, start, func() error { process.Kill(); return nil })},
	}
	return d, &out
}

func TestCommandsThatMakeNoSense(t *testing.T) {
	d, _ := small(t)
	for line, want := range map[string]string{
		"explode":             `there is no command "explode"; help tells`,
		"kill":                "say what to kill: 1",
		"kill 2":              `there is no "2" to kill; there are 1`,
		"start 1":             "replica 1 runs already",
		"reload 1":            "replica 1 cannot be told to reload",
		"cut":                 "say which way: db 1 to db 1, db, or redis",
		"cut db 9":            "the addresses 1 to 1, not 9",
		"cut db 1 please":     `"please" says nothing to cut`,
		"delay db 1":          "say how late",
		"delay redis soon":    `"soon" is no time: write 300ms, or 0`,
		"delay redis 1s soon": "say how late",
	} {
		if err := d.do(t.Context(), strings.Fields(line)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; %q was due", line, err, want)
		}
	}
	if err := d.do(t.Context(), nil); err != nil {
		t.Errorf("an empty line: %v", err)
	}
}

func TestPartsEndAndComeBack(t *testing.T) {
	d, out := small(t)
	said := func(line, want string) {
		t.Helper()
		out.Reset()
		if err := d.do(t.Context(), strings.Fields(line)); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: %q; %q was due", line, out, want)
		}
	}
	said("pause 1", "paused replica 1 (process ")
	said("resume 1", "resumed replica 1 (process ")
	said("kill 1", "killed replica 1 (process ")
	said("status", "does not run")
	out.Reset()
	if d.tellEnded(); out.Len() > 0 {
		t.Errorf("who killed it is told that it ended: %q", out)
	}
	if err := d.do(t.Context(), []string{"kill", "1"}); err == nil || !strings.Contains(err.Error(), "start 1 brings it back") {
		t.Errorf("killed twice: %v", err)
	}
	said("start 1", "started replica 1 (process ")
	said("status", "process ")
	d.parts[0].process().Kill() // by somebody else
	d.tellEnded()
	d.tellEnded()
	if n := strings.Count(out.String(), "has ended; start 1 brings it back"); n != 1 {
		t.Errorf("its end was told %d times: %q", n, out)
	}
}

func TestWaysAreDisturbed(t *testing.T) {
	d, _ := small(t)
	takes := func() bool {
		conn, err := net.Dial("tcp", d.c.RedisProxy.Addr)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}
	for _, step := range []struct {
		line  string
		takes bool
	}{{"refuse db 1", false}, {"accept db", true}, {"refuse redis", false}, {"accept redis", true}, {"swallow db 1", true}, {"pass db 1", true}, {"delay db 1 1ms", true}, {"delay db 0", true}, {"cut db 1", true}} {
		if err := d.do(t.Context(), strings.Fields(step.line)); err != nil {
			t.Errorf("%s: %v", step.line, err)
		}
		if takes() != step.takes {
			t.Errorf("after %s the way takes connections: %v", step.line, !step.takes)
		}
	}
}

func TestOptions(t *testing.T) {
	for args, want := range map[string]string{
		"-replicas 0":                          "REPLICAS is 0",
		"-port 70000":                          "PORT is 70000",
		"-vang /nowhere/vang":                  "make build makes it",
		"-vang /bin/true more":                 `takes no argument, but was given "more"`,
		"-vang /bin/true -content /nowhere/at": "CONTENT",
	} {
		if _, err := options(strings.Fields(args), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; %q was due", args, err, want)
		}
	}
}
