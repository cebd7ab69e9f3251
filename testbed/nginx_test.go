package testbed

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestNginxStartsReloadsAndEndsWithItsWorkers(t *testing.T) {
	dir, file := t.TempDir(), ""
	addr, err := FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	configure := func(word string) {
		file = filepath.Join(dir, "nginx.conf")
		text := "worker_processes 2; user root; pid nginx.pid; events { } http { access_log off; server { listen " + addr + "; return 200 " + word + "; } }"
		if os.Geteuid() != 0 {
			text = strings.Replace(text, "user root;", "", 1)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	says := func(want string) {
		t.Helper()
		if got, err := fetch(t.Context(), "http://"+addr); got != want || err != nil {
			t.Fatalf("it says %q (%v), not %q", got, err, want)
		}
	}
	configure("one")
	n, err := StartNginx(t.Context(), dir, file)
	Need(t, err)
	t.Cleanup(func() { n.Process().Kill() })
	says("one")
	configure("two")
	if err := n.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		says("two")
	}
	configure("; nonsense")
	if err := n.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("a bad configuration: %v", err)
	}
	says("two")
	configure("three")
	running, err := workers(n.Process().PID())
	if err != nil || len(running) != 2 {
		t.Fatalf("workers %v, %v", running, err)
	}
	n.Process().Kill()
	gone(t, running)
	if err := n.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	says("three")
	if running, err = workers(n.Process().PID()); err != nil {
		t.Fatal(err)
	}
	if err := n.Stop(); err != nil {
		t.Error(err)
	}
	gone(t, running)
}

// gone waits until processes have ended.
func gone(t *testing.T, pids map[int]bool) {
	t.Helper()
	for pid := range pids {
		for begin := time.Now(); syscall.Kill(pid, 0) == nil && !zombie(pid); time.Sleep(time.Millisecond) {
			if time.Since(begin) > 5*time.Second {
				t.Fatalf("worker %d outlives its master", pid)
			}
		}
	}
}

// zombie tells whether a process has ended and nobody has asked how: in some containers nobody does.
func zombie(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func fetch(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}
