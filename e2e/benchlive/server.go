package benchlive

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"vang/e2e/benchlive/crowd"
	"vang/e2e/cluster"
	"vang/testbed"
)

// server is a process under test, alone on its core.
type server struct {
	name    string // as tables call it
	addr    string
	process *testbed.Process
	live    crowd.Server
	say     func(text string) []byte // the request that has it push one message
}

// slug is the post that everyone reads; it is among those inside the binary.
const slug = "what-vang-is"

// startVang starts the program itself. It keeps its comments where args say.
func (b *Bench) startVang(ctx context.Context, args ...string) (*server, error) {
	addr, err := testbed.FreeAddr()
	if err != nil {
		return nil, err
	}
	return b.startVangAt(ctx, addr, args...)
}

func (b *Bench) startVangAt(ctx context.Context, addr string, args ...string) (*server, error) {
	args = append([]string{"serve", "--addr", addr, "--rate-limit", "off", "--log", "text"}, args...)
	s := &server{name: "Vang", addr: addr, say: comment(addr)}
	if err := s.start(ctx, b.cores, b.options.Binary, args); err != nil {
		return nil, err
	}
	epoch, _, err := s.cursor(ctx)
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	s.live = crowd.Server{Addr: addr, Path: "/live?post=" + slug, Hello: func(rev int64) string {
		return `{"headers":{},"after":"` + epoch + "." + strconv.FormatInt(rev, 10) + `"}`
	}}
	return s, nil
}

// startAlone starts a server alone, with a new database.
func (b *Bench) startAlone(ctx context.Context) (*server, error) {
	args, err := b.onSQLite()
	if err != nil {
		return nil, err
	}
	return b.startVang(ctx, args...)
}

// onSQLite are the arguments of a server alone, with a new database.
func (b *Bench) onSQLite() ([]string, error) {
	dir, err := os.MkdirTemp(b.dir, "sqlite-")
	return []string{"--database", "sqlite:" + filepath.Join(dir, "vang.db")}, err
}

// comment makes the request of a program that comments.
func comment(addr string) func(text string) []byte {
	return func(text string) []byte {
		body := `{"post":"` + slug + `","author":{"name":"Nguyễn Thị Bình"},"body":"` + text + `"}`
		return []byte("POST /api/comments HTTP/1.1\r\nHost: " + addr + "\r\nContent-Type: application/json\r\nContent-Length: " +
			strconv.Itoa(len(body)) + "\r\n\r\n" + body)
	}
}

// startPeer starts a server of Centrifuge that pushes messages of size bytes.
func (b *Bench) startPeer(ctx context.Context, name string, size int, args ...string) (*server, error) {
	addr, err := testbed.FreeAddr()
	if err != nil {
		return nil, err
	}
	publish := []byte("POST /publish HTTP/1.1\r\nHost: " + addr + "\r\nContent-Length: 0\r\n\r\n")
	s := &server{name: name, addr: addr, say: func(string) []byte { return publish }, live: crowd.Server{
		Addr: addr, Path: "/live", Echo: "{}", Greets: true, Hello: func(int64) string { return `{"id":1,"connect":{}}` },
	}}
	return s, s.start(ctx, b.cores, b.peer, append([]string{"-addr", addr, "-size", strconv.Itoa(size)}, args...))
}

func (s *server) start(ctx context.Context, c cores, binary string, args []string) (err error) {
	taskset := append([]string{"taskset", "-c", strconv.Itoa(c.server), binary}, args...)
	s.process, err = testbed.Start(testbed.Command{Name: s.name, Path: "/usr/bin/env", Args: taskset, Env: cluster.Environment()})
	if err != nil {
		return err
	}
	err = s.process.Await(ctx, 30*time.Second, func(ctx context.Context) error {
		_, err := s.get(ctx, "/readyz")
		return err
	})
	if err != nil {
		s.process.Kill()
	}
	return err
}

func (s *server) stop() error {
	s.process.Kill()
	return nil
}

// get reads a page that is there.
func (s *server) get(ctx context.Context, path string) ([]byte, error) {
	status, text, err := s.ask(ctx, path)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("GET %s: %d %.200s", path, status, text)
	}
	return text, err
}

func (s *server) ask(ctx context.Context, path string) (status int, text []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+path, nil)
	if err != nil {
		return 0, nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	text, err = io.ReadAll(res.Body)
	return res.StatusCode, text, err
}

// cursor is where the discussion stands.
func (s *server) cursor(ctx context.Context) (epoch string, rev int64, err error) {
	text, err := s.get(ctx, "/api/comments?limit=1&post="+url.QueryEscape(slug))
	if err != nil {
		return "", 0, err
	}
	var answer struct {
		Meta struct {
			Cursor string `json:"cursor"`
		} `json:"meta"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return "", 0, err
	}
	epoch, digits, _ := strings.Cut(answer.Meta.Cursor, ".")
	rev, err = strconv.ParseInt(digits, 10, 64)
	return epoch, rev, err
}

// metrics are what the server says of itself, by name and labels.
func (s *server) metrics(ctx context.Context) (map[string]float64, error) {
	text, err := s.get(ctx, "/metrics")
	if err != nil {
		return nil, err
	}
	all := map[string]float64{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if n, err := strconv.ParseFloat(value, 64); err == nil && name != "#" {
			all[name] = n
		}
	}
	return all, nil
}

// tick is the unit of times in /proc/PID/stat. Linux tells all programs that it is a hundredth of a second.
const tick = 10 * time.Millisecond

// cpu is the processor time that the process has had.
func (s *server) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.process.PID()))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), ") ") // the name may hold spaces
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/PID/stat is %q", text)
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, errors.Join(err, err2)
}

// resident is the process' own memory in bytes, without the pages of its file.
func (s *server) resident() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.PID()))
	if err != nil {
		return 0, err
	}
	_, after, found := strings.Cut(string(text), "RssAnon:")
	fields := strings.Fields(after)
	if !found || len(fields) == 0 {
		return 0, errors.New("/proc/PID/status tells no RssAnon")
	}
	kilobytes, err := strconv.ParseFloat(fields[0], 64)
	return kilobytes * 1024, err
}

// memory is what a server holds after two collections of its garbage.
type memory struct{ resident, heap, stacks, goroutines float64 }

// settle has the server collect its garbage twice, by having it make some, and tells what it holds then. Its readers are
// listened to meanwhile.
func (s *server) settle(ctx context.Context, l *crowd.Loop) (m memory, err error) {
	err = l.While(ctx, "the server collects its garbage", 30*time.Second, func() (err error) {
		m, err = s.collected(ctx)
		return err
	})
	return m, err
}

func (s *server) collected(ctx context.Context) (m memory, err error) {
	const collections = "go_gc_duration_seconds_count"
	begin, err := s.metrics(ctx)
	if err != nil {
		return m, err
	}
	for late, now := time.Now().Add(20*time.Second), begin; now[collections] < begin[collections]+2 && time.Now().Before(late); {
		for range 8 {
			if _, _, err := s.ask(ctx, "/waste"); err != nil { // Vang has no such page, and saying so makes garbage, too
				return m, err
			}
		}
		if now, err = s.metrics(ctx); err != nil {
			return m, err
		}
	}
	time.Sleep(500 * time.Millisecond) // what is free goes back to the system in the background
	now, err := s.metrics(ctx)
	if err != nil {
		return m, err
	}
	m.resident, err = s.resident()
	m.heap, m.stacks, m.goroutines = now["go_memstats_heap_inuse_bytes"], now["go_memstats_stack_inuse_bytes"], now["go_goroutines"]
	return m, err
}

// each is what one socket holds of m, which n sockets need beyond idle.
func (m memory) each(idle memory, n int) memory {
	per := func(with, without float64) float64 { return (with - without) / float64(n) }
	return memory{
		per(m.resident, idle.resident), per(m.heap, idle.heap), per(m.stacks, idle.stacks), per(m.goroutines, idle.goroutines),
	}
}

// terminate asks the server to end, and tells later how that went.
func (s *server) terminate(patience time.Duration) <-chan error {
	ended := make(chan error, 1)
	go func() { ended <- s.process.Stop(syscall.SIGTERM, patience) }()
	return ended
}
