package diagrams

import (
	"cmp"
	"slices"
)

// Distances in pixels.
const (
	fontSize   = 15.0
	lineHeight = 21.0
	betweenIn  = 34.0 // steps of one rank
	betweenOut = 52.0 // ranks
	border     = 10.0
)

// place gives steps their ranks and positions in the way of Sugiyama: arrows that lead back are turned, ranks follow the
// longest way, links over several ranks get bends, ranks are ordered by the middles of their neighbours.
func (c *chart) place() (ranks [][]*step) {
	c.breakCycles()
	c.rank()
	ranks = c.bend()
	for range 12 {
		order(ranks)
	}
	c.measureAlong(ranks)
	spread(ranks)
	return ranks
}

// breakCycles marks the links that lead back to a step on the way to them.
func (c *chart) breakCycles() {
	const open, done = 1, 2
	state := map[*step]int{}
	var visit func(s *step)
	visit = func(s *step) {
		state[s] = open
		for i := range c.links {
			l := &c.links[i]
			if l.from != s {
				continue
			}
			switch state[l.to] {
			case 0:
				visit(l.to)
			case open:
				l.reversed = true
			}
		}
		state[s] = done
	}
	for _, s := range c.steps {
		if state[s] == 0 {
			visit(s)
		}
	}
}

func (l *link) upper() *step {
	if l.reversed {
		return l.to
	}
	return l.from
}

func (l *link) lower() *step {
	if l.reversed {
		return l.from
	}
	return l.to
}

// rank sets each step behind all that lead to it. There are no cycles any more, so it ends after as many rounds as steps.
func (c *chart) rank() {
	for range c.steps {
		moved := false
		for i := range c.links {
			if l := &c.links[i]; l.upper() != l.lower() && l.lower().rank <= l.upper().rank {
				l.lower().rank = l.upper().rank + 1
				moved = true
			}
		}
		if !moved {
			return
		}
	}
}

// bend puts points into the ranks that a link passes, and sorts all into ranks.
func (c *chart) bend() [][]*step {
	var ranks [][]*step
	add := func(s *step) {
		for len(ranks) <= s.rank {
			ranks = append(ranks, nil)
		}
		s.order = len(ranks[s.rank])
		ranks[s.rank] = append(ranks[s.rank], s)
	}
	for _, s := range c.steps {
		add(s)
	}
	for i := range c.links {
		l := &c.links[i]
		last := l.upper()
		l.through = []*step{last}
		for r := last.rank + 1; r < l.lower().rank; r++ {
			b := &step{bend: true, rank: r, breadth: 12}
			add(b)
			join(last, b)
			l.through = append(l.through, b)
			last = b
		}
		if last != l.lower() {
			join(last, l.lower())
		}
		l.through = append(l.through, l.lower())
	}
	return ranks
}

func join(a, b *step) {
	a.after = append(a.after, b)
	b.before = append(b.before, a)
}

// order sorts each rank by the middle of its neighbours, down and up again.
func order(ranks [][]*step) {
	for i := 1; i < len(ranks); i++ {
		sortBy(ranks[i], func(s *step) []*step { return s.before })
	}
	for i := len(ranks) - 2; i >= 0; i-- {
		sortBy(ranks[i], func(s *step) []*step { return s.after })
	}
}

func sortBy(rank []*step, neighbours func(*step) []*step) {
	middle := map[*step]float64{}
	for _, s := range rank {
		middle[s] = float64(s.order)
		if ns := neighbours(s); len(ns) > 0 {
			sum := 0.0
			for _, n := range ns {
				sum += float64(n.order)
			}
			middle[s] = sum / float64(len(ns))
		}
	}
	slices.SortStableFunc(rank, func(a, b *step) int { return cmp.Compare(middle[a], middle[b]) })
	for i, s := range rank {
		s.order = i
	}
}

// measureAlong sets the ranks behind each other, with room for the labels between them.
func (c *chart) measureAlong(ranks [][]*step) {
	sideways := c.direction == "LR" || c.direction == "RL"
	gaps := make([]float64, len(ranks)+1)
	for i := range c.links {
		l := &c.links[i]
		if at := l.upper().rank; len(l.label) > 0 && at+1 < len(gaps) {
			room := float64(len(l.label))*lineHeight + 44
			if sideways {
				room = widest(l.label) + 56
			}
			gaps[at+1] = max(gaps[at+1], room)
		}
	}
	at := 0.0
	for i, rank := range ranks {
		if i > 0 {
			at += max(betweenOut, gaps[i])
		}
		length := 0.0
		for _, s := range rank {
			length = max(length, s.length)
		}
		for _, s := range rank {
			s.along = at + length/2
		}
		at += length
	}
}

// spread sets steps of a rank beside each other, each as near to the middle of its neighbours as the others leave room.
func spread(ranks [][]*step) {
	for _, rank := range ranks {
		at := 0.0
		for _, s := range rank {
			s.across = at + s.breadth/2
			at += s.breadth + betweenIn
		}
	}
	for round := range 24 {
		for i := range ranks {
			rank := ranks[i]
			if round%2 == 1 {
				rank = ranks[len(ranks)-1-i]
			}
			wishes := make([]float64, len(rank))
			for k, s := range rank {
				wishes[k] = wish(s, round)
			}
			settle(rank, wishes)
		}
	}
}

func wish(s *step, round int) float64 {
	near := append(slices.Clone(s.before), s.after...)
	if round < 16 { // one side at a time first, then both
		near = s.before
		if round%2 == 1 {
			near = s.after
		}
	}
	if len(near) == 0 {
		return s.across
	}
	sum := 0.0
	for _, n := range near {
		sum += n.across
	}
	return sum / float64(len(near))
}

// settle gives each step its wish, but keeps their order and distances: who wishes too near moves with the neighbours as
// one, to the middle of what they wish.
func settle(rank []*step, wishes []float64) {
	type run struct {
		from, to int
		offset   float64 // sum of wishes less places in the run
	}
	places := make([]float64, len(rank)) // of each step, if all stood close
	for i := 1; i < len(rank); i++ {
		places[i] = places[i-1] + rank[i-1].breadth/2 + betweenIn + rank[i].breadth/2
	}
	var runs []run
	for i := range rank {
		runs = append(runs, run{i, i + 1, wishes[i] - places[i]})
		for n := len(runs); n > 1; n-- {
			a, b := runs[n-2], runs[n-1]
			if a.offset/float64(a.to-a.from) <= b.offset/float64(b.to-b.from) {
				break
			}
			runs[n-2] = run{a.from, b.to, a.offset + b.offset}
			runs = runs[:n-1]
		}
	}
	for _, r := range runs {
		for i := r.from; i < r.to; i++ {
			rank[i].across = places[i] + r.offset/float64(r.to-r.from)
		}
	}
}
