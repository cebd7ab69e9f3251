package testbed

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// URL is the address of a database for the role vang: at the server, or at other addresses that lead to it.
func (p *Postgres) URL(database string, addrs ...string) string {
	if len(addrs) == 0 {
		addrs = []string{p.Addr}
	}
	return fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable",
		url.UserPassword("vang", p.Password), strings.Join(addrs, ","), url.PathEscape(database))
}

// CreateDatabase makes an empty database that belongs to the role vang.
func (p *Postgres) CreateDatabase(ctx context.Context, name string) error {
	_, err := p.SQL(ctx, "postgres", "CREATE DATABASE "+quoted(name)+" OWNER vang")
	return err
}

// quoted is name as an identifier.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// SQL carries out statements as the all-mighty role and returns their rows: a line each, columns parted by "|".
func (p *Postgres) SQL(ctx context.Context, database, statement string) (string, error) {
	out, err := p.tool(ctx, "psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1",
		"--dbname", database, "--command", statement)
	return strings.TrimSuffix(out, "\n"), err
}

// Dump writes a database into file, for Restore.
func (p *Postgres) Dump(ctx context.Context, database, file string) error {
	_, err := p.tool(ctx, "pg_dump", "--format=custom", "--file", file, "--dbname", database)
	return err
}

// Restore puts what Dump wrote in the place of a database. Whoever is connected to that is thrown out, and finds the other
// one, whole, when coming again.
func (p *Postgres) Restore(ctx context.Context, database, file string) error {
	next := database + "_restored"
	if err := p.CreateDatabase(ctx, next); err != nil {
		return err
	}
	if _, err := p.tool(ctx, "pg_restore", "--exit-on-error", "--dbname", next, file); err != nil {
		return err
	}
	if _, err := p.SQL(ctx, "postgres", "DROP DATABASE IF EXISTS "+quoted(database)+" WITH (FORCE)"); err != nil {
		return err
	}
	_, err := p.SQL(ctx, "postgres", "ALTER DATABASE "+quoted(next)+" RENAME TO "+quoted(database))
	return err
}

// tool runs one of PostgreSQL's programs for the all-mighty role.
func (p *Postgres) tool(ctx context.Context, name string, args ...string) (string, error) {
	host, port, err := net.SplitHostPort(p.Addr)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, name), args...)
	cmd.Env = append(os.Environ(), "PGHOST="+host, "PGPORT="+port, "PGUSER=postgres", "PGPASSWORD="+p.Password,
		"PGCONNECT_TIMEOUT=5", "PGSSLMODE=disable", "PGOPTIONS=")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("%s: %w\n%s", name, err, strings.TrimSpace(said.String()))
	}
	return string(out), nil
}
