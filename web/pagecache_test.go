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

// newTestReady is a ready answer of a page, as large as its head.
func newTestReady(name string, b *body) *ready {
	return &ready{name: name, body: b, size: 100}
}

func TestReadyAnswersAreCountedAndGoWithTheirPages(t *testing.T) {
	const each = 1000
	c := newPageCache(3 * (each + entryOverhead + 2 + 100))
	for i := range 3 {
		key, b := fmt.Sprintf("k%d", i), newBody(htmlType, make([]byte, each))
		c.put(key, b)
		before := c.used
		c.keepReady(key, newTestReady("/"+key, b))
		c.keepReady(key, newTestReady("/"+key, b)) // takes the place of the first
		if c.used != before+100 {
			t.Fatalf("%d bytes counted for a ready answer of 100", c.used-before)
		}
	}
	if c.answer([]byte("/k0")) == nil {
		t.Fatal("/k0 is not there")
	}
	c.put("k3", newBody(htmlType, make([]byte, each)))
	if _, ok := c.get("k0"); !ok || c.answer([]byte("/k0")) == nil {
		t.Error("a page went though its ready answer was asked for lately")
	}
	if _, ok := c.get("k1"); ok || c.answer([]byte("/k1")) != nil {
		t.Error("/k1 is there without its page")
	}
	c.keepReady("k2", newTestReady("/k0", newBody(htmlType, nil)))
	if p := c.answers["/k0"]; p.page.Value.(*cached).key != "k2" || len(c.byKey["k0"].Value.(*cached).ready) != 0 {
		t.Error("an address has the answers of two pages")
	}
	c.keepReady("gone", newTestReady("/gone", newBody(htmlType, nil)))
	if c.answer([]byte("/gone")) != nil {
		t.Error("there is an answer without a page")
	}
	c.limit += mostReady * 100
	for i := range 2 * mostReady {
		c.keepReady("k2", newTestReady(fmt.Sprint("/many/", i), newBody(htmlType, nil)))
	}
	if n := len(c.byKey["k2"].Value.(*cached).ready); n != mostReady || len(c.answers) > mostReady {
		t.Errorf("%d answers of one page", n)
	}
	for _, key := range []string{"k0", "k2", "k3"} {
		c.put(key, newBody(htmlType, make([]byte, 10*each))) // too large for the cache
	}
	if c.used != 0 || len(c.answers) != 0 || len(c.byKey) != 0 {
		t.Errorf("%d bytes, %d answers, %d pages are left of nothing", c.used, len(c.answers), len(c.byKey))
	}
}
