package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"vang/blog"
	"vang/realtime"
)

// change is what tests look at in a message for programs.
type change struct {
	Rev     int64  `json:"rev"`
	Cursor  string `json:"cursor"`
	Kind    string `json:"kind"`
	Comment *said  `json:"comment"`
	Post    *struct {
		Slug     string `json:"slug"`
		Total    int64  `json:"total"`
		ReadOnly bool   `json:"read_only"`
	} `json:"post"`
	raw string
}

// listener is one open socket.
type listener struct {
	t    *testing.T
	conn *websocket.Conn
}

// listen opens /live as the program that p is; protocols "" is a page's.
func (p *program) listen(query, protocol string) *listener {
	p.t.Helper()
	opt := &websocket.DialOptions{HTTPClient: p.http}
	if protocol != "" {
		opt.Subprotocols = []string{protocol}
	}
	conn, res, err := websocket.Dial(p.t.Context(), "ws"+strings.TrimPrefix(p.url, "http")+"/live?"+query, opt)
	if err != nil {
		p.t.Fatalf("dial: %v (%v)", err, res)
	}
	if conn.Subprotocol() != protocol {
		p.t.Fatalf("subprotocol %q, want %q", conn.Subprotocol(), protocol)
	}
	p.t.Cleanup(func() { _ = conn.CloseNow() })
	return &listener{p.t, conn}
}

// read is the next message that is no heartbeat.
func (l *listener) read() string {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 10*time.Second)
	defer cancel()
	for {
		_, b, err := l.conn.Read(ctx)
		if err != nil {
			l.t.Fatal(err)
		}
		if len(b) > 0 {
			return string(b)
		}
	}
}

func (l *listener) change() change {
	l.t.Helper()
	c := change{raw: l.read()}
	if err := json.Unmarshal([]byte(c.raw), &c); err != nil {
		l.t.Fatalf("%v in %s", err, c.raw)
	}
	return c
}

func TestAProgramHearsWhatHappensAndGoesOnWhereItWas(t *testing.T) {
	a := newAPI(t)
	ann := a.program()
	start := a.program().list("post=first").Meta.Cursor
	l := a.program().listen("post=first&since="+start, realtime.Protocol)
	c := ann.say(201, "first", "", "hello")
	created := l.change()
	if created.Kind != "comment" || created.Comment.ID != c.ID || created.Rev != c.Rev || created.Comment.Body != nil ||
		strings.TrimSpace(created.Comment.HTML) != "<p>hello</p>" || created.Post.Total != 1 || created.Post.Slug != "first" {
		t.Errorf("created: %s", created.raw)
	}
	ann.send("PATCH", "/api/comments/"+c.ID, `{"body":"hello again"}`, "If-Match", c.tag).want(t, 200)
	edited := l.change()
	if edited.Kind != "comment" || edited.Comment.Version != 1 || edited.Rev <= created.Rev {
		t.Errorf("edited: %s", edited.raw)
	}
	held := ann.say(202, "first", "", "[hold] secret")
	after := l.change()
	if after.Kind != "post" || after.Comment != nil || strings.Contains(after.raw, held.ID) || strings.Contains(after.raw, "secret") || after.Post.Total != 1 {
		t.Errorf("held: %s", after.raw)
	}
	if _, err := a.discuss.Moderate(t.Context(), held.ID, blog.Published); err != nil {
		t.Fatal(err)
	}
	if approved := l.change(); approved.Kind != "comment" || approved.Comment.ID != held.ID || approved.Post.Total != 2 {
		t.Errorf("approved: %s", approved.raw)
	}
	ann.send("DELETE", "/api/comments/"+c.ID, "").want(t, 204)
	removed := l.change()
	if removed.Kind != "removed" || removed.Comment.ID != c.ID || removed.Comment.Author != nil || removed.Comment.HTML != "" || removed.Post.Total != 1 {
		t.Errorf("removed: %s", removed.raw)
	}
	if _, err := a.store.SetReadOnly(t.Context(), a.ids["first"], true); err != nil {
		t.Fatal(err)
	}
	a.wake(a.ids["first"])
	closed := l.change()
	if closed.Kind != "post" || !closed.Post.ReadOnly {
		t.Errorf("closed: %s", closed.raw)
	}
	late := a.program().listen("post=first&since="+created.Cursor, realtime.Protocol)
	var kinds []string
	last := created.Rev
	for range 3 {
		m := late.change()
		if m.Rev <= last {
			t.Errorf("rev %d after %d", m.Rev, last)
		}
		last, kinds = m.Rev, append(kinds, m.Kind)
	}
	if !slices.Equal(kinds, []string{"comment", "removed", "post"}) {
		t.Errorf("replayed %v", kinds)
	}
	if end := a.program().list("post=first").Meta.Cursor; end != closed.Cursor {
		t.Errorf("the list ends at %s, the live changes at %s", end, closed.Cursor)
	}
}

func TestAProgramFromAnotherLifeIsToldToBeginAnew(t *testing.T) {
	a := newAPI(t)
	a.program().say(201, "first", "", "x")
	for _, since := range []string{"otherlife.1", strings.Split(emptyCursor(t, a), ".")[0] + ".999"} {
		m := a.program().listen("post=first&since="+since, realtime.Protocol).change()
		if m.Kind != "reload" || m.Cursor != a.program().list("post=first").Meta.Cursor {
			t.Errorf("since %s: %s", since, m.raw)
		}
	}
}

func TestAPageSaysWhereItStandsInItsFirstMessage(t *testing.T) {
	a := newAPI(t)
	ann := a.program()
	ann.say(201, "first", "", "said before")
	cursor := a.program().list("post=first").Meta.Cursor
	ann.say(201, "first", "", "said meanwhile")
	for after, want := range map[string]string{cursor: "said meanwhile", "": "data-reload", "nonsense": "data-reload"} {
		l := a.program().listen("post=first", "")
		hello := fmt.Sprintf(`{"after":%q,"headers":{"HX-Request":"true"}}`, after)
		if err := l.conn.Write(t.Context(), websocket.MessageText, []byte(hello)); err != nil {
			t.Fatal(err)
		}
		if m := l.read(); !strings.Contains(m, want) || strings.Contains(m, "said before") {
			t.Errorf("after %q: %s", after, m)
		}
	}
	l := a.program().listen("post=first", "")
	if err := l.conn.Write(t.Context(), websocket.MessageText, []byte("hello?")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, _, err := l.conn.Read(ctx); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("a first message that is none: %v", err)
	}
}

func TestAWritersPagesShowTheirOwnHeldComment(t *testing.T) {
	a := newAPI(t)
	ann := a.program()
	ann.say(201, "first", "", "a session")
	cursor := ann.list("post=first").Meta.Cursor
	hello := fmt.Appendf(nil, `{"after":%q}`, cursor)
	own, other := ann.listen("post=first", ""), a.program().listen("post=first", "")
	for _, l := range []*listener{own, other} {
		if err := l.conn.Write(t.Context(), websocket.MessageText, hello); err != nil {
			t.Fatal(err)
		}
	}
	c := ann.say(202, "first", "", "[hold] mine alone")
	if m := own.read(); !strings.Contains(m, "mine alone") {
		t.Errorf("the writer got %s", m)
	}
	if m := other.read(); strings.Contains(m, "mine alone") || strings.Contains(m, c.ID) || !strings.Contains(m, "data-cursor") {
		t.Errorf("another reader got %s", m)
	}
}

func TestWhatIsWrongWithALiveAddressIsToldBeforeTheUpgrade(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	upgrade := []string{
		"Connection", "keep-alive, Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13",
		"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==",
	}
	for _, headers := range [][]string{nil, upgrade} {
		p.get("/live?post=nope", headers...).problem(t, 404, "not-found")
		p.get("/live?post=first&since=x", headers...).problem(t, 400, "malformed")
		f := p.get("/live", headers...).problem(t, 400, "malformed")
		if len(f.Errors) != 1 || f.Errors[0].Parameter != "post" {
			t.Errorf("%+v", f)
		}
	}
	plain := p.get("/live?post=first")
	plain.want(t, http.StatusUpgradeRequired)
	if plain.Header.Get("Upgrade") != "websocket" || !strings.Contains(string(plain.body), "WebSocket") {
		t.Errorf("%v %s", plain.Header, plain.body)
	}
	p.get("/live?post=first", append(upgrade, "Origin", "https://evil.example")...).want(t, 403)
}

// until waits for what another goroutine is about to do.
func (a *api) until(what string, ok func() bool) {
	a.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			a.t.Fatalf("waited in vain until %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}
