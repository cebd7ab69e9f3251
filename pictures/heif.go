package pictures

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
)

const (
	typeAVIF = "image/avif"
	typeHEIC = "image/heic"
	// mostMeta is what the table of contents of a picture may have: real ones have some hundred bytes.
	mostMeta = 1 << 20
)

// isHEIF finds the family of AVIF (ISO/IEC 23008-12).
func isHEIF(head []byte) bool {
	return len(head) >= 16 && string(head[4:8]) == "ftyp" && heifType(head) != ""
}

func heifType(head []byte) string {
	n := min(int(be32(head)), len(head))
	for at := 8; at+4 <= n; at += 4 {
		switch string(head[at : at+4]) {
		case "avif", "avis":
			return typeAVIF
		case "heic", "heix", "hevc", "heim":
			return typeHEIC
		}
	}
	return ""
}

// heif is what the table of contents says. Item ids lead to where items are and what they have.
type heif struct {
	primary  int64
	kinds    map[int64]string   // of items
	places   map[int64][]extent // in the file
	has      map[int64][]int    // properties, from 1
	property []box
	idat     int64 // where the box with small items has its content
}

type extent struct{ off, n int64 }

// box is one of the boxes that such files are made of.
type box struct {
	kind string
	at   int64 // of body in the file
	body []byte
}

var errHEIF = errors.New("the picture's table of contents is damaged")

func lookHEIF(w *window) (Picture, error) {
	head := w.upTo(0, 32)
	p := Picture{Type: heifType(head), Moving: bytes.Contains(head[:min(len(head), int(be32(head)))], []byte("avis"))}
	meta, err := topBox(w, "meta")
	if err != nil {
		return Picture{}, err
	}
	if len(meta.body) < 4 {
		return Picture{}, errHEIF
	}
	h := heif{kinds: map[int64]string{}, places: map[int64][]extent{}, has: map[int64][]int{}}
	if err := h.read(boxes(meta.body[4:], meta.at+4)); err != nil {
		return Picture{}, err
	}
	for _, i := range h.has[h.primary] {
		if i < 1 || i > len(h.property) {
			continue
		}
		switch b := h.property[i-1]; {
		case b.kind == "ispe" && len(b.body) >= 12:
			p.Width, p.Height = int(be32(b.body[4:])), int(be32(b.body[8:]))
		case b.kind == "irot" && len(b.body) >= 1 && b.body[0]&1 == 1:
			p.Width, p.Height = p.Height, p.Width
		}
	}
	if err := p.sized(); err != nil {
		return Picture{}, err
	}
	p.parts = h.without(w.size)
	return p, nil
}

// topBox finds a box of the file itself and reads it.
func topBox(w *window, kind string) (box, error) {
	for off := int64(0); ; {
		b, err := w.exactly(off, 8)
		if err != nil {
			return box{}, fmt.Errorf("the picture has no table of contents: %w", err)
		}
		head, n := int64(8), be32(b)
		found := string(b[4:8]) == kind
		switch n {
		case 1:
			if b, err = w.exactly(off, 16); err != nil {
				return box{}, errHEIF
			}
			head, n = 16, be64(b[8:])
		case 0:
			n = w.size - off
		}
		if n < head || n > w.size-off {
			return box{}, errHEIF
		}
		if !found {
			off += n
			continue
		}
		if n > mostMeta {
			return box{}, errHEIF
		}
		body := make([]byte, n-head)
		if _, err := w.r.ReadAt(body, off+head); err != nil {
			return box{}, fmt.Errorf("read the picture: %w", err)
		}
		return box{kind: kind, at: off + head, body: body}, nil
	}
}

// boxes parts the boxes in b, which is at off in the file. What is damaged ends the list.
func boxes(b []byte, off int64) (list []box) {
	for len(b) >= 8 {
		n := be32(b)
		if n < 8 || n > int64(len(b)) {
			break
		}
		list = append(list, box{kind: string(b[4:8]), at: off + 8, body: b[8:n]})
		b, off = b[n:], off+n
	}
	return list
}

func (h *heif) read(list []box) error {
	for _, b := range list {
		if b.kind == "idat" {
			h.idat = b.at
		}
	}
	for _, b := range list {
		r := &fields{b: b.body}
		switch b.kind {
		case "pitm":
			version, _ := r.version()
			h.primary = r.number(2 + 2*min(int(version), 1))
		case "iinf":
			version, _ := r.version()
			r.number(2 + 2*min(int(version), 1))
			h.items(boxes(r.b, 0))
		case "iloc":
			h.locations(r)
		case "iprp":
			for _, inner := range boxes(b.body, 0) {
				if inner.kind == "ipco" {
					h.property = boxes(inner.body, 0)
				} else if inner.kind == "ipma" {
					h.associations(&fields{b: inner.body})
				}
			}
			continue
		}
		if r.short {
			return errHEIF
		}
	}
	return nil
}

func (h *heif) items(list []box) {
	for _, b := range list {
		r := &fields{b: b.body}
		version, _ := r.version()
		if b.kind != "infe" || version < 2 {
			continue
		}
		id := r.number(2 + 2*min(int(version)-2, 1))
		r.number(2)
		h.kinds[id] = string(r.take(4))
	}
}

// mostItems is more than any picture has: of tiles some hundred.
const mostItems = 10_000

func (h *heif) locations(r *fields) {
	version, _ := r.version()
	sizes := r.number(2)
	offSize, lenSize, baseSize, indexSize := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	wide := 2
	if version == 2 {
		wide = 4
	}
	if version == 0 {
		indexSize = 0
	}
	for n := min(r.number(wide), mostItems); n > 0 && !r.short; n-- {
		id, method := r.number(wide), int64(0)
		if version > 0 {
			method = r.number(2) & 15
		}
		r.number(2)
		base := r.number(baseSize)
		if method == 1 {
			base += h.idat
		}
		for extents := min(r.number(2), mostItems); extents > 0 && !r.short; extents-- {
			r.number(indexSize)
			off, length := r.number(offSize), r.number(lenSize)
			if method <= 1 {
				h.places[id] = append(h.places[id], extent{base + off, length})
			}
		}
	}
}

func (h *heif) associations(r *fields) {
	version, flags := r.version()
	for n := min(r.number(4), mostItems); n > 0 && !r.short; n-- {
		id := r.number(2 + 2*min(int(version), 1))
		for properties := r.number(1); properties > 0; properties-- {
			i := r.number(1)
			if flags&1 != 0 {
				i = i<<8 | r.number(1)
				i &= 0x7FFF
			} else {
				i &= 0x7F
			}
			h.has[id] = append(h.has[id], int(i))
		}
	}
}

// without is the file with zeroes where items lie that say more than the picture shows. Its places stay as they are.
func (h *heif) without(size int64) []part {
	var private []extent
	for id, kind := range h.kinds {
		if kind == "Exif" || kind == "mime" || kind == "uri " {
			private = append(private, h.places[id]...)
		}
	}
	slices.SortFunc(private, func(a, b extent) int { return cmp.Compare(a.off, b.off) })
	var c cuts
	at := int64(0)
	for _, e := range private {
		if e.off < at || e.off > size || e.n <= 0 || e.n > min(mostMeta, size-e.off) {
			continue
		}
		c.keep(at, e.off-at)
		c.blank(e.n)
		at = e.off + e.n
	}
	c.keep(at, size-at)
	return c.all()
}

// fields reads numbers from a box.
type fields struct {
	b     []byte
	short bool // more was asked for than there is
}

func (f *fields) take(n int) []byte {
	if n < 0 || n > len(f.b) {
		f.short, f.b = true, nil
		return make([]byte, max(n, 0))
	}
	b := f.b[:n]
	f.b = f.b[n:]
	return b
}

// number reads one of n bytes; of more than eight there is none.
func (f *fields) number(n int) (v int64) {
	if n > 8 {
		f.short = true
		return 0
	}
	for _, b := range f.take(n) {
		v = v<<8 | int64(b)
	}
	return max(v, 0)
}

func (f *fields) version() (version byte, flags int64) {
	return f.take(1)[0], f.number(3)
}
