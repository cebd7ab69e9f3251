package bench

import (
	"fmt"
	"math"
	"strconv"
)

// Column is a column of a part's table: what it says of one contestant, given those that it is compared with (nil for none).
type Column struct {
	Name string
	Cell func(samples, base []Sample) string
}

var (
	columnRate      = Column{"a second", func(s, _ []Sample) string { return show(over(s, Sample.rate), whole) }}
	columnRateRatio = Column{"× by rate", func(s, base []Sample) string { return shown(base, ratio(s, base, Sample.rate), times) }}
	columnCPU       = Column{"CPU each, µs", func(s, _ []Sample) string { return show(over(s, Sample.cpuEach), tenths) }}
	columnCPURatio  = Column{"× by CPU", func(s, base []Sample) string { return shown(base, ratio(base, s, Sample.cpuEach), times) }}
	columnBeside    = Column{"of it databases, µs", func(s, _ []Sample) string { return show(over(s, Sample.besideEach), tenths) }}
	columnP50       = Column{"p50, ms", func(s, _ []Sample) string { return show(over(s, milliseconds50), hundredths) }}
	columnP99       = Column{"p99, ms", func(s, _ []Sample) string { return show(over(s, milliseconds99), hundredths) }}
	columnBusy      = Column{"core", func(s, _ []Sample) string { return busy(over(s, Sample.busy).Median) }}
	columnWall      = Column{"ms", func(s, _ []Sample) string { return show(over(s, Sample.milliseconds), whole) }}
	columnCPUAll    = Column{"CPU, ms", func(s, _ []Sample) string {
		return show(over(s, func(s Sample) float64 { return s.CPU.Seconds() * 1e3 }), whole)
	}}
	columnMemory = Column{"memory, MiB", func(s, _ []Sample) string {
		return show(over(s, func(s Sample) float64 { return mebi(s.Memory) }), tenths)
	}}
	columnPeak = Column{"at most, MiB", func(s, _ []Sample) string {
		return show(over(s, func(s Sample) float64 { return mebi(s.Peak) }), tenths)
	}}
	columnSize = Column{"program, MB", func(s, _ []Sample) string {
		return tenths(over(s, func(s Sample) float64 { return float64(s.Bytes) / 1e6 }).Median)
	}}
	columnBytes = Column{"bytes", func(s, _ []Sample) string {
		return whole(over(s, func(s Sample) float64 { return float64(s.Bytes) }).Median)
	}}
)

func milliseconds50(s Sample) float64 { return s.P50.Seconds() * 1e3 }
func milliseconds99(s Sample) float64 { return s.P99.Seconds() * 1e3 }

func mebi(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// show writes the median and, in parentheses, the least and the most.
func show(s Spread, number func(float64) string) string {
	if s.Min == s.Max {
		return number(s.Median)
	}
	return fmt.Sprintf("%s (%s–%s)", number(s.Median), number(s.Min), number(s.Max))
}

// shown is show for what needs a base.
func shown(base []Sample, s Spread, number func(float64) string) string {
	if len(base) == 0 {
		return ""
	}
	return show(s, number)
}

// busy says how much of the core the measured processes had. Where they had less than nine tenths, something else held them up:
// the load, or the disk.
func busy(share float64) string {
	text := fmt.Sprintf("%.0f %%", share*100)
	if share < 0.9 {
		text += " *"
	}
	return text
}

func tenths(f float64) string     { return strconv.FormatFloat(f, 'f', 1, 64) }
func hundredths(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }
func times(f float64) string      { return strconv.FormatFloat(f, 'f', 2, 64) }

// whole parts thousands, so that tables can be read.
func whole(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "?"
	}
	text := strconv.FormatInt(int64(math.Round(f)), 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
