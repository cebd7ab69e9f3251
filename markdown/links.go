package markdown

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// plainLinks gives a stranger's links their rel, takes their titles, and turns dangerous ones into their text.
type plainLinks struct{}

func (plainLinks) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var dangerous []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			n.Title = nil
			n.SetAttributeString("rel", []byte(strangerRel))
			if !safeLink(unescape(n.Destination)) {
				dangerous = append(dangerous, n)
			}
		case *ast.AutoLink:
			n.SetAttributeString("rel", []byte(strangerRel))
			if !safeLink(unescape(n.URL(reader.Source()))) {
				dangerous = append(dangerous, n)
			}
		}
		return ast.WalkContinue, nil
	})
	unwrap(dangerous, reader.Source())
}

// unwrap replaces links by their text.
func unwrap(links []ast.Node, source []byte) {
	for _, n := range links {
		parent := n.Parent()
		if a, ok := n.(*ast.AutoLink); ok {
			parent.InsertBefore(parent, n, ast.NewString(a.Label(source)))
		}
		for c := n.FirstChild(); c != nil; c = n.FirstChild() {
			parent.InsertBefore(parent, n, c)
		}
		parent.RemoveChild(parent, n)
	}
}

// linkSchemes are those that a browser opens without running anything of ours.
const linkSchemes = " http https mailto tel sms ftp xmpp matrix irc ircs magnet geo news webcal gemini git "

// safeLink tells whether a link may lead to s.
func safeLink(s string) bool {
	scheme, absolute := schemeOf(s)
	return !absolute || strings.Contains(linkSchemes, " "+scheme+" ")
}

// safeMedia tells whether a picture, sound or film may come from s: the content security policy blocks all else.
func safeMedia(s string) bool {
	scheme, absolute := schemeOf(s)
	return !absolute || scheme == "http" || scheme == "https"
}

// schemeOf reads the scheme as browsers do: they drop tabs and line ends anywhere, and control characters and spaces in front.
func schemeOf(s string) (string, bool) {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	scheme, _, found := strings.Cut(s, ":")
	if !found || strings.ContainsAny(scheme, "/?#") {
		return "", false
	}
	return strings.ToLower(scheme), true
}

// recovered turns a panic of the parser, which nothing a writer types may cause, into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("render markdown: %v", p)
	}
}
