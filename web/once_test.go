package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"vang/blog"
	"vang/store"
	"vang/web"
)

const greeting = `{"post":"first","body":"x","author":{"name":"Ann"}}`

// TestAGuessableKeyBringsNobodyAnothersSession has two programs behind one address say the same: only what a neighbour
// cannot know shows that the second is the first, come back.
func TestAGuessableKeyBringsNobodyAnothersSession(t *testing.T) {
	const proxys = "0f8fad5b-d9cb-469f-a165-70867728950e"
	for _, tt := range []struct {
		name, key       string
		first, second   string // request ids that the proxy gives
		replayed, known bool
	}{
		{"a short key behind a proxy", "one", proxys, "7c9e6679-7425-40de-944b-e07fc1f90ae7", true, false},
		{"a long key of one character", strings.Repeat("a", 40), "", "", true, false},
		{"a key that counts", "0000000000000001", "", "", true, false},
		{"a random key", "3c6e0b8a9c15224a", "", "", true, true},
		{"a random key behind a proxy", "3c6e0b8a9c15224a", proxys, "7c9e6679-7425-40de-944b-e07fc1f90ae7", true, true},
		{"the proxy's retry", "", proxys, proxys, true, true},
		{"a proxy that does not count far", "", "0000000000000001", "0000000000000001", true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAPI(t, behindProxy)
			say := func(id string) reply {
				headers := []string{"X-Forwarded-For", "192.0.2.7"}
				if id != "" {
					headers = append(headers, "X-Request-Id", id)
				}
				if tt.key != "" {
					headers = append(headers, "Idempotency-Key", tt.key)
				}
				res := a.program().send("POST", "/api/comments", greeting, headers...)
				res.want(t, 201)
				return res
			}
			if first := say(tt.first); first.Header.Get("Set-Cookie") == "" {
				t.Fatal("the first has no session")
			}
			second := say(tt.second)
			if got := second.Header.Get("Idempotency-Replayed") != ""; got != tt.replayed {
				t.Errorf("replayed: %v", got)
			}
			if got := second.Header.Get("Set-Cookie") != ""; got != tt.known {
				t.Errorf("the second got the first's session: %v, want %v", got, tt.known)
			}
		})
	}
}

// TestAKeyThatCameLaterBringsNoSession repeats another's words under a key of one's own, which then is known, but made
// nothing.
func TestAKeyThatCameLaterBringsNoSession(t *testing.T) {
	s := newSite(t)
	say := func(key string) read {
		return s.do(s.browser(), s.request("POST", "/blog/hello/comments", "name=An&body=the+same&key="+key))
	}
	first := say("3c6e0b8a9c15224a")
	if first.Header.Get("Set-Cookie") == "" {
		t.Fatal("the first has no session")
	}
	for range 2 {
		res := say("9b1deb4d3b7d4bad")
		if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != first.Header.Get("Location") {
			t.Errorf("the neighbour: %d to %s", res.StatusCode, res.Header.Get("Location"))
		}
		if res.Header.Get("Set-Cookie") != "" {
			t.Error("the neighbour got the writer's session")
		}
	}
}

// TestMidnightMakesNoSecondComment sends before and after the hour at which the hashes of addresses change.
func TestMidnightMakesNoSecondComment(t *testing.T) {
	a := newAPI(t)
	now := a.clock.Now()
	a.clock.turn(now.Truncate(24 * time.Hour).Add(24*time.Hour - 5*time.Second).Sub(now)) // 23:59:55
	other := strings.Replace(greeting, `"x"`, `"without a key"`, 1)
	keyed := a.program().send("POST", "/api/comments", greeting, "Idempotency-Key", "k")
	keyed.want(t, 201)
	plain := a.program().send("POST", "/api/comments", other)
	plain.want(t, 201)
	a.clock.turn(10 * time.Second)
	again := a.program().send("POST", "/api/comments", greeting, "Idempotency-Key", "k")
	if again.StatusCode != 201 || again.Header.Get("Location") != keyed.Header.Get("Location") || again.Header.Get("Idempotency-Replayed") == "" {
		t.Errorf("the same key: %d %s", again.StatusCode, again.body)
	}
	a.program().send("POST", "/api/comments", strings.Replace(greeting, `"x"`, `"y"`, 1), "Idempotency-Key", "k").
		problem(t, 422, "idempotency-mismatch")
	if f := a.program().send("POST", "/api/comments", other).problem(t, 409, "duplicate-comment"); !strings.HasSuffix(plain.Header.Get("Location"), f.ExistingID) {
		t.Errorf("the same words: %+v", f)
	}
	a.clock.turn(24*time.Hour - 11*time.Second) // a second less than a day after the first
	if last := a.program().send("POST", "/api/comments", greeting, "Idempotency-Key", "k"); last.Header.Get("Location") != keyed.Header.Get("Location") {
		t.Error("a key did not live a day")
	}
}

// TestAWritersSessionKnowsItsFirstComment repeats, with the session, what was sent before there was one, from elsewhere.
func TestAWritersSessionKnowsItsFirstComment(t *testing.T) {
	a := newAPI(t, behindProxy)
	p := a.program()
	first := p.send("POST", "/api/comments", greeting, "Idempotency-Key", "k", "X-Forwarded-For", "192.0.2.7")
	first.want(t, 201)
	again := p.send("POST", "/api/comments", greeting, "Idempotency-Key", "k", "X-Forwarded-For", "198.51.100.1")
	if again.Header.Get("Location") != first.Header.Get("Location") || again.Header.Get("Idempotency-Replayed") == "" {
		t.Errorf("by the key: %d %s", again.StatusCode, again.body)
	}
	p.send("POST", "/api/comments", greeting, "X-Forwarded-For", "198.51.100.1").problem(t, 409, "duplicate-comment")
}

// keeper is a store of sessions that shows what it was given.
type keeper struct {
	*store.Sessions
	kept []string
}

func (k *keeper) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	k.kept = append(k.kept, string(data))
	return k.Sessions.CommitCtx(ctx, token, data, expiry)
}

func TestASessionKeepsNothingOfAnAddress(t *testing.T) {
	var k *keeper
	s := newSite(t, func(d *web.Deps, s *site) {
		k = &keeper{Sessions: store.NewSessions(s.store)}
		d.Sessions = k
	})
	s.comment(s.browser(), "hello", "who am I")
	if len(k.kept) == 0 || !strings.Contains(k.kept[0], "visitor") {
		t.Fatalf("sessions kept: %q", k.kept)
	}
	for _, data := range k.kept {
		for _, word := range []string{"addr", "192.0.2", "127.0.0.1", "first"} {
			if strings.Contains(data, word) {
				t.Errorf("a session holds %s: %q", word, data)
			}
		}
	}
}

// TestWhoSendsAgainAtTheLimitGetsTheAnswer exhausts the allowance, and then asks for what was answered already.
func TestWhoSendsAgainAtTheLimitGetsTheAnswer(t *testing.T) {
	a := newAPI(t, rateLimit) // two
	p := a.program()
	first := p.send("POST", "/api/comments", greeting, "Idempotency-Key", "k")
	first.want(t, 201)
	for range 5 { // what is here already costs nothing
		p.send("POST", "/api/comments", greeting, "Idempotency-Key", "k").want(t, 201)
		p.send("POST", "/api/comments", `{"post":"first","body":"","author":{}}`).problem(t, 422, "validation")
	}
	p.say(201, "first", "", "the second")
	p.send("POST", "/api/comments", strings.Replace(greeting, `"x"`, `"too many"`, 1)).problem(t, 429, "rate-limited")
	for _, who := range []*program{p, a.program()} {
		again := who.send("POST", "/api/comments", greeting, "Idempotency-Key", "k")
		if again.StatusCode != 201 || again.Header.Get("Location") != first.Header.Get("Location") || again.Header.Get("Idempotency-Replayed") == "" {
			t.Errorf("the resend at the limit: %d %s", again.StatusCode, again.body)
		}
		who.send("POST", "/api/comments", greeting).problem(t, 409, "duplicate-comment")
	}
	p.send("POST", "/api/comments", strings.Replace(greeting, `"x"`, `"y"`, 1), "Idempotency-Key", "k").problem(t, 422, "idempotency-mismatch")
	if n := len(p.list("post=first").Data); n != 2 {
		t.Errorf("%d comments", n)
	}
}

func TestAFormSentAgainAtTheLimitGetsItsComment(t *testing.T) {
	s := newSite(t, func(d *web.Deps, _ *site) { d.Config.RateLimit = web.RateLimit{Burst: 2, Every: time.Minute} })
	c := s.browser()
	say := func(body string) read {
		return s.do(c, s.request("POST", "/blog/hello/comments", "name=An&body="+body+"&key=key-of-"+body))
	}
	one := say("one")
	for range 3 {
		say("one")
	}
	if two := say("two"); two.StatusCode != http.StatusSeeOther {
		t.Errorf("the resends of the first cost the second its place: %d", two.StatusCode)
	}
	if three := say("three"); three.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the third: %d", three.StatusCode)
	}
	if again := say("one"); again.StatusCode != http.StatusSeeOther || again.Header.Get("Location") != one.Header.Get("Location") {
		t.Errorf("the resend at the limit: %d", again.StatusCode)
	}
}

// TestASessionLivesADayUntilItComesBack looks at who is known by what the API lets shared caches keep.
func TestASessionLivesADayUntilItComesBack(t *testing.T) {
	a := newAPI(t)
	known := func(p *program) bool {
		return strings.HasPrefix(p.get("/api/comments?post=first").Header.Get("Cache-Control"), "private")
	}
	away, back := a.program(), a.program()
	for i, p := range []*program{away, back} {
		p.say(201, "first", "", fmt.Sprint(i))
	}
	if !known(back) {
		t.Fatal("a writer is not known")
	}
	a.clock.turn(25 * time.Hour)
	if known(away) {
		t.Error("a session that nobody used lives longer than a day")
	}
	if !known(back) {
		t.Error("a session that was used is gone after a day")
	}
	a.clock.turn(300 * 24 * time.Hour)
	if !known(back) {
		t.Error("a session that was used does not live its year")
	}
	a.clock.turn(70 * 24 * time.Hour)
	if known(back) {
		t.Error("a session outlives its year")
	}
}

func TestACookieLivesAYear(t *testing.T) {
	res := newAPI(t).program().send("POST", "/api/comments", greeting)
	if c := res.Header.Get("Set-Cookie"); !strings.Contains(c, "; Max-Age=31536000;") {
		t.Errorf("cookie %q", c)
	}
}

func TestOnlyWhatIsTooLongIsToldALimit(t *testing.T) {
	p := newAPI(t).program()
	for body, want := range map[string]int{"": 0, strings.Repeat("x", blog.MaxBody+1): blog.MaxBody} {
		f := p.send("POST", "/api/comments", `{"post":"first","author":{"name":"Ann"},"body":"`+body+`"}`).problem(t, 422, "validation")
		if len(f.Errors) != 1 || f.Errors[0].Limit != want {
			t.Errorf("%d characters: %+v", len(body), f.Errors)
		}
	}
}
