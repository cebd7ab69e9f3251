package pictures

import (
	"fmt"
	"io"
)

// windowBytes is how much of a file is read at once.
const windowBytes = 64 << 10

// window reads a file here and there without a system call for each byte.
type window struct {
	r    io.ReaderAt
	size int64
	buf  []byte
	at   int64 // of buf in the file
}

// upTo is the n bytes at off, fewer where the file ends. They are good until the next call; n is at most windowBytes.
func (w *window) upTo(off int64, n int) []byte {
	if off < 0 || off >= w.size {
		return nil
	}
	if off < w.at || off+int64(n) > w.at+int64(len(w.buf)) {
		w.fill(off)
	}
	b := w.buf[off-w.at:]
	return b[:min(n, len(b))]
}

func (w *window) fill(off int64) {
	if cap(w.buf) == 0 {
		w.buf = make([]byte, windowBytes)
	}
	w.buf, w.at = w.buf[:min(int64(cap(w.buf)), w.size-off)], off
	n, _ := w.r.ReadAt(w.buf, off) // what cannot be read is as if the file ended
	w.buf = w.buf[:n]
}

// exactly is the n bytes at off, or an error if the file has fewer.
func (w *window) exactly(off int64, n int) ([]byte, error) {
	b := w.upTo(off, n)
	if len(b) < n {
		return nil, fmt.Errorf("the file ends at byte %d, within something that is longer", w.size)
	}
	return b, nil
}

// cutHeads is how much of the parts that are looked into is read: EXIF has its first tags in front.
const cutHeads = 16 << 10

// some is the n bytes at off as far as they are there, at most cutHeads.
func (w *window) some(off, n int64) []byte { return w.upTo(off, int(min(n, cutHeads))) }

func be16(b []byte) int { return int(b[0])<<8 | int(b[1]) }

func be32(b []byte) int64 { return int64(b[0])<<24 | int64(b[1])<<16 | int64(b[2])<<8 | int64(b[3]) }

func be64(b []byte) int64 { return be32(b)<<32 | be32(b[4:]) }

func le16(b []byte) int { return int(b[1])<<8 | int(b[0]) }

func le24(b []byte) int { return int(b[2])<<16 | le16(b) }

func le32(b []byte) int64 { return int64(b[3])<<24 | int64(le24(b)) }
