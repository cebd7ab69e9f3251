package pictures

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	typeSVG = "image/svg+xml"
	// mostSVG is what a drawing may have: maps have some megabytes.
	mostSVG = 16 << 20
)

// isSVG finds what may be a drawing; lookSVG finds out.
func isSVG(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n")
	return bytes.HasPrefix(head, []byte("<"))
}

// lookSVG reads the first element of a drawing. That a later part is damaged is found when it is cleaned.
func lookSVG(w *window) (Picture, error) {
	d := newXML(io.LimitReader(io.NewSectionReader(w.r, 0, w.size), mostSVG))
	for {
		t, err := d.token()
		if err != nil {
			return Picture{}, ErrUnknown
		}
		start, ok := t.(xml.StartElement)
		switch {
		case !ok:
			continue
		case start.Name.Local != "svg":
			return Picture{}, ErrUnknown
		case w.size > mostSVG:
			return Picture{}, fmt.Errorf("the drawing has %d MB, and an SVG may have %d: make it simpler, or a PNG", w.size>>20, mostSVG>>20)
		}
		return drawing(start), nil
	}
}

// drawing reads how large an SVG is shown: by its width and height, or by its view.
func drawing(svg xml.StartElement) Picture {
	p := Picture{Type: typeSVG}
	var width, height float64
	var view []float64
	for _, a := range svg.Attr {
		if a.Name.Space != "" {
			continue
		}
		switch a.Name.Local {
		case "width":
			width = pixels(a.Value)
		case "height":
			height = pixels(a.Value)
		case "viewBox":
			for _, s := range strings.FieldsFunc(a.Value, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' }) {
				f, _ := strconv.ParseFloat(s, 64)
				view = append(view, f)
			}
		}
	}
	if len(view) == 4 && view[2] > 0 && view[3] > 0 {
		switch ratio := view[2] / view[3]; {
		case width > 0 && height <= 0:
			height = width / ratio
		case height > 0 && width <= 0:
			width = height * ratio
		case width <= 0:
			width, height = view[2], view[3]
		}
	}
	p.Width, p.Height = int(math.Round(width)), int(math.Round(height))
	if p.sized() != nil {
		p.Width, p.Height = 0, 0
	}
	return p
}

var length = regexp.MustCompile(`^\s*\+?([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?)\s*(px|pt|pc|mm|cm|in|em|rem|ex)?\s*$`)

// pixels are those of a length in CSS; 0 for a share of something or none.
func pixels(s string) float64 {
	m := length.FindStringSubmatch(s)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil || n > most {
		return 0
	}
	switch m[2] {
	case "pt":
		return n * 96 / 72
	case "pc":
		return n * 16
	case "mm":
		return n * 96 / 25.4
	case "cm":
		return n * 96 / 2.54
	case "in":
		return n * 96
	case "em", "rem":
		return n * 16
	case "ex":
		return n * 8
	}
	return n
}

// drawnXML reads the tokens of a drawing. Names keep their prefixes, so that they can be written as they were.
type drawnXML struct {
	*xml.Decoder
}

func newXML(r io.Reader) drawnXML {
	d := xml.NewDecoder(r)
	d.Entity = map[string]string{}
	d.CharsetReader = charset
	return drawnXML{d}
}

// token is the next token. Entities that the document declares are known from then on, if they are plain text.
func (d drawnXML) token() (xml.Token, error) {
	t, err := d.RawToken()
	if directive, ok := t.(xml.Directive); ok && len(d.Entity) == 0 {
		d.declare(directive)
	}
	return t, err
}

var entity = regexp.MustCompile(`<!ENTITY\s+([A-Za-z_][\w.-]*)\s+(?:"([^"&%]*)"|'([^'&%]*)')\s*>`)

// declare keeps the entities that programs like Illustrator write. None may be made of others, and they are short: a few lines
// could else become gigabytes.
func (d drawnXML) declare(directive []byte) {
	for _, m := range entity.FindAllSubmatch(directive, 50) {
		if value := string(m[2]) + string(m[3]); len(value) <= 200 {
			d.Entity[string(m[1])] = value
		}
	}
}

// charset reads the encodings that old programs write besides UTF-8.
func charset(name string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return r, nil
	case "iso-8859-1", "latin1", "windows-1252":
		return &latin{r: r}, nil
	}
	return nil, fmt.Errorf("its encoding %.20q is not known here: save it as UTF-8", name)
}

// latin makes UTF-8 of ISO-8859-1.
type latin struct {
	r    io.Reader
	rest []byte
}

// Read implements io.Reader.
func (l *latin) Read(b []byte) (int, error) {
	if len(l.rest) == 0 {
		var raw [1024]byte
		n, err := l.r.Read(raw[:])
		if n == 0 {
			return 0, err
		}
		for _, c := range raw[:n] {
			l.rest = utf8.AppendRune(l.rest, rune(c))
		}
	}
	n := copy(b, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

var errSVG = errors.New("the drawing is no well-formed XML, so browsers do not show it")
