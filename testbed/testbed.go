// Package testbed runs real servers as child processes on loopback, with a network between them that misbehaves when it is
// told to: for tests and for `make cluster`.
//
// It imports the standard library only, and the product never imports it. What it starts ends with the process that started
// it, even when that is killed. Everything here may be used by any number of goroutines.
package testbed

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
)

// ErrMissing is in the error of a Start function whose program is not installed.
var ErrMissing = errors.New("not installed")

// FreeAddr returns an address of loopback whose port was free a moment ago. It lies below those that the kernel gives to
// clients, so that a server that is started again finds it free.
func FreeAddr() (string, error) {
	l, err := listen()
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// listen listens on a port as FreeAddr gives.
func listen() (net.Listener, error) {
	for range 100 {
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 12_000+rand.IntN(18_000))); err == nil {
			return l, nil
		}
	}
	return nil, errors.New("no free port between 12000 and 30000")
}

// program finds name in PATH or, the newest first, where Debian keeps what is not in everyone's PATH.
func program(name string, folders ...string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, pattern := range append(folders, "/usr/sbin", "/usr/local/sbin") {
		found, _ := filepath.Glob(filepath.Join(pattern, name)) // fails for bad patterns only
		slices.Sort(found)
		if len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	return "", fmt.Errorf("%s is %w", name, ErrMissing)
}
