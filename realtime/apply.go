package realtime

import (
	"maps"
	"slices"
	"time"
)

// outcome is what is left to do, without the topic's lock, after changes were taken in.
type outcome struct {
	slow  []*reader // did not keep up
	woken bool      // the source has more than this read showed
	more  bool      // somebody still waits
}

// apply takes in what was read after from: it pushes to the live readers and decides about the waiting ones.
func (t *topic) apply(from int64, ch Changes) outcome {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out outcome
	grown := false
	switch {
	case !t.known || t.isPast(ch.Head):
		t.begin(from, ch, &out)
	case ch.TooMany && from < t.head.Rev:
		// A replay's read: it carries nothing, so the live readers' part must be read again.
		out.woken = ch.Head.Rev > t.head.Rev
	case ch.TooMany:
		t.head = ch.Head
		t.memory.reset(ch.Head.Rev, ch.Head.Rev, nil)
		t.reload(slices.Collect(maps.Keys(t.live)), &out)
	default:
		fresh := changesAfter(ch.Items, t.head.Rev)
		t.push(fresh, &out)
		t.head = ch.Head
		t.memory.merge(from, ch.Items)
		grown = len(fresh) > 0
	}
	if ch.TooMany {
		t.tooFar = max(t.tooFar, min(max(from, ch.Floor-1), ch.Head.Rev-1))
	}
	t.answered()
	t.settle(&out)
	if grown {
		// Only now: what was read for one who had been away for long serves the rest of the wave.
		t.memory.trim(t.hub.opt.Memory)
	}
	t.fit()
	out.more = len(t.waiting) > 0
	return out
}

// isPast tells whether the readers' cursors mean nothing under head: another epoch, or one that went backwards.
func (t *topic) isPast(head Head) bool {
	return t.known && (head.Epoch != t.head.Epoch || head.Rev < t.head.Rev)
}

// begin starts the topic's history anew at ch.
func (t *topic) begin(from int64, ch Changes, out *outcome) {
	former := t.head.Epoch
	t.known, t.head, t.tooFar = true, ch.Head, -1
	t.foreign = slices.DeleteFunc(t.foreign, func(epoch string) bool { return epoch == ch.Head.Epoch })
	if former != "" {
		t.estrange(former)
	}
	if ch.TooMany {
		from = ch.Head.Rev
	}
	t.memory.reset(from, ch.Head.Rev, ch.Items)
	t.reload(slices.Collect(maps.Keys(t.live)), out)
}

// push gives items to every live reader.
func (t *topic) push(items []Change, out *outcome) {
	if len(items) == 0 || len(t.live) == 0 {
		return
	}
	b := newBatch(items)
	var n int
	for r := range t.live {
		messages := b.messages(r.sub)
		if len(messages) == 0 {
			continue
		}
		n += len(messages)
		if !r.conn.send(messages...) {
			t.lose(r, out)
		}
	}
	t.hub.counters.pushes.Add(int64(n))
}

// lose takes a reader out that could not take what was sent.
func (t *topic) lose(r *reader, out *outcome) {
	r.gone = true
	delete(t.live, r)
	out.slow = append(out.slow, r)
}

// settle decides about those who wait.
func (t *topic) settle(out *outcome) {
	var stale []*reader
	for r := range t.waiting {
		switch t.judge(r) {
		case replay:
			delete(t.waiting, r)
			if !t.replay(r, &t.hub.counters.sourceReplays) {
				t.lose(r, out)
			}
		case reload:
			t.estrange(r.at.Epoch)
			delete(t.waiting, r)
			t.live[r] = struct{}{}
			stale = append(stale, r)
		}
	}
	t.reload(stale, out)
}

// reloadSteps is how many different delays a wave of reloads is rendered with.
const reloadSteps = 64

// reload has live readers load their list anew, spread over a time in proportion to the topic's readers.
func (t *topic) reload(readers []*reader, out *outcome) {
	if len(readers) == 0 {
		return
	}
	all := len(t.live) + len(t.waiting)
	spread := time.Duration(all) * time.Second / time.Duration(t.hub.opt.ReloadsPerSecond)
	step := max(spread/reloadSteps, time.Millisecond)
	rendered := map[time.Duration]Message{}
	for _, r := range readers {
		delay := t.hub.opt.Jitter(spread).Round(step)
		m, ok := rendered[delay]
		if !ok {
			m = t.hub.source.Reload(t.head, delay).framed()
			rendered[delay] = m
		}
		if body := m.form(r.sub); len(body) > 0 && !r.conn.send(body) {
			t.lose(r, out)
		}
	}
	t.hub.counters.reloads.Add(int64(len(readers)))
}
