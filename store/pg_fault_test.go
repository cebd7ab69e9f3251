package store_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"vang/blog"
	"vang/store"
	"vang/testbed"
)

// refused demands that address cannot be opened, for a reason with that code and those words, and whether waiting may help.
// No error may hold the password.
func refused(t *testing.T, address, code string, mayPass bool, words ...string) {
	t.Helper()
	begin := time.Now()
	s, err := store.Open(t.Context(), store.Options{Address: address})
	if err == nil {
		_ = s.Close()
		t.Errorf("%s: opened", code)
		return
	}
	if got, _, _ := store.Trouble(err); got != code {
		t.Errorf("code %q, want %q: %v", got, code, err)
	}
	var e *blog.Error
	if known := errors.As(err, &e); mayPass != (known && e.Kind == blog.Unavailable && e.RetryAfter > 0) {
		t.Errorf("%s: may pass: want %v: %v", code, mayPass, err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%v; want %q in it", err, w)
		}
	}
	for _, secret := range []string{"s3cret", "hunter", store.Server.Postgres(t).Password} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells a password: %v", err)
		}
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("%s took %v", code, took)
	}
}

func TestBadAddresses(t *testing.T) {
	for address, words := range map[string]string{
		"postgres:vang":                                "is not one",
		"postgres://":                                  "names no host",
		"postgres:///vang":                             "names no host",
		"postgres://vang:s3cret@/vang":                 "names no host",
		"postgres://vang:s3cret@db:26257":              "names no database",
		"postgres://vang:s3cret@db:26257/":             "names no database",
		"postgresql://vang:s3cret@db:port/vang":        "invalid port",
		"cockroach://vang:s3cret@db:1:s3cret/vang":     "invalid port",
		"postgres://vang:s3cret@hunter@db:26257/vang":  "names a host that cannot be one",
		"postgres://vang:12/s3cret@db:26257/vang":      "names a database that cannot be one",
		"postgres://vang:s3cret%zz@db/vang":            "cannot be read",
		"postgres://vang:s3cret/hunter@db/vang":        "invalid port",
		"postgres://vang:s3cret@db/vang?sslmode=maybe": "sslmode",
		"postgres://vang:s3cret@db/vang?sslmode=verify-full&sslrootcert=/no/such/file": "/no/such/file",
		"postgres://vang:s3cret@db/vang?pool_max_conns=many":                           "pool_max_conns",
	} {
		t.Run(address, func(t *testing.T) {
			refused(t, address, "pg-address", false, words, "open database: ", "postgres://USER")
		})
	}
}

// TestWhatCannotBeOpened: what an operator can get wrong, or must wait for, on a real server.
func TestWhatCannotBeOpened(t *testing.T) {
	t.Parallel()
	p := store.Server.Postgres(t)
	sql := func(database, statement string) {
		t.Helper()
		if _, err := p.SQL(t.Context(), database, statement); err != nil {
			t.Fatal(err)
		}
	}
	name := store.Server.Database(t)
	good := p.URL(name)
	with := func(old, new string) string { return strings.Replace(good, old, new, 1) }

	refused(t, with(p.Password, "s3cret"), "pg-password", false, p.Addr+"/"+name, "correct them")
	refused(t, with("vang:", "minh:"), "pg-password", false)
	refused(t, p.URL("nowhere"), "pg-database", false, "CREATE DATABASE", p.Addr+"/nowhere")
	refused(t, with(p.Addr, "127.0.0.1:1"), "pg-refused", true, "start it")
	refused(t, with(p.Addr, "no-such-host.invalid:26257"), "pg-host", true, "no-such-host.invalid:26257/")
	refused(t, with("sslmode=disable", "sslmode=require"), "pg-plain", false, "sslmode=disable")
	refused(t, good+"&no_such_setting=1", "pg-parameter", false, "no_such_setting")

	sql("postgres", "CREATE ROLE guest LOGIN PASSWORD '"+p.Password+"'")
	refused(t, with("vang:", "guest:"), "pg-permission", false, "owner")
	refused(t, strings.Replace(p.URL(store.Server.Empty(t)), "vang:", "guest:", 1), "pg-permission", false, "owner")
	sql("postgres", "ALTER DATABASE "+name+" SET default_transaction_read_only = on")
	refused(t, good, "pg-standby", true, "primary")
	sql("postgres", "ALTER DATABASE "+name+" CONNECTION LIMIT 0")
	refused(t, good, "pg-connections", true, "max_connections", "pool_max_conns")

	sql("postgres", "CREATE DATABASE old_letters OWNER vang ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
	refused(t, p.URL("old_letters"), "pg-encoding", false, "LATIN1", "ENCODING 'UTF8'")

	newer := store.Server.Database(t)
	sql(newer, "INSERT INTO goose_db_version (id, version_id, is_applied) VALUES (99, 99, TRUE)")
	refused(t, p.URL(newer), "pg-newer", false, "newer Vang", "99", "run that version", "backup")
}

// TestMustExist: where a database is expected, none is made.
func TestMustExistOnPostgres(t *testing.T) {
	name := store.Server.Empty(t)
	address := store.Server.Postgres(t).URL(name)
	_, err := store.Open(t.Context(), store.Options{Address: address, MustExist: true})
	if code, _, _ := store.Trouble(err); code != "pg-empty" || !strings.Contains(err.Error(), "--database") {
		t.Errorf("an empty database: %v", err)
	}
	tables, err := store.Server.Postgres(t).SQL(t.Context(), name, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
	if err != nil || strings.TrimSpace(tables) != "0" {
		t.Errorf("tables: %s, %v", tables, err)
	}
	openAt(t, address, nil)
	s, err := store.Open(t.Context(), store.Options{Address: address, MustExist: true})
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
}

// TestServerComesUp: a server that is starting is waited for by whoever waits; the error says that it may pass.
func TestServerComesUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, err := testbed.StartPostgres(t.Context(), dir, "fsync=off")
	testbed.Need(t, err)
	t.Cleanup(p.Stop)
	if err := p.CreateDatabase(t.Context(), "vang"); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, p.URL("vang"), nil)
	post := makePost(t, s, "a")
	p.Stop()
	refused(t, p.URL("vang"), "pg-refused", true)
	if _, err := s.Page(t.Context(), blog.PageQuery{PostID: post}); blog.KindOf(err) != blog.Unavailable {
		t.Errorf("a page while the server is down: %v", err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := s.AddComment(context.Background(), newComment(post, "patient"))
		done <- err
	}()
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("a comment that waited for the server: %v", err)
	}
	checkNumbers(t, s, post, 1)
}

// TestCertificates: an encrypted connection is made where the certificate proves the server, and refused where it does not.
func TestCertificates(t *testing.T) {
	t.Parallel()
	files := certificate(t)
	p, err := testbed.StartPostgres(t.Context(), t.TempDir(), "fsync=off", "ssl=on", "ssl_cert_file="+files.cert, "ssl_key_file="+files.key)
	testbed.Need(t, err)
	t.Cleanup(p.Stop)
	if err := p.CreateDatabase(t.Context(), "vang"); err != nil {
		t.Fatal(err)
	}
	with := func(ssl string) string { return strings.Replace(p.URL("vang"), "sslmode=disable", ssl, 1) }
	openAt(t, with("sslmode=verify-full&sslrootcert="+files.cert), nil)
	openAt(t, with("sslmode=require"), nil)
	refused(t, with("sslmode=verify-full&sslrootcert="+certificate(t).cert), "pg-certificate", false, "sslrootcert")
	byName := strings.Replace(with("sslmode=verify-full&sslrootcert="+files.cert), "127.0.0.1", "localhost", 1)
	refused(t, byName, "pg-certificate", false)
}

type certFiles struct{ cert, key string }

// certificate makes one for 127.0.0.1 that signs itself, which the server's user may read.
func certificate(t *testing.T) certFiles {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1"}, IPAddresses: []net.IP{{127, 0, 0, 1}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "vang-cert-") // not TempDir: others must be let in
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	files := certFiles{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	owner := ownerOfServer(t)
	for file, block := range map[string]*pem.Block{
		files.cert: {Type: "CERTIFICATE", Bytes: der}, files.key: {Type: "EC PRIVATE KEY", Bytes: secret},
	} {
		if err := errors.Join(os.WriteFile(file, pem.EncodeToMemory(block), 0o600), os.Chown(file, owner, -1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chmod(files.cert, 0o644), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	return files
}

// ownerOfServer is the user as whom testbed runs PostgreSQL: this one, unless that is root.
func ownerOfServer(t *testing.T) int {
	t.Helper()
	pid := store.Server.Postgres(t).Process().PID()
	info, err := os.Stat(filepath.Join("/proc", strconv.Itoa(pid)))
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Sys().(*syscall.Stat_t).Uid)
}
