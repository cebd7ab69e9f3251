package pictures

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// svgCleaner writes a drawing anew without what could act, ask other servers, or tell of its maker. Browsers run no scripts in
// a picture anyway, and the server's answer forbids them where a drawing is opened by itself; but a file may be copied.
type svgCleaner struct {
	in      drawnXML
	out     bytes.Buffer
	skip    int  // depth within an element that is left out
	inStyle bool // the text is CSS
	open    []string
	foreign map[string]bool // prefixes of what browsers do not draw
}

func cleanSVG(r io.Reader, size int64) (io.ReadSeeker, error) {
	if size > mostSVG {
		return nil, errSVG
	}
	c := &svgCleaner{in: newXML(r), foreign: map[string]bool{}}
	c.out.Grow(int(size))
	for {
		t, err := c.in.token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errSVG, err)
		}
		if err := c.token(t); err != nil {
			return nil, err
		}
		if c.out.Len() > 2*mostSVG {
			return nil, errSVG
		}
	}
	if len(c.open) > 0 {
		return nil, errSVG
	}
	return bytes.NewReader(c.out.Bytes()), nil
}

// token writes one. Comments, instructions and the document's type are left out: the last may name other files, the second
// style sheets and programs.
func (c *svgCleaner) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		name := qualified(t.Name)
		c.open = append(c.open, name)
		c.learn(t.Attr)
		if c.skip > 0 || c.foreign[t.Name.Space] || isActive(t) {
			c.skip++
			return nil
		}
		c.inStyle = strings.EqualFold(t.Name.Local, "style")
		c.start(name, t)
	case xml.EndElement:
		name := qualified(t.Name)
		if len(c.open) == 0 || c.open[len(c.open)-1] != name {
			return errSVG
		}
		c.open = c.open[:len(c.open)-1]
		if c.skip > 0 {
			c.skip--
			return nil
		}
		c.inStyle = false
		c.out.WriteString("</" + name + ">")
	case xml.CharData:
		switch {
		case c.skip > 0 || len(c.open) == 0:
		case c.inStyle:
			_ = xml.EscapeText(&c.out, []byte(quietCSS(string(t))))
		default:
			escapeData(&c.out, t)
		}
	}
	return nil
}

// escapeData keeps line ends as they are, which xml.EscapeText would write as references.
func escapeData(out *bytes.Buffer, text []byte) {
	for i, line := range bytes.Split(text, []byte("\n")) {
		if i > 0 {
			out.WriteByte('\n')
		}
		_ = xml.EscapeText(out, line)
	}
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// activeElements run, load or ask something, or say more than the picture shows.
const activeElements = " script handler listener iframe frame frameset object embed applet link meta base form input button textarea select " +
	"audio video source track portal template noscript metadata namedview "

func isActive(t xml.StartElement) bool {
	name := strings.ToLower(t.Name.Local)
	if strings.Contains(activeElements, " "+name+" ") {
		return true
	}
	if name != "set" && !strings.HasPrefix(name, "animate") {
		return false
	}
	for _, a := range t.Attr { // an address or a handler may be put in later
		if v := strings.ToLower(a.Value); a.Name.Local == "attributeName" && (strings.HasSuffix(v, "href") || strings.HasPrefix(v, "on")) {
			return true
		}
	}
	return false
}

// drawn are the languages that browsers draw. What drawing programs say in others, such as names of folders, is left out.
func drawn(namespace string) bool {
	switch namespace {
	case "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml",
		"http://www.w3.org/1998/Math/MathML", "http://www.w3.org/XML/1998/namespace":
		return true
	}
	return false
}

// learn reads the prefixes that an element declares.
func (c *svgCleaner) learn(attributes []xml.Attr) {
	for _, a := range attributes {
		if a.Name.Space == "xmlns" {
			c.foreign[a.Name.Local] = !drawn(a.Value)
		}
	}
}

func (c *svgCleaner) start(name string, t xml.StartElement) {
	c.out.WriteString("<" + name)
	for _, a := range t.Attr {
		value, ok := quietAttribute(t.Name.Local, a)
		if !ok || c.foreign[a.Name.Space] {
			continue
		}
		c.out.WriteString(" " + qualified(a.Name) + `="`)
		_ = xml.EscapeText(&c.out, []byte(value))
		c.out.WriteByte('"')
	}
	c.out.WriteByte('>')
}

// quietAttribute is an attribute as it may stand.
func quietAttribute(element string, a xml.Attr) (value string, ok bool) {
	name := strings.ToLower(a.Name.Local)
	switch {
	case a.Name.Space == "xmlns":
		return a.Value, drawn(a.Value)
	case strings.HasPrefix(name, "on"), name == "srcdoc", name == "formaction", name == "ping":
		return "", false
	case name == "href" || name == "src" || name == "action" || name == "data" || name == "from" || name == "to" || name == "values" || name == "by":
		return a.Value, isQuietAddress(strings.ToLower(element), name, a.Value)
	}
	return quietCSS(a.Value), true
}

// isQuietAddress tells whether what stands at an address may be named: a part of the drawing, a picture that it holds, and for
// links pages.
func isQuietAddress(element, name, value string) bool {
	value = strings.ToLower(strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, value))
	switch {
	case name != "href" && name != "src":
		return !strings.Contains(value, "script:") && !strings.Contains(value, "data:text")
	case strings.HasPrefix(value, "#"):
		return true
	case element == "a":
		scheme, _, has := strings.Cut(value, ":")
		return !has || strings.ContainsAny(scheme, "/?#") || scheme == "http" || scheme == "https" || scheme == "mailto"
	case element == "image" || element == "feimage" || element == "img":
		return strings.HasPrefix(value, "data:image/")
	}
	return false
}

// loud are the words by which CSS asks for other files or runs something.
var loud = regexp.MustCompile(`(?i)@import|expression\s*\(|-moz-binding|behavior\s*:|script:`)

// address is a file that CSS names.
var address = regexp.MustCompile(`(?is)url\(\s*(?:"[^"]*"|'[^']*'|[^)]*)\s*\)?`)

// quietAddress are those that a drawing holds itself.
var quietAddress = regexp.MustCompile(`(?i)^url\(\s*["']?(?:#|data:(?:image|font|application)/)`)

// quietCSS takes addresses of other files out of CSS.
func quietCSS(css string) string {
	if loud.MatchString(css) {
		return ""
	}
	return address.ReplaceAllStringFunc(css, func(url string) string {
		if quietAddress.MatchString(url) {
			return url
		}
		return "none"
	})
}
