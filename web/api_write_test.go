package web_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"vang/blog"
)

func TestACommentIsCreatedAndBelongsToItsWriter(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	res := p.send("POST", "/api/comments",
		`{"post":"first","body":"*hello*","author":{"name":" Ann  B ","email":"ann@example.org","url":"ann.example.org"}}`)
	res.want(t, 201)
	var c said
	res.into(t, &c)
	if res.Header.Get("Location") != "/api/comments/"+c.ID || res.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("headers %v", res.Header)
	}
	if c.Post != "first" || c.Seq != 1 || c.Depth != 0 || c.ParentID != nil || c.State != "published" || c.Author.Name != "Ann B" ||
		*c.Author.URL != "https://ann.example.org" || strings.TrimSpace(c.HTML) != "<p><em>hello</em></p>" || *c.Body != "*hello*" ||
		c.Permalink != "/blog/first?at="+c.ID+"#c-"+c.ID {
		t.Errorf("%s", res.body)
	}
	if strings.Contains(string(res.body), "ann@example.org") {
		t.Error("the e-mail address left the server")
	}
	if !strings.HasPrefix(res.Header.Get("Set-Cookie"), "vang=") || !strings.Contains(res.Header.Get("Set-Cookie"), "HttpOnly") {
		t.Errorf("cookie %q", res.Header.Get("Set-Cookie"))
	}
	child := p.say(201, "first", c.ID, "a reply")
	if child.Depth != 1 || child.ParentID == nil || *child.ParentID != c.ID {
		t.Errorf("%+v", child)
	}
	if got := a.program().list("post=first").Data[0]; got.ReplyCount != 1 {
		t.Errorf("replies %d", got.ReplyCount)
	}
}

func TestPermalinksAreAbsoluteWithABaseURL(t *testing.T) {
	a := newAPI(t, baseURL("https://blog.example.org"))
	c := a.program().say(201, "first", "", "x")
	if c.Permalink != "https://blog.example.org/blog/first?at="+c.ID+"#c-"+c.ID {
		t.Error(c.Permalink)
	}
}

func TestEveryFaultInABodyIsNamed(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	parent := p.say(201, "second", "", "of another post")
	gone := p.say(201, "first", "", "soon gone")
	p.send("DELETE", "/api/comments/"+gone.ID, "").want(t, 204)
	long := strings.Repeat("é", blog.MaxBody+1)
	type row struct{ name, body, want string }
	valid := func(extra string) string { return `{"post":"first","body":"x","author":{"name":"Ann"}` + extra + `}` }
	for _, r := range []row{
		{"nothing", `{}`, "/post required"},
		{"empty text and name", `{"post":"first","body":" \n","author":{}}`, "/body required, /author/name required"},
		{
			"unknown members", `{"post":"first","body":"x","Body":"y","author":{"name":"Ann","admin":true},"state":"published"}`,
			"/author/admin unexpected, /Body unexpected, /state unexpected",
		},
		{"wrong types", `{"post":1,"body":[],"author":"Ann"}`, "/post not-a-string, /body not-a-string, /author not-an-object"},
		{"too long", valid(`,"body":"` + long + `"`), "/body too-long"},
		{"invalid UTF-8", `{"post":"first","body":"a` + "\xff" + `","author":{"name":"` + "\xc3(" + `"}}`, "/body not-utf8, /author/name not-utf8"},
		{"NUL", `{"post":"first","body":"a\u0000b","author":{"name":"Ann"}}`, "/body control-characters"},
		{"NUL elsewhere", `{"post":"fi\u0000rst","parent_id":"\u0000","body":"x","author":{"name":"Ann"}}`, "/post control-characters, /parent_id control-characters"},
		{"control characters", `{"post":"first","body":"a\u0007b","author":{"name":"A\u202enn"}}`, "/body control-characters, /author/name control-characters"},
		{
			"addresses", `{"post":"first","body":"x","author":{"name":"Ann","url":"javascript:alert(1)","email":"<ann>"}}`,
			"/author/url not-an-address, /author/email not-an-address",
		},
		{"parent unknown", valid(`,"parent_id":"nope"`), "/parent_id unknown"},
		{"parent of another post", valid(`,"parent_id":"` + parent.ID + `"`), "/parent_id unknown"},
		{"parent deleted", valid(`,"parent_id":"` + gone.ID + `"`), "/parent_id deleted"},
	} {
		f := p.send("POST", "/api/comments", r.body).problem(t, 422, "validation")
		var got []string
		for _, e := range f.Errors {
			got = append(got, e.Pointer+" "+e.Code)
			if e.Detail == "" {
				t.Errorf("%s: %s has no words", r.name, e.Code)
			}
		}
		if strings.Join(got, ", ") != r.want {
			t.Errorf("%s: %v, want %s", r.name, got, r.want)
		}
	}
	f := p.send("POST", "/api/comments", `{"post":"nope","body":"x","author":{"name":"Ann"}}`).problem(t, 404, "not-found")
	if len(f.Errors) != 1 || f.Errors[0].Pointer != "/post" {
		t.Errorf("%+v", f.Errors)
	}
	if n := len(p.list("post=first").Data); n != 0 {
		t.Errorf("%d comments came of it", n)
	}
}

func TestABodyThatIsNoJSONIsToldWhere(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	for body, want := range map[string]string{
		"{\n  \"post\": first}": "2:12", `{"post":"first"`: "1:16", `[1]`: "1:1", `null`: "1:1", `"x"`: "1:1", `{"a":1} x`: "1:9", "{\"é\": }": "1:7",
	} {
		f := p.send("POST", "/api/comments", body).problem(t, 400, "malformed")
		if len(f.Errors) != 1 || f.Errors[0].Code != "syntax" || fmt.Sprintf("%d:%d", f.Errors[0].Line, f.Errors[0].Column) != want {
			t.Errorf("%q: %+v, want %s", body, f.Errors, want)
		}
	}
	p.send("POST", "/api/comments", "", "Content-Type", "application/json").problem(t, 400, "malformed")
	deep := strings.Repeat(`{"a":`, 20_000)
	p.send("POST", "/api/comments", deep).problem(t, 400, "malformed")
}

func TestWhatIsNotTaken(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	body := `{"post":"first","body":"x","author":{"name":"Ann"}}`
	for _, ct := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/json; charset=latin1", "json"} {
		p.send("POST", "/api/comments", body, "Content-Type", ct).problem(t, 415, "unsupported-media-type")
	}
	p.send("POST", "/api/comments", body, "Content-Type", `application/json; charset="UTF-8"`).want(t, 201)
	huge := `{"post":"first","author":{"name":"Ann"},"body":"` + strings.Repeat("x", 10<<20) + `"}`
	p.send("POST", "/api/comments", huge).problem(t, 413, "payload-too-large")
	p.send("POST", "/api/comments", body, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").problem(t, 403, "forbidden")
	p.send("POST", "/api/comments", `{"post":"quiet","body":"x","author":{"name":"Ann"}}`).problem(t, 403, "read-only")
	if _, err := a.store.SetReadOnly(t.Context(), a.ids["second"], true); err != nil {
		t.Fatal(err)
	}
	p.send("POST", "/api/comments", `{"post":"second","body":"x","author":{"name":"Ann"}}`).problem(t, 403, "read-only")
	if l := p.list("post=second"); !l.Meta.ReadOnly {
		t.Errorf("%+v", l.Meta)
	}
}

func TestTheLongestCommentFitsHoweverItIsEscaped(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	p.send("POST", "/api/comments", `{"post":"first","author":{"name":"Ann"},"body":"`+strings.Repeat(`\ud83d\ude00`, blog.MaxBody)+`"}`).want(t, 201)
}

func TestTheSameKeyGetsTheFirstAnswer(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	body := `{"post":"first","body":"x","author":{"name":"Ann"}}`
	first := p.send("POST", "/api/comments", body, "Idempotency-Key", "key-1")
	first.want(t, 201)
	// The first came without a session, as does who lost its answer; the program itself has the session that the first made.
	for _, who := range []*program{p, a.program()} {
		replay := who.send("POST", "/api/comments", body, "Idempotency-Key", "key-1")
		replay.want(t, 201)
		if replay.Header.Get("Idempotency-Replayed") != "true" || first.Header.Get("Idempotency-Replayed") != "" ||
			replay.Header.Get("Location") != first.Header.Get("Location") || string(replay.body) != string(first.body) {
			t.Errorf("replayed %v %s, after %s", replay.Header, replay.body, first.body)
		}
	}
	p.send("POST", "/api/comments", strings.Replace(body, `"x"`, `"y"`, 1), "Idempotency-Key", "key-1").problem(t, 422, "idempotency-mismatch")
	p.send("POST", "/api/comments", body, "Idempotency-Key", "key-2").want(t, 201)
	for _, bad := range []string{"", strings.Repeat("k", 256)} {
		f := p.send("POST", "/api/comments", body, "Idempotency-Key", bad).problem(t, 422, "validation")
		if len(f.Errors) != 1 || f.Errors[0].Header != "Idempotency-Key" {
			t.Errorf("%+v", f.Errors)
		}
	}
	p.send("POST", "/api/comments", body, "Idempotency-Key", strings.Repeat("k", 255)).want(t, 201)
}

func TestAnotherVisitorsKeyIsNotMine(t *testing.T) {
	a := newAPI(t)
	ann, ben := a.program(), a.program()
	ann.say(201, "second", "", "now Ann has a session")
	ben.say(201, "second", "", "and Ben")
	mine := ann.say(201, "first", "", "x", "Idempotency-Key", "the-same-key-of-both")
	his := ben.say(201, "first", "", "x", "Idempotency-Key", "the-same-key-of-both")
	if mine.ID == his.ID {
		t.Error("Ben got Ann's answer")
	}
}

func TestTheSameWordsAgainWithoutAKeyAreRefused(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	c := p.say(201, "first", "", "x")
	body, err := json.Marshal(map[string]any{"post": "first", "body": "x", "author": map[string]string{
		"name": "Ann", "email": "ann@example.org", "url": "https://ann.example.org",
	}})
	if err != nil {
		t.Fatal(err)
	}
	f := p.send("POST", "/api/comments", string(body)).problem(t, 409, "duplicate-comment")
	if f.ExistingID != c.ID {
		t.Errorf("%+v", f)
	}
	later := p.say(201, "first", "", "with a session")
	if f := p.send("POST", "/api/comments", strings.Replace(string(body), `"x"`, `"with a session"`, 1)).problem(t, 409, "duplicate-comment"); f.ExistingID != later.ID {
		t.Errorf("%+v", f)
	}
	a.clock.turn(blog.DedupeWindow + 1)
	p.send("POST", "/api/comments", string(body)).want(t, 201)
}

func TestAnEditNeedsTheVersionThatWasSeen(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	c := p.say(201, "first", "", "x")
	at := "/api/comments/" + c.ID
	p.send("PATCH", at, `{"body":"y"}`).problem(t, 428, "precondition-required")
	for _, stale := range []string{`"1"`, `"7-abc"`, `"not-ours"`, `"1", "2"`} {
		p.send("PATCH", at, `{"body":"y"}`, "If-Match", stale).problem(t, 412, "precondition-failed")
	}
	res := p.send("PATCH", at, `{"body":"y"}`, "If-Match", c.tag)
	res.want(t, 200)
	var edited said
	res.into(t, &edited)
	if edited.Version != 1 || *edited.Body != "y" || edited.EditedAt == nil || edited.Rev <= c.Rev {
		t.Errorf("%+v", edited)
	}
	p.say(201, "first", c.ID, "a reply makes no edit stale")
	for i, good := range []string{`"1"`, `2`, `"9", "3"`, `W/"4-gzip"`, `*`} {
		p.send("PATCH", at, fmt.Sprintf(`{"body":"z%d"}`, i), "If-Match", good).want(t, 200)
	}
	read := p.get(at)
	p.get(at, "If-None-Match", read.Header.Get("ETag")).want(t, 304)
	p.send("PATCH", at, `{"body":"last"}`, "If-Match", read.Header.Get("ETag")).want(t, 200)
	p.get(at, "If-None-Match", read.Header.Get("ETag")).want(t, 200)
}

func TestOnlyTheWriterMayChangeAComment(t *testing.T) {
	a := newAPI(t)
	ann, ben, nobody := a.program(), a.program(), a.program()
	c := ann.say(201, "first", "", "x")
	ben.say(201, "first", "", "I have a session too")
	at := "/api/comments/" + c.ID
	for _, who := range []*program{ben, nobody} {
		who.send("PATCH", at, `{"body":"y"}`, "If-Match", "*").problem(t, 403, "forbidden")
		who.send("DELETE", at, "").problem(t, 403, "forbidden")
	}
	ann.send("PATCH", "/api/comments/nope", `{"body":"y"}`, "If-Match", "*").problem(t, 404, "not-found")
	ann.send("PATCH", at, `{"body":"y","state":"hidden"}`, "If-Match", "*").problem(t, 422, "validation")
	ann.send("PATCH", at, `{"body":""}`, "If-Match", "*").problem(t, 422, "validation")
	ann.send("PATCH", at, `{"body":"y"}`, "If-Match", "*", "Content-Type", "text/plain").problem(t, 415, "unsupported-media-type")
}

func TestADeletionMayBeRepeated(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	c := p.say(201, "first", "", "x")
	at := "/api/comments/" + c.ID
	p.send("DELETE", at, "", "If-Match", `"5"`).problem(t, 412, "precondition-failed")
	for range 2 {
		res := p.send("DELETE", at, "")
		res.want(t, 204)
		if len(res.body) != 0 {
			t.Errorf("204 with %q", res.body)
		}
	}
	p.get(at).problem(t, 410, "gone")
	p.send("PATCH", at, `{"body":"y"}`, "If-Match", "*").problem(t, 410, "gone")
}

func TestTheRateLimitIsToldWithATime(t *testing.T) {
	a := newAPI(t, rateLimit)
	p := a.program()
	for i := range 2 {
		p.say(201, "first", "", fmt.Sprint(i))
	}
	res := p.send("POST", "/api/comments", `{"post":"first","body":"3","author":{"name":"Ann"}}`)
	res.problem(t, 429, "rate-limited")
	if res.Header.Get("Retry-After") != "60" {
		t.Errorf("Retry-After %q", res.Header.Get("Retry-After"))
	}
}

func TestEveryProblemTypeHasAnAddress(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	for k := blog.Internal; k <= blog.Unavailable; k++ {
		res := p.get("/api/problems/"+k.String(), "Accept-Language", "vi")
		res.want(t, 200)
		if !strings.Contains(string(res.body), k.String()) || res.Header.Get("Content-Language") != "vi" {
			t.Errorf("%s: %s", k, res.body)
		}
	}
	p.get("/api/problems/nope").problem(t, 404, "not-found")
}
