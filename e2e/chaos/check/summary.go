package check

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"vang/e2e/chaos/history"
)

// Summary is what happened, in numbers.
type Summary struct {
	Begun      string // how to run it again
	Took       int64
	Wishes     map[string]int // by kind and outcome
	Requests   map[string]int // by status
	Faults     map[string]int
	Pushes     int
	Loads      int
	Connects   int
	CutAnswers int
	Stalled    int64
	Latencies  map[string]Latency // by fault; "" is none
}

// Latency is how long changes took to connected readers, in microseconds from their answer.
type Latency struct {
	N             int
	P50, P99, Max int64
}

func (c *checker) summary() Summary {
	s := Summary{
		Wishes: map[string]int{}, Requests: map[string]int{}, Faults: map[string]int{}, CutAnswers: c.cuts, Latencies: map[string]Latency{},
	}
	for _, r := range c.records {
		s.Took = max(s.Took, r.End)
		switch r.Kind {
		case history.Start:
			s.Begun = r.Text
		case history.Post, history.Edit, history.Delete, history.Hide, history.Show, history.Hold, history.Follow:
			s.Wishes[fmt.Sprintf("%s %s", r.Kind, r.Outcome)]++
		case history.Request:
			s.Requests[status(r)]++
		case history.Fault, history.Restore:
			s.Faults[r.Fault]++
		case history.Push:
			s.Pushes++
		case history.Load, history.Since:
			s.Loads++
		case history.Connect:
			s.Connects++
		case history.Stall:
			s.Stalled += r.End - r.Begin
		}
	}
	c.addLatencies(s.Latencies)
	return s
}

func status(r history.Record) string {
	switch {
	case r.Outcome == history.Cut:
		return "cut"
	case r.GaveUp:
		return "not waited for"
	case r.Status == 0:
		return "none"
	}
	return fmt.Sprint(r.Status)
}

func (c *checker) addLatencies(by map[string]Latency) {
	took := map[string][]int64{}
	for _, s := range c.samples {
		if len(s.faults) == 0 {
			took[""] = append(took[""], s.took)
		}
		for _, f := range s.faults {
			took[f] = append(took[f], s.took)
		}
	}
	for name, list := range took {
		slices.Sort(list)
		by[name] = Latency{N: len(list), P50: list[len(list)/2], P99: list[len(list)*99/100], Max: list[len(list)-1]}
	}
}

// Write prints the summary for people.
func (s Summary) Write(w io.Writer) {
	fmt.Fprintf(w, "%s: %.0f s, of which the machine stood still for %.1f s\n", s.Begun, seconds(s.Took), seconds(s.Stalled))
	fmt.Fprintf(w, "  wishes    %s\n", counts(s.Wishes))
	fmt.Fprintf(w, "  answers   %s; %d broke off\n", counts(s.Requests), s.CutAnswers)
	fmt.Fprintf(w, "  readers   %d pushes, %d lists, %d connections\n", s.Pushes, s.Loads, s.Connects)
	fmt.Fprintf(w, "  faults    %s\n", counts(s.Faults))
	fmt.Fprintf(w, "  from a change's answer to each connected reader, in ms:\n")
	for _, name := range slices.Sorted(maps.Keys(s.Latencies)) {
		l := s.Latencies[name]
		fmt.Fprintf(w, "    %-40s %6d   p50 %6.0f   p99 %6.0f   max %6.0f\n", cmp.Or(name, "nothing wrong"), l.N, ms(l.P50), ms(l.P99), ms(l.Max))
	}
}

func ms(n int64) float64 { return float64(n) / 1000 }

func counts(by map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(by)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, by[name]))
	}
	return strings.Join(parts, ", ")
}
