package web

import (
	"context"
	"errors"
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
	sessionWait  = time.Second // for a session in the database: nobody waits longer for their own name
	tokenLength  = 43          // of scs: 32 bytes in base64 without padding
)

// The keys of a session's values.
const (
	keyVisitor = "visitor"
	keyName    = "name"
	keyURL     = "url"
	keyUnused  = "unused" // there until the cookie comes back
)

// session is a live session as a request found it. While the session store does not answer, it is what the cookie proves: the
// visitor and nothing else.
type session struct {
	ctx     context.Context // carries the manager's data; nil while the store does not answer
	visitor string
	name    string
	url     string
}

// errAway is why a session was not kept: the store did not answer when it was asked for the one that there may be, which
// another must not replace.
var errAway = errors.New("the session store did not answer")

// newSessions is a literal, not scs.New, which would start a goroutine for a store in memory that nobody uses.
func newSessions(store scs.Store) *scs.SessionManager {
	return &scs.SessionManager{
		Lifetime: sessionLifetime, Store: store, Codec: &sessionCodec{}, HashTokenInStore: true,
	}
}

func cookieName(secure bool) string {
	if secure {
		return secureCookie
	}
	return plainCookie
}

// loadSession finds the session that the request's cookie names. With a session store that does not answer, public pages and
// commenting go on: a cookie that proves its visitor is as good as a session, but for the name.
func (s *Server) loadSession(r *http.Request) *session {
	v := visitOf(r.Context())
	cookie, err := r.Cookie(cookieName(v.secure))
	if err != nil {
		return nil
	}
	var token string
	if token, v.sealed = s.seals.open(cookie.Value); len(token) != tokenLength {
		return nil
	}
	timed, cancel := context.WithTimeout(r.Context(), sessionWait)
	defer cancel()
	ctx, err := s.sessions.Load(timed, token)
	if err != nil {
		s.logSession(r, "session not loaded", err)
		v.away = !errors.Is(err, errUnreadable)
		if !v.away || v.sealed == "" {
			return nil
		}
		return &session{visitor: v.sealed}
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
		s.logSession(r, "session not prolonged", err)
	}
}

// logSession counts and tells what a reader's session could not do. That Redis is away is told once, not for each reader.
func (s *Server) logSession(r *http.Request, what string, err error) {
	if errors.Is(err, errAway) {
		return
	}
	s.sessionErrors.count()
	if !errors.Is(err, errBlown) {
		s.deps.Log.LogAttrs(r.Context(), slog.LevelWarn, what, requestAttrs(r, err)...)
	}
}

// remember puts the visitor and what they call themselves into the session, and makes one if there is none. It must be
// called before the answer's status goes out, since it may set the cookie.
func (s *Server) remember(w http.ResponseWriter, r *http.Request, visitor, name, url string) error {
	v := visitOf(r.Context())
	old := v.session
	if v.away {
		return errAway
	}
	if old != nil && old.visitor == visitor && old.name == name && old.url == url && v.sealed == visitor {
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
	if old == nil || v.sealed != visitor {
		s.setCookie(w, v.secure, s.seals.close(token, visitor), s.deps.Now().Add(sessionLifetime))
	}
	v.session = &session{ctx: ctx, visitor: visitor, name: name, url: url}
	return nil
}

// setCookie is scs' own without the headers that it adds besides. An empty value takes the cookie away.
func (s *Server) setCookie(w http.ResponseWriter, secure bool, value string, expiry time.Time) {
	c := &http.Cookie{
		Name: cookieName(secure), Value: value, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
		MaxAge: int(expiry.Sub(s.deps.Now()).Seconds()),
	}
	if value == "" || c.MaxAge <= 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}
