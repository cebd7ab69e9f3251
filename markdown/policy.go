package markdown

import (
	"strings"

	"golang.org/x/net/html"
)

// fate is what becomes of an element that an author wrote as raw HTML.
type fate int

const (
	asText fate = iota // no element of HTML, such as the T of Vec<T>: shown as it was typed
	keep
	unwrapped // gone, its content stays
	dropped   // gone with its content
)

// The elements are lists in words, each name between spaces.
const (
	keptElements = " a abbr acronym address article aside audio b bdi bdo big blockquote br caption center cite code col colgroup " +
		"data dd del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li " +
		"main mark math menu nav nobr ol p picture pre q rb rp rt rtc ruby s samp search section small source span strike strong sub " +
		"summary sup svg table tbody td tfoot th thead time tr track tt u ul var video wbr "
	keptInSVG = " circle clippath defs desc ellipse filter g line lineargradient marker mask path pattern polygon polyline " +
		"radialgradient rect stop symbol text textpath title tspan use fegaussianblur feoffset feblend femerge femergenode feflood " +
		"fecomposite fecolormatrix "
	keptInMathML = " maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms " +
		"mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics annotation "
	unwrappedElements = " html body head form marquee blink fieldset legend label output optgroup option progress meter "
	droppedElements   = " script style iframe frame frameset noframes object embed applet noscript template base link meta title " +
		"select textarea button datalist input dialog portal param canvas plaintext xmp noembed slot map area " +
		"foreignobject animate animatemotion animatetransform set annotation-xml handler listener "
)

func has(list, name string) bool { return strings.Contains(list, " "+name+" ") }

// fateOf judges an element by its small-letter name.
func fateOf(name string) fate {
	switch {
	case has(keptElements, name), has(keptInSVG, name) && name != "title", has(keptInMathML, name):
		return keep
	case has(unwrappedElements, name):
		return unwrapped
	case has(droppedElements, name):
		return dropped
	}
	return asText
}

// The attributes that an author's raw HTML keeps. Nothing in them runs, styles or reaches htmx: no on*, style, hx-*, data-*.
const (
	globalAttributes = " class dir hidden id lang role title translate itemprop itemscope itemtype align valign "
	otherAttributes  = " abbr alt border cellpadding cellspacing cite color colspan controls datetime decoding default face headers height " +
		"href hreflang kind label loading loop media muted name nowrap open playsinline poster preload rel reversed rowspan " +
		"rules scope size sizes span src srclang srcset start summary target type value width bgcolor clear compact download " +
		"data-language tabindex disabled checked "
	linkAttributes  = " href cite xlink:href "
	mediaAttributes = " src poster "
)

// keepAttribute judges one attribute of an element that stays. Inside SVG and MathML everything may stay that does not run,
// style or load.
func keepAttribute(n *html.Node, a html.Attribute) bool {
	name := strings.ToLower(a.Key)
	if a.Namespace != "" {
		name = a.Namespace + ":" + name
	}
	if n.Namespace != "" {
		return keepForeign(n.Data, name, a.Val)
	}
	switch {
	case has(linkAttributes, name):
		return safeLink(a.Val)
	case has(mediaAttributes, name):
		return safeMedia(a.Val)
	case name == "srcset":
		return safeSrcset(a.Val)
	case name == "type" && n.Data == "input", name == "disabled", name == "checked":
		return n.Data == "input"
	case strings.HasPrefix(name, "aria-"):
		return true
	}
	return has(globalAttributes, name) || has(otherAttributes, name)
}

func keepForeign(element, name, value string) bool {
	switch {
	case name == "href" && element == "a":
		return safeLink(value)
	case name == "href" || name == "xlink:href":
		return strings.HasPrefix(value, "#")
	case name == "xmlns" || strings.HasPrefix(name, "aria-"):
		return true
	case strings.HasPrefix(name, "on"), name == "style", strings.ContainsAny(name, ":"), strings.HasPrefix(name, "hx-"),
		strings.HasPrefix(name, "data-"), has(" src srcset srcdoc action formaction ping data ", name):
		return false
	}
	return !strings.Contains(strings.ToLower(value), "url(") || strings.Contains(value, "url(#")
}

func safeSrcset(s string) bool {
	for part := range strings.SplitSeq(s, ",") {
		if !safeMedia(strings.TrimSpace(part)) {
			return false
		}
	}
	return true
}
