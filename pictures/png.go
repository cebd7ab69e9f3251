package pictures

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"
)

const (
	typePNG      = "image/png"
	pngSignature = "\x89PNG\r\n\x1a\n"
	// pngKept are the chunks that say how a picture looks; those with a capital letter in front are kept too.
	pngKept = " tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP mDCV mDCv cLLI cLLi acTL fcTL fdAT "
)

func isPNG(head []byte) bool { return bytes.HasPrefix(head, []byte(pngSignature)) }

func lookPNG(w *window) (Picture, error) {
	p := Picture{Type: typePNG}
	b, err := w.exactly(8, 25)
	if err != nil || string(b[:8]) != "\x00\x00\x00\x0dIHDR" {
		return Picture{}, errors.Join(errors.New("the PNG has no header"), err)
	}
	width, height := be32(b[8:]), be32(b[12:])
	if width > most || height > most {
		width, height = 0, 0
	}
	p.Width, p.Height = int(width), int(height)
	if err := p.sized(); err != nil {
		return Picture{}, err
	}
	p.cost = pngCost(p, b[16], b[17], b[20])
	var c cuts
	c.keep(0, 8)
	for off := int64(8); ; {
		b, err := w.exactly(off, 8)
		if err != nil {
			p.Cut = true
			break
		}
		name, n := string(b[4:8]), be32(b)+12
		if off+n > w.size {
			c.keep(off, w.size-off)
			p.Cut = true
			break
		}
		p.chunk(w, &c, name, off, n)
		if off += n; name == "IEND" {
			if off < w.size {
				c.drop()
			}
			break
		}
	}
	p.parts = c.all()
	return p, nil
}

// chunk reads one of n bytes.
func (p *Picture) chunk(w *window, c *cuts, name string, off, n int64) {
	switch {
	case name == "eXIf":
		o := orientationOf(w.some(off+8, n-12))
		p.turn(o)
		c.drop()
		if o > 1 {
			c.put(chunkOf(name, tiffOf(o)))
		}
	case name[0] >= 'A' && name[0] <= 'Z', strings.Contains(pngKept, " "+name+" "):
		p.Moving = p.Moving || name == "acTL"
		p.profile = p.profile || name == "iCCP"
		c.keep(off, n)
	default:
		c.drop()
	}
}

// chunkOf writes a chunk of PNG.
func chunkOf(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// pngCost is what decoding takes: Go keeps colours without alpha in four bytes too, and puts the passes of an interlaced
// picture together.
func pngCost(p Picture, depth, colour, interlace byte) int64 {
	perPixel := int64(4)
	switch colour {
	case 0, 3:
		perPixel = 1
	}
	if depth == 16 {
		perPixel *= 2
	}
	if interlace != 0 {
		perPixel *= 2
	}
	return int64(p.Width) * int64(p.Height) * perPixel
}
