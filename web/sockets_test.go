package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"vang/realtime"
	"vang/web"
)

// knock asks for a socket as the client that a trusted proxy names, and returns the status and the socket if it opened.
func (a *api) knock(client string) (*http.Response, *websocket.Conn) {
	a.t.Helper()
	opt := &websocket.DialOptions{Subprotocols: []string{realtime.Protocol}, HTTPHeader: http.Header{"X-Forwarded-For": {client}}}
	conn, res, err := websocket.Dial(a.t.Context(), "ws"+strings.TrimPrefix(a.url, "http")+"/live?post=first&since=x.0", opt)
	if err == nil {
		a.t.Cleanup(func() { _ = conn.CloseNow() })
	}
	if res == nil {
		a.t.Fatal(err)
	}
	return res, conn
}

func (a *api) wantKnock(client string, status int) *websocket.Conn {
	a.t.Helper()
	res, conn := a.knock(client)
	if res.StatusCode != status {
		a.t.Errorf("%s got %d, want %d", client, res.StatusCode, status)
	}
	if refused := status != http.StatusSwitchingProtocols; refused != (res.Header.Get("Retry-After") != "") {
		a.t.Errorf("%s got %d and Retry-After %q", client, res.StatusCode, res.Header.Get("Retry-After"))
	}
	return conn
}

func TestSocketsOfOneClientAreLimited(t *testing.T) {
	a := newAPI(t, behindProxy, func(c *web.Config) { c.MaxClientSockets = 2 })
	open, refused := http.StatusSwitchingProtocols, http.StatusTooManyRequests
	first := a.wantKnock("192.0.2.1", open)
	a.wantKnock("192.0.2.1", open)
	a.wantKnock("192.0.2.1", refused)
	a.wantKnock("192.0.2.2", open)
	a.wantKnock("2001:db8:0:1::1", open)
	a.wantKnock("2001:db8:0:1::2", open)
	a.wantKnock("2001:db8:0:1:ffff::3", refused)
	a.wantKnock("2001:db8:0:2::1", open)
	for range 4 {
		a.wantKnock("127.0.0.1", open)
	}
	_ = first.CloseNow()
	a.until("the place of a closed socket is free", func() bool {
		res, _ := a.knock("192.0.2.1")
		return res.StatusCode == open
	})
	a.wantKnock("192.0.2.1", refused)
}

func TestSocketsOfAllAreLimited(t *testing.T) {
	a := newAPI(t, behindProxy, func(c *web.Config) { c.MaxSockets = 2 })
	first := a.wantKnock("127.0.0.1", http.StatusSwitchingProtocols)
	a.wantKnock("192.0.2.1", http.StatusSwitchingProtocols)
	a.wantKnock("192.0.2.2", http.StatusServiceUnavailable)
	if res := a.program().get("/blog/first"); res.StatusCode != http.StatusOK {
		t.Errorf("a page: %d", res.StatusCode)
	}
	_ = first.CloseNow()
	a.until("the place of a closed socket is free", func() bool {
		res, _ := a.knock("192.0.2.2")
		return res.StatusCode == http.StatusSwitchingProtocols
	})
}

func TestASocketThatDoesNotOpenTakesNoPlace(t *testing.T) {
	a := newAPI(t, func(c *web.Config) { c.MaxSockets = 1 })
	for range 3 {
		a.program().get(
			"/live?post=first", "Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13",
			"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "Origin", "https://evil.example",
		).want(t, http.StatusForbidden)
	}
	a.wantKnock("127.0.0.1", http.StatusSwitchingProtocols)
}

func TestByDefaultOneClientHasTwoHundredSocketsAndLoopbackMore(t *testing.T) {
	a := newAPI(t, behindProxy)
	for range 200 {
		a.wantKnock("192.0.2.1", http.StatusSwitchingProtocols)
	}
	a.wantKnock("192.0.2.1", http.StatusTooManyRequests)
	for range 201 {
		a.wantKnock("127.0.0.1", http.StatusSwitchingProtocols)
	}
}
