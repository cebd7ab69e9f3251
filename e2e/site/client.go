package site

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Comment is a comment as programs see it; only what tests look at.
type Comment struct {
	ID       string `json:"id"`
	ParentID string `json:"parent_id"`
	Seq      int64  `json:"seq"`
	Rev      int64  `json:"rev"`
	Author   struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	} `json:"author"`
	HTML  string `json:"html"`
	State string `json:"state"`
}

// Client is a program with a cookie jar of its own.
type Client struct {
	base string
	http *http.Client
}

// NewClient makes a program that talks to the site at base.
func NewClient(base string) *Client {
	jar, _ := cookiejar.New(nil) // fails for bad options only
	return &Client{base: base, http: &http.Client{
		Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Answer is an HTTP answer, read.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Get reads a path or an address.
func (c *Client) Get(t testing.TB, path string) Answer {
	t.Helper()
	return c.send(t, http.MethodGet, path, "", nil, nil)
}

// Form posts a form.
func (c *Client) Form(t testing.TB, path string, fields url.Values) Answer {
	t.Helper()
	return c.send(t, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()), nil)
}

// Send posts or changes with JSON. Header may be nil.
func (c *Client) Send(t testing.TB, method, path string, v any, header http.Header) Answer {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return c.send(t, method, path, "application/json", bytes.NewReader(text), header)
}

func (c *Client) send(t testing.TB, method, path, kind string, body io.Reader, header http.Header) Answer {
	t.Helper()
	a, err := c.try(t.Context(), method, path, kind, body, header)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (c *Client) try(ctx context.Context, method, path, kind string, body io.Reader, header http.Header) (Answer, error) {
	if !strings.HasPrefix(path, "http") {
		path = c.base + path
	}
	req, err := http.NewRequestWithContext(ctx, method, path, body)
	if err != nil {
		return Answer{}, err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	maps.Copy(req.Header, header)
	res, err := c.http.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return Answer{res.StatusCode, res.Header, string(text)}, err
}

// Draft is a comment to post.
type Draft struct {
	Post     string `json:"post"`
	ParentID string `json:"parent_id,omitempty"`
	Body     string `json:"body"`
	Author   Author `json:"author"`
}

// Author is who writes.
type Author struct {
	Name  string `json:"name"`
	Email string `json:"email,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Post posts a comment that must be taken.
func (c *Client) Post(t testing.TB, d Draft) Comment {
	t.Helper()
	a := c.Send(t, http.MethodPost, "/api/comments", d, nil)
	if a.Status != http.StatusCreated {
		t.Fatalf("POST /api/comments: %d %s", a.Status, a.Body)
	}
	return decode[Comment](t, a.Body)
}

// TryPost posts a comment under an idempotency key and tells the status, 0 if no answer came.
func (c *Client) TryPost(ctx context.Context, d Draft, key string) (status int, id string) {
	text, err := json.Marshal(d)
	if err != nil {
		return 0, ""
	}
	a, err := c.try(ctx, http.MethodPost, "/api/comments", "application/json", bytes.NewReader(text), http.Header{"Idempotency-Key": {key}})
	if err != nil {
		return 0, ""
	}
	var made Comment
	_ = json.Unmarshal([]byte(a.Body), &made) // an error's document has no id
	return a.Status, made.ID
}

// Comments reads all comments of a post, oldest first.
func (c *Client) Comments(t testing.TB, slug string) []Comment {
	t.Helper()
	var all []Comment
	for path := "/api/comments?limit=100&sort=oldest&post=" + url.QueryEscape(slug); path != ""; {
		a := c.Get(t, path)
		if a.Status != http.StatusOK {
			t.Fatalf("GET %s: %d %s", path, a.Status, a.Body)
		}
		page := decode[struct {
			Data []Comment `json:"data"`
			Page struct {
				Next    string `json:"next"`
				HasMore bool   `json:"has_more"`
			} `json:"page"`
		}](t, a.Body)
		all = append(all, page.Data...)
		if path = ""; page.Page.HasMore {
			path = "/api/comments?limit=100&sort=oldest&post=" + url.QueryEscape(slug) + "&cursor=" + url.QueryEscape(page.Page.Next)
		}
	}
	return all
}

// Cursor is where a post's discussion now stands.
func (c *Client) Cursor(t testing.TB, slug string) string {
	t.Helper()
	a := c.Get(t, "/api/comments?limit=1&post="+url.QueryEscape(slug))
	return decode[struct {
		Meta struct {
			Cursor string `json:"cursor"`
		} `json:"meta"`
	}](t, a.Body).Meta.Cursor
}

func decode[T any](t testing.TB, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("not the JSON that was promised: %v\n%.300s", err, text)
	}
	return v
}

// Event is one message of /live to a program.
type Event struct {
	Rev     int64   `json:"rev"`
	Kind    string  `json:"kind"`
	Comment Comment `json:"comment"`
}

// Live is a program's socket.
type Live struct{ conn *websocket.Conn }

// Listen opens a program's socket, from cursor on if it is not "". It ends with the test.
func (c *Client) Listen(t testing.TB, slug, cursor string) *Live {
	t.Helper()
	address := "ws" + strings.TrimPrefix(c.base, "http") + "/live?post=" + url.QueryEscape(slug)
	if cursor != "" {
		address += "&since=" + url.QueryEscape(cursor)
	}
	conn, res, err := websocket.Dial(t.Context(), address, &websocket.DialOptions{Subprotocols: []string{"vang.json"}})
	if err != nil {
		t.Fatalf("open %s: %v", address, err)
	}
	if res.Body != nil {
		_ = res.Body.Close()
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	if got := conn.Subprotocol(); got != "vang.json" {
		t.Fatalf("the socket speaks %q", got)
	}
	return &Live{conn: conn}
}

// Next is the next message that is no heartbeat.
func (l *Live) Next(ctx context.Context) (Event, error) {
	for {
		_, text, err := l.conn.Read(ctx)
		if err != nil {
			return Event{}, err
		}
		if len(text) == 0 {
			continue
		}
		var e Event
		if err := json.Unmarshal(text, &e); err != nil {
			return Event{}, fmt.Errorf("message %.200q: %w", text, err)
		}
		return e, nil
	}
}

// CloseCode reads until the server closes the socket and tells the code.
func (l *Live) CloseCode(ctx context.Context) (websocket.StatusCode, error) {
	for {
		if _, err := l.Next(ctx); err != nil {
			return websocket.CloseStatus(err), err
		}
	}
}
