package pictures

import (
	"io"
	"sort"
)

// part is a stretch of a cleaned file: n bytes at off of the original, or bytes of our own.
type part struct {
	off, n int64
	own    []byte // instead; n is their number
}

// cuts gathers the parts of a file that are kept.
type cuts struct {
	parts []part
	cut   bool // whether something was left out or put in
}

// keep adds a stretch of the original.
func (c *cuts) keep(off, n int64) {
	if last := len(c.parts) - 1; last >= 0 && c.parts[last].own == nil && c.parts[last].off+c.parts[last].n == off {
		c.parts[last].n += n
		return
	}
	c.parts = append(c.parts, part{off: off, n: n})
}

// put adds bytes of our own.
func (c *cuts) put(b []byte) {
	c.parts = append(c.parts, part{own: b, n: int64(len(b))})
	c.cut = true
}

// drop leaves a stretch out.
func (c *cuts) drop() { c.cut = true }

// blank puts zeroes in the place of n bytes.
func (c *cuts) blank(n int64) { c.put(make([]byte, n)) }

// all is the parts; nil if they are the whole file.
func (c *cuts) all() []part {
	if !c.cut {
		return nil
	}
	return c.parts
}

// splice reads parts as one file.
type splice struct {
	r     io.ReaderAt
	parts []part
	ends  []int64 // of each part, in the splice
}

func newSplice(r io.ReaderAt, parts []part) *io.SectionReader {
	s := &splice{r: r, parts: parts, ends: make([]int64, len(parts))}
	end := int64(0)
	for i, p := range parts {
		end += p.n
		s.ends[i] = end
	}
	return io.NewSectionReader(s, 0, end)
}

// ReadAt implements io.ReaderAt.
func (s *splice) ReadAt(b []byte, off int64) (n int, err error) {
	i := sort.Search(len(s.ends), func(i int) bool { return s.ends[i] > off })
	for ; i < len(s.parts) && n < len(b); i++ {
		p := s.parts[i]
		skip := off + int64(n) - (s.ends[i] - p.n)
		room := b[n:min(int64(len(b)), int64(n)+p.n-skip)]
		got := copy(room, p.own[min(skip, int64(len(p.own))):])
		if p.own == nil {
			got, err = s.r.ReadAt(room, p.off+skip)
		}
		n += got
		if got < len(room) {
			return n, errShort(err)
		}
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// errShort is for a file that became shorter than it was.
func errShort(err error) error {
	if err == nil || err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
