package store

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgExample is the form of an address, for those who wrote it wrongly.
const pgExample = "postgres://USER:PASSWORD@HOST:26257,HOST:26257/DATABASE?sslmode=verify-full"

// pgAddress is where a database is and how to speak to it.
type pgAddress struct {
	pool  *pgxpool.Config
	where string // "a:26257,b:26257/vang", for messages: it holds no secret
}

// isPG tells whether scheme is one of PostgreSQL's, whose language CockroachDB speaks.
func isPG(scheme string) bool {
	return slices.Contains([]string{"postgres", "postgresql", "cockroach", "cockroachdb"}, scheme)
}

// parsePG reads an address. Its errors never repeat what was written: of a malformed one nobody can tell which part is the
// password.
func parsePG(address string) (*pgAddress, error) {
	_, rest, found := strings.Cut(address, "://")
	if !found {
		return nil, addressTrouble("is not one", nil)
	}
	if !namesHost(rest) {
		return nil, addressTrouble("names no host", nil)
	}
	config, err := pgxpool.ParseConfig("postgres://" + rest)
	if err != nil {
		return nil, addressTrouble("cannot be read", safeReason(err))
	}
	if !strings.Contains(rest, poolSizeName+"=") {
		config.MaxConns = poolSize
	}
	a := &pgAddress{pool: config}
	if err := a.check(); err != nil {
		return nil, err
	}
	return a, nil
}

// namesHost tells whether the driver would not have to guess one.
func namesHost(rest string) bool {
	authority, _, _ := strings.Cut(rest[strings.LastIndex(rest, "@")+1:], "/")
	authority, _, _ = strings.Cut(authority, "?")
	return authority != "" || strings.Contains(rest, "host=")
}

// safeReason is what the driver says of an address, where that cannot quote a part of a password that stands elsewhere.
func safeReason(err error) error {
	text := err.Error()
	reason := text[strings.LastIndex(text, "`: ")+1:]
	reason = strings.TrimPrefix(reason, ": ")
	if strings.HasPrefix(reason, "failed to parse as URL") || strings.Contains(reason, "`") {
		return nil
	}
	return errors.New(reason)
}

// check finds what the driver would fill in by guessing, and parts of a password that stand where others belong.
func (a *pgAddress) check() error {
	c := a.pool.ConnConfig
	hosts := hostsOf(c)
	possible := regexp.MustCompile(`^[\pL\pN._:/-]+$`)
	for _, h := range hosts {
		if name, _, _ := net.SplitHostPort(h); !possible.MatchString(name) {
			return addressTrouble("names a host that cannot be one", nil)
		}
	}
	switch {
	case c.Database == "":
		return addressTrouble("names no database", nil)
	case strings.ContainsAny(c.Database, "@/?#"):
		return addressTrouble("names a database that cannot be one", nil)
	}
	a.where = strings.Join(hosts, ",") + "/" + c.Database
	return nil
}

// hostsOf returns the hosts of c, each once.
func hostsOf(c *pgx.ConnConfig) []string {
	hosts := []string{hostKey(c.Host, c.Port)}
	for _, f := range c.Fallbacks {
		if key := hostKey(f.Host, f.Port); !slices.Contains(hosts, key) {
			hosts = append(hosts, key)
		}
	}
	return hosts
}

func addressTrouble(what string, err error) error {
	return &trouble{code: "pg-address", detail: "the database's address", err: err, remedy: fmt.Sprintf("%s: write %s, and in"+
		" the password %%40 for @, %%3A for :, %%2F for /, %%3F for ?, %%23 for # and %%25 for %%", what, pgExample)}
}
