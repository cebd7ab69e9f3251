package pictures

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
)

// mostProfile is what a colour profile may have: those of printers have a megabyte, those of cameras some hundred bytes.
const mostProfile = 4 << 20

// colourProfile reads the ICC profile of a cleaned picture; nil if it has none.
func (p Picture) colourProfile(r io.ReadSeeker) ([]byte, error) {
	if !p.profile {
		return nil, nil
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	head, err := io.ReadAll(io.LimitReader(r, mostProfile+windowBytes))
	if err != nil {
		return nil, err
	}
	switch p.Type {
	case typeJPEG:
		return jpegProfile(head), nil
	case typePNG:
		return pngProfile(head), nil
	case typeWebP:
		if i := bytes.Index(head, []byte("ICCP")); i >= 0 && i+8 <= len(head) {
			if n := le32(head[i+4:]); n <= int64(len(head)-i-8) {
				return head[i+8:][:n], nil
			}
		}
	}
	return nil, nil
}

// jpegProfile puts the pieces of a profile together: each begins with its number and how many there are.
func jpegProfile(b []byte) []byte {
	var icc []byte
	for b = b[2:]; len(b) >= 18 && b[0] == 0xFF && b[1] != markerSOS; {
		n := be16(b[2:]) + 2
		if n > len(b) {
			break
		}
		if b[1] == markerAPP2 && n >= 18 && bytes.HasPrefix(b[4:], []byte("ICC_PROFILE\x00")) {
			icc = append(icc, b[18:n]...)
		}
		b = b[n:]
	}
	return icc
}

func pngProfile(b []byte) []byte {
	for b = b[8:]; len(b) >= 12; {
		n := be32(b)
		if n+12 > int64(len(b)) {
			return nil
		}
		if string(b[4:8]) == "iCCP" {
			_, packed, _ := bytes.Cut(b[8:8+n], []byte{0})
			z, err := zlib.NewReader(bytes.NewReader(packed[min(1, len(packed)):]))
			if err != nil {
				return nil
			}
			icc, err := io.ReadAll(io.LimitReader(z, mostProfile))
			if err != nil {
				return nil
			}
			return icc
		}
		b = b[n+12:]
	}
	return nil
}

// fits tells whether a profile is for the colours that a variant has.
func fits(icc []byte, grey bool) bool {
	if len(icc) < 128 || len(icc) >= mostProfile {
		return false
	}
	space := string(icc[16:20])
	return space == "RGB " && !grey || space == "GRAY" && grey
}

func withJPEGProfile(data, icc []byte) []byte {
	if len(icc) == 0 {
		return data
	}
	const piece = 65_519 // what a segment holds besides its head
	out := append(make([]byte, 0, len(data)+len(icc)+64), data[:2]...)
	pieces := (len(icc) + piece - 1) / piece
	for i := range pieces {
		part := icc[i*piece : min((i+1)*piece, len(icc))]
		out = append(out, 0xFF, markerAPP2)
		out = binary.BigEndian.AppendUint16(out, uint16(len(part)+16))
		out = append(append(out, "ICC_PROFILE\x00"...), byte(i+1), byte(pieces))
		out = append(out, part...)
	}
	return append(out, data[2:]...)
}

func withPNGProfile(data, icc []byte) []byte {
	if len(icc) == 0 {
		return data
	}
	var b bytes.Buffer
	b.WriteString("icc\x00\x00")
	z := zlib.NewWriter(&b)
	_, _ = z.Write(icc)
	_ = z.Close()
	const head = 8 + 25 // signature and IHDR
	out := append(make([]byte, 0, len(data)+b.Len()+12), data[:head]...)
	out = append(out, chunkOf("iCCP", b.Bytes())...)
	return append(out, data[head:]...)
}
