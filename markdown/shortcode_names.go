package markdown

import "strings"

// shortcode is what a name stands for: a word or an address in the text, or something that is drawn.
type shortcode struct {
	word   func(*expansion, *use) string // Markdown within a line
	draw   func(*expansion, *use)
	text   textKind
	closes bool // it means nothing without a text
}

// textKind is how a shortcode takes the text between its beginning and its end.
type textKind byte

const (
	marked textKind = iota // as Markdown
	raw                    // as it was typed
)

// shortcodeNamed finds what a small-letter name means: Hugo's own shortcodes and those that many themes have, whatever
// punctuation and folder the theme gave them.
func shortcodeNamed(name string) (shortcode, bool) {
	name = name[strings.LastIndexByte(name, '/')+1:]
	name = strings.TrimSuffix(strings.ReplaceAll(name, "-", "_"), ".html")
	for _, find := range []func(string) (shortcode, bool){wordNamed, codeNamed, boxNamed, mediaNamed, inlineNamed} {
		if s, ok := find(name); ok {
			return s, true
		}
	}
	return shortcode{}, false
}

func wordNamed(name string) (shortcode, bool) {
	switch name {
	case "ref", "relref":
		return shortcode{word: (*expansion).reference}, true
	case "param", "site_param":
		return shortcode{word: (*expansion).parameter}, true
	case "absurl", "relurl", "abslangurl", "rellangurl", "url", "static", "asset", "urlize":
		return shortcode{word: (*expansion).address}, true
	case "baseurl", "siteurl", "base_url", "site_url":
		return shortcode{word: func(*expansion, *use) string { return "" }}, true
	case "br", "newline", "linebreak", "line_break":
		return shortcode{word: func(*expansion, *use) string { return "<br>" }}, true
	case "nbsp":
		return shortcode{word: func(*expansion, *use) string { return "&nbsp;" }}, true
	}
	return shortcode{}, false
}

func codeNamed(name string) (shortcode, bool) {
	switch name {
	case "highlight", "high", "code", "codeblock", "code_block", "prism", "snippet", "hl", "sourcecode", "listing", "codewide":
		return shortcode{draw: (*expansion).highlight, text: raw, closes: true}, true
	case "code_toggle", "codetoggle", "config_toggle":
		return shortcode{draw: (*expansion).codeToggle, text: raw}, true
	case "mermaid", "goat", "plantuml", "graphviz", "dot", "flowchart", "sequence", "chart", "echarts", "ditaa", "svgbob":
		return shortcode{draw: (*expansion).diagram, text: raw, closes: true}, true
	case "console", "terminal", "cmd", "shell", "command", "cli", "output":
		return shortcode{draw: (*expansion).terminal, text: raw, closes: true}, true
	case "math", "katex", "mathjax", "latex", "tex", "equation", "eq":
		return shortcode{draw: (*expansion).formula, text: raw, closes: true}, true
	case "raw", "rawhtml", "raw_html", "html", "unsafe", "unsafehtml", "safehtml", "inline_html":
		return shortcode{draw: (*expansion).rawHTML, text: raw, closes: true}, true
	case "comment", "ignore", "hide", "private", "todo_comment":
		return shortcode{draw: func(*expansion, *use) {}, text: raw}, true
	case "toc", "table_of_contents", "tableofcontents", "page_toc", "clear", "clearfix", "load_photoswipe", "script", "css", "style":
		return shortcode{draw: func(*expansion, *use) {}, text: raw}, true
	case "include", "include_md", "include_file", "includefile", "readfile", "read_file", "import", "include_html", "include_code",
		"code_from_file", "embed_code", "codefile", "snippet_file":
		return shortcode{draw: (*expansion).include}, true
	}
	if strings.HasPrefix(name, "code_") && len(name) > 5 {
		return shortcode{draw: (*expansion).highlight, text: raw, closes: true}, true
	}
	if strings.HasSuffix(name, ".inline") {
		return shortcode{draw: (*expansion).template, text: raw}, true
	}
	return shortcode{}, false
}

func boxNamed(name string) (shortcode, bool) {
	if _, ok := boxKind(name); ok {
		return shortcode{draw: (*expansion).callout, closes: true}, true
	}
	switch name {
	case "notice", "alert", "admonition", "callout", "hint", "box", "panel", "message", "infobox", "notification", "aside", "pageinfo", "hextra_callout", "adm":
		return shortcode{draw: (*expansion).callout, closes: true}, true
	case "details", "expand", "collapse", "spoiler", "accordion_item", "collapsible", "fold", "toggle", "hidden", "dropdown", "detail", "showhide", "solution", "answer":
		return shortcode{draw: (*expansion).details, closes: true}, true
	case "tabs", "tabpane", "tabgroup", "tab_group", "code_group", "tabbed", "tabset":
		return shortcode{draw: (*expansion).tabGroup, closes: true}, true
	case "tab", "tabitem", "tab_item", "codetab", "tab_content":
		return shortcode{draw: (*expansion).tab, closes: true}, true
	case "accordion", "accordions", "columns", "column", "col", "row", "grid", "cards", "steps", "step", "section", "div", "center", "align",
		"left", "right", "lead", "gallery", "container", "block", "blocks", "md", "markdown", "markdownify", "wrap", "buttons",
		"button_group", "carousel", "slider", "images", "indent", "text", "small", "large", "float", "classes", "wide", "fullwidth":
		return shortcode{draw: (*expansion).inner, closes: true}, true
	case "quote", "blockquote", "epigraph", "pullquote", "citation", "testimonial":
		return shortcode{draw: (*expansion).quote, closes: true}, true
	case "card", "linkcard", "link_card", "article", "post_link", "bookmark":
		return shortcode{draw: (*expansion).card}, true
	}
	return shortcode{}, false
}

func mediaNamed(name string) (shortcode, bool) {
	switch name {
	case "figure", "img", "image", "picture", "imgproc", "fig", "lightbox", "postimage", "resize_image", "imgcap", "photo", "imgs", "imagecaptioned", "img_post", "asset_img":
		return shortcode{draw: (*expansion).figure}, true
	case "video", "mp4", "webm", "html5video", "html5_video", "videoplayer", "local_video", "audio", "mp3", "ogg", "sound":
		return shortcode{draw: (*expansion).film}, true
	case "qr", "qrcode", "qr_code":
		return shortcode{draw: (*expansion).qr, text: raw}, true
	case "button", "btn", "link_button", "button_link", "cta", "linkbutton":
		return shortcode{draw: (*expansion).button}, true
	case "link", "a", "href", "extlink", "ext_link", "external_link", "newtab", "newtablink", "new_tab", "internal_link", "doclink", "xref":
		return shortcode{draw: (*expansion).link}, true
	}
	if _, ok := elsewhere(name); ok {
		return shortcode{draw: (*expansion).elsewhere}, true
	}
	return shortcode{}, false
}

func inlineNamed(name string) (shortcode, bool) {
	switch name {
	case "kbd", "key", "keys", "mark", "sub", "sup", "u", "underline", "abbr", "small_caps", "strike", "del", "ins", "bold", "em", "strong":
		return shortcode{draw: (*expansion).element}, true
	case "badge", "label", "tag", "pill", "chip", "new_in", "deprecated_in", "version", "since", "new", "deprecated", "removed_in", "feature_state":
		return shortcode{draw: (*expansion).badge}, true
	case "icon", "fa", "fas", "far", "fab", "svg", "ion", "spacer", "divider", "anchor", "plotly", "column_break":
		return shortcode{draw: func(*expansion, *use) {}}, true
	case "emoji":
		return shortcode{draw: (*expansion).emoji}, true
	case "hr", "rule":
		return shortcode{draw: func(x *expansion, u *use) { x.html(u, "<hr>", "") }}, true
	case "glossary_term", "glossary_tooltip", "glossary_definition", "tooltip", "term", "gloss", "color", "colour", "span", "font", "hint_text":
		return shortcode{draw: (*expansion).term}, true
	case "ruby", "furigana":
		return shortcode{draw: (*expansion).ruby}, true
	case "fn", "footnote", "sidenote", "marginnote", "note_inline":
		return shortcode{draw: (*expansion).sidenote}, true
	case "email", "cloakemail", "mail", "mailto":
		return shortcode{draw: (*expansion).mail}, true
	}
	return shortcode{}, false
}
