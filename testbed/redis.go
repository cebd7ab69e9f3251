package testbed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// RedisOptions is what a Redis of one's own is started with. The zero value serves.
type RedisOptions struct {
	Addr     string    // of loopback; a free one if ""
	Password string    // "" for none
	Log      io.Writer // gets what the server says; may be nil
}

// Redis is a running Redis. It writes every change to its file at once, so that what it took is there again after a crash.
type Redis struct {
	Addr string

	opt  RedisOptions
	path string // of the program
	conf string

	mu      sync.Mutex
	process *Process
}

const redisPatience = 10 * time.Second

// StartRedis starts a Redis that keeps its data in dir, and returns when it answers.
func StartRedis(ctx context.Context, dir string, o RedisOptions) (*Redis, error) {
	path, err := program("redis-server")
	if err != nil {
		return nil, err
	}
	if o.Addr == "" {
		if o.Addr, err = FreeAddr(); err != nil {
			return nil, err
		}
	}
	r := &Redis{Addr: o.Addr, opt: o, path: path, conf: filepath.Join(dir, "redis.conf")}
	if err := r.configure(dir); err != nil {
		return nil, fmt.Errorf("configure Redis: %w", err)
	}
	return r, r.Start(ctx)
}

// configure writes a file: a password among the arguments could be read by everyone on the machine.
func (r *Redis) configure(dir string) error {
	host, port, err := net.SplitHostPort(r.Addr)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	lines := []string{
		"bind " + host, "port " + port, "dir " + strconv.Quote(dir), "daemonize no", "save \"\"",
		"appendonly yes", "appendfsync everysec", "enable-debug-command local",
	}
	if r.opt.Password != "" {
		lines = append(lines, "requirepass "+strconv.Quote(r.opt.Password))
	}
	return os.WriteFile(r.conf, []byte(strings.Join(lines, "\n")+"\n"), 0o600)
}

// Start starts the server again, at the same address and with the data that it had.
func (r *Redis) Start(ctx context.Context) error {
	p, err := Start(Command{Name: "redis", Path: r.path, Args: []string{r.conf}, Log: r.opt.Log})
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.process = p
	r.mu.Unlock()
	if err := p.Await(ctx, redisPatience, r.ping); err != nil {
		p.Kill()
		return err
	}
	return nil
}

// Process is the one that was started last.
func (r *Redis) Process() *Process {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.process
}

// URL is the address for a client, password and all.
func (r *Redis) URL() string {
	u := url.URL{Scheme: "redis", Host: r.Addr, Path: "/0"}
	if r.opt.Password != "" {
		u.User = url.UserPassword("", r.opt.Password)
	}
	return u.String()
}

// Stop ends the server as an operator would.
func (r *Redis) Stop() error { return r.Process().Stop(syscall.SIGTERM, redisPatience) }

// ping asks until the server has read its data.
func (r *Redis) ping(ctx context.Context) error {
	answer, err := r.Do(ctx, "PING")
	if err == nil && answer != "+PONG" {
		err = fmt.Errorf("redis answered %q", answer)
	}
	return err
}

// Do sends one command and returns the first line of the answer as it came ("+OK", ":1", "$5"); what begins with a minus
// is an error.
func (r *Redis) Do(ctx context.Context, args ...string) (string, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", r.Addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(redisPatience)
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return "", err
	}
	answers := bufio.NewReader(conn)
	if r.opt.Password != "" {
		if _, err := ask(conn, answers, []string{"AUTH", r.opt.Password}); err != nil {
			return "", err
		}
	}
	return ask(conn, answers, args)
}

func ask(w io.Writer, answers *bufio.Reader, args []string) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(args))
	for _, a := range args {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(a), a)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return "", err
	}
	line, err := answers.ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if err == nil && strings.HasPrefix(line, "-") {
		err = errors.New("redis: " + line[1:])
	}
	return line, err
}
