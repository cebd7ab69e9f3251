package site

import (
	"testing"

	"vang/testbed"
)

// Proxy is a network between readers and a server.
type Proxy struct {
	*testbed.Proxy

	URL string

	t testing.TB
}

// NewProxy begins to pass connections to target; it ends with the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	p, err := testbed.NewProxy(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return &Proxy{Proxy: p, URL: "http://" + p.Addr, t: t}
}

// Accept ends Refuse.
func (p *Proxy) Accept() {
	p.t.Helper()
	if err := p.Proxy.Accept(); err != nil {
		p.t.Fatal(err)
	}
}
