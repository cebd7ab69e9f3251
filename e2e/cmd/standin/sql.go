package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// marked tells whether `cockroach init` has run.
const marked = "SELECT 1 FROM pg_tables WHERE tablename = 'standin_cluster'"

// psql runs one statement as root, by root's certificate.
func psql(ctx context.Context, certs, host, statement string) (string, error) {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return "", err
	}
	files := func(f string) string { return filepath.Join(certs, f) }
	address := fmt.Sprintf("host=%s port=%s user=root dbname=postgres connect_timeout=3 sslmode=verify-full sslrootcert=%s sslcert=%s sslkey=%s",
		name, port, files("ca.crt"), files("client.root.crt"), files("client.root.key"))
	program := exec.CommandContext(ctx, "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", address)
	program.Stdin = strings.NewReader(statement)
	out, err := program.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
	}
	return strings.TrimSpace(string(out)), nil
}

// initialise does `cockroach init`, which may be done once.
func initialise(ctx context.Context, o options) error {
	done, err := psql(ctx, o.get("certs-dir"), o.get("host"), marked)
	if err != nil {
		return err
	}
	if done != "" {
		return errors.New("cluster has already been initialized")
	}
	if _, err := psql(ctx, o.get("certs-dir"), o.get("host"), "CREATE TABLE standin_cluster ()"); err != nil {
		return err
	}
	fmt.Println("Cluster successfully initialized")
	return nil
}

// statements does `cockroach sql`. Before init a node of CockroachDB answers none.
func statements(ctx context.Context, o options) error {
	done, err := psql(ctx, o.get("certs-dir"), o.get("host"), marked)
	if err != nil {
		return err
	}
	if done == "" {
		return errors.New("node is waiting for cockroach init")
	}
	for _, statement := range o.flags["execute"] {
		out, err := psql(ctx, o.get("certs-dir"), o.get("host"), translated(statement))
		if err != nil {
			return err
		}
		fmt.Fprintln(os.Stdout, out)
	}
	return nil
}

// translated says in PostgreSQL's words what only CockroachDB can say.
func translated(statement string) string {
	for pattern, words := range map[string]string{
		`^CREATE DATABASE IF NOT EXISTS (\w+)$`: `SELECT 'CREATE DATABASE $1' WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = '$1') \gexec`,
		`^CREATE USER IF NOT EXISTS (\w+)$`:     `SELECT 'CREATE USER $1' WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '$1') \gexec`,
		`^SET CLUSTER SETTING .*$`:              `SELECT 'a cluster setting, not for PostgreSQL'`,
	} {
		if p := regexp.MustCompile(pattern); p.MatchString(statement) {
			return p.ReplaceAllString(statement, words)
		}
	}
	return statement
}
