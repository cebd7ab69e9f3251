package pictures

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
)

const (
	typeWebP                      = "image/webp"
	webpEXIF, webpXMP, webpMoving = 0x08, 0x04, 0x02 // flags of VP8X
)

func isWebP(head []byte) bool {
	return len(head) >= 16 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP"
}

// webpReader walks through the chunks of a WebP. Its EXIF goes as a whole: browsers show WebP as it lies, whatever EXIF says of
// which side is up.
type webpReader struct {
	*window
	picture  Picture
	cuts     cuts
	extended int // place of VP8X among the parts; 0 if there is none
	lossless bool
}

func lookWebP(w *window) (Picture, error) {
	r := &webpReader{window: w, picture: Picture{Type: typeWebP}}
	r.cuts.parts = []part{{n: 12, own: bytes.Clone(w.upTo(0, 12))}}
	end := min(w.size, le32(w.upTo(4, 4))+8)
	off := int64(12)
	for off+8 <= end {
		b, err := w.exactly(off, 8)
		if err != nil {
			break
		}
		name, n := string(b[:4]), le32(b[4:])+8
		n += n & 1
		if off+n > end+1 || off+n > w.size {
			r.picture.Cut = true
			n = min(n, w.size-off)
		}
		r.chunk(name, off, n)
		off += n
	}
	if off < w.size || r.picture.Width == 0 {
		r.cuts.drop()
	}
	return r.end()
}

func (r *webpReader) chunk(name string, off, n int64) {
	body := r.some(off+8, n-8)
	p := &r.picture
	switch {
	case name == "VP8X" && len(body) >= 10:
		p.Moving = body[0]&webpMoving != 0
		p.Width, p.Height = le24(body[4:])+1, le24(body[7:])+1
		r.extended = len(r.cuts.parts)
		r.cuts.parts = append(r.cuts.parts, part{own: bytes.Clone(r.some(off, n)), n: n}) // its flags may change
		return
	case name == "VP8 " && len(body) >= 10 && p.Width == 0:
		p.Width, p.Height = le16(body[6:])&0x3FFF, le16(body[8:])&0x3FFF
	case name == "VP8L" && len(body) >= 5 && body[0] == 0x2F:
		r.lossless = true
		if p.Width == 0 {
			bits := le32(body[1:])
			p.Width, p.Height = int(bits&0x3FFF)+1, int(bits>>14&0x3FFF)+1
		}
	case !strings.Contains(" VP8  VP8L ALPH ANIM ANMF ICCP ", " "+name+" "):
		r.cuts.drop()
		return
	}
	p.profile = p.profile || name == "ICCP"
	r.cuts.keep(off, n)
}

// end writes the head anew where something was left out.
func (r *webpReader) end() (Picture, error) {
	p := &r.picture
	if p.Width == 0 {
		return Picture{}, errors.New("the WebP has no picture in it")
	}
	if !p.Moving {
		p.cost = int64(p.Width) * int64(p.Height) * 3
		if r.lossless {
			p.cost = int64(p.Width) * int64(p.Height) * 8
		}
	}
	if !r.cuts.cut {
		return *p, nil
	}
	if r.extended > 0 {
		r.cuts.parts[r.extended].own[8] &^= webpEXIF | webpXMP
	}
	total := int64(-8)
	for _, part := range r.cuts.parts {
		total += part.n
	}
	binary.LittleEndian.PutUint32(r.cuts.parts[0].own[4:], uint32(total))
	p.parts = r.cuts.all()
	return *p, nil
}
