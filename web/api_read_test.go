package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vang/blog"
)

func TestAListIsReadPageByPageInBothOrders(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	root := p.say(201, "first", "", "c1")
	p.say(201, "first", root.ID, "c1.2")
	for i := 3; i <= 9; i++ {
		p.say(201, "first", "", fmt.Sprintf("c%d", i))
	}
	p.say(201, "second", "", "elsewhere")
	for order, want := range map[string][]string{
		"oldest": {"c1", "c1.2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"},
		"newest": {"c9", "c8", "c7", "c6", "c5", "c4", "c3", "c1", "c1.2"},
	} {
		var got []string
		next := "/api/comments?post=first&limit=4&sort=" + order
		for pages := 0; next != ""; pages++ {
			if pages == 5 {
				t.Fatal("the pages never end")
			}
			res := p.get(next)
			res.want(t, 200)
			var l listed
			res.into(t, &l)
			got = append(got, l.bodies()...)
			if l.Meta.Total != 9 || l.Meta.Post != "first" || l.Meta.ReadOnly || l.Meta.Reload {
				t.Errorf("meta %+v", l.Meta)
			}
			if (l.Page.Next != nil) != l.Page.HasMore {
				t.Errorf("page %+v", l.Page)
			}
			next = ""
			if link, ok := strings.CutSuffix(res.Header.Get("Link"), `>; rel="next"`); ok {
				next = strings.TrimPrefix(link, "<")
			}
			if l.Page.HasMore != (next != "") {
				t.Errorf("has_more %t, Link %q", l.Page.HasMore, res.Header.Get("Link"))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", order, diff)
		}
	}
}

func TestEveryFaultInTheAddressIsNamed(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	for i := range 3 {
		p.say(201, "first", "", fmt.Sprint(i))
	}
	next := url.QueryEscape(*p.list("post=first&limit=1").Page.Next)
	cursor := url.QueryEscape(p.list("post=first").Meta.Cursor)
	for query, want := range map[string]string{
		"":                                      "post required",
		"post=first&sort=top":                   "sort comes-with-reactions",
		"post=first&sort=best":                  "sort unknown",
		"post=first&limit=0":                    "limit out-of-range",
		"post=first&limit=101":                  "limit out-of-range",
		"post=first&limit=x":                    "limit out-of-range",
		"post=first&cursor=x":                   "cursor not-a-cursor",
		"post=first&since=x":                    "since not-a-cursor",
		"post=first&since=":                     "since not-a-cursor",
		"post=first&since=e.-1":                 "since not-a-cursor",
		"post=second&cursor=" + next:            "cursor of-another-post",
		"post=first&sort=newest&cursor=" + next: "cursor of-another-order",
		"post=first&since=" + cursor + "&cursor=" + next: "since not-with-cursor",
		"sort=top&limit=0": "post required, sort comes-with-reactions, limit out-of-range",
	} {
		f := p.get("/api/comments?"+query).problem(t, 400, "malformed")
		var got []string
		for _, e := range f.Errors {
			got = append(got, e.Parameter+" "+e.Code)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%q: %v, want %s", query, got, want)
		}
	}
	p.get("/api/comments?post=%zz").problem(t, 400, "malformed")
	p.get("/api/comments?post=nope").problem(t, 404, "not-found")
	p.get("/api/comments/nope").problem(t, 404, "not-found")
	p.get("/api/comments/nope/context").problem(t, 404, "not-found")
	p.get("/api/nope").problem(t, 404, "not-found")
}

func TestAnAnonymousListIsTheSameForAllAndRevalidates(t *testing.T) {
	a := newAPI(t)
	ann, stranger := a.program(), a.program()
	ann.say(201, "first", "", "hello")
	first := stranger.get("/api/comments?post=first")
	again := a.program().get("/api/comments?post=first")
	if string(first.body) != string(again.body) || first.Header.Get("ETag") != again.Header.Get("ETag") {
		t.Error("two strangers got different bytes")
	}
	if cc := first.Header.Get("Cache-Control"); cc != "no-cache" {
		t.Errorf("a stranger's list: %q", cc)
	}
	if first.Header.Get("Set-Cookie") != "" {
		t.Error("reading set a cookie")
	}
	same := stranger.get("/api/comments?post=first", "If-None-Match", `"x", W/`+first.Header.Get("ETag"))
	same.want(t, 304)
	if len(same.body) != 0 || same.Header.Get("ETag") == "" {
		t.Errorf("304 with %q and tag %q", same.body, same.Header.Get("ETag"))
	}
	own := ann.get("/api/comments?post=first")
	if cc := own.Header.Get("Cache-Control"); cc != "private, no-cache" {
		t.Errorf("a writer's list: %q", cc)
	}
	if !strings.Contains(string(own.body), `"body":"hello"`) || strings.Contains(string(first.body), `"body"`) {
		t.Errorf("the writer sees %s\na stranger %s", own.body, first.body)
	}
	ann.say(201, "first", "", "more")
	stranger.get("/api/comments?post=first", "If-None-Match", first.Header.Get("ETag")).want(t, 200)
}

func TestSinceTellsWhatChangedAndWhenItCannot(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	kept := p.say(201, "first", "", "kept")
	edited := p.say(201, "first", "", "edited")
	deleted := p.say(201, "first", "", "deleted")
	before := p.list("post=first").Meta.Cursor
	p.send("PATCH", "/api/comments/"+edited.ID, `{"body":"edited now"}`, "If-Match", `"0"`).want(t, 200)
	p.send("DELETE", "/api/comments/"+deleted.ID, "").want(t, 204)
	p.say(202, "first", "", "[hold] back")
	fresh := p.say(201, "first", "", "fresh")

	got := a.program().list("post=first&since=" + before)
	var ids, states []string
	for _, c := range got.Data {
		ids, states = append(ids, c.ID), append(states, c.State)
	}
	if diff := cmp.Diff([]string{edited.ID, deleted.ID, fresh.ID}, ids); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"published", "deleted", "published"}, states); diff != "" {
		t.Error(diff)
	}
	if slices.Contains(ids, kept.ID) || got.Meta.Reload || got.Meta.Cursor == before {
		t.Errorf("meta %+v", got.Meta)
	}
	if len(p.list("post=first&since="+before).Data) != 4 {
		t.Error("the writer misses their own held comment")
	}
	if rest := p.list("post=first&since=" + got.Meta.Cursor); len(rest.Data) != 0 || rest.Meta.Cursor != got.Meta.Cursor {
		t.Errorf("after the end: %+v", rest)
	}
	epoch, _, _ := strings.Cut(before, ".")
	for _, lost := range []string{epoch + ".99999", "otherlife.1"} {
		l := p.list("post=first&since=" + lost)
		if !l.Meta.Reload || len(l.Data) < 3 || l.Meta.Cursor != got.Meta.Cursor {
			t.Errorf("since %s: %+v", lost, l)
		}
	}
}

func TestWhoIsTooFarBehindBeginsAnew(t *testing.T) {
	a := newAPI(t)
	ctx := t.Context()
	start := a.program().list("post=first").Meta.Cursor
	for i := range 201 {
		sub := blog.Submission{PostID: a.ids["first"], Name: "Ann", Body: fmt.Sprint(i)}
		if _, err := a.discuss.Post(ctx, blog.Writer{Visitor: "v", Owner: "v"}, sub, "", false); err != nil {
			t.Fatal(err)
		}
	}
	l := a.program().list("post=first&limit=5&since=" + start)
	if !l.Meta.Reload || len(l.Data) != 5 || !l.Page.HasMore {
		t.Errorf("reload %t, %d comments", l.Meta.Reload, len(l.Data))
	}
}

func TestACursorOfARestoredDatabaseBeginsAnew(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	for i := range 3 {
		p.say(201, "first", "", fmt.Sprint(i))
	}
	next := url.QueryEscape(*p.list("post=first&limit=2").Page.Next)
	if l := p.list("post=first&limit=2&cursor=" + next); l.Meta.Reload || len(l.Data) != 1 {
		t.Errorf("before: %+v", l)
	}
	if _, err := a.store.NewEpoch(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if l := p.list("post=first&limit=2&cursor=" + next); !l.Meta.Reload || len(l.Data) != 2 {
		t.Errorf("after: %+v", l)
	}
}

func TestAHeldCommentIsItsWritersAlone(t *testing.T) {
	a := newAPI(t)
	ann, stranger := a.program(), a.program()
	c := ann.say(202, "first", "", "[hold] quietly")
	if c.State != "pending" || c.Body == nil {
		t.Errorf("told as %q", c.State)
	}
	own := ann.get("/api/comments/" + c.ID)
	own.want(t, 200)
	if !strings.Contains(string(own.body), "quietly") {
		t.Errorf("the writer gets %s", own.body)
	}
	if l := ann.list("post=first"); len(l.Data) != 1 || l.Meta.Total != 0 {
		t.Errorf("the writer's list %+v", l)
	}
	stranger.get("/api/comments/"+c.ID).problem(t, 404, "not-found")
	stranger.get("/api/comments/"+c.ID+"/context").problem(t, 404, "not-found")
	if l := stranger.list("post=first"); len(l.Data) != 0 {
		t.Errorf("a stranger's list %+v", l)
	}
}

func TestSpamIsToldAsHeldAndSeenByNobody(t *testing.T) {
	a := newAPI(t)
	ann := a.program()
	c := ann.say(202, "first", "", "[spam] buy")
	if c.State != "pending" || c.Body == nil || *c.Body != "[spam] buy" {
		t.Errorf("told as %+v", c)
	}
	for _, who := range []*program{ann, a.program()} {
		who.get("/api/comments/"+c.ID).problem(t, 404, "not-found")
		if l := who.list("post=first"); len(l.Data) != 0 {
			t.Errorf("%+v", l)
		}
	}
}

func TestWhatWasTakenAwayLeavesNoText(t *testing.T) {
	a := newAPI(t)
	p, stranger := a.program(), a.program()
	for _, to := range []blog.State{blog.Hidden, blog.Deleted} {
		c := p.say(201, "first", "", "unspeakable "+string(to))
		child := p.say(201, "first", c.ID, "a reply")
		if _, err := a.discuss.Moderate(t.Context(), c.ID, to); err != nil {
			t.Fatal(err)
		}
		stranger.get("/api/comments/"+c.ID).problem(t, 410, "gone")
		for _, who := range []*program{stranger, p} {
			for _, path := range []string{"?post=first", "/" + child.ID + "/context", "?post=first&since=" + emptyCursor(t, a)} {
				if body := who.get("/api/comments" + path).body; strings.Contains(string(body), "unspeakable") {
					t.Errorf("%s, %s: %s", to, path, body)
				}
			}
		}
		for _, shown := range stranger.list("post=first").Data {
			if shown.ID == c.ID && (shown.Author != nil || shown.HTML != "" || shown.State != string(to) || shown.ReplyCount != 1 || shown.Can.Reply) {
				t.Errorf("tombstone %+v", shown)
			}
		}
	}
}

// emptyCursor is where the discussion stood before anyone said anything.
func emptyCursor(t *testing.T, a *api) string {
	t.Helper()
	epoch, err := a.store.Epoch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return epoch + ".0"
}

func TestContextShowsWhatStandsAround(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	for i := range 30 {
		p.say(201, "first", "", fmt.Sprint("root ", i))
	}
	one := p.say(201, "first", "", "one")
	two := p.say(201, "first", one.ID, "two")
	three := p.say(201, "first", two.ID, "three")
	var got struct {
		Data struct {
			Comment   said   `json:"comment"`
			Ancestors []said `json:"ancestors"`
			Page      []said `json:"page"`
		} `json:"data"`
	}
	res := a.program().get("/api/comments/" + three.ID + "/context")
	res.want(t, 200)
	res.into(t, &got)
	if got.Data.Comment.ID != three.ID || len(got.Data.Ancestors) != 2 || got.Data.Ancestors[0].ID != one.ID || got.Data.Ancestors[1].ID != two.ID {
		t.Errorf("%+v", got.Data)
	}
	if !slices.ContainsFunc(got.Data.Page, func(c said) bool { return c.ID == three.ID }) || len(got.Data.Page) > 20 {
		t.Errorf("page of %d without the comment", len(got.Data.Page))
	}
}

func TestCountsOfManyPosts(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	p.say(201, "first", "", "x")
	p.say(202, "first", "", "[hold]")
	var got struct {
		Data    map[string]int64 `json:"data"`
		Unknown []string         `json:"unknown"`
	}
	p.get("/api/comments/counts?post=first&post=second&post=nope").into(t, &got)
	if diff := cmp.Diff(map[string]int64{"first": 1, "second": 0}, got.Data); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"nope"}, got.Unknown); diff != "" {
		t.Error(diff)
	}
	p.get("/api/comments/counts").problem(t, 400, "malformed")
	f := p.get("/api/comments/counts?"+strings.Repeat("post=first&", 101)).problem(t, 400, "malformed")
	if f.Errors[0].Code != "too-many" || f.Errors[0].Limit != 100 {
		t.Errorf("%+v", f.Errors)
	}
}

func TestInternalTextNeverLeaks(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	c := p.say(201, "first", "", "x")
	for _, cause := range []error{errors.New(innards), blog.E(blog.Unavailable, errors.New(innards)), context.DeadlineExceeded} {
		a.store.fail(cause)
		for _, req := range [][3]string{
			{"GET", "/api/comments?post=first"},
			{"GET", "/api/comments/" + c.ID},
			{"GET", "/api/comments/" + c.ID + "/context"},
			{"POST", "/api/comments", `{"post":"first","body":"y","author":{"name":"Ann"}}`},
			{"PATCH", "/api/comments/" + c.ID, `{"body":"y"}`},
			{"DELETE", "/api/comments/" + c.ID},
		} {
			res := p.send(req[0], req[1], req[2], "If-Match", "*")
			if strings.Contains(string(res.body), "pq:") || strings.Contains(string(res.body), "deadline") {
				t.Errorf("%s %s leaks %s", req[0], req[1], res.body)
			}
			if errors.Is(cause, context.DeadlineExceeded) || blog.KindOf(cause) == blog.Unavailable {
				res.problem(t, 503, "storage-unavailable")
				if res.Header.Get("Retry-After") == "" {
					t.Error("a 503 without Retry-After")
				}
				continue
			}
			res.problem(t, 500, "internal")
		}
	}
	if !strings.Contains(a.log.String(), innards) {
		t.Error("the operator is not told")
	}
}

func TestAProblemSpeaksTheReadersLanguage(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	english := p.get("/api/comments?post=first&limit=0", "Accept-Language", "fr, en;q=0.5, vi;q=0.2").problem(t, 400, "malformed")
	vietnamese := p.get("/api/comments?post=first&limit=0", "Accept-Language", "vi-VN,vi;q=0.9,en;q=0.8").problem(t, 400, "malformed")
	post := p.get("/api/comments?post=xin&limit=0").problem(t, 400, "malformed")
	if english.Detail == vietnamese.Detail || vietnamese.Detail != post.Detail || english.Title != vietnamese.Title {
		t.Errorf("english %+v\nvietnamese %+v\npost %+v", english, vietnamese, post)
	}
}

func TestMethodsThatARouteDoesNotTake(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	for path, methods := range map[string]string{
		"/api/comments": "PUT PATCH DELETE", "/api/comments/x": "POST PUT", "/api/comments/counts": "POST PATCH DELETE",
	} {
		for method := range strings.FieldsSeq(methods) {
			res := p.send(method, path, "{}")
			if path == "/api/comments/counts" && method != "POST" {
				continue // an id that is none
			}
			res.problem(t, 405, "method-not-allowed")
			if !strings.Contains(res.Header.Get("Allow"), "GET") || strings.Contains(res.Header.Get("Allow"), method) {
				t.Errorf("%s %s: Allow %q", method, path, res.Header.Get("Allow"))
			}
		}
	}
	options := p.send("OPTIONS", "/api/comments", "")
	options.want(t, 204)
	if options.Header.Get("Allow") != "GET, HEAD, POST, OPTIONS" || options.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("OPTIONS: %v", options.Header)
	}
	head, get := p.send("HEAD", "/api/comments?post=first", ""), p.get("/api/comments?post=first")
	head.want(t, 200)
	if len(head.body) != 0 || head.Header.Get("ETag") != get.Header.Get("ETag") {
		t.Errorf("HEAD: %q, %v", head.body, head.Header)
	}
}

func TestTheWindowIsShownInWhatOneCanDo(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	c := p.say(201, "first", "", "x")
	if c.Can.EditUntil == nil || !c.Can.Delete || !c.Can.Reply {
		t.Fatalf("can %+v", c.Can)
	}
	if d := c.Can.EditUntil.Sub(a.clock.Now()); d <= 14*time.Minute || d > 15*time.Minute {
		t.Errorf("edit for %s", d)
	}
	stranger := a.program().list("post=first").Data[0]
	if stranger.Can.EditUntil != nil || stranger.Can.Delete || !stranger.Can.Reply {
		t.Errorf("a stranger can %+v", stranger.Can)
	}
	a.clock.turn(16 * time.Minute)
	if late := p.list("post=first").Data[0]; late.Can.EditUntil != nil || late.Can.Delete {
		t.Errorf("late: %+v", late.Can)
	}
	p.send("PATCH", "/api/comments/"+c.ID, `{"body":"y"}`, "If-Match", `"0"`).problem(t, 403, "edit-window-closed")
	p.send("DELETE", "/api/comments/"+c.ID, "").problem(t, 403, "edit-window-closed")
}
