package pictures

import (
	"bytes"
	"strings"
)

const typeGIF = "image/gif"

func isGIF(head []byte) bool {
	return bytes.HasPrefix(head, []byte("GIF87a")) || bytes.HasPrefix(head, []byte("GIF89a"))
}

// lookGIF reads a GIF. It has no variants: most move, and the others are small.
func lookGIF(w *window) (Picture, error) {
	b, err := w.exactly(0, 13)
	if err != nil {
		return Picture{}, err
	}
	p := Picture{Type: typeGIF, Width: le16(b[6:]), Height: le16(b[8:])}
	if err := p.sized(); err != nil {
		return Picture{}, err
	}
	off := 13 + colourTable(b[10])
	c := cuts{}
	c.keep(0, off)
	frames := 0
	for {
		start := off
		b, err := w.exactly(off, 1)
		if err != nil {
			p.Cut = true
			break
		}
		if b[0] == 0x3B {
			c.keep(off, 1)
			if off+1 < w.size {
				c.drop()
			}
			break
		}
		kept := false
		switch b[0] {
		case 0x2C:
			frames++
			off, kept = gifFrame(w, off), true
		case 0x21:
			off, kept = gifExtension(w, off)
		default:
			off = -1
		}
		if off < 0 {
			c.keep(start, w.size-start)
			p.Cut = true
			break
		}
		if kept {
			c.keep(start, off-start)
		} else {
			c.drop()
		}
	}
	p.Moving = frames > 1
	p.parts = c.all()
	return p, nil
}

// colourTable is the length of the table that flags announce.
func colourTable(flags byte) int64 {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// gifFrame is where the frame at off ends; -1 if the file does before.
func gifFrame(w *window, off int64) int64 {
	b, err := w.exactly(off, 10)
	if err != nil {
		return -1
	}
	return gifBlocks(w, off+10+colourTable(b[9])+1)
}

// gifExtension is where the extension at off ends, and whether it says how the picture looks.
func gifExtension(w *window, off int64) (end int64, keep bool) {
	b := w.upTo(off, 14)
	if len(b) < 3 {
		return -1, false
	}
	switch b[1] {
	case 0xF9, 0x01:
		keep = true
	case 0xFF:
		keep = len(b) == 14 && strings.Contains(" NETSCAPE2.0 ANIMEXTS1.0 ICCRGBG1012 ", " "+string(b[3:14])+" ")
	}
	return gifBlocks(w, off+2), keep
}

// gifBlocks is where a row of blocks ends.
func gifBlocks(w *window, off int64) int64 {
	for {
		b := w.upTo(off, 1)
		if len(b) == 0 {
			return -1
		}
		off += 1 + int64(b[0])
		if b[0] == 0 {
			return off
		}
	}
}
