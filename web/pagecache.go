package web

import (
	"container/list"
	"sync"
)

// cacheBytes is what ready pages may take: some 600 posts with fifty comments each in three encodings.
const cacheBytes = 64 << 20

// entryOverhead is what an entry takes besides its bytes, more or less.
const entryOverhead = 512

// pageCache keeps ready bodies, those asked for last, within a number of bytes. The key of a page names everything that
// its bytes depend on, so nothing is ever invalidated: what is outdated is not asked for again and falls out.
type pageCache struct {
	limit int64

	mu    sync.Mutex
	used  int64
	order *list.List // of *cached, the freshest first
	byKey map[string]*list.Element
}

type cached struct {
	key  string
	body *body
	size int64
}

func newPageCache(limit int64) *pageCache {
	return &pageCache{limit: limit, order: list.New(), byKey: map[string]*list.Element{}}
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
	e := &cached{key: key, body: b, size: b.size() + int64(len(key)) + entryOverhead}
	c.byKey[key] = c.order.PushFront(e)
	c.used += e.size
	c.trim()
}

// resize looks again at how much an entry takes, after it got another encoding.
func (c *pageCache) resize(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.byKey[key]
	if !ok {
		return
	}
	e := el.Value.(*cached)
	size := e.body.size() + int64(len(key)) + entryOverhead
	c.used += size - e.size
	e.size = size
	c.trim()
}

func (c *pageCache) trim() {
	for c.used > c.limit && c.order.Len() > 0 {
		c.drop(c.order.Back())
	}
}

func (c *pageCache) drop(el *list.Element) {
	e := c.order.Remove(el).(*cached)
	delete(c.byKey, e.key)
	c.used -= e.size
}
