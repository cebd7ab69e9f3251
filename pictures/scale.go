package pictures

import (
	"context"
	"math"
)

// plane is samples in rows, each pixel of so many channels.
type plane struct {
	width, height, channels int
	row                     func(y int, to []float32) // writes the samples of a row, 0 to 255
}

// reach is how many pixels of the result to each side take part in one: those of Catmull and Rom's cubic.
const reach = 2

// cubic is the weight at a distance in pixels of the result: sharp, and without the halos of wider ones.
func cubic(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x < 1:
		return (1.5*x-2.5)*x*x + 1
	case x < 2:
		return ((-0.5*x+2.5)*x-4)*x + 2
	}
	return 0
}

// taps are the samples that make up one, and their weights.
type taps struct {
	first   int
	weights []float32
}

// tapsFor says what each of to samples is made of, out of from.
func tapsFor(from, to int) []taps {
	scale := float64(from) / float64(to)
	wide := max(scale, 1)
	list := make([]taps, to)
	for i := range list {
		centre := (float64(i)+0.5)*scale - 0.5
		first := max(int(math.Ceil(centre-reach*wide)), 0)
		last := min(int(math.Floor(centre+reach*wide)), from-1)
		weights := make([]float32, last-first+1)
		sum := 0.0
		for j := range weights {
			w := cubic((float64(first+j) - centre) / wide)
			weights[j] = float32(w)
			sum += w
		}
		for j := range weights {
			weights[j] /= float32(sum)
		}
		list[i] = taps{first: first, weights: weights}
	}
	return list
}

// scale makes a plane smaller and gives each row to put as it is ready. Only as many rows as one of the result needs are held:
// a photograph of 50 million pixels takes half a megabyte besides itself.
func scale(ctx context.Context, p plane, width, height int, put func(y int, row []float32)) error {
	across, down := tapsFor(p.width, width), tapsFor(p.height, height)
	raw := make([]float32, p.width*p.channels)
	out := make([]float32, width*p.channels)
	ring := make([][]float32, 0, len(down[height/2].weights)+2)
	have := 0 // rows of p that were read
	for y, t := range down {
		if y%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for ; have < t.first+len(t.weights); have++ {
			p.row(have, raw)
			ring = push(ring, len(out), t.first-(have-len(ring)))
			narrow(raw, ring[len(ring)-1], across, p.channels)
		}
		clear(out)
		for i, w := range t.weights {
			row := ring[len(ring)-(have-t.first)+i]
			for x, v := range row[:len(out)] {
				out[x] += v * w
			}
		}
		put(y, out)
	}
	return nil
}

// push adds a row; the first of those that no one needs any more, of which there are free, is used again.
func push(ring [][]float32, n, free int) [][]float32 {
	if free > 0 && len(ring) > 0 {
		row := ring[0]
		copy(ring, ring[1:])
		ring[len(ring)-1] = row
		return ring
	}
	return append(ring, make([]float32, n))
}

// narrow makes a row shorter.
func narrow(from, to []float32, across []taps, channels int) {
	if channels == 1 {
		for x, t := range across {
			sum := float32(0)
			for i, v := range from[t.first:][:len(t.weights)] {
				sum += v * t.weights[i]
			}
			to[x] = sum
		}
		return
	}
	for x, t := range across {
		var r, g, b, a float32
		at := from[t.first*4:][:len(t.weights)*4]
		for i, w := range t.weights {
			v := at[i*4:][:4]
			r, g, b, a = r+v[0]*w, g+v[1]*w, b+v[2]*w, a+v[3]*w
		}
		copy(to[x*4:][:4], []float32{r, g, b, a})
	}
}

// sample rounds a value to a byte.
func sample(v float32) uint8 { return uint8(min(max(v+0.5, 0), 255)) }
