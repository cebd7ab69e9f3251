package web

import (
	"container/list"
	"sync"
)

// sized keeps what was asked for last within a number of bytes. It may be used by any number of goroutines.
type sized[K comparable, V any] struct {
	limit int64

	mu    sync.Mutex
	used  int64
	order *list.List // of *sizedEntry, the freshest first
	byKey map[K]*list.Element
}

type sizedEntry[K comparable, V any] struct {
	key   K
	value V
	size  int64
}

func newSized[K comparable, V any](limit int64) *sized[K, V] {
	return &sized[K, V]{limit: limit, order: list.New(), byKey: map[K]*list.Element{}}
}

func (c *sized[K, V]) get(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.byKey[key]
	if !ok {
		return value, false
	}
	c.order.MoveToFront(el)
	return el.Value.(*sizedEntry[K, V]).value, true
}

// put keeps value, which takes size bytes, in the place of what was kept under key.
func (c *sized[K, V]) put(key K, value V, size int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.byKey[key]; ok {
		c.drop(el)
	}
	c.byKey[key] = c.order.PushFront(&sizedEntry[K, V]{key, value, size})
	c.used += size
	for c.used > c.limit && c.order.Len() > 0 {
		c.drop(c.order.Back())
	}
}

func (c *sized[K, V]) drop(el *list.Element) {
	e := c.order.Remove(el).(*sizedEntry[K, V])
	delete(c.byKey, e.key)
	c.used -= e.size
}
