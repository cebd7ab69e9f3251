package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"vang/e2e/site"
	"vang/testbed"
)

func TestMain(m *testing.M) {
	code := m.Run()
	_ = site.RemoveBinary()
	os.Exit(code)
}

// TestTheCommand runs the command as make cluster does, breaks a replica, mends it, and ends it as Ctrl-C does.
func TestTheCommand(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{dir, filepath.Dir(dir)} { // PostgreSQL's user must come through
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "cluster")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	addr, err := testbed.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-vang", site.Binary(t), "-replicas", "2", "-port", addr[strings.LastIndex(addr, ":")+1:])
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := lines(out)
	awaitLine(t, said, "Ready after", &complaint)
	replica := regexp.MustCompile(`http://\S+`).FindString(awaitLine(t, said, "replica 1", &complaint))
	awaitLine(t, said, "Ctrl-C ends it all", &complaint)
	status(t, replica+"/", http.StatusOK)
	status(t, "http://"+addr+"/", http.StatusOK)
	_, _ = io.WriteString(in, "kill 1\n")
	awaitLine(t, said, "killed replica 1", &complaint)
	status(t, replica+"/", 0)
	status(t, "http://"+addr+"/", http.StatusOK)
	_, _ = io.WriteString(in, "start 1\nkill nginx\n")
	awaitLine(t, said, "started replica 1", &complaint)
	status(t, replica+"/", http.StatusOK)
	awaitLine(t, said, "killed Nginx", &complaint)
	status(t, "http://"+addr+"/", 0)
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	awaitLine(t, said, "Ending", &complaint)
	for range said { // until it has ended
	}
	if err := cmd.Wait(); err != nil || complaint.Len() > 0 {
		t.Errorf("it ended with %v and said %q", err, complaint.String())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "vang-cluster-*")); len(left) > 0 {
		t.Errorf("it left %s", left)
	}
	status(t, replica+"/", 0)
}

// awaitLine reads until a line holds text.
func awaitLine(t *testing.T, said <-chan string, text string, complaint *bytes.Buffer) string {
	t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case line, more := <-said:
			if strings.Contains(line, text) {
				return line
			}
			if !more && strings.Contains(complaint.String(), testbed.ErrMissing.Error()) {
				testbed.Need(t, errors.Join(errors.New(complaint.String()), testbed.ErrMissing))
			}
			if !more {
				t.Fatalf("it ended before it said %q: %s", text, complaint.String())
			}
		case <-late:
			t.Fatalf("waited in vain for %q", text)
		}
	}
}

// status checks what an address answers; 0 is nothing at all.
func status(t *testing.T, address string, want int) {
	t.Helper()
	got := 0
	if res, err := http.Get(address); err == nil {
		_ = res.Body.Close()
		got = res.StatusCode
	}
	if got != want {
		t.Errorf("%s answers %d; %d was due", address, got, want)
	}
}

func TestAMissingProgramIsNamedWithItsPackage(t *testing.T) {
	t.Setenv("PATH", "/nowhere")
	err := run(t.Context(), []string{"-vang", "/bin/true", "-port", "0"}, strings.NewReader(""), io.Discard)
	if !errors.Is(err, testbed.ErrMissing) || !strings.Contains(err.Error(), "redis-server is not installed") || !strings.Contains(err.Error(), "apt-get install") {
		t.Errorf("without Redis: %v", err)
	}
}

func TestAPortInUseIsToldBeforeAnythingStarts(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	var out bytes.Buffer
	err = run(t.Context(), []string{"-vang", "/bin/true", "-port", port}, strings.NewReader(""), &out)
	if err == nil || !strings.Contains(err.Error(), port+" is in use") || !strings.Contains(err.Error(), "PORT=") || out.Len() > 0 {
		t.Errorf("with its port taken: %v; it said %q", err, out.String())
	}
}
