// Package site runs Vang as a child process, as an operator does, and talks to it as readers' networks and programs do.
//
// It imports nothing of the product: what it knows is what anybody can see from outside.
package site

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is one Vang on a port and a database of its own, which survive its restarts.
type Server struct {
	Addr     string // "127.0.0.1:port"
	URL      string // "http://" + Addr
	Database string // the SQLite file
	args     []string
	cmd      *exec.Cmd
	done     chan struct{} // closed when the process has ended
	err      error         // of the process; read after done
	log      tail
}

// Start starts a server with more arguments for "vang serve" and waits until it may take readers. It ends with the test.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := New(t, args...)
	s.Start(t)
	return s
}

// New is Start without starting.
func New(t testing.TB, args ...string) *Server {
	t.Helper()
	addr := freeAddr(t)
	s := &Server{Addr: addr, URL: "http://" + addr, Database: filepath.Join(t.TempDir(), "vang.db")}
	s.args = append([]string{"serve", "--addr", addr, "--database", "sqlite:" + s.Database, "--rate-limit", "off", "--log", "text"}, args...)
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("the server's log, shortened:\n%s", s.log.telling())
		}
	})
	return s
}

// Start starts the process, again if it was stopped, and waits until it may take readers.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	s.cmd = exec.Command(Binary(t), s.args...)
	s.cmd.Env = cleanEnv()
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	// The kernel ends the child even where the tests are killed.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("start vang: %v", err)
	}
	done := make(chan struct{})
	s.done = done
	go func(cmd *exec.Cmd) {
		s.err = cmd.Wait()
		close(done)
	}(s.cmd)
	s.waitReady(t)
}

func (s *Server) waitReady(t testing.TB) {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < 15*time.Second; {
		res, err := http.Get(s.URL + "/readyz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-s.done:
			t.Fatalf("vang ended while it started: %v\n%s", s.err, s.log.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Fatalf("vang was not ready within 15 s\n%s", s.log.String())
}

// Kill ends the process at once, as a crash does.
func (s *Server) Kill() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	<-s.done
}

// Stop asks the process to end, as an operator does, and tells how long that took.
func (s *Server) Stop(t testing.TB, patience time.Duration) time.Duration {
	t.Helper()
	begin := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("signal vang: %v", err)
	}
	select {
	case <-s.done:
	case <-time.After(patience):
		t.Fatalf("vang had not ended %v after SIGTERM\n%s", patience, s.log.String())
	}
	if s.err != nil {
		t.Errorf("vang ended with %v", s.err)
	}
	return time.Since(begin)
}

// Restart kills the process and starts it again.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Kill()
	s.Start(t)
}

// Log is the end of what the process has said.
func (s *Server) Log() string { return s.log.String() }

// Run runs another command of the binary on this server's database where it takes one.
func Run(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), Binary(t), args...)
	cmd.Env = cleanEnv()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("vang %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// freeAddr is a port below those that the kernel gives to clients, so that a restarted server finds it free.
func freeAddr(t testing.TB) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 12_000+rand.IntN(18_000))
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", addr)
		if err == nil {
			_ = l.Close()
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

// cleanEnv is the environment without anything that configures Vang, in English and far from the reader's clock.
func cleanEnv() []string {
	env := []string{"LANG=en_US.UTF-8", "TZ=UTC", "VANG_CACHE=off"} // nothing in this user's folders
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "VANG_") && !strings.HasPrefix(name, "LC_") && name != "LANG" && name != "TZ" {
			env = append(env, kv)
		}
	}
	return env
}

// made is the binary under test, built once for all tests.
var made struct {
	once sync.Once
	dir  string // to be removed
	path string
	err  error
}

// Binary is the path of the vang under test: VANG_BINARY, or built from this checkout.
func Binary(t testing.TB) string {
	t.Helper()
	made.once.Do(func() {
		if made.path = os.Getenv("VANG_BINARY"); made.path != "" {
			made.path, made.err = filepath.Abs(made.path)
			return
		}
		if made.dir, made.err = os.MkdirTemp("", "vang-e2e-"); made.err == nil {
			made.path, made.err = build(made.dir)
		}
	})
	if made.err != nil {
		t.Fatal(made.err)
	}
	return made.path
}

func build(dir string) (string, error) {
	path := filepath.Join(dir, "vang")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, ".")
	cmd.Dir = root()
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build vang (make build shows how): %w\n%s", err, out)
	}
	return path, nil
}

// RemoveBinary takes away what Binary built; the last act of a test run.
func RemoveBinary() error {
	if made.dir == "" {
		return nil
	}
	return os.RemoveAll(made.dir)
}

// root is the folder that holds this module's folder.
func root() string {
	dir, err := os.Getwd()
	if err != nil {
		return ".."
	}
	for !isFile(filepath.Join(dir, "e2e", "go.mod")) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	return dir
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Path is a file of the checkout.
func Path(parts ...string) string { return filepath.Join(append([]string{root()}, parts...)...) }

// tail keeps the end of a log.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

const tailBytes = 64 << 10

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.Write(p)
	if extra := l.buf.Len() - tailBytes; extra > 0 {
		l.buf.Next(extra)
	}
	return len(p), nil
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// telling is what helps to understand a failure: warnings, errors and the last lines.
func (l *tail) telling() string {
	const last = 12
	lines := strings.Split(strings.TrimSpace(l.String()), "\n")
	var out []string
	for i, line := range lines {
		if i >= len(lines)-last || strings.Contains(line, "level=WARN") || strings.Contains(line, "level=ERROR") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}
