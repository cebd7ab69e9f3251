package pictures

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// quality of JPEGs: below it faces and skies show blocks.
const quality = 80

// HeightFor is how high a variant of a width is.
func HeightFor(p Picture, width int) int { return max(1, (p.Height*width+p.Width/2)/p.Width) }

// resize draws the picture in r anew, width pixels wide as it is shown. What has no transparent parts and was a photograph
// becomes a JPEG, anything else a PNG. Colours keep their profile.
func (p Picture) resize(ctx context.Context, r io.ReadSeeker, width int) (data []byte, contentType string, err error) {
	defer func() {
		if trouble := recover(); trouble != nil {
			err = fmt.Errorf("the picture cannot be decoded: %v", trouble)
		}
	}()
	icc, err := p.colourProfile(r)
	if err != nil {
		return nil, "", err
	}
	img, err := p.decode(r)
	if err != nil {
		return nil, "", fmt.Errorf("decode the picture: %w", err)
	}
	to := image.Pt(width, HeightFor(p, width))
	if p.turned() {
		to = image.Pt(to.Y, to.X)
	}
	small, err := smaller(ctx, img, to)
	if err != nil {
		return nil, "", err
	}
	return encode(upright(small, p.orientation), p.Type, icc)
}

var errUndecodable = errors.New("pictures of this kind cannot be decoded here")

// decode is given no more than Look found affordable, since both read the same head.
func (p Picture) decode(r io.ReadSeeker) (image.Image, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	switch p.Type {
	case typeJPEG:
		return jpeg.Decode(r)
	case typePNG:
		return png.Decode(r)
	case typeWebP:
		return webp.Decode(r)
	}
	return nil, errUndecodable
}

// smaller scales img down to a size. Grey stays grey, and what a JPEG holds is not turned into other colours in between.
func smaller(ctx context.Context, img image.Image, to image.Point) (image.Image, error) {
	switch m := img.(type) {
	case *image.YCbCr:
		return smallerYCbCr(ctx, m, to)
	case *image.Gray:
		out := image.NewGray(image.Rectangle{Max: to})
		err := scaleBytes(ctx, m.Pix, m.Stride, m.Rect.Size(), out.Pix, out.Stride, to)
		return out, err
	case *image.Gray16:
		out := image.NewGray(image.Rectangle{Max: to})
		from := plane{m.Rect.Dx(), m.Rect.Dy(), 1, func(y int, row []float32) {
			for x := range row {
				row[x] = float32(m.Pix[y*m.Stride+2*x])
			}
		}}
		err := scale(ctx, from, to.X, to.Y, func(y int, row []float32) { putBytes(out.Pix[y*out.Stride:], row) })
		return out, err
	}
	return smallerColour(ctx, img, to)
}

// smallerYCbCr leaves a colour's planes as coarse as they were, but for rare proportions.
func smallerYCbCr(ctx context.Context, m *image.YCbCr, to image.Point) (image.Image, error) {
	ratio := m.SubsampleRatio
	if ratio != image.YCbCrSubsampleRatio420 {
		ratio = image.YCbCrSubsampleRatio444
	}
	out := image.NewYCbCr(image.Rectangle{Max: to}, ratio)
	coarse := image.Pt(out.CStride, len(out.Cb)/out.CStride)
	size := m.Rect.Size()
	c := image.Pt(chroma(m, size.X-1, 0)%m.CStride+1, chroma(m, 0, size.Y-1)/m.CStride+1)
	if err := scaleBytes(ctx, m.Y, m.YStride, size, out.Y, out.YStride, to); err != nil {
		return nil, err
	}
	if err := scaleBytes(ctx, m.Cb, m.CStride, c, out.Cb, out.CStride, coarse); err != nil {
		return nil, err
	}
	return out, scaleBytes(ctx, m.Cr, m.CStride, c, out.Cr, out.CStride, coarse)
}

func chroma(m *image.YCbCr, x, y int) int { return m.COffset(m.Rect.Min.X+x, m.Rect.Min.Y+y) }

func scaleBytes(ctx context.Context, from []byte, stride int, size image.Point, to []byte, toStride int, toSize image.Point) error {
	p := plane{size.X, size.Y, 1, func(y int, row []float32) {
		for x, v := range from[y*stride:][:len(row)] {
			row[x] = float32(v)
		}
	}}
	return scale(ctx, p, toSize.X, toSize.Y, func(y int, row []float32) { putBytes(to[y*toStride:], row) })
}

func putBytes(to []byte, row []float32) {
	for x, v := range row {
		to[x] = sample(v)
	}
}

// smallerColour scales colours that count as much as they cover: what is hidden under a transparent edge must not show.
func smallerColour(ctx context.Context, img image.Image, to image.Point) (image.Image, error) {
	size := img.Bounds().Size()
	out := image.NewNRGBA(image.Rectangle{Max: to})
	err := scale(ctx, plane{size.X, size.Y, 4, colours(img)}, to.X, to.Y, func(y int, row []float32) {
		line := out.Pix[y*out.Stride:]
		for x := 0; x < len(row); x += 4 {
			alpha := min(max(row[x+3], 0), 255)
			if alpha < 0.5 {
				continue
			}
			for i := range 3 {
				line[x+i] = sample(row[x+i] * 255 / alpha)
			}
			line[x+3] = sample(alpha)
		}
	})
	return out, err
}

// colours reads rows of an image, red, green and blue multiplied with alpha.
func colours(img image.Image) func(y int, to []float32) {
	origin := img.Bounds().Min
	switch m := img.(type) {
	case *image.NRGBA:
		return func(y int, to []float32) {
			line := m.Pix[y*m.Stride:]
			for x := 0; x < len(to); x += 4 {
				a := float32(line[x+3])
				k := a / 255
				to[x], to[x+1], to[x+2], to[x+3] = float32(line[x])*k, float32(line[x+1])*k, float32(line[x+2])*k, a
			}
		}
	case *image.RGBA:
		return func(y int, to []float32) {
			for x, v := range m.Pix[y*m.Stride:][:len(to)] {
				to[x] = float32(v)
			}
		}
	case *image.Paletted:
		palette := make([][4]float32, 256)
		for i, c := range m.Palette {
			palette[i] = premultiplied(c)
		}
		return func(y int, to []float32) {
			line := m.Pix[y*m.Stride:]
			for x := range len(to) / 4 {
				copy(to[4*x:], palette[line[x]][:])
			}
		}
	}
	return func(y int, to []float32) {
		for x := range len(to) / 4 {
			c := premultiplied(img.At(origin.X+x, origin.Y+y))
			copy(to[4*x:], c[:])
		}
	}
}

func premultiplied(c color.Color) [4]float32 {
	r, g, b, a := c.RGBA()
	return [4]float32{float32(r) / 257, float32(g) / 257, float32(b) / 257, float32(a) / 257}
}

// upright turns img as EXIF's orientation says.
func upright(img image.Image, orientation int) image.Image {
	if orientation < 2 {
		return img
	}
	switch m := img.(type) {
	case *image.Gray:
		out := image.NewGray(turnedRect(m.Rect, orientation))
		turn(m.Pix, m.Stride, m.Rect.Size(), out.Pix, out.Stride, 1, orientation)
		return out
	case *image.NRGBA:
		out := image.NewNRGBA(turnedRect(m.Rect, orientation))
		turn(m.Pix, m.Stride, m.Rect.Size(), out.Pix, out.Stride, 4, orientation)
		return out
	case *image.YCbCr:
		out := image.NewYCbCr(turnedRect(m.Rect, orientation), m.SubsampleRatio)
		turn(m.Y, m.YStride, m.Rect.Size(), out.Y, out.YStride, 1, orientation)
		coarse := image.Pt(m.CStride, len(m.Cb)/m.CStride)
		turn(m.Cb, m.CStride, coarse, out.Cb, out.CStride, 1, orientation)
		turn(m.Cr, m.CStride, coarse, out.Cr, out.CStride, 1, orientation)
		return out
	}
	return img
}

func turnedRect(r image.Rectangle, orientation int) image.Rectangle {
	if orientation >= 5 {
		return image.Rect(0, 0, r.Dy(), r.Dx())
	}
	return image.Rect(0, 0, r.Dx(), r.Dy())
}

// turn copies pixels of so many bytes to where they belong.
func turn(from []byte, stride int, size image.Point, to []byte, toStride, bytesEach, orientation int) {
	for y := range size.Y {
		for x := range size.X {
			at := place(x, y, size, orientation)
			copy(to[at.Y*toStride+at.X*bytesEach:][:bytesEach], from[y*stride+x*bytesEach:])
		}
	}
}

// place is where a pixel is shown (EXIF 2.3, tag 0x0112).
func place(x, y int, size image.Point, orientation int) image.Point {
	right, bottom := size.X-1-x, size.Y-1-y
	switch orientation {
	case 2:
		return image.Pt(right, y)
	case 3:
		return image.Pt(right, bottom)
	case 4:
		return image.Pt(x, bottom)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(bottom, x)
	case 7:
		return image.Pt(bottom, right)
	case 8:
		return image.Pt(y, right)
	}
	return image.Pt(x, y)
}

func encode(img image.Image, from string, icc []byte) ([]byte, string, error) {
	var b bytes.Buffer
	_, grey := img.(*image.Gray)
	if !fits(icc, grey) {
		icc = nil
	}
	photograph := from != typePNG
	if m, ok := img.(*image.NRGBA); ok {
		photograph = photograph && m.Opaque()
	}
	if photograph {
		err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
		return withJPEGProfile(b.Bytes(), icc), typeJPEG, err
	}
	err := png.Encode(&b, img)
	return withPNGProfile(b.Bytes(), icc), typePNG, err
}
