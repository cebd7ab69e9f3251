package markdown

import (
	"container/list"
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/singleflight"
)

// cache keeps the renderings that were used last, up to a number of bytes.
type cache struct {
	flight singleflight.Group
	turns  chan struct{} // as many documents at once as there are cores: each takes some megabytes while it is rendered

	mu    sync.Mutex
	limit int
	size  int
	byKey map[string]*list.Element
	used  *list.List // of *cacheEntry, the last used in front
}

type cacheEntry struct {
	key   string
	value rendered
	size  int
}

func newCache(limit int) *cache {
	return &cache{turns: make(chan struct{}, runtime.GOMAXPROCS(0)), limit: limit, byKey: map[string]*list.Element{}, used: list.New()}
}

// get returns what is kept under key and valid, or what make makes. Errors are not kept. A caller whose ctx ends leaves the
// work to the others who wait for it.
func (c *cache) get(ctx context.Context, key string, valid func(rendered) bool, make func() (rendered, error)) (rendered, error) {
	// Somebody who renders with other surroundings, of a snapshot that this one replaces, may be ahead of this caller.
	for range 3 {
		r, err := c.once(ctx, key, valid, make)
		if err != nil || valid(r) {
			return r, err
		}
	}
	return make()
}

// once is get, but joins whoever makes key already.
func (c *cache) once(ctx context.Context, key string, valid func(rendered) bool, make func() (rendered, error)) (rendered, error) {
	if r, ok := c.find(key); ok && valid(r) {
		return r, nil
	}
	done := c.flight.DoChan(key, func() (any, error) {
		if r, ok := c.find(key); ok && valid(r) {
			return r, nil
		}
		c.turns <- struct{}{}
		defer func() { <-c.turns }()
		r, err := make()
		if err == nil {
			c.keep(key, r)
		}
		return r, err
	})
	select {
	case <-ctx.Done():
		return rendered{}, ctx.Err()
	case res := <-done:
		return res.Val.(rendered), res.Err
	}
}

func (c *cache) find(key string) (rendered, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return rendered{}, false
	}
	c.used.MoveToFront(e)
	return e.Value.(*cacheEntry).value, true
}

func (c *cache) keep(key string, r rendered) {
	e := &cacheEntry{key: key, value: r, size: r.size() + 2*len(key)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.byKey[key]; ok { // what it was asked for has changed
		c.drop(old)
	}
	if e.size > c.limit {
		return
	}
	c.byKey[key] = c.used.PushFront(e)
	c.size += e.size
	for c.size > c.limit {
		c.drop(c.used.Back())
	}
}

func (c *cache) drop(e *list.Element) {
	old := c.used.Remove(e).(*cacheEntry)
	delete(c.byKey, old.key)
	c.size -= old.size
}

// entryOverhead is about what the maps, lists and headers of one rendering take.
const entryOverhead = 400

func (r rendered) size() int {
	n := len(r.doc.HTML) + entryOverhead + r.asked.size()
	for _, h := range r.doc.Headings {
		n += len(h.ID) + len(h.Text) + 40
	}
	for _, p := range r.doc.Pictures {
		n += len(p.Src) + len(p.Alt) + len(p.Srcset) + 120
	}
	for _, w := range r.warnings {
		n += len(w.Message) + 24
	}
	return n
}
