package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const forgetPath = "/me/forget"

// forget ends the session: the name is not remembered any more, and what was written is as anyone's. The cookie goes even
// if the session store does not answer: then the session stays, without anyone who could use it, until its time is over.
func (s *Server) forget(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r.Context())
	if v.session != nil {
		if err := s.endSession(v.session); err != nil {
			s.logSession(r, "session not ended", err)
		}
		s.deps.Hub.Disconnect(v.session.visitor) // their pages come back as anyone's
		v.session = nil
	}
	s.setCookie(w, v.secure, "", time.Time{})
	http.Redirect(w, r, back(r), http.StatusSeeOther)
	return nil
}

func (s *Server) endSession(old *session) error {
	if old.ctx == nil {
		return errAway
	}
	ctx, cancel := context.WithTimeout(old.ctx, sessionWait)
	defer cancel()
	return s.sessions.Destroy(ctx)
}

// back is the page of this site that the request came from, else home. Only its path is believed, and one that begins with
// two slashes would be another host.
func back(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host || strings.HasPrefix(from.Path, "/me/") {
		return "/"
	}
	path := "/" + strings.TrimLeft(from.EscapedPath(), `/\`)
	return withQuery(path, "notice", "forgotten")
}
