package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
)

const (
	sessionLifetime = 365 * 24 * time.Hour
	// firstLifetime is that of a session until its cookie comes back. A program without cookies begins one with each comment,
	// and so does a browser that blocks them.
	firstLifetime = 24 * time.Hour
	// A __Host- cookie can be set by nobody else: no subdomain, no plain HTTP, no other path.
	secureCookie = "__Host-vang"
	plainCookie  = "vang"
	sessionWait  = time.Second // for the session store: nobody waits longer for their own name
	tokenLength  = 43          // of scs: 32 bytes in base64 without padding
)

// The keys of a session's values.
const (
	keyVisitor = "visitor"
	keyName    = "name"
	keyURL     = "url"
	keyUnused  = "unused" // there until the cookie comes back
)

// session is a live session as a request found it.
type session struct {
	ctx     context.Context // carries the manager's data
	visitor string
	name    string
	url     string
}

// newSessions is a literal, not scs.New, which would start a goroutine for a store in memory that nobody uses.
func newSessions(store scs.Store) *scs.SessionManager {
	return &scs.SessionManager{
		Lifetime: sessionLifetime, Store: store, Codec: scs.GobCodec{}, HashTokenInStore: true,
	}
}

func cookieName(secure bool) string {
	if secure {
		return secureCookie
	}
	return plainCookie
}

// loadSession finds the session that the request's cookie names. A broken session store is no session: public pages and
// commenting go on without.
func (s *Server) loadSession(r *http.Request) *session {
	v := visitOf(r.Context())
	cookie, err := r.Cookie(cookieName(v.secure))
	if err != nil || len(cookie.Value) != tokenLength {
		return nil
	}
	timed, cancel := context.WithTimeout(r.Context(), sessionWait)
	defer cancel()
	ctx, err := s.sessions.Load(timed, cookie.Value)
	if err != nil {
		s.deps.Log.LogAttrs(r.Context(), slog.LevelWarn, "session not loaded", requestAttrs(r, err)...)
		return nil
	}
	visitor := s.sessions.GetString(ctx, keyVisitor)
	if visitor == "" {
		return nil
	}
	s.prolong(ctx, r)
	ctx = context.WithoutCancel(ctx) // keeps the manager's data, not the time that loading was given
	return &session{
		ctx: ctx, visitor: visitor,
		name: s.sessions.GetString(ctx, keyName), url: s.sessions.GetString(ctx, keyURL),
	}
}

// prolong gives a session whose cookie has come back for the first time its year. The cookie has it already.
func (s *Server) prolong(ctx context.Context, r *http.Request) {
	if !s.sessions.Exists(ctx, keyUnused) {
		return
	}
	s.sessions.Remove(ctx, keyUnused)
	s.sessions.SetDeadline(ctx, s.deps.Now().Add(sessionLifetime))
	if _, _, err := s.sessions.Commit(ctx); err != nil {
		s.deps.Log.LogAttrs(r.Context(), slog.LevelWarn, "session not prolonged", requestAttrs(r, err)...)
	}
}

// remember puts the visitor and what they call themselves into the session, and makes one if there is none. It must be
// called before the answer's status goes out, since it may set the cookie.
func (s *Server) remember(w http.ResponseWriter, r *http.Request, visitor, name, url string) error {
	v := visitOf(r.Context())
	old := v.session
	if old != nil && old.visitor == visitor && old.name == name && old.url == url {
		return nil
	}
	ctx := r.Context()
	if old != nil && old.visitor == visitor {
		ctx = old.ctx
	} else {
		fresh, err := s.sessions.Load(context.WithoutCancel(ctx), "")
		if err != nil {
			return fmt.Errorf("begin session: %w", err)
		}
		ctx, old = fresh, nil
	}
	s.sessions.Put(ctx, keyVisitor, visitor)
	s.sessions.Put(ctx, keyName, name)
	s.sessions.Put(ctx, keyURL, url)
	if old == nil {
		s.sessions.Put(ctx, keyUnused, true)
		s.sessions.SetDeadline(ctx, s.deps.Now().Add(firstLifetime))
	}
	timed, cancel := context.WithTimeout(ctx, sessionWait)
	defer cancel()
	token, _, err := s.sessions.Commit(timed)
	if err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	if old == nil {
		s.setCookie(w, v.secure, token, s.deps.Now().Add(sessionLifetime))
	}
	v.session = &session{ctx: ctx, visitor: visitor, name: name, url: url}
	return nil
}

// setCookie is scs' own without the headers that it adds besides. An empty token takes the cookie away.
func (s *Server) setCookie(w http.ResponseWriter, secure bool, token string, expiry time.Time) {
	c := &http.Cookie{
		Name: cookieName(secure), Value: token, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
		MaxAge: int(expiry.Sub(s.deps.Now()).Seconds()),
	}
	if token == "" || c.MaxAge <= 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}
