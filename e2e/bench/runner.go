package bench

import (
	"context"
	"fmt"
	"io"
)

// Part is a part of the report: cases that are told in one table.
type Part struct {
	Name    string // for ONLY=
	Title   string
	Reading string // Markdown: how the table is to be read
	Columns []Column
	Cases   func(context.Context, *Bench) ([]Case, error) // starts what is measured; it ends with the Bench
}

// Case is what contestants do one after the other, and again in each round.
type Case struct {
	Name   string
	Rounds int // 0: as many as usual
	Turns  []Turn
}

// Turn is one contestant's turn.
type Turn struct {
	Who     string
	Rounds  int  // 0: as many as the case
	Base    bool // what the others of the case are compared with
	Measure func(ctx context.Context, round int) (Sample, error)
}

// Result is a case with what was measured: Samples[turn][round].
type Result struct {
	Case
	Samples [][]Sample
}

// base are the samples that the others are compared with; nil if there is none.
func (r Result) base() []Sample {
	for i, turn := range r.Turns {
		if turn.Base {
			return r.Samples[i]
		}
	}
	return nil
}

// run goes through the rounds: A, B, C, A, B, C.
func (c Case) run(ctx context.Context, rounds int, progress io.Writer) (Result, error) {
	r := Result{Case: c, Samples: make([][]Sample, len(c.Turns))}
	if c.Rounds > 0 {
		rounds = min(rounds, c.Rounds)
	}
	for round := range rounds {
		for i, turn := range c.Turns {
			if turn.Rounds > 0 && round >= turn.Rounds {
				continue
			}
			s, err := turn.Measure(ctx, round)
			if err != nil {
				return r, fmt.Errorf("%s, %s: %w", c.Name, turn.Who, err)
			}
			r.Samples[i] = append(r.Samples[i], s)
			fmt.Fprint(progress, ".")
		}
	}
	fmt.Fprintln(progress)
	return r, nil
}
