package cards

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/vector"
)

// drawMark draws the blog's mark around a point: a dot and two rings, each open at the upper left, or elsewhere if turned. The
// same geometry as static/src/icon.svg, whose square is 32 wide.
func drawMark(img *image.RGBA, x, y, width, turned float64, c color.Color) {
	unit := width / 32
	r := vector.NewRasterizer(Width, Height)
	disc(r, x, y, 4.5*unit)
	for _, radius := range []float64{8.5, 14} {
		ring(r, x, y, radius*unit, 3*unit, turned)
	}
	r.Draw(img, img.Bounds(), image.NewUniform(c), image.Point{})
}

func disc(r *vector.Rasterizer, x, y, radius float64) {
	polygon(r, arc(x, y, radius, 0, 2*math.Pi))
}

// ring is three quarters of a circle, from the top clockwise if it is not turned, with round ends.
func ring(r *vector.Rasterizer, x, y, radius, width, turned float64) {
	top, left := turned-math.Pi/2, turned+math.Pi
	end := func(angle float64) (float64, float64) { return x + radius*math.Cos(angle), y + radius*math.Sin(angle) }
	points := arc(x, y, radius+width/2, top, left)
	ex, ey := end(left)
	points = append(points, arc(ex, ey, width/2, left, left+math.Pi)...)
	points = append(points, arc(x, y, radius-width/2, left, top)...)
	ex, ey = end(top)
	polygon(r, append(points, arc(ex, ey, width/2, top+math.Pi, top+2*math.Pi)...))
}

// arc is a line of short steps: a step of a hundredth of a circle of 250 pixels is off by an eighth of one.
func arc(x, y, radius, from, to float64) [][2]float64 {
	steps := 24 + int(math.Abs(to-from)*radius/4)
	points := make([][2]float64, 0, steps+1)
	for i := range steps + 1 {
		angle := from + (to-from)*float64(i)/float64(steps)
		points = append(points, [2]float64{x + radius*math.Cos(angle), y + radius*math.Sin(angle)})
	}
	return points
}

func polygon(r *vector.Rasterizer, points [][2]float64) {
	for i, p := range points {
		if i == 0 {
			r.MoveTo(float32(p[0]), float32(p[1]))
		} else {
			r.LineTo(float32(p[0]), float32(p[1]))
		}
	}
	r.ClosePath()
}

// encode writes img with a palette: a card has few colours, and is a third as large so.
func encode(w io.Writer, img *image.RGBA) error {
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if small, ok := paletted(img); ok {
		return encoder.Encode(w, small)
	}
	return encoder.Encode(w, img)
}

// paletted gives colours that differ by less than four of 256 steps the same place of the palette: on the edges of letters
// nobody sees that.
func paletted(img *image.RGBA) (*image.Paletted, bool) {
	out := image.NewPaletted(img.Bounds(), nil)
	places := map[uint32]uint8{}
	for i, at := 0, 0; i < len(img.Pix); i, at = i+4, at+1 {
		p := img.Pix[i : i+3 : i+3]
		key := uint32(p[0]>>2)<<16 | uint32(p[1]>>2)<<8 | uint32(p[2]>>2)
		place, known := places[key]
		if !known {
			if len(out.Palette) == 256 {
				return nil, false
			}
			place = uint8(len(out.Palette))
			places[key] = place
			out.Palette = append(out.Palette, color.RGBA{p[0], p[1], p[2], 0xff})
		}
		out.Pix[at] = place
	}
	return out, true
}
