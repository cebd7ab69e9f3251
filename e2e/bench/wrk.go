package bench

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"vang/testbed"
)

//go:embed wrk.lua
var wrkScript []byte

// ask is a GET that is measured, and what the answer to it must be.
type ask struct {
	url     string
	header  http.Header
	status  int
	body    int64 // bytes of the body as it goes over the wire; -1: not known
	private bool  // it must be the reader's own
}

// loaded is what wrk tells at its end.
type loaded struct {
	Answers      int   `json:"answers"`
	Microseconds int64 `json:"microseconds"`
	Bytes        int64 `json:"bytes"`
	Errors       int   `json:"errors"`
	Statuses     int   `json:"statuses"` // answers with 400 and above
	P50          int64 `json:"p50"`
	P99          int64 `json:"p99"`
}

var wrkResult = regexp.MustCompile(`(?m)^RESULT (\{.*\})$`)

func parseWrk(out []byte) (l loaded, err error) {
	found := wrkResult.FindSubmatch(out)
	if found == nil {
		return l, fmt.Errorf("wrk told no result:\n%s", out)
	}
	if err := json.Unmarshal(found[1], &l); err != nil {
		return l, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	if l.Answers == 0 || l.Microseconds == 0 || l.Errors > 0 || l.Statuses > 0 {
		return l, fmt.Errorf("wrk met errors, so what it measured is worth nothing:\n%s", out)
	}
	return l, nil
}

// get has wrk ask for a second or more over connections, and measures the processes below pids meanwhile. Before and after, the
// answer must be what it shall be; in between, its size.
func (b *Bench) get(ctx context.Context, a ask, connections int, pids ...int) (Sample, error) {
	if _, err := exec.LookPath("wrk"); err != nil {
		return Sample{}, fmt.Errorf("wrk is %w", testbed.ErrMissing)
	}
	size, err := a.check(ctx)
	if err != nil {
		return Sample{}, err
	}
	args := []string{
		"-c", strconv.Itoa(b.loadCore), "wrk", "-t1", "-c" + strconv.Itoa(connections),
		fmt.Sprintf("-d%ds", max(1, int(b.Window.Seconds()))), "-s", b.path("wrk.lua"),
	}
	for name, values := range a.header {
		args = append(args, "-H", name+": "+values[0])
	}
	before, err := use(pids...)
	if err != nil {
		return Sample{}, err
	}
	out, err := exec.CommandContext(ctx, "taskset", append(args, a.url)...).CombinedOutput()
	if err != nil {
		return Sample{}, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	after, err := use(pids...)
	if err != nil {
		return Sample{}, err
	}
	l, err := parseWrk(out)
	if err != nil {
		return Sample{}, err
	}
	if _, err := a.check(ctx); err != nil {
		return Sample{}, err
	}
	each := l.Bytes / int64(l.Answers)
	if max(each-size, size-each) > size/32+headSlack {
		return Sample{}, fmt.Errorf("%s: an answer has %d bytes, but under load they had %d", a.url, size, each)
	}
	return Sample{
		Answers: l.Answers, Wall: time.Duration(l.Microseconds) * time.Microsecond, CPU: after.CPU - before.CPU, Bytes: each,
		P50: time.Duration(l.P50) * time.Microsecond, P99: time.Duration(l.P99) * time.Microsecond,
	}, nil
}

// headSlack is by how much heads of the same answer may differ, in bytes: one has the number of its request, another has none.
const headSlack = 64

// check asks once, and returns how many bytes the answer has, head and all.
func (a ask) check(ctx context.Context) (int64, error) {
	res, body, err := a.fetch(ctx)
	if err != nil {
		return 0, err
	}
	if res.StatusCode != a.status || a.body >= 0 && int64(len(body)) != a.body || a.body < 0 && len(body) == 0 {
		return 0, fmt.Errorf("%s is answered with %d and %d bytes: expected were %d and %d", a.url, res.StatusCode, len(body), a.status, a.body)
	}
	if a.private != strings.Contains(res.Header.Get("Cache-Control"), "private") {
		return 0, fmt.Errorf("%s is answered with Cache-Control: %s, but the reader's own page is asked for: %t", a.url, res.Header.Get("Cache-Control"), a.private)
	}
	head, err := httputil.DumpResponse(res, false)
	return int64(len(head) + len(body)), err
}

// fetch asks once; the body is as it came over the wire, compressed.
func (a ask) fetch(ctx context.Context) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url, http.NoBody)
	if err != nil {
		return nil, nil, err
	}
	req.Header = a.header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	plain := &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: false}, Timeout: time.Minute}
	defer plain.CloseIdleConnections()
	res, err := plain.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res, body, err
}
