package markdown

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"vang/blog"
)

// ownAttacks are aimed at this program: at htmx, at the ids of its pages, and at what sanitisers are known to miss.
func ownAttacks() []string {
	return []string{
		`<div hx-get="/x" hx-trigger="load">x</div>`, `<div data-hx-get="/x" data-hx-trigger="load">x</div>`,
		`<div data-hx-on:click="alert(1)">x</div>`, `<b hx-on::load="alert(1)">x</b>`, `<p id="live">x</p>`, `<ul id="comment-list"></ul>`,
		`<div hx-swap-oob="true" id="comments">x</div>`, `<template><script>alert(1)</script></template>`, `<hx-partial hx-target="#live">x</hx-partial>`,
		`" hx-get="/x`, `' data-hx-post='/x`, `x" onmouseover="alert(1)`, `"><script>alert(1)</script>`, `x) onclick=alert(1)`,
		`javascript:alert(1)`, "java\tscript:alert(1)", "java\nscript:alert(1)", `JaVaScRiPt:alert(1)`, `&#106;avascript:alert(1)`, `javascript&colon;alert(1)`,
		`data:text/html;base64,PHNjcmlwdD4=`, `vbscript:msgbox(1)`, `//evil.example`, ` javascript:alert(1)`, "\x01javascript:alert(1)",
		`{onclick=alert(1) style=x data-hx-get=/x id=live}`, `<style>*{display:none}</style>`, `<link rel=stylesheet href=//evil>`,
		`<svg><script>alert(1)</script></svg>`, `<svg><animate onbegin=alert(1) attributeName=href values=javascript:alert(1)>`,
		`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
		`<form action=javascript:alert(1)><button formaction=javascript:alert(1)>x`, `<a href="javascript:alert(1)">x</a>`, `<iframe srcdoc="<script>alert(1)</script>">`,
		`<img src=x srcset="javascript:alert(1) 1x" onerror=alert(1)>`, `<base href=//evil.example>`, `<meta http-equiv=refresh content="0;url=//evil">`,
		"<!--><script>alert(1)</script>-->", `<![CDATA[<script>alert(1)</script>]]>`, `<?php echo 1 ?>`, `<details open ontoggle=alert(1)>`, `</div></main></body>`,
		`<svg><use href="//evil.example#x"/></svg>`, `<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`, `<p style="position:fixed">x</p>`,
		`<textarea><img src=x onerror=alert(1)></textarea>`, `<title><img src=x onerror=alert(1)></title>`, `<xmp><img src=x onerror=alert(1)></xmp>`,
		`<plaintext><img src=x onerror=alert(1)>`, `<select><template><img src=x onerror=alert(1)>`, `<object data=javascript:alert(1)>`, `<embed src=javascript:alert(1)>`,
		`<svg><foreignObject><iframe src=javascript:alert(1)>`, `<svg><title><img src=x onerror=alert(1)></title></svg>`, `<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`,
		`<a href="https://example.org" ping="//evil" download hx-boost=true>x</a>`, `<input autofocus onfocus=alert(1)>`, `<input type=checkbox disabled onclick=alert(1) id=live>`,
	}
}

// attacks are ownAttacks and, where VANG_CORPORA names the folder, what others collected.
func attacks(t *testing.T) []string {
	t.Helper()
	list := ownAttacks()
	dir := os.Getenv("VANG_CORPORA")
	if dir == "" {
		t.Log("VANG_CORPORA is not set: only our own attack strings are tried, not the public collections")
		return list
	}
	lines, err := os.ReadFile(filepath.Join(dir, "xss", "payloadbox.txt"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "xss", "blns.json"))
	if err != nil {
		t.Fatal(err)
	}
	var naughty []string
	if err := json.Unmarshal(data, &naughty); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(list, strings.Split(strings.TrimSpace(string(lines)), "\n"), naughty)
}

// contexts are where in a text an attack can stand.
func contexts() []string {
	return []string{
		"%s", "a %s b", "[%s](https://example.org)", "[x](%s)", "[x](<%s>)", `[x](https://example.org "%s")`, "[x][r]\n\n[r]: %s", "<%s>",
		"`%s`", "```\n%s\n```", "```%s\nx\n```", "    %s", "> %s", "- %s", "1. %s", "# %s", "%s\n===", "**%s**", "![%s](%s)", "~~%s~~",
	}
}

// rawContexts are contexts in the HTML that authors may write.
func rawContexts() []string {
	return []string{
		"<div>%s</div>", "<div>\n\n%s\n\n</div>", "<svg>%s</svg>", "<math>%s</math>", "<table><tr>%s</tr></table>", `<a href="%s">x</a>`, `<p title="%s">x</p>`,
		`<p title='%s'>x</p>`, "<p title=%s>x</p>", "<p %s>x</p>", "## x {%s}", "x <b %s>y</b>", `<img src="%s" alt="">`, "<details>%s", "[^1]\n\n[^1]: %s", "| %s |\n|---|\n| %s |",
		"> [!NOTE] %s\n> %s", "x\n: %s", `![x](/a.png "%s")`, "```go title=\"%s\"\nx\n```", "<details><summary>%s</summary></details>", "<pre><code>%s</code></pre>",
		":::note %s\n%s\n:::", "::: {%s}\nx\n:::", ":::%s\nx\n:::", "a^[%s]", "*x*{%s}", "*x*{.a %s}", "x\n{: %s}", "x\n{.a title=\"%s\"}", "[x](y){href=%s}",
		"[[%s]]", "[[x|%s]]", "[[#%s]]", "![[%s]]", "![[x.png|%s]]", "![x](y.png){%s .a}", "==%s==", "[%s]{.a}", "```go {%s}\nx\n```", "```go {linenos=true hl_lines=[1]}\n%s\n```",
		"> [!NOTE]- %s\n> x", "# %s\n\n[TOC]", "<picture><source srcset=\"%s\"><img src=\"%s\" alt=\"%s\"></picture>", "<video src=\"%s\" poster=\"%s\"></video>",
	}
}

// tried tells whether attack i is tried in place j: our own in every place, each of the 7,000 others in one of every nth.
func tried(i, j, nth int) bool {
	return (i < len(ownAttacks()) && (i+j)%min(oneIn, 4) == 0) || (i+j)%(nth*oneIn) == 0
}

func TestStrangerLetsNothingThrough(t *testing.T) {
	t.Parallel()
	s := NewStranger()
	for i, attack := range attacks(t) {
		for j, context := range contexts() {
			if !tried(i, j, 5) {
				continue
			}
			source := strings.ReplaceAll(context, "%s", attack)
			if bad := strangersMistake(s.HTML(source)); bad != "" {
				t.Fatalf("%q lets %s through:\n%s", source, bad, s.HTML(source))
			}
		}
	}
}

func TestAuthorLetsNothingRun(t *testing.T) {
	t.Parallel()
	a := NewAuthor(AuthorOptions{CacheBytes: 1})
	places := slices.Concat(contexts(), rawContexts())
	for i, attack := range attacks(t) {
		for j, context := range places {
			if !tried(i, j, 14) {
				continue
			}
			source := strings.ReplaceAll(context, "%s", attack)
			for _, around := range []Surroundings{nil, echo{}} {
				doc, _, err := a.Render(t.Context(), []byte(source), DocOptions{Lang: blog.English, Surroundings: around})
				if err != nil {
					t.Fatalf("%q: %v", source, err)
				}
				if bad := authorsMistake(doc.HTML); bad != "" {
					t.Fatalf("%q lets %s through:\n%s", source, bad, doc.HTML)
				}
			}
		}
	}
}

// strangersMistake parses what a stranger's text became, as a browser would, and names what should not be there.
func strangersMistake(markup string) string {
	return mistake(markup, func(n *html.Node) string {
		if n.Namespace != "" || !has(" p br strong em del code pre blockquote ul ol li hr a ", n.Data) {
			return "<" + n.Data + ">"
		}
		for _, a := range n.Attr {
			switch {
			case n.Data == "a" && a.Key == "href" && strangersLink(a.Val):
			case n.Data == "a" && a.Key == "rel" && a.Val == "nofollow ugc noopener":
			case n.Data == "ol" && a.Key == "start" && strings.Trim(a.Val, "0123456789") == "":
			case n.Data == "pre" && a.Key == "tabindex" && a.Val == "0":
			default:
				return a.Key + "=" + a.Val
			}
		}
		if n.Data == "a" && len(n.Attr) > 0 && !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "rel" }) {
			return "a link without rel"
		}
		return ""
	})
}

func strangersLink(s string) bool {
	scheme, absolute := browserScheme(s)
	return !absolute || slices.Contains([]string{"http", "https", "mailto"}, scheme)
}

// browserScheme is the URL standard's: leading C0 controls and spaces are stripped, tabs and newlines removed.
func browserScheme(s string) (string, bool) {
	s = strings.TrimLeft(s, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f ")
	s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	i := strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '+' && r != '-' && r != '.'
	})
	if i <= 0 || s[i] != ':' {
		return "", false
	}
	return strings.ToLower(s[:i]), true
}

// authorsMistake names what would run, style, reach htmx or load from elsewhere.
func authorsMistake(markup string) string {
	return mistake(markup, func(n *html.Node) string {
		if has(" script style iframe frame object embed applet template base link meta form textarea select button noscript xmp plaintext foreignObject animate set ", n.Data) {
			return "<" + n.Data + ">"
		}
		for _, a := range n.Attr {
			key := strings.ToLower(a.Key)
			switch scheme, absolute := browserScheme(a.Val); {
			case strings.HasPrefix(key, "on"), strings.HasPrefix(key, "hx-"), key == "style", key == "srcdoc", key == "ping", key == "formaction", key == "action":
				return key
			case strings.HasPrefix(key, "data-") && key != "data-language":
				return key
			case key == "id" && slices.Contains(pageIDs(), a.Val):
				return "id=" + a.Val
			case has(" href src srcset poster cite ", key) && absolute && has(" javascript vbscript data blob ", scheme):
				return key + "=" + a.Val
			}
		}
		return ""
	})
}

func mistake(markup string, judge func(*html.Node) string) string {
	nodes, err := html.ParseFragment(strings.NewReader(markup), &html.Node{Type: html.ElementNode, Data: "article", DataAtom: atom.Article})
	if err != nil {
		return err.Error()
	}
	var walk func(n *html.Node) string
	walk = func(n *html.Node) string {
		switch n.Type {
		case html.ElementNode:
			if bad := judge(n); bad != "" {
				return bad
			}
		case html.TextNode:
		default:
			return "a node that is no text"
		}
		for c := range n.ChildNodes() {
			if bad := walk(c); bad != "" {
				return bad
			}
		}
		return ""
	}
	for _, n := range nodes {
		if bad := walk(n); bad != "" {
			return bad
		}
	}
	return ""
}
