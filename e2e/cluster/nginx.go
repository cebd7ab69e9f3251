package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"vang/testbed"
)

// Edge is an Nginx before replicas, with the configuration of deploy/nginx. Addresses that are "" are not listened at.
type Edge struct {
	Addr     string   // for readers
	TLSAddr  string   // for readers over HTTPS; with a certificate of its own making unless Set gives one
	Status   string   // for what Nginx tells of itself
	Replicas []string // addresses
	Set      map[string]string
}

// StartNginx writes Nginx's configuration into dir, by the very script that the image runs, and starts it. Its log of requests
// is access.log there.
func StartNginx(ctx context.Context, dir string, e Edge) (*testbed.Nginx, error) {
	if _, err := testbed.NginxVersion(ctx); err != nil {
		return nil, err
	}
	if err := e.Write(ctx, dir); err != nil {
		return nil, err
	}
	return testbed.StartNginx(ctx, dir, filepath.Join(dir, "nginx.conf"))
}

// Write writes the configuration into dir: anew, for a reload.
func (e Edge) Write(ctx context.Context, dir string) error {
	templates, err := Folder("deploy", "nginx")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "sh", filepath.Join(templates, "start.sh"), "write", dir)
	cmd.Env = e.environment(dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("configure Nginx: %w\n%s", err, out)
	}
	return nil
}

// environment is this process' own, with the variables of start.sh. Limits are for strangers: loopback has none.
func (e Edge) environment(dir string) []string {
	set := map[string]string{
		"EDGE_REPLICAS": strings.Join(e.Replicas, " "), "EDGE_LISTEN": e.Addr, "EDGE_LISTEN_TLS": e.TLSAddr, "EDGE_LISTEN_STATUS": e.Status,
		"EDGE_CERTIFICATE": filepath.Join(dir, "none"), "EDGE_KEY": filepath.Join(dir, "none"), "EDGE_USER": "root",
		"EDGE_WORKERS": "2", "EDGE_DRAIN": "10s", "EDGE_ACCESS_LOG": filepath.Join(dir, "access.log"),
	}
	maps.Copy(set, e.Set)
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "EDGE_") {
			env = append(env, kv)
		}
	}
	for name, value := range set {
		env = append(env, name+"="+value)
	}
	return env
}

// Folder is one of the checkout that the working directory is in.
func Folder(parts ...string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		path := filepath.Join(append([]string{dir}, parts...)...)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return path, nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", errors.New("there is no " + filepath.Join(parts...) + " here: run this inside a checkout of Vang")
		}
		dir = above
	}
}
