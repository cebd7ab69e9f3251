package chaos

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"vang/e2e/chaos/history"
)

const (
	patience   = 45 * time.Second // for a definite answer
	shortest   = 300 * time.Millisecond
	boardSize  = 40
	impatience = 16 // one wish of so many is not waited for
)

// writer is a person who writes, in one of the ways in which comments come.
type writer struct {
	*person
	way   way
	board *board
	seed  uint64
	n     int // wishes so far
	own   []*own
}

// way is how a writer writes.
type way struct {
	name    string
	api     bool // JSON; else a form
	script  bool // the form is sent as our script does
	keys    bool
	cookies bool
	network bool // between the writer and Nginx is one that fails
}

func ways() []way {
	return []way{
		{name: "program with keys", api: true, keys: true, cookies: true, network: true},
		{name: "program without keys", api: true, cookies: true},
		{name: "page with script", script: true, keys: true, cookies: true},
		{name: "page without script", cookies: true, network: true},
		{name: "page without cookies", network: true},
		{name: "program without cookies", api: true, keys: true},
	}
}

// own is a comment that a writer wrote.
type own struct {
	id, post string
	version  int64
	mark     string
	edits    int
}

// write writes until ctx ends. A wish that was begun is seen through.
func (w *writer) write(ctx context.Context) {
	for pause(ctx, time.Duration(300+w.rng.IntN(1500))*time.Millisecond) {
		w.wish(context.WithoutCancel(ctx))
	}
}

// wish does one thing. What it is depends on the seed alone, with which comment on what was answered so far.
func (w *writer) wish(ctx context.Context) {
	w.n++
	draw, which, reply := w.rng.IntN(10), w.rng.IntN(1<<30), w.rng.IntN(3) == 0
	post := oftenOrSeldom(w.rng.IntN(30))
	hasty := w.rng.IntN(impatience) == 0
	if !w.way.cookies || len(w.own) == 0 || draw < 6 {
		parent := ""
		if reply {
			parent = w.board.pick(post, which)
		}
		w.comment(ctx, post, parent, hasty)
		return
	}
	i := which % len(w.own)
	if draw < 9 {
		w.edit(ctx, w.own[i], hasty)
		return
	}
	gone := w.own[i]
	w.own = append(w.own[:i:i], w.own[i+1:]...)
	w.erase(ctx, gone, hasty)
}

// oftenOrSeldom chooses a post: the last one seldom, since where something is always new nobody notices that a wake was lost.
func oftenOrSeldom(draw int) string { return Posts()[draw*2/29] }

// mark is a word that no other text of any run holds.
func (w *writer) mark(edit int) string {
	return fmt.Sprintf("vm%04xp%sn%de%d", w.seed&0xffff, w.name[len("writer "):], w.n, edit)
}

// comment sends a comment until there is a definite answer.
func (w *writer) comment(ctx context.Context, post, parent string, hasty bool) {
	w.post = post
	wish := history.Record{Process: w.name, Kind: history.Post, Post: post, Parent: parent, Mark: w.mark(0), Text: w.way.name}
	if w.way.keys {
		wish.IdempotencyKey = fmt.Sprintf("%016x%016x", w.rng.Uint64(), w.rng.Uint64())
	}
	q := w.commentRequest(wish)
	a := w.insist(ctx, &wish, q, hasty)
	var to string
	if wish.Outcome == history.OK {
		to = w.taken(&wish, a)
	}
	w.out.Add(wish)
	if wish.Outcome != history.OK || wish.ID == "" {
		return
	}
	w.board.add(post, wish.ID)
	if w.way.cookies {
		w.own = append(w.own, &own{id: wish.ID, post: post, mark: wish.Mark})
	}
	if to != "" {
		w.follow(ctx, wish, to)
	}
}

// insist repeats a request as a good client does: the same bytes under the same key, until something definite is said.
func (w *writer) insist(ctx context.Context, wish *history.Record, q request, hasty bool) answer {
	wish.Begin = w.out.Now()
	defer func() { wish.End = w.out.Now() }()
	if hasty {
		q.limit = time.Duration(5+w.rng.IntN(int(shortest/time.Millisecond))) * time.Millisecond
	}
	perhaps := false // an earlier try may have been carried out
	for begin := time.Now(); ; {
		a := w.ask(ctx, q)
		wish.Tries++
		wish.Status = a.status
		switch {
		case a.wholly() && a.status < http.StatusBadRequest || w.duplicate(a):
			wish.Outcome = history.OK
			return a
		case a.wholly() && a.status < http.StatusInternalServerError && a.status != http.StatusTooManyRequests:
			wish.Outcome = history.Fail
			if perhaps {
				wish.Outcome = history.Unknown
			}
			return a
		}
		perhaps = perhaps || a.status != http.StatusTooManyRequests
		if hasty || time.Since(begin) > patience || !pause(ctx, w.wait(a)) {
			wish.Outcome = history.Unknown
			return a
		}
	}
}

// duplicate tells whether a program without a key is told that its words are here already.
func (w *writer) duplicate(a answer) bool {
	return a.wholly() && a.status == http.StatusConflict && w.way.api && !w.way.keys
}

// wait is how long to wait before the next try: what the answer asks for, but at most a second, since the run is short.
func (w *writer) wait(a answer) time.Duration {
	d := 100*time.Millisecond + time.Duration(w.rng.IntN(300))*time.Millisecond
	if after, err := strconv.Atoi(a.header.Get("Retry-After")); err == nil {
		d = min(time.Duration(after)*time.Second, time.Second)
	}
	return d
}

// edit changes an own comment. One whose answer never came leaves the version unknown: the comment is then left alone.
func (w *writer) edit(ctx context.Context, c *own, hasty bool) {
	c.edits++
	w.post = c.post
	wish := history.Record{Process: w.name, Kind: history.Edit, Post: c.post, ID: c.id, Mark: w.mark(c.edits), Text: w.way.name}
	a := w.insist(ctx, &wish, w.editRequest(c, wish.Mark), hasty)
	if wish.Outcome == history.OK {
		c.version++
		c.mark = wish.Mark
		w.edited(&wish, a)
	}
	w.out.Add(wish)
	if wish.Outcome != history.OK {
		w.forget(c)
	}
}

func (w *writer) forget(c *own) {
	for i, o := range w.own {
		if o == c {
			w.own = append(w.own[:i:i], w.own[i+1:]...)
			return
		}
	}
}

// erase deletes an own comment.
func (w *writer) erase(ctx context.Context, c *own, hasty bool) {
	w.post = c.post
	wish := history.Record{Process: w.name, Kind: history.Delete, Post: c.post, ID: c.id, Text: w.way.name}
	w.insist(ctx, &wish, w.eraseRequest(c), hasty)
	w.out.Add(wish)
}

// board is what everybody knows of: comments that may be answered or moderated.
type board struct {
	mu  sync.Mutex
	ids map[string][]string // by post, the newest last
}

func newBoard() *board { return &board{ids: map[string][]string{}} }

func (b *board) add(post, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := append(b.ids[post], id)
	b.ids[post] = list[max(0, len(list)-boardSize):]
}

// pick is one of them; "" if there is none.
func (b *board) pick(post string, which int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if list := b.ids[post]; len(list) > 0 {
		return list[which%len(list)]
	}
	return ""
}

func (r *Run) startWriters(ctx context.Context, running *sync.WaitGroup) {
	for i, way := range ways() {
		at := 0
		if way.network {
			at = history.Proxied
		}
		p := r.newPerson(fmt.Sprintf("writer %d", i+1), r.base(at), "", way.cookies)
		p.at = at
		w := &writer{person: p, way: way, board: r.board, seed: r.options.Seed}
		running.Go(func() { w.write(ctx) })
	}
	m := r.newModerator()
	running.Go(func() { m.moderate(ctx) })
}
