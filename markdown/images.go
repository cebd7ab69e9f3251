package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// shapeImages makes figures of pictures with a title that stand alone, and has all but the first load when they are needed.
func (st *state) shapeImages(images []*ast.Image) {
	insecure, first := 0, 0
	for i, img := range images {
		src := unescape(img.Destination)
		if !safeMedia(src) {
			st.warn(img.Pos(), "the picture %.40q is left out: browsers show only pictures of this site and from https addresses", src)
			unwrap([]ast.Node{img}, st.source)
			continue
		}
		if strings.HasPrefix(strings.ToLower(src), "http:") {
			if insecure++; insecure == 1 {
				first = img.Pos()
			}
		}
		if i > 0 {
			img.SetAttributeString("loading", []byte("lazy"))
		}
		img.SetAttributeString("decoding", []byte("async"))
		figure(img)
	}
	if insecure > 0 {
		st.warn(first, "%d picture(s) from http addresses, which browsers do not show in a page with security rules: use https", insecure)
	}
}

// figure replaces a paragraph that holds only img by a figure with img's title as its caption.
func figure(img *ast.Image) {
	p, ok := img.Parent().(*ast.Paragraph)
	if !ok || len(img.Title) == 0 || p.ChildCount() != 1 {
		return
	}
	f := newNode(kindFigure)
	f.SetAttributeString("caption", unescape(img.Title))
	img.Title = nil
	p.Parent().ReplaceChild(p.Parent(), p, f)
	f.AppendChild(f, img)
}
