// Package pictures measures, cleans and resizes the pictures of a blog.
//
// Look reads what the head of a file tells: type, width and height as they are shown, and which parts of the file say where,
// when and by whom a picture was made. Clean is the file without these; nothing is drawn anew for it. A Gallery makes smaller
// variants, when one is first asked for, and keeps them on disk.
//
// It imports nothing of ours and knows neither posts nor HTTP. All of it may be used by any number of goroutines.
package pictures

import (
	"errors"
	"fmt"
	"io"
)

// Picture is what a file tells of the picture in it. It is not changed afterwards.
type Picture struct {
	Type          string // media type, such as "image/jpeg": what the bytes are, whatever the file is called
	Width, Height int    // in CSS pixels, as it is shown: turned if its EXIF says so; 0 if an SVG tells none
	Moving        bool   // it has several frames
	Cut           bool   // the file ends too early: browsers show a part of it, or nothing

	orientation int    // of EXIF: 1 to 8; 0 if it tells none
	cost        int64  // bytes that decoding takes, about; 0 if it cannot be decoded here
	profile     bool   // it has a colour profile
	parts       []part // the file without what is nobody's business; nil if it has nothing of the kind
}

// ErrUnknown says that a file is no picture of a kind that is known here.
var ErrUnknown = errors.New("no picture: it is neither PNG, JPEG, GIF, WebP, AVIF nor SVG")

// Look measures the picture in the size bytes of r. Most files are read at a few places only, a JPEG's once from end to end.
// The error is ErrUnknown or says what is wrong with the file.
func Look(r io.ReaderAt, size int64) (p Picture, err error) {
	defer func() {
		if trouble := recover(); trouble != nil { // a parser's mistake costs its file, not the blog
			p, err = Picture{}, fmt.Errorf("the picture cannot be understood: %v", trouble)
		}
	}()
	w := &window{r: r, size: size}
	head := w.upTo(0, 32)
	for _, kind := range kinds() {
		if kind.is(head) {
			return kind.look(w)
		}
	}
	return Picture{}, ErrUnknown
}

// kind is one format.
type kind struct {
	is   func(head []byte) bool
	look func(*window) (Picture, error)
}

func kinds() []kind {
	return []kind{
		{isJPEG, lookJPEG}, {isPNG, lookPNG}, {isGIF, lookGIF}, {isWebP, lookWebP}, {isHEIF, lookHEIF}, {isSVG, lookSVG},
	}
}

// Clean is the bytes of the picture in r without what tells of the camera, the place and the programs that made it: EXIF but
// for which side is up, XMP, comments, previews, what follows the end, and the scripts of an SVG. r must be the file, unchanged, that
// Look was given.
func (p Picture) Clean(r io.ReaderAt, size int64) (io.ReadSeeker, error) {
	if p.Type == typeSVG {
		return cleanSVG(io.NewSectionReader(r, 0, size), size)
	}
	if p.parts == nil {
		return io.NewSectionReader(r, 0, size), nil
	}
	return newSplice(r, p.parts), nil
}

// turned tells whether EXIF has width and height change places.
func (p Picture) turned() bool { return p.orientation >= 5 && p.orientation <= 8 }

// turn gives a picture its orientation.
func (p *Picture) turn(orientation int) {
	if orientation < 1 || orientation > 8 || p.orientation != 0 {
		return
	}
	p.orientation = orientation
	if p.turned() {
		p.Width, p.Height = p.Height, p.Width
	}
}

// most is what a side of a picture may have: more is a mistake or an attack.
const most = 1 << 20

// sized says what is wrong with impossible sizes.
func (p Picture) sized() error {
	if p.Width < 1 || p.Height < 1 || p.Width > most || p.Height > most {
		return fmt.Errorf("the picture says that it is %d by %d pixels, which cannot be", p.Width, p.Height)
	}
	return nil
}
