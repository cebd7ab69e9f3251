package web

import (
	"container/list"
	"slices"
	"sync"
)

// cacheBytes is what ready pages may take: some 600 posts with fifty comments each in three encodings.
const cacheBytes = 64 << 20

// entryOverhead is what an entry takes besides its bytes, more or less.
const entryOverhead = 512

// pageCache keeps ready bodies, those asked for last, within a number of bytes. The key of a page names everything that
// its bytes depend on, so nothing is ever invalidated: what is outdated is not asked for again and falls out.
//
// A page may have ready answers. They go when it goes, and their bytes are counted as its own.
type pageCache struct {
	limit int64

	mu      sync.Mutex
	used    int64
	order   *list.List // of *cached, the freshest first
	byKey   map[string]*list.Element
	answers map[string]placed // by name
}

// placed is a ready answer and the page that has it.
type placed struct {
	page  *list.Element
	ready *ready
}

type cached struct {
	key   string
	body  *body
	size  int64
	ready []*ready // one for each address at which the page stands, the newest last
}

// mostReady is how many addresses a page has at most: its own, with queries that say nothing, and in GET's other forms.
const mostReady = 4

func newPageCache(limit int64) *pageCache {
	return &pageCache{limit: limit, order: list.New(), byKey: map[string]*list.Element{}, answers: map[string]placed{}}
}

func (c *pageCache) get(key string) (*body, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.byKey[key]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(el)
	return el.Value.(*cached).body, true
}

func (c *pageCache) put(key string, b *body) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.byKey[key]; ok {
		c.drop(el)
	}
	e := &cached{key: key, body: b}
	c.byKey[key] = c.order.PushFront(e)
	c.count(e)
	c.trim()
}

// count looks at how much an entry takes. The lock is held.
func (c *pageCache) count(e *cached) {
	size := e.body.size() + int64(len(e.key)) + entryOverhead
	for _, r := range e.ready {
		size += r.size
	}
	c.used += size - e.size
	e.size = size
}

// resize looks again at how much an entry takes, after it got another encoding.
func (c *pageCache) resize(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.byKey[key]
	if !ok {
		return
	}
	c.count(el.Value.(*cached))
	c.trim()
}

// answer finds a ready answer by its name.
func (c *pageCache) answer(name []byte) *ready {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.answers[string(name)]
	if !ok {
		return nil
	}
	c.order.MoveToFront(p.page)
	return p.ready
}

// keepReady gives the page at key a ready answer in the place of the one, or another page's, that has its name.
func (c *pageCache) keepReady(key string, r *ready) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.byKey[key]
	if !ok {
		return
	}
	c.forget(r.name)
	e := el.Value.(*cached)
	if len(e.ready) == mostReady {
		c.forget(e.ready[0].name)
	}
	e.ready = append(e.ready, r)
	c.answers[r.name] = placed{page: el, ready: r}
	c.count(e)
	c.trim()
}

// forget drops a ready answer. The lock is held.
func (c *pageCache) forget(name string) {
	p, ok := c.answers[name]
	if !ok {
		return
	}
	delete(c.answers, name)
	e := p.page.Value.(*cached)
	e.ready = slices.DeleteFunc(e.ready, func(r *ready) bool { return r.name == name })
	c.count(e)
}

func (c *pageCache) trim() {
	for c.used > c.limit && c.order.Len() > 0 {
		c.drop(c.order.Back())
	}
}

func (c *pageCache) drop(el *list.Element) {
	e := c.order.Remove(el).(*cached)
	delete(c.byKey, e.key)
	for _, r := range e.ready {
		delete(c.answers, r.name)
	}
	c.used -= e.size
}
