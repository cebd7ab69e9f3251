package wire

import (
	"bytes"
	"net/netip"
	"strings"
)

// Request is a plain GET or HEAD of HTTP/1.1 for which there may be an answer ready. Its parts lie in the buffer that they
// were read into; a header that did not come is nil.
type Request struct {
	Peer           netip.Addr // of the connection
	Head           bool       // HEAD, not GET
	Target         []byte     // begins with a slash
	Host           []byte
	AcceptEncoding []byte
	IfNoneMatch    []byte
	Cookie         []byte
	ForwardedProto []byte // X-Forwarded-Proto
}

// parse reads exactly one request that ends where b ends. It takes only what every reader of HTTP reads alike, and only
// headers of which it knows what they do; all else it refuses.
func (r *Request) parse(b []byte) bool {
	if !bytes.HasSuffix(b, []byte("\r\n\r\n")) {
		return false
	}
	*r = Request{Peer: r.Peer}
	line, rest, ok := cutLine(b)
	if !ok || !r.parseLine(line) {
		return false
	}
	for {
		line, rest, ok = cutLine(rest)
		if !ok {
			return false
		}
		if len(line) == 0 {
			return len(rest) == 0 && plainHost(r.Host)
		}
		name, value, found := bytes.Cut(line, []byte(":"))
		if !found || !r.take(name, bytes.Trim(value, " ")) {
			return false
		}
	}
}

// cutLine cuts at the first CRLF. A line that holds anything but printable ASCII is none.
func cutLine(b []byte) (line, rest []byte, ok bool) {
	end := bytes.IndexByte(b, '\n')
	if end < 1 || b[end-1] != '\r' {
		return nil, nil, false
	}
	line = b[:end-1]
	for _, c := range line {
		if c < ' ' || c > '~' {
			return nil, nil, false
		}
	}
	return line, b[end+1:], true
}

func (r *Request) parseLine(line []byte) bool {
	target, ok := bytes.CutSuffix(line, []byte(" HTTP/1.1"))
	if !ok {
		return false
	}
	if r.Target, ok = bytes.CutPrefix(target, []byte("GET ")); !ok {
		r.Target, r.Head = bytes.CutPrefix(target, []byte("HEAD "))
		ok = r.Head
	}
	return ok && len(r.Target) > 0 && r.Target[0] == '/' && bytes.IndexByte(r.Target, ' ') < 0
}

// longestName is that of the header names below.
const longestName = len("upgrade-insecure-requests")

// take judges one header: those that an answer may depend on are kept, and come once; those that change nothing are let
// pass; others are refused.
func (r *Request) take(name, value []byte) bool {
	var lower [longestName]byte
	if len(name) > longestName {
		return false
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	switch string(lower[:len(name)]) {
	case "host":
		return keep(&r.Host, value)
	case "accept-encoding":
		return keep(&r.AcceptEncoding, value)
	case "if-none-match":
		return keep(&r.IfNoneMatch, value)
	case "cookie":
		return keep(&r.Cookie, value)
	case "x-forwarded-proto":
		return keep(&r.ForwardedProto, value)
	case "connection":
		return bytes.EqualFold(value, []byte("keep-alive"))
	case "accept", "accept-language", "cache-control", "dnt", "pragma", "priority", "purpose", "referer", "save-data",
		"sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site",
		"sec-fetch-user", "sec-gpc", "sec-purpose", "upgrade-insecure-requests", "user-agent", "x-forwarded-for", "x-real-ip",
		"x-request-id":
		return true
	}
	return false
}

// keep takes a value that may come once.
func keep(to *[]byte, value []byte) bool {
	if *to != nil || len(value) == 0 {
		return false
	}
	*to = value
	return true
}

// plainHost accepts a name or an IPv4 address in small letters, with or without a port.
func plainHost(host []byte) bool {
	name, port, hasPort := bytes.Cut(host, []byte(":"))
	if len(name) == 0 || len(name) > 253 || hasPort && (len(port) == 0 || len(port) > 5) || strings.ContainsRune("-.", rune(name[0])) ||
		name[len(name)-1] == '-' {
		return false
	}
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	for _, c := range port {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
