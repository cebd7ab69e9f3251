package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"vang/blog"
)

// writeShared answers a read: with an ETag, with 304 if the client has these very bytes, and as private as who asked.
func (s *Server) writeShared(w http.ResponseWriter, r *http.Request, v any) error {
	b, err := encodeJSON(v)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", s.readCache(r))
	return s.body("application/json", b).send(w, r, http.StatusOK)
}

// writeVersioned is writeShared for one comment: its tag serves If-Match too, and so it is never compressed, which would
// need another tag.
func (s *Server) writeVersioned(w http.ResponseWriter, r *http.Request, version string, v any) error {
	body, err := encodeJSON(v)
	if err != nil {
		return err
	}
	tag := tagOf(version, body)
	w.Header().Set("Cache-Control", s.readCache(r))
	w.Header().Set("ETag", tag)
	if matching(r.Header.Values("If-None-Match"), tag) != "" {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return writeBody(w, http.StatusOK, body)
}

// readCache lets shared caches keep what is everyone's, and no other's.
func (s *Server) readCache(r *http.Request) string {
	if _, ok := s.visitor(r); ok {
		return privateCache
	}
	return "no-cache"
}

// writeBody sends a JSON body. That the client left while it was sent is nobody's error.
func writeBody(w http.ResponseWriter, status int, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body)
	return nil
}

// tagOf is the entity tag of a comment's body. The version before the hash is what If-Match looks at alone: a new reply or
// reaction must not make an edit stale.
func tagOf(version string, body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + version + "-" + hex.EncodeToString(sum[:8]) + `"`
}

func versionTag(c blog.Comment) string { return strconv.FormatInt(c.Edits, 10) }

// parseIfMatch reads edit versions out of entity tags: "3", 3 and the whole tag of an answer alike. What is not ours matches
// nothing. A weak tag would match nothing either (RFC 9110, 13.1.1), but proxies that compress make every tag weak, and
// the version in it is exact all the same.
func parseIfMatch(headers []string) (versions []int64, star, given bool) {
	if len(headers) == 0 {
		return nil, false, false
	}
	for field := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		field = strings.TrimSpace(field)
		if field == "*" {
			return nil, true, true
		}
		number, _, _ := strings.Cut(strings.Trim(strings.TrimPrefix(field, "W/"), `"`), "-")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil && n >= 0 {
			versions = append(versions, n)
		}
	}
	return versions, false, true
}
