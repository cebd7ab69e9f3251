package web

import (
	"context"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"vang/blog"
	"vang/markdown"
	"vang/posts"
	"vang/search"
)

// searcher keeps an index level with the content: one goroutine reads what changed, and ends.
type searcher struct {
	index  search.Index
	latest func() *posts.Snapshot
	log    *slog.Logger
	life   context.Context // ends with the server
	end    context.CancelFunc

	mu      sync.Mutex
	running chan struct{} // closed when the update that runs ends; nil if none does
}

func newSearcher(latest func() *posts.Snapshot, log *slog.Logger) *searcher {
	x := &searcher{latest: latest, log: log}
	x.life, x.end = context.WithCancel(context.Background())
	return x
}

// close ends the update that runs, and begins no other.
func (x *searcher) close() {
	x.end()
	x.mu.Lock()
	running := x.running
	x.mu.Unlock()
	if running != nil {
		<-running
	}
}

// level begins to bring the index up to date, if it is not, and tells when that is done; nil: it is.
func (x *searcher) level() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.running != nil {
		return x.running
	}
	if x.index.Version() == x.latest().Version() || x.life.Err() != nil {
		return nil
	}
	done := make(chan struct{})
	x.running = done
	go func() {
		defer x.ended(done)
		x.update()
	}()
	return done
}

func (x *searcher) ended(done chan struct{}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.running = nil
	close(done)
}

const (
	manyDocs    = 1000    // new documents of which building takes more memory than the process has to spare
	roomForDocs = 6 << 10 // bytes for each of them, with all that is thrown away: half of that stays
)

// tighten has garbage collected sooner while much is built, so that a process that has only just loaded its posts does not take
// twice as much for a moment.
func tighten(docs int) (loosen func()) {
	if docs < manyDocs {
		return func() {}
	}
	debug.FreeOSMemory() // what loading the posts left
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(before, int64(m.Sys-m.HeapReleased)+int64(docs)*roomForDocs))
	return func() { debug.SetMemoryLimit(before) }
}

// slowIndex is how long an update takes before the log tells of it.
const slowIndex = time.Second

func (x *searcher) update() {
	for snap := x.latest(); x.index.Version() != snap.Version() && x.life.Err() == nil; snap = x.latest() {
		start := time.Now()
		docs, read := documents(snap)
		loosen := tighten(len(docs) - x.index.Stats().Docs)
		err := x.index.Update(x.life, snap.Version(), docs, read)
		loosen()
		if err != nil {
			return
		}
		if took := time.Since(start); took > slowIndex {
			debug.FreeOSMemory() // what building took: else it stays with the process for minutes
			stats := x.index.Stats()
			x.log.Info("search: the index is ready", "documents", stats.Docs, "bytes", stats.Bytes, "took", took.Round(time.Millisecond))
		}
	}
}

// await waits a moment for the index: a search right after the start should find all.
func (x *searcher) await(ctx context.Context, patience time.Duration) {
	done := x.level()
	if done == nil {
		return
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Index begins to make the content searchable, as far as it is not, and returns at once.
func (s *Server) Index() { s.searcher.level() }

// documents are what can be found: posts, the newest first, and pages.
func documents(snap *posts.Snapshot) ([]search.Doc, func(search.Doc) search.Text) {
	all := snap.Posts("")
	docs := make([]search.Doc, 0, len(all)+len(snap.Pages()))
	for i := range all {
		docs = append(docs, documentOf(&all[i]))
	}
	for _, p := range snap.Pages() {
		docs = append(docs, documentOf(&p))
	}
	return docs, func(d search.Doc) search.Text {
		p, _ := snap.At(d.Key)
		return textOf(snap, p)
	}
}

func documentOf(p *blog.Post) search.Doc {
	d := search.Doc{Key: p.Path, Hash: p.Hash, Lang: p.Lang, Title: p.Title, Date: p.Date}
	add := func(kind, name, slug string) {
		if name != "" && kind != "" {
			d.Terms = append(d.Terms, name)
		}
		if slug != "" {
			d.Filters = append(d.Filters, kind+":"+slug)
		}
	}
	for _, t := range p.Tags {
		add("tag", t.Name, t.Slug)
	}
	for _, c := range p.Categories {
		add("category", c.Name, c.Slug)
	}
	add("series", p.Series.Name, p.Series.Slug)
	for _, a := range p.Authors {
		add("author", a.Name, a.Slug)
	}
	add("lang", "", blog.Slug(p.Lang))
	if !p.Date.IsZero() {
		add("year", "", strconv.Itoa(p.Date.Year()))
	}
	return d
}

// textOf is a post's summary, which may have words that its text has not, and its text.
func textOf(snap *posts.Snapshot, p blog.Post) search.Text {
	return func(yield func(search.Part, []byte) bool) {
		if p.Summary != "" && !yield(search.Prose, []byte(p.Summary)) {
			return
		}
		for kind, text := range snap.Plain(p) {
			if !yield(partOf(kind), text) {
				return
			}
		}
	}
}

func partOf(kind markdown.PlainKind) search.Part {
	switch kind {
	case markdown.PlainHeading:
		return search.Heading
	case markdown.PlainCode:
		return search.Code
	}
	return search.Prose
}
