package web

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"vang/blog"
	"vang/realtime"
)

// liveGroup is WebSockets: they stay open, so nothing may end them but their peers and the hub.
func liveGroup() group { return group{name: "live", session: true, api: true} }

// livePath is where sockets open.
const livePath = "/live"

func (s *Server) liveRoutes() []route {
	return []route{{"GET " + livePath, s.live, liveGroup()}}
}

// live turns the request into a WebSocket that brings a discussion's changes. What is wrong with the address is told
// before the upgrade, as a problem: a browser's script never sees more than that it failed, but a program does.
func (s *Server) live(w http.ResponseWriter, r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return blog.E(blog.Malformed, err)
	}
	sub, err := s.subscriber(r, query)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	if !upgrades(r.Header) {
		return upgradeRequired(w)
	}
	release, refused := s.sockets.take(s.clientAddr(r))
	if release == nil {
		return tooManySockets(w, refused)
	}
	sub.Ended = release
	if err := s.deps.Hub.Serve(w, r, sub, firstMessage); err != nil {
		s.deps.Log.LogAttrs(r.Context(), slog.LevelDebug, "no socket", requestAttrs(r, err)...) // the answer is written
		release()
	}
	return nil
}

// subscriber is who asks for changes, of what, and from where on.
func (s *Server) subscriber(r *http.Request, query url.Values) (realtime.Subscriber, error) {
	owner, _ := s.visitor(r)
	sub := realtime.Subscriber{Topic: deskTopic, Owner: owner}
	slug := query.Get("post")
	if slug == "" && !s.deps.Config.Drafts {
		return sub, &blog.Error{Kind: blog.Malformed, Fields: []blog.FieldError{{Field: "?post", Code: "required"}}}
	}
	if slug != "" {
		t, err := s.topicOf(r.Context(), slug)
		if err != nil {
			return sub, err
		}
		sub.Topic = t.postID
		if mark := query.Get("text"); mark != "" {
			sub.Joined = s.greet(slug, mark)
		}
	}
	if !query.Has("since") {
		return sub, nil
	}
	c, ok := blog.ParseCursor(query.Get("since"))
	if !ok {
		return sub, &blog.Error{Kind: blog.Malformed, Fields: []blog.FieldError{{Field: "?since", Code: "not-a-cursor"}}}
	}
	sub.After = &realtime.Head{Epoch: c.Epoch, Rev: c.Rev}
	return sub, nil
}

// firstMessage reads where a page stands out of what htmx sends when the socket opens: the hidden input's value among the
// headers of htmx. A page whose cursor is none loads its list anew; what is no such message at all is refused.
func firstMessage(first []byte) (realtime.Head, bool) {
	var m struct {
		After *string `json:"after"`
	}
	if json.Unmarshal(first, &m) != nil || m.After == nil {
		return realtime.Head{}, false
	}
	c, _ := blog.ParseCursor(*m.After)
	return realtime.Head{Epoch: c.Epoch, Rev: c.Rev}, true
}

// upgrades tells whether the client wants a WebSocket (RFC 9110, 7.8; tokens are case-insensitive lists).
func upgrades(h http.Header) bool {
	return hasToken(h.Values("Connection"), "upgrade") && hasToken(h.Values("Upgrade"), "websocket")
}

func hasToken(headers []string, token string) bool {
	for field := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		if strings.EqualFold(strings.TrimSpace(field), token) {
			return true
		}
	}
	return false
}

const upgradeText = `This address speaks WebSocket only: connect with ws:// or wss://.
A program asks for the subprotocol vang.json and may say since=EPOCH.REV; /api/openapi.json tells more.
A proxy in front must pass the Upgrade and Connection headers on.
`

// upgradeRequired answers who came without a WebSocket: a person who opened the address, or a proxy that lost the header.
func upgradeRequired(w http.ResponseWriter) error {
	w.Header().Set("Upgrade", "websocket")
	w.Header().Set("Connection", "Upgrade")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusUpgradeRequired)
	_, _ = io.WriteString(w, upgradeText)
	return nil
}
