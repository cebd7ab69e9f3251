package nginx

import (
	"context"
	"crypto/tls"
	"errors"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vang/e2e/cluster"
	"vang/e2e/site"
	"vang/testbed"
)

// overTLS starts Nginx with HTTPS besides.
func overTLS(t *testing.T, set variables, addrs ...string) *edge {
	t.Helper()
	e := prepare(t, set, addrs...)
	e.TLSAddr = free(t)
	nginx, err := cluster.StartNginx(t.Context(), e.dir, e.Edge)
	testbed.Need(t, err)
	e.Nginx = nginx
	t.Cleanup(e.Process().Kill)
	return e
}

// given makes a certificate as an operator has one.
func given(t *testing.T) variables {
	t.Helper()
	dir := t.TempDir()
	set := variables{"EDGE_CERTIFICATE": filepath.Join(dir, "fullchain.pem"), "EDGE_KEY": filepath.Join(dir, "privkey.pem")}
	out, err := exec.CommandContext(t.Context(), "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=example.org",
		"-keyout", set["EDGE_KEY"], "-out", set["EDGE_CERTIFICATE"]).CombinedOutput()
	if err != nil {
		t.Fatalf("openssl: %v\n%s", err, out)
	}
	return set
}

func TestHTTPSWithAGivenCertificate(t *testing.T) {
	t.Parallel()
	e := overTLS(t, given(t), behind(t, 1, nil).Replicas...)
	a, err := send(t.Context(), "GET", "https://"+e.TLSAddr+page, "")
	if err != nil || a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Strict-Transport-Security"), "max-age=31536000") {
		t.Fatalf("%v %d %v", err, a.Status, a.Header)
	}
	// The replica hears that it is HTTPS: cookies are bound to it, and links in the page say so.
	a, err = send(t.Context(), "POST", "https://"+e.TLSAddr+page+"/comments", "name=An&body=Hi", "Content-Type: application/x-www-form-urlencoded")
	if err != nil || !strings.HasPrefix(a.Header.Get("Set-Cookie"), "__Host-vang=") || !strings.Contains(a.Header.Get("Set-Cookie"), "Secure") {
		t.Errorf("%v %q", err, a.Header.Get("Set-Cookie"))
	}
	cookie := "Cookie: " + strings.Split(a.Header.Get("Set-Cookie"), ";")[0]
	if a, err = send(t.Context(), "GET", "https://"+e.TLSAddr+page, "", cookie); err != nil || !strings.Contains(a.Body, "/edit") {
		t.Errorf("the writer has no controls: %v %d", err, a.Status)
	}
	// Plain HTTP goes on beside, without a word of the other.
	if a := e.get(t, page); a.Status != http.StatusOK || a.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("plain: %d %v", a.Status, a.Header)
	}
	a = e.get(t, "/", "Host: "+e.TLSAddr)
	b, err := send(t.Context(), "GET", "https://"+e.TLSAddr+"/", "")
	if err != nil || strings.Contains(a.Body, "https://"+e.TLSAddr) || !strings.Contains(b.Body, "https://"+e.TLSAddr) {
		t.Errorf("a page of one scheme came from the cache of the other (%v)", err)
	}
}

func TestHTTPSIsOfThisCentury(t *testing.T) {
	t.Parallel()
	var host string
	e := overTLS(t, given(t), serve(t, func(_ http.ResponseWriter, r *http.Request) { host = r.Host }))
	for version, ok := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version}}
		c, err := d.DialContext(t.Context(), "tcp", e.TLSAddr)
		if (err == nil) != ok {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err == nil {
			_ = c.Close()
		}
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	req, _ := http.NewRequestWithContext(t.Context(), "GET", "https://"+e.TLSAddr+"/", nil)
	res, err := transport.RoundTrip(req)
	if err != nil || res.ProtoMajor != 2 || res.StatusCode != http.StatusOK || host != e.TLSAddr {
		t.Fatalf("HTTP/2: %v %v, host %q", err, res, host)
	}
	_ = res.Body.Close()
	// Plain HTTP on the port of HTTPS is led there.
	a, err := send(t.Context(), "GET", "http://"+e.TLSAddr+"/x?y=z", "")
	if err != nil || a.Status != http.StatusPermanentRedirect || a.Header.Get("Location") != "https://"+e.TLSAddr+"/x?y=z" {
		t.Errorf("%v %d %v", err, a.Status, a.Header)
	}
}

func TestHTTPSWithACertificateOfItsOwn(t *testing.T) {
	t.Parallel()
	e := overTLS(t, variables{"EDGE_NAMES": "blog.example www.blog.example"}, serve(t, func(http.ResponseWriter, *http.Request) {}))
	a, err := send(t.Context(), "GET", "https://"+e.TLSAddr+"/", "")
	if err != nil || a.Status != http.StatusOK || a.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%v %d %v: who met this certificate must be free to go back", err, a.Status, a.Header)
	}
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	c, err := d.DialContext(t.Context(), "tcp", e.TLSAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cert := c.(*tls.Conn).ConnectionState().PeerCertificates[0]
	for _, name := range []string{"blog.example", "www.blog.example", "127.0.0.1"} {
		if err := cert.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	key := filepath.Join(e.dir, "self-made-key.pem")
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its key: %v %v", err, info)
	}
	was, _ := os.ReadFile(key)
	if err := e.Write(t.Context(), e.dir); err != nil {
		t.Fatal(err)
	}
	if now, _ := os.ReadFile(key); string(now) != string(was) {
		t.Error("the next start makes another one: browsers would warn again")
	}
}

func TestHTTPLeadsToHTTPSWhereAsked(t *testing.T) {
	t.Parallel()
	set := given(t)
	set["EDGE_REDIRECT"], set["EDGE_ACME"] = "on", t.TempDir()
	e := overTLS(t, set, serve(t, func(http.ResponseWriter, *http.Request) {}))
	for _, method := range []string{"GET", "POST"} {
		a := e.send(t, method, "/blog/x?a=b", "", "Host: example.org")
		_, port, _ := strings.Cut(e.TLSAddr, ":")
		if a.Status != http.StatusPermanentRedirect || a.Header.Get("Location") != "https://example.org:"+port+"/blog/x?a=b" {
			t.Errorf("%s: %d %v", method, a.Status, a.Header)
		}
	}
	file := filepath.Join(set["EDGE_ACME"], ".well-known", "acme-challenge", "token")
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte("proof"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(set["EDGE_ACME"], 0o755); err != nil {
		t.Fatal(err)
	}
	if a := e.get(t, "/.well-known/acme-challenge/token"); a.Body != "proof" {
		t.Errorf("who gives certificates gets %d %q", a.Status, a.Body)
	}
	if a, err := send(t.Context(), "GET", "https://"+e.TLSAddr+"/", ""); err != nil || a.Status != http.StatusOK {
		t.Errorf("HTTPS itself: %v %d", err, a.Status)
	}
}

// start runs the image's start script with more variables, until it ends or after says so.
func start(t *testing.T, dir string, set variables, after func()) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", site.Path("deploy", "nginx", "start.sh"))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), "EDGE_DIR="+dir, "EDGE_USER=root")
	for name, value := range set {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after != nil {
		after()
		cancel()
	}
	_ = cmd.Wait()
	return out.String()
}

func TestTheImagesStart(t *testing.T) {
	t.Parallel()
	if _, err := testbed.NginxVersion(t.Context()); err != nil {
		testbed.Need(t, err)
	}
	addr, dir := free(t), filepath.Join(t.TempDir(), "run")
	said := start(t, dir, variables{
		"EDGE_REPLICAS": serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("here")) }), "EDGE_LISTEN": addr,
		"EDGE_LISTEN_TLS": free(t), "EDGE_LISTEN_STATUS": free(t),
	}, func() {
		await(t, 10*time.Second, "it serves", func() bool {
			a, err := send(t.Context(), "GET", "http://"+addr+"/", "")
			return err == nil && a.Body == "here"
		})
	})
	if !strings.Contains(said, "browsers will warn") || !strings.Contains(said, `"path":"/"`) {
		t.Errorf("it said: %s", said)
	}
}

func TestAStartThatCannotBeSaysWhatToDo(t *testing.T) {
	t.Parallel()
	version, err := testbed.NginxVersion(t.Context())
	testbed.Need(t, err)
	pair := given(t)
	tests := map[string]struct {
		set  variables
		want string
	}{
		"no replicas":     {variables{"EDGE_REPLICAS": ""}, "EDGE_REPLICAS='10.0.0.1:8080 10.0.0.2:8080'"},
		"half a pair":     {variables{"EDGE_CERTIFICATE": pair["EDGE_CERTIFICATE"], "EDGE_KEY": "/none"}, "give both, or neither"},
		"a language":      {variables{"EDGE_LANG": "fr"}, "EDGE_LANG is fr"},
		"a value of none": {variables{"EDGE_READS": "many"}, "Nginx does not take the configuration"},
		"a taken port":    {variables{"EDGE_LISTEN": "127.0.0.1:nonsense"}, "invalid port"},
	}
	if older(version, 1, 27, 3) {
		tests["names"] = struct {
			set  variables
			want string
		}{variables{"EDGE_RESOLVER": "127.0.0.11"}, "need Nginx 1.27.3 or later"}
	}
	for name, tt := range tests {
		set := variables{"EDGE_REPLICAS": "127.0.0.1:9", "EDGE_LISTEN": free(t), "EDGE_LISTEN_TLS": free(t), "EDGE_LISTEN_STATUS": free(t)}
		maps.Copy(set, tt.set)
		if said := start(t, t.TempDir(), set, nil); !strings.Contains(said, tt.want) {
			t.Errorf("%s: it said %s", name, said)
		}
	}
}
