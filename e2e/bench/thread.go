package bench

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"
)

const (
	commentsInThread = 10_000
	coldTimes        = 10 // in a round
)

func threadPart() Part {
	return Part{
		Name: "thread", Title: "A page of a long discussion",
		Reading: "The same post with 10,000 comments. *Cold*: the first answers after a comment each; *until quiet* counts all that such a " +
			"change brings about in Vang, the comment itself aside: what is done behind the first answer, such as brotli, too. *Warm*: 64 connections ask for it.",
		Columns: []Column{columnCPU, columnCPURatio, columnRate, columnRateRatio, columnP50, columnP99, columnBytes, columnBusy},
		Cases:   threadCases,
	}
}

func threadCases(ctx context.Context, b *Bench) ([]Case, error) {
	count := commentsInThread
	if b.Quick {
		count /= 10
	}
	content, err := b.blog(20)
	if err != nil {
		return nil, err
	}
	post := content.slugs[0]
	st := &stage{paths: map[string]string{"post.html": "/blog/" + post}}
	if st.vang, err = b.vang(ctx, content.dir, ""); err != nil {
		return nil, err
	}
	if err := b.seed(ctx, st.vang, post, count); err != nil {
		return nil, err
	}
	if st.site, err = b.newSite(); err != nil {
		return nil, err
	}
	cold := Case{Name: "cold", Turns: []Turn{
		{Who: "Vang, first answer, gzip", Measure: b.cold(st, post, false)},
		{Who: "Vang, until quiet", Measure: b.cold(st, post, true)},
	}}
	gzip := pageCase{name: "warm, gzip", page: "post.html", encoding: "gzip", connections: 64}
	brotli := pageCase{name: "warm, brotli", page: "post.html", encoding: "br", connections: 64}
	cases := []Case{cold, {Name: gzip.name}, {Name: brotli.name}}
	if err := st.site.save(ctx, "post.html", st.vang.url+st.paths["post.html"]); err != nil {
		return nil, err
	}
	if st.nginx, st.logged, err = b.nginx(ctx, st.site); err != nil {
		return nil, err
	}
	for i, w := range []pageCase{gzip, brotli} {
		// The page has changed since it became a file: comments came.
		again := func(ctx context.Context) error {
			return st.site.save(ctx, "post.html", st.vang.url+st.paths["post.html"])
		}
		cases[i+1].Turns = []Turn{b.fileTurn(st, st.nginx, w, true).after(again), b.vangTurn(st, w)}
	}
	return cases, nil
}

// after has prepare done before each measurement.
func (t Turn) after(prepare func(context.Context) error) Turn {
	measure := t.Measure
	t.Measure = func(ctx context.Context, round int) (Sample, error) {
		if err := prepare(ctx); err != nil {
			return Sample{}, err
		}
		return measure(ctx, round)
	}
	return t
}

// cold comments and asks for the page, some times; what is counted begins when all that the comment brought about by itself is
// over, and ends with the answer, or when Vang is quiet again.
func (b *Bench) cold(st *stage, post string, all bool) func(context.Context, int) (Sample, error) {
	a := ask{url: st.vang.url + st.paths["post.html"], header: http.Header{"Accept-Encoding": {"gzip"}}, status: http.StatusOK, body: -1}
	return func(ctx context.Context, _ int) (sum Sample, err error) {
		var walls []time.Duration
		for range coldTimes {
			s, err := b.coldOnce(ctx, st.vang, post, a, all)
			if err != nil {
				return sum, err
			}
			walls = append(walls, s.Wall)
			sum = Sample{Answers: sum.Answers + 1, CPU: sum.CPU + s.CPU, Wall: sum.Wall + s.Wall, Bytes: s.Bytes}
		}
		slices.Sort(walls)
		sum.P50, sum.P99 = walls[len(walls)/2], walls[len(walls)-1]
		return sum, nil
	}
}

func (b *Bench) coldOnce(ctx context.Context, s *server, post string, a ask, all bool) (Sample, error) {
	if _, err := comment(ctx, s, post, "A change "+time.Now().String()); err != nil {
		return Sample{}, err
	}
	if err := quiet(ctx, s.pids...); err != nil {
		return Sample{}, err
	}
	before, err := use(s.pids...)
	if err != nil {
		return Sample{}, err
	}
	begin := time.Now()
	size, err := a.check(ctx)
	wall := time.Since(begin)
	if err == nil && all {
		err = quiet(ctx, s.pids...)
	}
	after, useErr := use(s.pids...)
	return Sample{Answers: 1, Wall: wall, CPU: after.CPU - before.CPU, Bytes: size}, errors.Join(err, useErr)
}
