package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// node is one of the addresses of the one PostgreSQL: the first of --join runs it, the others lead there.
type node struct {
	certs, store string
	sql, web     string // listening addresses
	leader       string // "" is this node
}

func start(ctx context.Context, o options) error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	n := node{certs: o.get("certs-dir"), store: o.get("store"), sql: o.get("listen-addr"), web: o.get("http-addr")}
	first, _, _ := strings.Cut(o.get("join"), ",")
	if host, _, _ := strings.Cut(first, ":"); host != "" && host != name {
		n.leader = first
	}
	ctx, cancel := context.WithCancelCause(ctx)
	go func() { cancel(n.serveWeb(ctx)) }()
	if n.leader != "" {
		go func() { cancel(n.forward(ctx)) }()
		<-ctx.Done()
		return ended(ctx)
	}
	return errors.Join(n.postgres(ctx, o.single), ended(ctx))
}

// ended is nil where the end was asked for.
func ended(ctx context.Context) error {
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// forward hands connections on as they are: the certificate that clients see is the leader's, which has this node's name too.
func (n node) forward(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", n.sql)
	if err != nil {
		return err
	}
	for {
		in, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer in.Close()
			out, err := net.DialTimeout("tcp", n.leader, 2*time.Second)
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(out, in)
				_ = out.Close()
			}()
			_, _ = io.Copy(in, out)
		}()
	}
}

// serveWeb is what Prometheus, health checks and people ask a node for.
func (n node) serveWeb(ctx context.Context) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		to := "localhost" + n.sql
		if done, err := psql(r.Context(), n.certs, to, marked); r.URL.Query().Has("ready") && (err != nil || done == "") {
			http.Error(w, "node is not ready", http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("GET /_status/vars", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "# TYPE ranges_unavailable gauge\nranges_unavailable{store=\"1\"} 0\n# TYPE ranges_underreplicated gauge\nranges_underreplicated{store=\"1\"} 0\n")
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<!doctype html><title>stand-in</title><p>PostgreSQL in the place of CockroachDB.")
	})
	server := &http.Server{Addr: n.web, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return server.ListenAndServeTLS(filepath.Join(n.certs, "node.crt"), filepath.Join(n.certs, "node.key"))
}

// postgres runs the server until ctx ends.
func (n node) postgres(ctx context.Context, single bool) error {
	who, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, uerr := strconv.ParseUint(who.Uid, 10, 32)
	gid, gerr := strconv.ParseUint(who.Gid, 10, 32)
	if err := errors.Join(uerr, gerr); err != nil {
		return err
	}
	as := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	data := filepath.Join(n.store, "postgres")
	if _, err := os.Stat(data); err != nil {
		if err := n.prepare(ctx, data, int(uid), int(gid), as, single); err != nil {
			return err
		}
	}
	_, port, err := net.SplitHostPort(n.sql)
	if err != nil {
		return err
	}
	server := exec.Command("postgres", "-D", data, "-c", "listen_addresses=*", "-c", "port="+port, "-c", "unix_socket_directories=",
		"-c", "default_transaction_isolation=serializable", "-c", "max_connections=200", "-c", "ssl=on",
		"-c", "ssl_cert_file=node.crt", "-c", "ssl_key_file=node.key", "-c", "ssl_ca_file=ca.crt")
	server.SysProcAttr, server.Stdout, server.Stderr = as, os.Stdout, os.Stderr
	if err := server.Start(); err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = server.Process.Signal(syscall.SIGINT) }) // fast: connections are ended
	return server.Wait()
}

// prepare makes the data directory of a server that knows its clients by their certificates and lets in nobody else.
func (n node) prepare(ctx context.Context, data string, uid, gid int, as *syscall.SysProcAttr, single bool) error {
	if err := errors.Join(os.Mkdir(data, 0o700), os.Chown(data, uid, gid), os.Chmod(n.store, 0o755)); err != nil {
		return err
	}
	program := exec.CommandContext(ctx, "initdb", "-D", data, "-U", "root", "-E", "UTF8", "--no-locale", "--auth=reject")
	program.SysProcAttr, program.Dir = as, data
	if out, err := program.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	for _, file := range []string{"ca.crt", "node.crt", "node.key"} {
		b, err := os.ReadFile(filepath.Join(n.certs, file))
		if err != nil {
			return err
		}
		to := filepath.Join(data, file)
		if err := errors.Join(os.WriteFile(to, b, 0o600), os.Chown(to, uid, gid)); err != nil {
			return err
		}
	}
	if single { // such a node needs no init
		table := exec.CommandContext(ctx, "postgres", "--single", "-D", data, "postgres")
		table.SysProcAttr, table.Stdin = as, strings.NewReader("CREATE TABLE standin_cluster ();\n")
		if out, err := table.CombinedOutput(); err != nil {
			return fmt.Errorf("postgres --single: %w: %s", err, out)
		}
	}
	return os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte("hostssl all all all cert\n"), 0o600)
}
