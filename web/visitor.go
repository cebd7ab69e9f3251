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
// the address until a session carries them.
func (s *Server) writer(r *http.Request) blog.Writer {
	if id, ok := s.visitor(r); ok {
		return blog.Writer{Visitor: id, Owner: id}
	}
	return blog.Writer{Visitor: blog.NewSecret(), Owner: "addr:" + s.addrHash(s.clientAddr(r))}
}

// addrHash stands for an address where it must be kept: nobody without the site's secret can turn it back, and no two days'
// can be told to be the same one's.
func (s *Server) addrHash(a netip.Addr) string {
	mac := hmac.New(sha256.New, s.deps.Config.Secret)
	b, _ := a.MarshalBinary() // never fails
	_, _ = mac.Write(append([]byte("address\x00"+s.deps.Now().UTC().Format(time.DateOnly)+"\x00"), b...))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// allow spends one comment of the visitor's and of the address' allowance, or says when there will be one.
func (s *Server) allow(ctx context.Context, visitor string, addr netip.Addr) error {
	keys := []string{"addr:" + limitedNet(addr)}
	if visitor != "" {
		keys = append(keys, "visitor:"+visitor)
	}
	for _, k := range keys {
		wait, err := s.limiter.take(ctx, k)
		if err != nil {
			return err
		}
		if wait > 0 {
			return &blog.Error{Kind: blog.RateLimited, RetryAfter: max(wait, time.Second)}
		}
	}
	return nil
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

// commentView is a comment as viewer ("" for everyone) sees it now.
func (s *Server) commentView(c blog.Comment, slug, viewer string) views.Comment {
	return viewOf(s.deps.Comments.HTML, c, slug, viewer, s.deps.Now())
}

const hues = 12

// hue is the colour of a name: the same however it is written.
func hue(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.ToLower(strings.TrimSpace(name))))
	return int(h.Sum32() % hues)
}
