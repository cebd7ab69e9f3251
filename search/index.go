package search

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	batchDocs  = 512     // of one new segment: what it takes while it is built is what it costs to build
	batchBytes = 3 << 20 // of text, as above
	mergedDocs = 2560    // of one merged segment
	mostParts  = 6       // segments, before small ones are merged
)

// Index is a set of documents that can be searched. The zero value is empty and ready for use.
type Index struct {
	updating sync.Mutex
	current  atomic.Pointer[state]
	columns  columns
}

// state is the index at one moment; it is never changed.
type state struct {
	version string // of the documents, once all are in; "" before
	parts   []part
}

// part is a segment and which of its documents are gone.
type part struct {
	*segment
	dead   bitmap
	living int
}

// state is what is searched now.
func (x *Index) state() *state {
	if s := x.current.Load(); s != nil {
		return s
	}
	return &state{}
}

// Version is that of the documents that the index holds; "" while it does not hold all of any version.
func (x *Index) Version() string { return x.state().version }

// Stats tell how large the index is.
func (x *Index) Stats() Stats {
	st := Stats{}
	for _, p := range x.state().parts {
		st.Docs += p.living
		st.Terms += len(p.exactAt) - 1
		st.Segments++
		st.Bytes += p.bytes() + 8*len(p.dead)
	}
	return st
}

// Update makes the index hold docs, of a version that the caller names, and nothing else. What it holds already as it is, is not
// read again. Those first in docs can be found first; before all are in, Version is "". An error is of ctx alone: what was read
// until then stays.
func (x *Index) Update(ctx context.Context, version string, docs []Doc, read func(Doc) Text) error {
	x.updating.Lock()
	defer x.updating.Unlock()
	if x.state().version == version && version != "" {
		return nil
	}
	fresh := x.retire(docs)
	b := newBuilder()
	for _, i := range fresh {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.add(docs[i], sumOf(docs[i]), read(docs[i]))
		if len(b.docs) == batchDocs || b.size > batchBytes {
			x.append(b.build())
		}
	}
	if len(b.docs) > 0 {
		x.append(b.build())
	}
	x.tidy()
	s := *x.state()
	s.version = version
	x.current.Store(&s)
	return nil
}

// retire marks what is gone or has changed, and tells which docs must be read.
func (x *Index) retire(docs []Doc) (fresh []int) {
	wanted := make(map[string]int, len(docs))
	for i, d := range docs {
		wanted[d.Key] = i
	}
	s := &state{parts: slices.Clone(x.state().parts)}
	here := make([]bool, len(docs))
	for n := range s.parts {
		p := &s.parts[n]
		for d, info := range p.docs {
			if p.dead.has(d) {
				continue
			}
			if i, ok := wanted[info.key]; ok && !here[i] && sumOf(docs[i]) == info.sum {
				here[i] = true
				continue
			}
			p.dead = p.dead.with(d, len(p.docs))
			p.living--
		}
	}
	s.parts = slices.DeleteFunc(s.parts, func(p part) bool { return p.living == 0 })
	x.current.Store(s)
	for i, d := range docs {
		if !here[i] && wanted[d.Key] == i {
			fresh = append(fresh, i)
		}
	}
	return fresh
}

func (x *Index) append(seg *segment) {
	s := &state{parts: append(slices.Clone(x.state().parts), part{segment: seg, living: len(seg.docs)})}
	x.current.Store(s)
}

// tidy merges small segments when there are many, and writes those anew of which much is gone.
func (x *Index) tidy() {
	parts := slices.Clone(x.state().parts)
	worn := func(p part) bool { return p.living < len(p.docs)*3/4 }
	if len(parts) <= mostParts && !slices.ContainsFunc(parts, worn) {
		return
	}
	slices.SortStableFunc(parts, func(a, b part) int { return a.living - b.living })
	var done []part
	for len(parts) > 0 {
		n, docs := 1, parts[0].living
		for n < len(parts) && docs+parts[n].living <= mergedDocs {
			docs += parts[n].living
			n++
		}
		if n == 1 && !worn(parts[0]) {
			done = append(done, parts[0])
		} else {
			done = append(done, mergeParts(parts[:n]))
		}
		clear(parts[:n]) // what is merged may go before the rest is
		parts = parts[n:]
		x.current.Store(&state{parts: slices.Concat(done, parts)})
	}
}

func mergeParts(parts []part) part {
	segments, dead := make([]*segment, len(parts)), make([]bitmap, len(parts))
	for i, p := range parts {
		segments[i], dead[i] = p.segment, p.dead
	}
	s := merge(segments, dead)
	return part{segment: s, living: len(s.docs)}
}
