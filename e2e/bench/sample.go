package bench

import (
	"math"
	"slices"
	"time"
)

// Sample is what one measurement of one contestant gave. What was not measured is zero.
type Sample struct {
	Answers int
	Wall    time.Duration
	CPU     time.Duration // of all processes that were measured
	Beside  time.Duration // of CPU, what databases had
	P50     time.Duration
	P99     time.Duration
	Memory  int64 // bytes, resident
	Peak    int64 // bytes, resident at most
	Bytes   int64 // of one answer, head and all, or of a file
}

func (s Sample) rate() float64         { return float64(s.Answers) / s.Wall.Seconds() }
func (s Sample) cpuEach() float64      { return s.CPU.Seconds() * 1e6 / float64(s.Answers) } // microseconds
func (s Sample) besideEach() float64   { return s.Beside.Seconds() * 1e6 / float64(s.Answers) }
func (s Sample) busy() float64         { return s.CPU.Seconds() / s.Wall.Seconds() }
func (s Sample) milliseconds() float64 { return s.Wall.Seconds() * 1e3 }

// Spread is a median with the least and the most of what was measured.
type Spread struct{ Median, Min, Max float64 }

// spread skips nothing: an outlier shows in Min or Max.
func spread(values []float64) Spread {
	if len(values) == 0 {
		return Spread{math.NaN(), math.NaN(), math.NaN()}
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return Spread{Median: (sorted[(n-1)/2] + sorted[n/2]) / 2, Min: sorted[0], Max: sorted[n-1]}
}

// over is the spread of what one number of each sample is.
func over(samples []Sample, number func(Sample) float64) Spread {
	var values []float64
	for _, s := range samples {
		values = append(values, number(s))
	}
	return spread(values)
}

// ratio is the spread of a number of each sample over that of the base in the same round: what disturbs the machine for a while
// disturbs both.
func ratio(samples, base []Sample, number func(Sample) float64) Spread {
	var values []float64
	for i := range min(len(samples), len(base)) {
		values = append(values, number(samples[i])/number(base[i]))
	}
	return spread(values)
}
