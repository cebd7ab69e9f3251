package testbed

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Command is a program to run as a child.
type Command struct {
	Name string // for messages: "replica 2"
	Path string
	Args []string
	Env  []string // nil: this process' own
	Dir  string
	// User runs the child as another user, as only root can; nil: as this one.
	User *syscall.Credential
	Log  io.Writer // gets what the child says besides Process.Log; may be nil
	// Death is what the kernel sends the child when this process ends; 0: SIGKILL, which the child's own children outlive.
	Death syscall.Signal
}

// Process is a running child, or one that has ended.
type Process struct {
	name string
	cmd  *exec.Cmd
	log  *tail
	done chan struct{}
	err  error // of the child; read after done
}

// Start starts c. The kernel ends the child when this process ends, however that comes.
func Start(c Command) (*Process, error) {
	cmd := exec.Command(c.Path, c.Args...)
	cmd.Env, cmd.Dir = c.Env, c.Dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: cmp.Or(c.Death, syscall.SIGKILL), Setpgid: true, Credential: c.User}
	cmd.WaitDelay = time.Second // grandchildren may hold the pipe
	p := &Process{name: c.Name, cmd: cmd, log: &tail{}, done: make(chan struct{})}
	var out io.Writer = p.log
	if c.Log != nil {
		out = io.MultiWriter(p.log, c.Log)
	}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// PID is the child's process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the child has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Running tells whether the child has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Log is the end of what the child said.
func (p *Process) Log() string { return p.log.String() }

// Signal sends s to the child alone.
func (p *Process) Signal(s syscall.Signal) error {
	if !p.Running() {
		return fmt.Errorf("%s has ended", p.name)
	}
	return p.cmd.Process.Signal(s)
}

// Pause stops the child where it stands (SIGSTOP), with its own children; Resume lets it go on.
func (p *Process) Pause() error { return p.group(syscall.SIGSTOP) }

// Resume ends Pause.
func (p *Process) Resume() error { return p.group(syscall.SIGCONT) }

// Kill ends the child and its own children at once, as a crash does, and waits for the end.
func (p *Process) Kill() {
	_ = p.group(syscall.SIGKILL)
	<-p.done
}

// group signals the child and those that it started.
func (p *Process) group(s syscall.Signal) error {
	if !p.Running() {
		return fmt.Errorf("%s has ended", p.name)
	}
	return syscall.Kill(-p.cmd.Process.Pid, s)
}

// Stop asks the child to end with s and waits. After patience it is killed, which is an error.
func (p *Process) Stop(s syscall.Signal, patience time.Duration) error {
	if !p.Running() {
		return nil
	}
	_ = p.group(syscall.SIGCONT) // one that was paused hears nothing
	if err := p.Signal(s); err != nil {
		return err
	}
	select {
	case <-p.done:
		return p.err
	case <-time.After(patience):
		p.Kill()
		return fmt.Errorf("%s had not ended %v after %v", p.name, patience, s)
	}
}

// Await calls ready until it answers nil. It fails when the child ends, when ctx does, or after patience.
func (p *Process) Await(ctx context.Context, patience time.Duration, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended while it started: %w\n%s", p.name, errors.Join(p.err, err), p.Log())
		case <-ctx.Done():
			return fmt.Errorf("%s was not ready: %w\n%s", p.name, err, p.Log())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// tailBytes is how much of a child's words is kept.
const tailBytes = 256 << 10

// tail keeps the end of a log.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *tail) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.Write(b)
	if extra := l.buf.Len() - tailBytes; extra > 0 {
		l.buf.Next(extra)
	}
	return len(b), nil
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
