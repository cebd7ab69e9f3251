package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"vang/blog"
	"vang/views"
)

// visitor is the identity in the request's live session.
func (s *Server) visitor(r *http.Request) (id string, ok bool) {
	if v := visitOf(r.Context()); v.session != nil {
		return v.session.visitor, true
	}
	return "", false
}

// writer is who writes with this request: the session's visitor, else a fresh one, whose idempotency keys are those of
// the address. An address of yesterday is the same writer still: a key must not end at midnight. Nor must it end with a
// session: who the cookie proves sends the same keys whether the session is there, away or lost.
func (s *Server) writer(r *http.Request) blog.Writer {
	if id, ok := s.visitor(r); ok {
		return blog.Writer{Visitor: id, Owner: id}
	}
	if sealed := visitOf(r.Context()).sealed; sealed != "" {
		return blog.Writer{Visitor: blog.NewSecret(), Owner: sealed}
	}
	addr, now := s.clientAddr(r), s.deps.Now()
	return blog.Writer{
		Visitor: blog.NewSecret(), Owner: "addr:" + s.addrHash(addr, now), FormerOwner: "addr:" + s.addrHash(addr, now.AddDate(0, 0, -1)),
	}
}

// addrHash stands for an address on one day. Without the site's secret nobody can turn it back, nor tell that two days'
// are the same one's. It is no protection from who has the secret: there are few enough addresses to try them all.
func (s *Server) addrHash(a netip.Addr, day time.Time) string {
	mac := hmac.New(sha256.New, s.deps.Config.Secret)
	b, _ := a.MarshalBinary() // never fails
	_, _ = mac.Write(append([]byte("address\x00"+day.UTC().Format(time.DateOnly)+"\x00"), b...))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// proxyKey is the key of a request that came without one: a trusted proxy's retry, after a replica died, is the same request.
func proxyKey(r *http.Request) string {
	if v := visitOf(r.Context()); v.proxyID {
		return "request:" + v.id
	}
	return ""
}

// A key that a machine made at random is at least this long and holds at least this many different characters.
const (
	ownKeyLength = 16
	ownKeyKinds  = 6
)

// unguessable tells whether a key, or a proxy's request id, is none that a neighbour might use too.
func unguessable(key string) bool {
	kinds := map[rune]bool{}
	for _, c := range key {
		kinds[c] = true
	}
	return len(key) >= ownKeyLength && len(kinds) >= ownKeyKinds
}

// allow spends one comment of the visitor's and of the address' allowance, or says when there will be one.
func (s *Server) allow(ctx context.Context, visitor string, addr netip.Addr) error {
	return s.spend(ctx, allowances(visitor, addr))
}

// spend takes one of each key's allowance, or of none.
func (s *Server) spend(ctx context.Context, keys []string) error {
	wait, err := s.limiter.take(ctx, keys...)
	if err == nil && wait > 0 {
		err = &blog.Error{Kind: blog.RateLimited, RetryAfter: max(wait, time.Second)}
	}
	return err
}

// giveBack undoes allow for what turned out to be no new comment. It leaves it at a warning when it cannot: the writer has
// the comment, and waits a little longer for the next.
func (s *Server) giveBack(ctx context.Context, visitor string, addr netip.Addr) {
	if err := s.limiter.give(ctx, allowances(visitor, addr)...); err != nil {
		s.deps.Log.WarnContext(ctx, "allowance not given back", "request_id", requestID(ctx), "error", err)
	}
}

// allowances are the limiter's keys for a writer.
func allowances(visitor string, addr netip.Addr) []string {
	keys := []string{"addr:" + limitedNet(addr)}
	if visitor != "" {
		keys = append(keys, "visitor:"+visitor)
	}
	return keys
}

// limitedNet is the address, or for IPv6 the /64 that one household has.
func limitedNet(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// lang is the language of the words around a post; of the site, or of the part of it that the address names, if slug is "".
func (s *Server) lang(r *http.Request, slug string) blog.Lang {
	snap := s.pinned(r.Context())
	if slug != "" {
		if p, ok := snap.Post(slug); ok {
			return p.Lang
		}
	}
	if l := firstPart(r.URL.Path); s.isLanguage(r.Context(), l) {
		return l
	}
	return snap.Site().Lang
}

// commentView is a comment below p as viewer ("" for everyone) sees it now.
func (s *Server) commentView(p blog.Post, c blog.Comment, viewer string) views.Comment {
	return s.deps.Remarks.view(p.Lang, c, p.Slug, viewer, s.deps.Now())
}

const hues = 12

// hue is the colour of a name: the same however it is written.
func hue(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.ToLower(strings.TrimSpace(name))))
	return int(h.Sum32() % hues)
}
