package web_test

import (
	"net/http"
	"strings"
	"testing"

	"vang/blog"
	"vang/views"
)

// notice tells whether a page's message above the comments is text.
func notice(page read, text string) bool {
	_, rest, _ := strings.Cut(page.text, `id="notice"`)
	said, _, _ := strings.Cut(rest, "</p>")
	return strings.HasSuffix(said, ">"+text)
}

func TestWhatBecameOfACommentIsToldToWhomItConcerns(t *testing.T) {
	s := newSite(t)
	w := views.Words(blog.English)
	writer, reader := s.browser(), s.browser()
	id := s.comment(writer, "hello", "to be hidden")
	other := s.comment(writer, "hello", "stays")
	moderate(s, id, blog.Hidden)
	for _, tt := range []struct {
		who    *http.Client
		path   string
		status int
		want   string
	}{
		{reader, "?at=unknown", 404, w.NoticeMissing},
		{reader, "?reply=unknown", 404, w.NoticeMissing},
		{reader, "?at=unknown&notice=deleted", 404, w.NoticeMissing},
		{writer, "?at=" + id, 404, w.NoticeMissing},
		{writer, "?at=" + id + "&notice=saved", 404, w.NoticeMissing},
		{reader, "?notice=deleted", 200, ""},
		{reader, "?at=" + other + "&notice=saved", 200, ""},
		{reader, "?at=" + other + "&notice=held", 200, ""},
		{reader, "?notice=forgotten", 200, w.NoticeForgotten},
		{writer, "?notice=deleted", 200, w.NoticeDeleted},
		{writer, "?at=" + other + "&notice=saved", 200, w.NoticeSaved},
		{writer, "?at=" + other + "&notice=held", 200, w.NoticeHeld},
		{writer, "?notice=forgotten", 200, ""},
		{writer, "?notice=nonsense", 200, ""},
	} {
		res := s.get(tt.who, "/blog/hello"+tt.path)
		if res.StatusCode != tt.status || !notice(res, tt.want) {
			t.Errorf("%s, writer %t: %d, not %q", tt.path, tt.who == writer, res.StatusCode, tt.want)
		}
	}
	vi := s.get(reader, "/blog/xin-chao?at=unknown")
	if !notice(vi, "Bình luận này không còn ở đây.") {
		t.Errorf("in Vietnamese: %s", vi.text)
	}
}

func TestAHeldCommentIsToldToItsWriterWithoutCookies(t *testing.T) {
	s := newSite(t, holdAll)
	c := s.browser()
	c.Jar = nil
	id := s.comment(c, "hello", "not yet")
	w := views.Words(blog.English)
	if res := s.get(c, "/blog/hello?at="+id+"&notice=held"); res.StatusCode != 200 || !notice(res, w.NoticeHeld) {
		t.Errorf("held: %d", res.StatusCode)
	}
	moderate(s, id, blog.Spam)
	if res := s.get(c, "/blog/hello?at="+id+"&notice=held"); res.StatusCode != 404 || !notice(res, w.NoticeMissing) {
		t.Errorf("taken away: %d", res.StatusCode)
	}
}

// moderate gives a comment another state.
func moderate(s *site, id string, to blog.State) {
	s.Helper()
	_, err := blog.NewDiscussion(s.store, s.stale, nil).Moderate(s.Context(), id, to)
	s.must(err)
}
