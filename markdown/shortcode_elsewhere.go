package markdown

import (
	"fmt"
	"html"
	"strings"

	"rsc.io/qr"
)

// elsewhere writes a quiet link to what other sites would show in a frame, with the author's picture if there is one.
func (x *expansion) elsewhere(u *use) {
	s, _ := elsewhere(strings.ReplaceAll(u.name, "-", "_"))
	address := s.address(u.args)
	if address == "" {
		x.warn(u.start, "%s does not say what to show: write id= or url=", u.written())
		return
	}
	words := x.elsewhereWords(s, u, address)
	link := `<a href="` + attrValue(address) + `" rel="noopener noreferrer">`
	inline := link + literal(words) + "</a>"
	if s.kind != 'v' {
		x.html(u, `<p class="embed">`+link+html.EscapeString(words)+"</a></p>", inline)
		return
	}
	picture := ""
	if src := u.args.get("image", "poster", "thumbnail", "cover"); src != "" {
		picture = `<img src="` + attrValue(fileAddress(src)) + `" alt="">`
	}
	x.html(u, `<p class="video">`+link+picture+"<span>"+html.EscapeString(words)+"</span></a></p>", inline)
}

func (x *expansion) elsewhereWords(s service, u *use, address string) string {
	p := x.phrases()
	title := x.plain(u.args.get("title", "label", "caption", "alt"))
	if s.name == "" {
		if title != "" {
			return title
		}
		return address
	}
	format := p.open
	switch s.kind {
	case 'v':
		format = p.watch
	case 'a':
		format = p.listen
	case 'c':
		format = p.code
	case 'p':
		if user := u.args.get("user", "username"); user != "" && title == "" {
			return fmt.Sprintf(p.postBy, strings.TrimPrefix(user, "@"), s.name)
		}
		format = p.post
	}
	words := fmt.Sprintf(format, s.name)
	if _, path, ok := strings.Cut(address, ".com/"); ok && s.kind == 'c' && title == "" {
		title = path
	}
	if title != "" {
		words += ": " + title
	}
	return words
}

// qr draws a QR code: dark squares on white, whatever the colours of the page, since not every reader of codes takes others.
func (x *expansion) qr(u *use) {
	text := u.args.at(0, "text", "content", "url", "data")
	if u.closed {
		text = strings.TrimSpace(x.rawText(u))
	}
	level := map[string]qr.Level{"low": qr.L, "quartile": qr.Q, "high": qr.H}
	l, ok := level[strings.ToLower(u.args.get("level"))]
	if !ok {
		l = qr.M
	}
	code, err := qr.Encode(text, l)
	if text == "" || err != nil {
		x.warn(u.start, "%s: a QR code holds 1 to some 2,000 signs, this text has %d: nothing is shown", u.written(), len(text))
		return
	}
	alt := u.args.get("alt", "title")
	if alt == "" {
		alt = fmt.Sprintf(x.phrases().scanThis, text)
	}
	x.html(u, "<figure>\n"+drawQR(code, alt)+"\n</figure>", drawQR(code, alt))
}

func drawQR(code *qr.Code, alt string) string {
	const quiet, scale = 4, 4 // the margin that the standard asks for; pixels for each square
	size := code.Size + 2*quiet
	var squares strings.Builder
	for y := range code.Size {
		for from := 0; from < code.Size; from++ {
			n := 0
			for from+n < code.Size && code.Black(from+n, y) {
				n++
			}
			if n > 0 {
				fmt.Fprintf(&squares, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, n, n)
				from += n
			}
		}
	}
	return fmt.Sprintf(`<svg role="img" aria-label="%s" width="%d" height="%d" viewBox="0 0 %d %d"><rect width="%d" height="%d" fill="#fff"></rect><path d="%s" fill="#000"></path></svg>`,
		attrValue(alt), size*scale, size*scale, size, size, size, size, squares.String())
}
