package chaos

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"vang/e2e/chaos/history"
)

// audience are those whose last word is asked for at the end.
type audience []interface{ shows() history.Record }

// startReaders opens pages and programs: most through Nginx, some by a network that fails, some at one replica.
func (r *Run) startReaders(ctx context.Context, running *sync.WaitGroup) (all audience) {
	sockets := []struct {
		form    string
		post    int
		query   string
		replica int
	}{
		{formHTML, 0, "", 0},
		{formHTML, 0, "?sort=newest", history.Proxied},
		{formHTML, 1, "?sort=newest", 0},
		{formHTML, 2, "", 1},
		{formHTML, 2, "?sort=newest", 2},
		{formJSON, 0, "", history.Proxied},
		{formJSON, 1, "", 0},
		{formJSON, 2, "", 3},
	}
	for i, s := range sockets {
		p := r.newPerson(fmt.Sprintf("reader %d", i+1), r.base(s.replica), Posts()[s.post], false)
		p.at = s.replica
		f := &reader{person: p, form: s.form}
		if s.form == formHTML {
			f.follower = &pageReader{person: p, query: s.query}
		} else {
			f.follower = &program{person: p}
		}
		running.Go(func() { f.read(ctx) })
		all = append(all, f)
	}
	poller := &poller{program: program{person: r.newPerson("poller", r.URL, Posts()[0], false)}}
	running.Go(func() { poller.poll(ctx) })
	visitors := []struct {
		post    int
		cookies bool
	}{{0, true}, {0, false}, {2, false}}
	for i, v := range visitors {
		p := r.newPerson(fmt.Sprintf("visitor %d", i+1), r.URL, Posts()[v.post], v.cookies)
		running.Go(func() { p.visit(ctx) })
	}
	return append(all, poller)
}

// base is where a reader asks.
func (r *Run) base(replica int) string {
	switch {
	case replica == history.Proxied:
		return "http://" + r.network.Addr
	case replica > 0 && replica <= len(r.cluster.Replicas):
		return r.cluster.Replicas[replica-1].URL
	}
	return r.URL
}

// poller is a program that asks for what changed about once a second.
type poller struct {
	program
	mu sync.Mutex
}

func (p *poller) poll(ctx context.Context) {
	for opened := false; pause(ctx, time.Duration(500+p.rng.IntN(1000))*time.Millisecond); {
		p.mu.Lock()
		if !opened {
			opened = p.open(ctx)
		} else {
			p.since(ctx)
		}
		p.mu.Unlock()
	}
}

func (p *poller) shows() history.Record {
	p.mu.Lock()
	defer p.mu.Unlock()
	rec := p.final()
	rec.Process, rec.Kind, rec.Post, rec.Form, rec.Begin = p.name, history.Final, p.post, formJSON, p.out.Now()
	return rec
}

// visit loads the page again and again, as a browser without script does. Who takes cookies has commented before, so that the
// page is made for them.
func (p *person) visit(ctx context.Context) {
	if p.jar != nil {
		p.introduce(ctx)
	}
	for pause(ctx, time.Duration(300+p.rng.IntN(1200))*time.Millisecond) {
		begun := p.known()
		a := p.ask(ctx, request{method: http.MethodGet, path: "/blog/" + p.post + "?sort=newest"})
		if !a.wholly() || a.status != http.StatusOK {
			continue
		}
		shown, err := parsePage(a.body)
		if err != nil {
			p.out.Add(history.Record{Process: p.name, Kind: history.Request, Begin: a.begin, Status: http.StatusInternalServerError, Text: err.Error()})
			continue
		}
		p.out.Add(history.Record{
			Process: p.name, Kind: history.Load, Begin: a.begin, End: a.end, Post: p.post, Form: formHTML, Whole: true, Session: begun,
			Cursor: shown.cursor, Order: shown.order, From: shown.from, Until: shown.until, Items: shown.items,
		})
	}
}

// introduce writes one comment, for the session.
func (p *person) introduce(ctx context.Context) {
	w := &writer{person: p, way: way{name: "a first comment", cookies: true}, board: newBoard()}
	wish := history.Record{Process: p.name, Kind: history.Post, Post: p.post, Mark: fmt.Sprintf("vm%04xpvn%de0", p.rng.Uint32()&0xffff, p.rng.Uint32())}
	fields := url.Values{"name": {p.name}, "body": {body(wish.Mark)}}
	a := w.insist(ctx, &wish, w.form(p.post, "", fields), false)
	if wish.Outcome == history.OK {
		w.taken(&wish, a)
	}
	p.out.Add(wish)
}
