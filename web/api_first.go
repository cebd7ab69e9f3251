package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"vang/blog"
)

// firstPost is what a session remembers of the comment that began it. That comment's keys are the address' (there was no
// visitor yet); when its writer repeats it, now with a session, it must still be found, and not stored a second time.
type firstPost struct {
	owner string // whose keys the first comment's are
	key   string // hash of its idempotency key; "" if it had none
	words string // its fingerprint
}

func newFirstPost(w blog.Writer, d draft) *firstPost {
	return &firstPost{owner: w.Owner, key: keyMark(d.key), words: fingerprint(d)}
}

func (f firstPost) String() string { return strings.Join([]string{f.owner, f.key, f.words}, "|") }

func parseFirstPost(s string) (firstPost, bool) {
	parts := strings.Split(s, "|")
	if len(parts) != 3 {
		return firstPost{}, false
	}
	return firstPost{owner: parts[0], key: parts[1], words: parts[2]}, true
}

func keyMark(key string) string {
	if key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// fingerprint is that of the words as the domain cleans them.
func fingerprint(d draft) string {
	s := d.Submission
	s.Normalise()
	return s.Fingerprint()
}

// sameWriter is writer under the name that the first comment of their session was stored under, if this is that comment
// again: by its key, or with dedupe by its words.
func (s *Server) sameWriter(r *http.Request, writer blog.Writer, d draft, dedupe bool) blog.Writer {
	v := visitOf(r.Context())
	if v.session == nil {
		return writer
	}
	first, ok := parseFirstPost(s.sessions.GetString(v.session.ctx, keyFirst))
	if ok && (d.key != "" && keyMark(d.key) == first.key || dedupe && fingerprint(d) == first.words) {
		writer.Owner = first.owner
	}
	return writer
}
