package pictures

import (
	"bytes"
	"errors"
)

const typeJPEG = "image/jpeg"

// Markers of JPEG (ITU T.81, table B.1).
const (
	markerSOI  = 0xD8
	markerEOI  = 0xD9
	markerSOS  = 0xDA
	markerAPP0 = 0xE0
	markerAPP1 = 0xE1
	markerAPP2 = 0xE2
	markerCOM  = 0xFE
)

func isJPEG(head []byte) bool { return bytes.HasPrefix(head, []byte{0xFF, markerSOI, 0xFF}) }

// jpegReader walks through the segments of a JPEG.
type jpegReader struct {
	*window
	picture Picture
	cuts    cuts
	found   int // EXIF's orientation
}

func lookJPEG(w *window) (Picture, error) {
	j := &jpegReader{window: w, picture: Picture{Type: typeJPEG}}
	j.cuts.keep(0, 2)
	end, err := j.segments(2)
	if err != nil && j.picture.Width == 0 {
		return Picture{}, err
	}
	if err := j.picture.sized(); err != nil {
		return Picture{}, err
	}
	if err != nil {
		j.picture.Cut = true
	} else if end < w.size { // previews, films and other things that cameras put behind the picture
		j.cuts.drop()
	}
	j.orient()
	j.picture.parts = j.cuts.all()
	return j.picture, nil
}

// orient puts in the place of all EXIF that which says which side is up.
func (j *jpegReader) orient() {
	j.picture.turn(j.found)
	if j.found < 2 {
		return
	}
	exif := append([]byte("Exif\x00\x00"), tiffOf(j.found)...)
	segment := append([]byte{0xFF, markerAPP1, 0, byte(len(exif) + 2)}, exif...)
	rest := j.cuts.parts
	j.cuts.parts = []part{{off: 0, n: 2}}
	j.cuts.put(segment)
	rest[0].off, rest[0].n = 2, rest[0].n-2
	j.cuts.parts = append(j.cuts.parts, rest...)
}

var errNoMarker = errors.New("the JPEG is damaged: a marker is missing")

// segments reads from the marker at off to the end of the picture, where it is.
func (j *jpegReader) segments(off int64) (end int64, err error) {
	for {
		b, err := j.exactly(off, 2)
		if err != nil {
			return off, err
		}
		marker := int(b[1])
		switch {
		case b[0] != 0xFF:
			j.cuts.keep(off, j.size-off)
			return off, errNoMarker
		case marker == 0xFF: // a fill byte
			j.cuts.keep(off, 1)
			off++
			continue
		case marker == markerEOI:
			j.cuts.keep(off, 2)
			return off + 2, nil
		case marker == 1 || marker >= 0xD0 && marker <= 0xD7: // without a length
			j.cuts.keep(off, 2)
			off += 2
			continue
		}
		if b, err = j.exactly(off, 4); err != nil {
			j.cuts.keep(off, j.size-off)
			return off, err
		}
		n := int64(be16(b[2:])) + 2
		if n < 4 || off+n > j.size {
			j.cuts.keep(off, j.size-off)
			return off, errNoMarker
		}
		j.segment(marker, off, n)
		if off += n; marker == markerSOS {
			if off, err = j.scan(off); err != nil {
				return off, err
			}
		}
	}
}

// segment reads one with a length, all of which is n bytes from its marker on.
func (j *jpegReader) segment(marker int, off, n int64) {
	body := j.some(off+4, n-4)
	switch {
	case marker == markerAPP1:
		if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && j.found == 0 {
			j.found = orientationOf(tiff)
		}
		j.cuts.drop()
		return
	case marker == markerAPP2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00")):
		j.picture.profile = true
	case marker == markerAPP0 && bytes.HasPrefix(body, []byte("JFIF\x00")):
	case marker == 0xEE && bytes.HasPrefix(body, []byte("Adobe")): // how colours are to be understood
	case marker >= markerAPP0 && marker <= 0xEF, marker == markerCOM:
		j.cuts.drop()
		return
	case isFrame(marker) && len(body) >= 6 && j.picture.Width == 0:
		j.frame(marker, body)
	}
	j.cuts.keep(off, n)
}

// isFrame tells whether a marker begins a frame header: SOF0 to SOF15 without DHT, JPG and DAC.
func isFrame(marker int) bool {
	return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
}

// frame reads a frame header. What takes part in decoding: a byte for each sample, and where the picture comes in several
// passes the coefficients, four bytes each, too.
func (j *jpegReader) frame(marker int, body []byte) {
	p := &j.picture
	p.Height, p.Width = be16(body[1:]), be16(body[3:])
	components := int(body[5])
	if body[0] != 8 || marker > 0xC2 || components != 1 && components != 3 || len(body) < 6+3*components {
		return // such as the four inks of a printer, whose colours we would not know
	}
	samples, hMost, vMost := int64(0), 1, 1
	for i := range components {
		hMost, vMost = max(hMost, int(body[7+3*i]>>4)), max(vMost, int(body[7+3*i]&15))
	}
	for i := range components {
		samples += int64(p.Width) * int64(p.Height) * int64(body[7+3*i]>>4) * int64(body[7+3*i]&15) / int64(hMost*vMost)
	}
	p.cost = samples
	if marker == 0xC2 {
		p.cost += 4 * samples
	}
}

// scan goes through coded data to the next marker that is none of its own.
func (j *jpegReader) scan(off int64) (int64, error) {
	from := off
	for {
		b := j.upTo(off, windowBytes)
		if len(b) < 2 {
			j.cuts.keep(from, j.size-from)
			return j.size, errors.New("the JPEG is cut off")
		}
		i := bytes.IndexByte(b[:len(b)-1], 0xFF)
		switch {
		case i < 0:
			off += int64(len(b) - 1)
		case b[i+1] == 0 || b[i+1] >= 0xD0 && b[i+1] <= 0xD7:
			off += int64(i + 2)
		default:
			off += int64(i)
			j.cuts.keep(from, off-from)
			return off, nil
		}
	}
}
