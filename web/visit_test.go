package web

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestClientAddrBelievesTrustedProxiesOnly(t *testing.T) {
	s := &Server{deps: Deps{Config: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}}
	tests := []struct{ name, peer, forwarded, want string }{
		{"no proxy", "203.0.113.9:1234", "", "203.0.113.9"},
		{"a stranger's word", "203.0.113.9:1234", "192.0.2.1", "203.0.113.9"},
		{"a proxy's word", "10.0.0.1:80", "192.0.2.1", "192.0.2.1"},
		{"the client's invention before it", "10.0.0.1:80", "1.1.1.1, 192.0.2.1", "192.0.2.1"},
		{"two proxies", "10.0.0.1:80", "1.1.1.1, 192.0.2.1, 10.0.0.2", "192.0.2.1"},
		{"only proxies", "10.0.0.1:80", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
		{"nonsense", "10.0.0.1:80", "192.0.2.1, unknown", "10.0.0.1"},
		{"nothing", "10.0.0.1:80", "", "10.0.0.1"},
		{"with a port", "10.0.0.1:80", "192.0.2.1:443", "192.0.2.1"},
		{"IPv6", "10.0.0.1:80", "[2001:db8::1]:443", "2001:db8::1"},
		{"IPv4 in IPv6", "[::ffff:10.0.0.1]:80", "::ffff:192.0.2.1", "192.0.2.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = tt.peer
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			if got := s.clientAddr(r).String(); got != tt.want {
				t.Errorf("%s", got)
			}
		})
	}
}

// A proxy such as Nginx puts the address that it saw behind what the client sent, in the same line or in another. Whatever
// the client sent must change nothing.
func TestNothingThatAClientForgesMovesItsAddress(t *testing.T) {
	s := &Server{deps: Deps{Config: Config{TrustedProxies: []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("fd00::/8"),
	}}}}
	const client = "203.0.113.9"
	for _, forged := range []string{
		"", "1.1.1.1", "10.0.0.7", "127.0.0.1", "127.0.0.1, 10.0.0.1", "::1", "fd00::1", "unknown", "203.0.113.9, 1.1.1.1", ",", ", ,", "\"1.1.1.1\"",
		"1.1.1.1;2.2.2.2", "for=1.1.1.1", "1.1.1.1:99999", "::ffff:10.0.0.1", "fe80::1%eth0", "0.0.0.0", "\x00", strings.Repeat("10.0.0.1,", 3000),
	} {
		for name, seen := range map[string][]string{
			"one proxy":             {forged + ", " + client},
			"in a line of its own":  {forged, client},
			"two proxies":           {forged + ", " + client + ", 10.0.0.2"},
			"two, each in its line": {forged, client, "10.0.0.2"},
			"three":                 {forged + "," + client + ",10.0.0.2,fd00::2"},
		} {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = "10.0.0.1:4321"
			r.Header["X-Forwarded-For"] = seen
			r.Header.Set("X-Real-Ip", forged)
			r.Header.Set("Forwarded", "for="+forged)
			if got := s.clientAddr(r).String(); got != client {
				t.Errorf("%s, forged %.40q: %s", name, forged, got)
			}
			r.RemoteAddr = "198.51.100.1:4321" // a proxy that nobody trusts: it is the client
			if got := s.clientAddr(r).String(); got != "198.51.100.1" {
				t.Errorf("%s, forged %.40q, past the proxies: %s", name, forged, got)
			}
		}
	}
}

func TestTheNearestProxysWordCounts(t *testing.T) {
	s := &Server{deps: Deps{Config: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}}
	const forged, given = "ffffffffffffffffffffffffffffffff", "0123456789abcdef0123456789abcdef"
	for _, tt := range []struct {
		name      string
		peer      string
		ids       []string
		protos    []string
		id        string
		byProxy   bool
		encrypted bool
	}{
		{"replaced", "10.0.0.1:1", []string{given}, []string{"https"}, given, true, true},
		{"added in a line", "10.0.0.1:1", []string{forged, given}, []string{"https", "http"}, given, true, false},
		{"added behind a comma", "10.0.0.1:1", []string{forged + ", " + given}, []string{"https, http"}, given, true, false},
		{"behind another that speaks plainly", "10.0.0.1:1", []string{given}, []string{"http, https"}, given, true, true},
		{"nonsense behind it", "10.0.0.1:1", []string{given, "<script>"}, []string{"https", ""}, "", false, false},
		{"by a stranger", "203.0.113.9:1", []string{forged}, []string{"https"}, "", false, false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.peer
		r.Header["X-Request-Id"], r.Header["X-Forwarded-Proto"] = tt.ids, tt.protos
		v := s.newVisit(r)
		if tt.id == "" && (v.id == forged || v.id == given || v.id == "") || tt.id != "" && v.id != tt.id || v.proxyID != tt.byProxy || v.secure != tt.encrypted {
			t.Errorf("%s: id %q of a proxy %t, encrypted %t", tt.name, v.id, v.proxyID, v.secure)
		}
	}
}

func TestRequestIDsAreAProxysOrOurs(t *testing.T) {
	for id, want := range map[string]bool{
		"0123456789abcdef0123456789abcdef": true, "6f1c9f0e-6a5c-4f7e-9a1f-6d7f3a1b2c3d": true,
		"": false, "short": false, "0123456789abcdef\"><script>": false, "0123456789abcdef 0123": false,
	} {
		if wellShapedID(id) != want {
			t.Errorf("wellShapedID(%q) = %t", id, !want)
		}
	}
}

func TestHosts(t *testing.T) {
	for host, want := range map[string]bool{
		"example.org": true, "example.org:8080": true, "localhost": true, "127.0.0.1:80": true, "[::1]:8080": true, "a_b.test": true,
		"example.org.": true, "": false, "a b": false, "evil.test/x": false, "e\"><script>": false, "user@example.org": false, ":80": false,
		"example.org:port": false, "-a": false, "::1": false, "[::1": false, "example.org,evil.test": false,
	} {
		if wellShapedHost(host) != want {
			t.Errorf("wellShapedHost(%q) = %t", host, !want)
		}
	}
}

func TestBackStaysOnThisSite(t *testing.T) {
	for referer, want := range map[string]string{
		"":                                    "/",
		"http://example.org/blog/x?at=1":      "/blog/x?notice=forgotten",
		"http://evil.test/blog/x":             "/",
		"http://example.org//evil.test/x":     "/evil.test/x?notice=forgotten",
		"http://example.org/\\evil.test":      "/%5Cevil.test?notice=forgotten",
		"javascript:alert(1)":                 "/",
		"http://example.org/me/forget":        "/",
		"http://user:pw@example.org@evil/x":   "/",
		"http://example.org/b%C3%A0i?notice=": "/b%C3%A0i?notice=forgotten",
	} {
		r := httptest.NewRequest("POST", "http://example.org/me/forget", nil)
		r.Header.Set("Referer", referer)
		if got := back(r); got != want {
			t.Errorf("back from %q = %q, want %q", referer, got, want)
		}
	}
}

func FuzzBackIsAPathOfThisSite(f *testing.F) {
	f.Add("http://example.org//evil")
	f.Fuzz(func(t *testing.T, referer string) {
		r := httptest.NewRequest("POST", "http://example.org/me/forget", nil)
		r.Header["Referer"] = []string{referer}
		if got := back(r); got[0] != '/' || len(got) > 1 && (got[1] == '/' || got[1] == '\\') {
			t.Errorf("back from %q = %q", referer, got)
		}
	})
}
