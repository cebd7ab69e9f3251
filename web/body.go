package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

// body is the bytes of an answer, and their encodings once they were made. It may be sent by any number of goroutines.
type body struct {
	contentType string
	identity    *variant
	gzip        atomic.Pointer[variant]
	brotli      atomic.Pointer[variant]
	squeeze     sync.Once  // gzip is made by the first who wants it
	squeezers   *squeezers // that make it; nil makes one
}

// variant is one encoding and its entity tag.
type variant struct {
	encoding string // "" is identity
	bytes    []byte
	etag     string
}

// worthwhile is the size below which compression saves no packet.
const worthwhile = 512

func newBody(contentType string, b []byte) *body {
	return &body{contentType: contentType, identity: newVariant("", b)}
}

func newVariant(encoding string, b []byte) *variant {
	sum := sha256.Sum256(b)
	return &variant{encoding: encoding, bytes: b, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

func (b *body) size() int64 {
	n := len(b.identity.bytes)
	for _, v := range []*variant{b.gzip.Load(), b.brotli.Load()} {
		if v != nil {
			n += len(v.bytes)
		}
	}
	return int64(n)
}

// variants is how many encodings there can be.
const variants = 3

// ready are the variants that the client takes, the best first, appended to room. The gzip one is made on the spot, which
// takes less than sending the difference; brotli is only there once someone else made it.
func (b *body) ready(accept string, room []*variant) []*variant {
	if len(b.identity.bytes) >= worthwhile {
		if v := b.brotli.Load(); v != nil && accepts(accept, "br") {
			room = append(room, v)
		}
		if accepts(accept, "gzip") {
			if v := b.gzipped(); v != nil { // a picture has none
				room = append(room, v)
			}
		}
	}
	return append(room, b.identity)
}

func (b *body) gzipped() *variant {
	b.squeeze.Do(func() {
		var buf bytes.Buffer
		zw := b.squeezers.get(&buf)
		_, _ = zw.Write(b.identity.bytes) // a buffer cannot fail
		_ = zw.Close()
		b.squeezers.put(zw)
		b.gzip.Store(newVariant("gzip", bytes.Clone(buf.Bytes())))
	})
	return b.gzip.Load()
}

// squeezers are gzip's writers, used again: a megabyte each, so that to make one takes longer than to compress a page (1.2 ms
// for 47 kB, against 0.3 ms).
type squeezers struct {
	level int
	pool  sync.Pool
}

const (
	gzipShared = 5
	// gzipOwn takes half as long for bytes that one reader gets once, which are a thirtieth more then.
	gzipOwn = 2
)

func (s *squeezers) get(to io.Writer) *gzip.Writer {
	level := gzipShared
	if s != nil {
		if zw, ok := s.pool.Get().(*gzip.Writer); ok {
			zw.Reset(to)
			return zw
		}
		level = s.level
	}
	zw, _ := gzip.NewWriterLevel(to, level) // a known level cannot fail
	return zw
}

func (s *squeezers) put(zw *gzip.Writer) {
	if s != nil {
		s.pool.Put(zw)
	}
}

// body is newBody for what many get.
func (s *Server) body(contentType string, b []byte) *body {
	made := newBody(contentType, b)
	made.squeezers = &s.squeezers
	return made
}

// ownBody is newBody for what one reader gets.
func (s *Server) ownBody(contentType string, b []byte) *body {
	made := newBody(contentType, b)
	made.squeezers = &s.ownSqueezers
	return made
}

// brotliQuality 5 takes about as long as gzip's and saves a tenth more.
const brotliQuality = 5

func (b *body) makeBrotli() {
	var buf bytes.Buffer
	bw := brotli.NewWriterLevel(&buf, brotliQuality)
	_, _ = bw.Write(b.identity.bytes)
	_ = bw.Close()
	b.brotli.Store(newVariant("br", bytes.Clone(buf.Bytes())))
}

// accepts tells whether an Accept-Encoding header takes an encoding (RFC 9110, 12.5.3).
func accepts(header, encoding string) bool {
	found := false
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.TrimSpace(name)
		if !strings.EqualFold(name, encoding) && name != "*" {
			continue
		}
		q := 1.0
		if v, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(params), " ", ""), "q="); ok {
			q, _ = strconv.ParseFloat(v, 64)
		}
		if name != "*" {
			return q > 0
		}
		found = q > 0
	}
	return found
}

// all are the variants that there are.
func (b *body) all(room []*variant) []*variant {
	for _, v := range []*variant{b.brotli.Load(), b.gzip.Load()} {
		if v != nil {
			room = append(room, v)
		}
	}
	return append(room, b.identity)
}

// describe says in the header what the body is.
func (b *body) describe(h http.Header) {
	h.Add("Vary", "Accept-Encoding")
	h.Set("Content-Type", b.contentType)
}

// send answers with the best variant, or that the client has one already.
func (b *body) send(w http.ResponseWriter, r *http.Request, status int) error {
	h := w.Header()
	b.describe(h)
	var room [variants]*variant
	vs := b.ready(r.Header.Get("Accept-Encoding"), room[:0])
	if status == http.StatusOK {
		if v := known(r.Header["If-None-Match"], vs); v != nil {
			v.same(h)
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
		h.Set("ETag", vs[0].etag)
	}
	vs[0].describe(h)
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, _ = w.Write(vs[0].bytes) // a reader who left needs no answer
	return nil
}

// describe says in the header what is sent.
func (v *variant) describe(h http.Header) {
	if v.encoding != "" {
		h.Set("Content-Encoding", v.encoding)
	}
	h.Set("Content-Length", strconv.Itoa(len(v.bytes)))
}

// same says in the header that the client has this variant.
func (v *variant) same(h http.Header) {
	h.Set("ETag", v.etag)
	h.Del("Content-Type")
}

// known is the first variant that If-None-Match names; nil if it names none.
func known(headers []string, vs []*variant) *variant {
	for _, v := range vs {
		if matching(headers, v.etag) != "" {
			return v
		}
	}
	return nil
}

// matching is the first of tags that If-None-Match names (RFC 9110, 13.1.2), on any of its lines; "" if it names none. The
// comparison is weak: a proxy that compresses makes tags weak.
func matching(headers []string, tags ...string) string {
	for _, line := range headers {
		for field := range strings.SplitSeq(line, ",") {
			field = strings.TrimPrefix(strings.TrimSpace(field), "W/")
			for _, tag := range tags {
				if field == tag || field == "*" {
					return tag
				}
			}
		}
	}
	return ""
}
