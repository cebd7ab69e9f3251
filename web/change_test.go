package web_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"vang/blog"
	"vang/web"
)

func TestWhatAModeratorTookAwayCanBeErasedButNotEdited(t *testing.T) {
	for _, state := range []blog.State{blog.Hidden, blog.Spam} {
		s := newSite(t)
		c := s.browser()
		id := s.comment(c, "hello", "first words")
		moderate(s, id, state)
		at := "/blog/hello/comments/" + id
		before, err := s.store.Comment(t.Context(), id)
		s.must(err)
		if res := s.get(c, at+"/edit"); res.StatusCode != http.StatusGone {
			t.Errorf("%s: the form to edit: %d", state, res.StatusCode)
		}
		for _, fragment := range []string{"", "true"} {
			res := s.do(c, s.request("POST", at+"/edit", "body=second+words&version=0", "HX-Request", fragment))
			if res.StatusCode != http.StatusGone || !strings.Contains(res.text, "second words</textarea>") {
				t.Errorf("%s, HX-Request %q: %d %s", state, fragment, res.StatusCode, res.text)
			}
		}
		if after, err := s.store.Comment(t.Context(), id); err != nil || after.Rev != before.Rev || after.Body != "first words" {
			t.Errorf("%s: changed to %+v, %v", state, after, err)
		}
		if res := s.do(c, s.request("POST", at+"/delete", "")); res.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: erasing: %d", state, res.StatusCode)
		}
		if erased, err := s.store.Comment(t.Context(), id); err != nil || erased.State != blog.Deleted || erased.Body != "" {
			t.Errorf("%s: not erased: %+v, %v", state, erased, err)
		}
	}
}

func TestProgramsCannotEditWhatAModeratorTookAway(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	c := p.say(201, "first", "", "first words")
	if _, err := a.discuss.Moderate(t.Context(), c.ID, blog.Hidden); err != nil {
		t.Fatal(err)
	}
	p.get("/api/comments/"+c.ID).problem(t, http.StatusGone, "gone")
	p.send("PATCH", "/api/comments/"+c.ID, `{"body":"second words"}`, "If-Match", "*").problem(t, http.StatusGone, "gone")
	p.send("DELETE", "/api/comments/"+c.ID, "").want(t, http.StatusNoContent)
}

func TestChangesHaveAnAllowanceOfTheirOwn(t *testing.T) {
	s := newSite(t, func(d *web.Deps, _ *site) { d.Config.RateLimit = web.RateLimit{Burst: 3, Every: 90 * time.Second} })
	c := s.browser()
	id := s.comment(c, "hello", "text 0")
	s.comment(c, "hello", "another")
	at := "/blog/hello/comments/" + id
	edit := func(n int, fragment string) read {
		return s.do(c, s.request("POST", at+"/edit", "body=text+"+strconv.Itoa(n)+"&version="+strconv.Itoa(n-1), "HX-Request", fragment))
	}
	for n := 1; n <= 3; n++ {
		if res := s.do(c, s.request("POST", at+"/edit", "body=")); res.StatusCode != http.StatusUnprocessableEntity {
			t.Fatalf("a mistake: %d", res.StatusCode)
		}
		if res := edit(n, ""); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("edit %d: %d", n, res.StatusCode)
		}
	}
	for _, fragment := range []string{"", "true"} {
		res := edit(4, fragment)
		if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "90" || !strings.Contains(res.text, "text 4</textarea>") {
			t.Errorf("HX-Request %q: %d, Retry-After %q", fragment, res.StatusCode, res.Header.Get("Retry-After"))
		}
	}
	if res := s.do(c, s.request("POST", at+"/delete", "")); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "90" {
		t.Errorf("deleting: %d", res.StatusCode)
	}
	if s.comment(c, "hello", "changes cost no comments") == "" {
		t.Error("no comment")
	}
	s.clock.advance(90 * time.Second)
	if res := edit(4, ""); res.StatusCode != http.StatusSeeOther {
		t.Errorf("who waited: %d", res.StatusCode)
	}
}

func TestProgramsChangesAreLimited(t *testing.T) {
	a := newAPI(t, rateLimit)
	p := a.program()
	c := p.say(201, "first", "", "text")
	for _, body := range []string{"a", "b"} {
		p.send("PATCH", "/api/comments/"+c.ID, `{"body":"`+body+`"}`, "If-Match", "*").want(t, http.StatusOK)
	}
	for method, body := range map[string]string{"PATCH": `{"body":"c"}`, "DELETE": ""} {
		res := p.send(method, "/api/comments/"+c.ID, body, "If-Match", "*")
		res.problem(t, http.StatusTooManyRequests, "rate-limited")
		if res.Header.Get("Retry-After") != "60" {
			t.Errorf("%s: Retry-After %q", method, res.Header.Get("Retry-After"))
		}
	}
	a.clock.turn(time.Minute)
	p.send("DELETE", "/api/comments/"+c.ID, "").want(t, http.StatusNoContent)
}
