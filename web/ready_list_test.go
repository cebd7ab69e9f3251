package web_test

import (
	"strings"
	"testing"
)

// TestListsAreForTheScriptAlone: their address is another thing to a browser that opens it, and they move with the discussion.
func TestListsAreForTheScriptAlone(t *testing.T) {
	s := newSite(t, withBase)
	l := s.dial()
	for range 3 {
		if list, long := l.ask("GET", "/blog/hello/comments", "HX-Request: true"); !long || !strings.HasPrefix(list, "HTTP/1.1 200 ") {
			t.Fatalf("%.300s", list)
		}
	}
	for range 3 {
		if got, long := l.ask("GET", "/blog/hello/comments"); !long || !strings.HasPrefix(got, "HTTP/1.1 303 ") {
			t.Fatalf("a browser that opens the list's address gets %.300s", got)
		}
	}
}
