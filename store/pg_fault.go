package store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"vang/blog"
)

// pgFaults says of an error of the database what to do about it.
type pgFaults struct {
	where  string
	log    *slog.Logger
	warned atomic.Int64 // when the licence was last complained about, in seconds
}

// fault puts err into the kinds of blog. What has no remedy and is no fault of the connection stays as it is: internal.
func (f *pgFaults) fault(err error) error {
	var known *blog.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	r := pgRemedyFor(err)
	if r.code == "" {
		return err
	}
	if r.code == "pg-licence" {
		f.shout(err)
	}
	return unavailable(r.retry, &trouble{code: r.code, detail: f.where, remedy: r.text, err: err})
}

// shout says once a minute what nobody would look for: the database is well and refuses to work.
func (f *pgFaults) shout(err error) {
	now := time.Now().Unix()
	if last := f.warned.Load(); now-last < 60 || !f.warned.CompareAndSwap(last, now) {
		return
	}
	f.log.Error("CockroachDB throttles this cluster for want of a licence: set one with COCKROACH_LICENSE, or run a single node",
		"database", f.where, "error", err)
}

func pgRemedyFor(err error) remedy {
	var answer *pgconn.PgError
	switch {
	case errors.As(err, &answer):
		return remedyOf(answer)
	case isPlain(err):
		return remedy{"pg-plain", "does not encrypt: give it a certificate, or write sslmode=disable in the address where the" +
			" network between is trusted", 0}
	case isCertificate(err):
		return remedy{"pg-certificate", "does not prove who it is: correct sslmode and sslrootcert in the address, or the" +
			" database's certificate", 0}
	}
	return remedyOfLink(err)
}

func remedyOf(answer *pgconn.PgError) remedy {
	switch answer.Code {
	case badPassword, badAuthorisation:
		return remedy{"pg-password", "refuses the user or the password: correct them in the address", 0}
	case noDatabase:
		return remedy{"pg-database", "does not exist: make it with CREATE DATABASE, or name another in the address", 0}
	case noRight:
		return remedy{"pg-permission", "gives the user too few rights: make it the owner of the database", 0}
	case noParameter, badParameter:
		return remedy{"pg-parameter", "does not know what the address asks for after the ?: correct that", 0}
	case noTable:
		return remedy{"pg-tables", "lacks tables that it had: restore a backup", 0}
	case tooManyClients:
		return remedy{"pg-connections", "has no connections left: raise its max_connections, or lower " + poolSizeName +
			" in the address", 2 * time.Second}
	case diskFull:
		return remedy{"pg-full", "cannot grow: free some space on its disk", 30 * time.Second}
	case throttled:
		return remedy{
			"pg-licence", "is throttled for want of a CockroachDB licence: set one, or run a single node",
			30 * time.Second,
		}
	case readOnlyStandby:
		return remedy{"pg-standby", "only reads: name its primary in the address, or end its read-only mode", 2 * time.Second}
	case startingUp, shuttingDown, crashing:
		return remedy{"pg-starting", "is starting or stopping", time.Second}
	case cancelled, lockNotAvailable:
		return remedy{"pg-slow", "took too long", time.Second}
	}
	return remedyOfClass(answer)
}

func remedyOfClass(answer *pgconn.PgError) remedy {
	switch {
	case strings.HasPrefix(answer.Code, "40"):
		return remedy{"pg-busy", "had too many writers at once", time.Second}
	case final(answer):
		return remedy{}
	}
	return remedy{"pg-trouble", "has trouble of its own: look into its log", 5 * time.Second}
}

// remedyOfLink is for errors that no database sent.
func remedyOfLink(err error) remedy {
	var unknown *net.DNSError
	switch {
	case errors.As(err, &unknown):
		return remedy{"pg-host", "is not found: correct the host in the address, or the name service", 2 * time.Second}
	case errors.Is(err, syscall.ECONNREFUSED):
		return remedy{"pg-refused", "takes no connections: start it, or correct host and port in the address", time.Second}
	case errors.Is(err, context.Canceled):
		return remedy{"pg-given-up", "was busy when the caller gave up", time.Second}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, errNoConnection), pgconn.Timeout(err):
		return remedy{"pg-timeout", "does not answer in time: look after it and the network", time.Second}
	case errors.Is(err, errAgain):
		return remedy{"pg-busy", "had too many writers at once", time.Second}
	}
	var lost *lostError
	var connect *pgconn.ConnectError
	if errors.As(err, &lost) || errors.As(err, &connect) {
		return remedy{"pg-lost", "breaks connections: look after it and the network", time.Second}
	}
	return remedy{}
}

// isPlain tells of a server without encryption, where the address demands it. The driver has no type for it.
func isPlain(err error) bool { return strings.Contains(err.Error(), "server refused TLS connection") }

// isCertificate tells of an encrypted connection that cannot be: mending that is an operator's.
func isCertificate(err error) bool {
	var verify *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	return errors.As(err, &verify) || errors.As(err, &authority) || errors.As(err, &name) || errors.As(err, &record)
}
