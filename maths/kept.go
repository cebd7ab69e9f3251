package maths

import (
	"container/list"
	"sync"
)

// kept holds the formulas that were set last, up to a number of bytes.
type kept struct {
	mu    sync.Mutex
	limit int
	size  int
	byKey map[keptKey]*list.Element
	used  *list.List // of keptFormula, the last used in front
}

type keptKey struct {
	tex     string
	display bool
}

type keptFormula struct {
	key    keptKey
	markup string
}

func newKept(limit int) *kept {
	return &kept{limit: limit, byKey: map[keptKey]*list.Element{}, used: list.New()}
}

func (k *kept) get(tex string, display bool) (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, ok := k.byKey[keptKey{tex, display}]
	if !ok {
		return "", false
	}
	k.used.MoveToFront(e)
	return e.Value.(keptFormula).markup, true
}

func (k *kept) put(tex string, display bool, markup string) {
	f := keptFormula{keptKey{tex, display}, markup}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.byKey[f.key]; ok || f.size() > k.limit {
		return
	}
	k.byKey[f.key] = k.used.PushFront(f)
	k.size += f.size()
	for k.size > k.limit {
		old := k.used.Remove(k.used.Back()).(keptFormula)
		delete(k.byKey, old.key)
		k.size -= old.size()
	}
}

// size counts what the map and the list take besides.
func (f keptFormula) size() int { return len(f.key.tex) + len(f.markup) + 200 }
