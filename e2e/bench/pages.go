package bench

import (
	"context"
	"fmt"
	"net/http"
)

func pagesPart() Part {
	return Part{
		Name: "pages", Title: "Pages",
		Reading: "A post of median length with 50 comments, and the front page. Nginx and Caddy serve the bytes that Vang sent from a file. " +
			"The sessions are those of readers who have commented on this page, so that it is drawn for each of them; static files know no sessions.",
		Columns: []Column{columnRate, columnRateRatio, columnCPU, columnCPURatio, columnP50, columnP99, columnBytes, columnBusy},
		Cases:   pagesCases,
	}
}

// pageCase is a way to ask for a page.
type pageCase struct {
	name        string
	page        string // of the site: "post.html", "home.html"
	header      http.Header
	encoding    string
	session     bool
	unchanged   bool // asks with If-None-Match
	connections int
	others      bool // with what else serves files
}

// browser is what Chromium sends besides Host and Connection.
func browser() http.Header {
	return http.Header{
		"User-Agent":                {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"},
		"Accept":                    {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"},
		"Accept-Language":           {"en-US,en;q=0.9,vi;q=0.8"},
		"Upgrade-Insecure-Requests": {"1"},
		"Sec-Fetch-Dest":            {"document"},
		"Sec-Fetch-Mode":            {"navigate"},
		"Sec-Fetch-Site":            {"none"},
		"Sec-Fetch-User":            {"?1"},
		"Sec-Ch-Ua":                 {`"Chromium";v="142", "Not_A Brand";v="99"`},
		"Sec-Ch-Ua-Mobile":          {"?0"},
		"Sec-Ch-Ua-Platform":        {`"Linux"`},
	}
}

func pageWays() []pageCase {
	return []pageCase{
		{name: "post, gzip", page: "post.html", encoding: "gzip", connections: 64},
		{name: "post, brotli", page: "post.html", encoding: "br", connections: 64},
		{name: "post, brotli, all headers of a browser", page: "post.html", encoding: "br", header: browser(), connections: 64},
		{name: "post, not compressed", page: "post.html", connections: 64, others: true},
		{name: "post, gzip, session", page: "post.html", encoding: "gzip", session: true, connections: 64},
		{name: "post, brotli, session", page: "post.html", encoding: "br", session: true, connections: 64},
		{name: "post, gzip, 304", page: "post.html", encoding: "gzip", unchanged: true, connections: 64},
		{name: "front page, gzip", page: "home.html", encoding: "gzip", connections: 64},
		{name: "post, gzip, 1 connection", page: "post.html", encoding: "gzip", connections: 1},
	}
}

// stage is Vang with a page that has comments, beside the servers of files with the same bytes.
type stage struct {
	vang    *server
	paths   map[string]string // by page of the site
	site    *site
	nginx   *server
	logged  *server
	caddy   *server
	others  []*server
	session string // cookie
}

const (
	commentsOnPage = 50
	sideRounds     = 3 // of contestants that are there for comparison
)

func (t Turn) upTo(rounds int) Turn {
	t.Rounds = rounds
	return t
}

func (b *Bench) stage(ctx context.Context, others bool, args ...string) (*stage, error) {
	content, err := b.blog(b.manyPosts())
	if err != nil {
		return nil, err
	}
	st := &stage{paths: map[string]string{"post.html": "/blog/" + content.middle, "home.html": "/"}}
	if st.vang, err = b.vang(ctx, content.dir, "", args...); err != nil {
		return nil, err
	}
	if err := b.seed(ctx, st.vang, content.middle, commentsOnPage-1); err != nil {
		return nil, err
	}
	if st.session, err = comment(ctx, st.vang, content.middle, "The fiftieth comment, and its writer's session."); err != nil {
		return nil, err
	}
	if st.site, err = b.newSite(); err != nil {
		return nil, err
	}
	for page, path := range st.paths {
		if err := st.site.save(ctx, page, st.vang.url+path); err != nil {
			return nil, err
		}
	}
	if st.nginx, st.logged, err = b.nginx(ctx, st.site); err != nil || !others {
		return st, err
	}
	if st.caddy, err = b.caddy(ctx, st.site); err != nil {
		return nil, err
	}
	for _, start := range []func(context.Context, *site) (*server, error){b.hugo, b.python} {
		s, err := start(ctx, st.site)
		if err != nil {
			b.leave("for comparison only: %v", err)
		} else if s != nil {
			st.others = append(st.others, s)
		}
	}
	return st, nil
}

func pagesCases(ctx context.Context, b *Bench) ([]Case, error) {
	st, err := b.stage(ctx, true)
	if err != nil {
		return nil, err
	}
	var cases []Case
	for i, w := range pageWays() {
		c := Case{Name: w.name, Turns: []Turn{b.fileTurn(st, st.nginx, w, true), b.vangTurn(st, w)}}
		cases = append(cases, c)
		if b.Quick && i > 0 {
			continue // who else serves files is seen in the first case
		}
		if !w.session && !w.unchanged && w.connections > 1 {
			c.Turns = append(c.Turns, b.fileTurn(st, st.logged, w, false).upTo(sideRounds))
		}
		if st.caddy != nil {
			c.Turns = append(c.Turns, b.fileTurn(st, st.caddy, w, false).upTo(sideRounds))
		}
		if w.others {
			for _, s := range st.others {
				c.Turns = append(c.Turns, b.fileTurn(st, s, w, false).upTo(sideRounds))
			}
		}
		cases[i] = c
	}
	return cases, nil
}

// request is what a reader sends to base+path in the manner of w.
func (w pageCase) request(st *stage, url string) ask {
	a := ask{url: url, header: w.header.Clone(), status: http.StatusOK, body: st.site.sizes[w.page+"/"+w.encoding]}
	if a.header == nil {
		a.header = http.Header{}
	}
	if accepted := map[string]string{"gzip": "gzip", "br": "gzip, deflate, br, zstd"}[w.encoding]; accepted != "" {
		a.header.Set("Accept-Encoding", accepted)
	}
	return a
}

func (b *Bench) vangTurn(st *stage, w pageCase) Turn {
	return Turn{Who: "Vang", Measure: func(ctx context.Context, _ int) (Sample, error) {
		a := w.request(st, st.vang.url+st.paths[w.page])
		if w.session {
			a.header.Set("Cookie", st.session)
			a.body, a.private = -1, true
		}
		if err := w.condition(ctx, &a); err != nil {
			return Sample{}, err
		}
		return b.get(ctx, a, w.connections, st.vang.pids...)
	}}
}

// fileTurn measures a server of files. It knows no sessions, so that it is asked without.
func (b *Bench) fileTurn(st *stage, s *server, w pageCase, base bool) Turn {
	return Turn{Who: s.name, Base: base, Measure: func(ctx context.Context, _ int) (Sample, error) {
		path := "/" + w.page
		if w.encoding == "br" && (s == st.nginx || s == st.logged) {
			path = "/br/" + w.page
		}
		a := w.request(st, s.url+path)
		if err := w.condition(ctx, &a); err != nil {
			return Sample{}, err
		}
		return b.get(ctx, a, w.connections, s.pids...)
	}}
}

// condition makes a one that is answered with 304, if w wants that.
func (w pageCase) condition(ctx context.Context, a *ask) error {
	if !w.unchanged {
		return nil
	}
	res, _, err := a.fetch(ctx)
	if err != nil {
		return err
	}
	tag := res.Header.Get("Etag")
	if tag == "" {
		return fmt.Errorf("%s has no ETag", a.url)
	}
	a.header.Set("If-None-Match", tag)
	a.status, a.body = http.StatusNotModified, 0
	return nil
}
