package web

import (
	"bytes"
	"fmt"
	"testing"
)

func TestPageCacheStaysWithinItsBytesAndKeepsWhatWasAskedForLast(t *testing.T) {
	const each = 1000
	c := newPageCache(5 * (each + entryOverhead + 2))
	for i := range 5 {
		c.put(fmt.Sprintf("k%d", i), newBody(htmlType, make([]byte, each)))
	}
	if _, ok := c.get("k0"); !ok {
		t.Fatal("k0 is gone though there was room")
	}
	c.put("k5", newBody(htmlType, make([]byte, each)))
	if _, ok := c.get("k1"); ok {
		t.Error("k1, asked for least lately, was kept")
	}
	if _, ok := c.get("k0"); !ok {
		t.Error("k0, asked for lately, was dropped")
	}
	if c.used > c.limit {
		t.Errorf("%d bytes used of %d", c.used, c.limit)
	}
}

func TestPageCacheCountsEncodingsMadeLater(t *testing.T) {
	c := newPageCache(1 << 20)
	b := newBody(htmlType, bytes.Repeat([]byte("text "), 1000))
	c.put("k", b)
	before := c.used
	b.makeBrotli()
	c.resize("k")
	if want := before + int64(len(b.brotli.Load().bytes)); c.used != want {
		t.Errorf("%d bytes counted, want %d", c.used, want)
	}
	c.put("k", newBody(htmlType, nil))
	if c.order.Len() != 1 || c.used != entryOverhead+1 {
		t.Errorf("replaced: %d entries, %d bytes", c.order.Len(), c.used)
	}
}

func TestPageCacheHoldsNothingLargerThanItself(t *testing.T) {
	c := newPageCache(1000)
	c.put("k", newBody(htmlType, make([]byte, 2000)))
	if c.used != 0 || len(c.byKey) != 0 {
		t.Errorf("%d bytes kept", c.used)
	}
}
