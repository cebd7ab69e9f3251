package markdown

import (
	"html"
	"path"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"vang/blog"
)

// shapeImage finds the picture of img and makes a figure of one with a title that stands alone.
func (st *state) shapeImage(img *ast.Image) {
	src := unescape(img.Destination)
	if !safeMedia(src) {
		st.warn(img.Pos(), "the picture %.40q is left out: browsers show only pictures of this site and from https addresses", src)
		unwrap([]ast.Node{img}, st.source)
		return
	}
	p := st.picture(src, plainText(img, st.source), img.Pos())
	img.SetAttributeString("wiki", nil)
	img.SetAttributeString("picture", &p)
	if len(st.pictures) > 1 {
		img.SetAttributeString("loading", []byte("lazy"))
	}
	figure(img)
}

// picture finds what src means, and says so if it means nothing.
func (st *state) picture(src, alt string, at int) blog.Picture {
	p, ok := st.around.Picture(src)
	if !ok {
		p = blog.Picture{Src: string(util.URLEscape([]byte(src), false))}
		if scheme, _ := schemeOf(src); scheme == "http" {
			if st.insecure++; st.insecure == 1 {
				st.insecureAt = at
			}
		}
	}
	if p.Missing {
		st.warn(at, "there is no picture %.100q: put the file there or mend its name", src)
		p.Src = src
	}
	if alt != "" || p.Alt == "" {
		p.Alt = alt
	}
	st.pictures = append(st.pictures, p)
	return p
}

func (st *state) warnOfInsecure() {
	if st.insecure > 0 {
		st.warn(st.insecureAt, "%d picture(s) from http addresses, which browsers do not show in a page with security rules: use https", st.insecure)
	}
}

// figure replaces a paragraph that holds only img, or a link around it, by a figure with img's title as its caption.
func figure(img *ast.Image) {
	alone := ast.Node(img)
	if link, ok := img.Parent().(*ast.Link); ok && link.ChildCount() == 1 {
		alone = link
	}
	p, ok := alone.Parent().(*ast.Paragraph)
	if !ok || len(img.Title) == 0 || p.ChildCount() != 1 {
		return
	}
	f := newNode(kindFigure)
	f.SetAttributeString("caption", unescape(img.Title))
	for _, name := range []string{"class", "id"} { // they place the whole
		if v, ok := attribute(img, name); ok {
			f.SetAttributeString(name, []byte(v))
			img.SetAttributeString(name, nil)
		}
	}
	copyAttributes(f, p)
	img.Title = nil
	p.Parent().ReplaceChild(p.Parent(), p, f)
	f.AppendChild(f, alone)
}

func (authorRenderer) image(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	img := n.(*ast.Image)
	tag := imageTag{title: unescape(img.Title)}
	if v, ok := n.AttributeString("picture"); ok {
		tag.picture = *v.(*blog.Picture)
	}
	tag.lazy, _ = attribute(n, "loading")
	for _, a := range n.Attributes() {
		if value, ok := attributeText(a.Value); ok && string(a.Name) != "loading" {
			tag.more = append(tag.more, property{string(a.Name), value})
		}
	}
	write(w, tag.String())
	return ast.WalkSkipChildren, nil
}

// imageTag is a picture with what its author wants of it.
type imageTag struct {
	picture blog.Picture
	title   string
	lazy    string // "lazy" or what the author wrote; "" loads at once
	more    []property
	framed  bool // it stands in a <picture> of the author's own
}

// String is the picture's HTML. A picture that is missing is its alternative text: a broken one helps nobody.
func (t imageTag) String() string {
	var b strings.Builder
	if t.picture.Missing {
		shown := t.picture.Alt
		if shown == "" {
			shown = path.Base(t.picture.Src)
		}
		return `<span class="missing">` + html.EscapeString(shown) + "</span>"
	}
	sources := t.picture.Sources
	if t.framed {
		sources = nil
	}
	if len(sources) > 0 {
		b.WriteString("<picture>")
	}
	for _, s := range sources {
		writeAttributes(&b, "<source", property{"type", s.Type}, property{"srcset", s.Srcset}, property{"sizes", t.sizes(s.Srcset)})
	}
	t.writeImg(&b)
	if len(sources) > 0 {
		b.WriteString("</picture>")
	}
	return b.String()
}

func (t imageTag) writeImg(b *strings.Builder) {
	b.WriteString(`<img src="` + html.EscapeString(t.picture.Src) + `" alt="` + html.EscapeString(t.picture.Alt) + `"`)
	width, height := t.size()
	srcset := t.picture.Srcset
	if t.framed {
		srcset = ""
	}
	list := []property{{"title", t.title}, {"width", width}, {"height", height}, {"srcset", srcset}, {"sizes", t.sizes(srcset)}}
	for _, a := range t.more {
		if a.name != "width" && a.name != "height" {
			list = append(list, a)
		}
	}
	list = append(list, property{"loading", t.lazy}, property{"decoding", "async"})
	writeAttributes(b, "", list...)
}

func writeAttributes(b *strings.Builder, tag string, list ...property) {
	b.WriteString(tag)
	for _, a := range list {
		if a.value != "" {
			b.WriteString(" " + a.name + `="` + html.EscapeString(a.value) + `"`)
		}
	}
	b.WriteString(">")
}

// size is the author's width and height, completed in the picture's proportion, so that the text below it does not jump.
func (t imageTag) size() (width, height string) {
	for _, a := range t.more {
		switch a.name {
		case "width":
			width = strings.TrimSuffix(a.value, "px")
		case "height":
			height = strings.TrimSuffix(a.value, "px")
		}
	}
	w, h := t.picture.Width, t.picture.Height
	switch {
	case w == 0 || h == 0:
	case width == "" && height == "":
		return strconv.Itoa(w), strconv.Itoa(h)
	case height == "":
		if n, err := strconv.Atoi(width); err == nil {
			height = strconv.Itoa((n*h + w/2) / w)
		}
	case width == "":
		if n, err := strconv.Atoi(height); err == nil {
			width = strconv.Itoa((n*w + h/2) / h)
		}
	}
	return width, height
}

// widest is how wide a picture is drawn at most, in CSS pixels: the text's measure, or a figure's where there is room.
const widest = 840

// sizes tells browsers how wide the picture will be drawn, so that they take the right one of srcset.
func (t imageTag) sizes(srcset string) string {
	if srcset == "" {
		return ""
	}
	width := widest
	if w, _ := t.size(); w != "" {
		if n, err := strconv.Atoi(w); err == nil && n < width {
			width = n
		}
	}
	drawn := strconv.Itoa(width) + "px"
	sizes := "(min-width: " + strconv.Itoa(width+60) + "px) " + drawn + ", 94vw"
	if t.lazy == "lazy" {
		return "auto, " + sizes
	}
	return sizes
}
