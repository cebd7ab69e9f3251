package pictures

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

const svgHead = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">`

func cleaned(t testing.TB, text string) (string, error) {
	t.Helper()
	r, err := cleanSVG(strings.NewReader(text), int64(len(text)))
	if err != nil {
		return "", err
	}
	out, err := io.ReadAll(r)
	return string(out), err
}

// TestDrawingsDoNothing writes into drawings what could run, load or ask.
func TestDrawingsDoNothing(t *testing.T) {
	for _, attack := range []string{
		`<script>alert(1)</script>`, `<script xlink:href="evil.js"/>`, `<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>`,
		`<SCRIPT>alert(1)</SCRIPT>`, `<g onload="alert(1)"/>`, `<g ONCLICK="alert(1)"/>`, `<rect onmouseover='alert(1)'/>`,
		`<a xlink:href="javascript:alert(1)"><text>x</text></a>`, `<a href=" java&#10;script:alert(1)"/>`,
		`<a href="data:text/html,alert(1)"/>`, `<a href="vbscript:alert(1)"/>`,
		`<set attributeName="onmouseover" to="alert(1)"/>`, `<animate attributeName="xlink:href" values="javascript:alert(1)"/>`,
		`<animate attributeName="x" values="javascript:alert(1)"/>`, `<set attributeName="href" to="javascript:alert(1)"/>`,
		`<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="https://alert(1)"/></foreignObject>`,
		`<foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="alert(1)"><form action="javascript:alert(1)"><button formaction="alert(1)"/></form></body></foreignObject>`,
		`<image href="https://alert(1).example/x.png"/>`, `<use href="https://alert(1).example/x.svg#a"/>`, `<use href="data:image/svg+xml;base64,alert(1)"/>`,
		`<feImage xlink:href="//alert(1)/"/>`, `<style>@import "https://alert(1)";</style>`, `<style>g{fill:url(https://alert(1).example)}</style>`,
		`<style>g{background:url( 'https://alert(1)/' )}</style>`, `<g style="background:url(//alert(1))"/>`, `<g style="behavior:url(#alert(1))"/>`,
		`<g style="width:expression(alert(1))"/>`, `<rect fill="url(https://alert(1)/)"/>`, `<handler type="text/ecmascript">alert(1)</handler>`,
		`<?xml-stylesheet href="https://alert(1)"?>`, `<!-- alert(1) -->`, `<embed src="alert(1)"/>`, `<object data="alert(1)"/>`, `<audio src="https://alert(1)"/>`,
		`<meta http-equiv="refresh" content="0;url=javascript:alert(1)"/>`, `<base href="https://alert(1)/"/>`,
		`<x:y xmlns:x="urn:private">alert(1)</x:y>`,
	} {
		out, err := cleaned(t, svgHead+attack+`<rect id="kept"/></svg>`)
		if err != nil {
			t.Errorf("%s: %v", attack, err)
			continue
		}
		if strings.Contains(out, "alert") || strings.Contains(strings.ToLower(out), "script") {
			t.Errorf("%s is served as %s", attack, out)
		}
		if !strings.Contains(out, `<rect id="kept">`) {
			t.Errorf("%s: what stands beside it is gone: %s", attack, out)
		}
	}
}

// TestDrawingsStay: what draws is not touched.
func TestDrawingsStay(t *testing.T) {
	for _, text := range []string{
		`<g fill="url(#grad)" style="mask: url('#m'); stroke: red"></g>`, `<style>.a > .b{fill:url("#g");content:"é"}</style>`,
		`<a href="https://example.org/?a=1&amp;b=2"><text>đường phố</text></a>`, `<a xlink:href="#part"></a>`, `<a href="../other.html"></a>`,
		`<use xlink:href="#sym"></use>`, `<image href="data:image/png;base64,AAAA"></image>`, `<animate attributeName="x" values="0;5;0" dur="1s"></animate>`,
		`<foreignObject width="9"><div xmlns="http://www.w3.org/1999/xhtml">a label</div></foreignObject>`, `<text xml:space="preserve"> a  b </text>`,
		`<path d="M0 0 L9,9z"></path>`, `<font-face></font-face>`,
	} {
		out, err := cleaned(t, svgHead+text+"</svg>")
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		want := strings.NewReplacer(`"`, "&#34;", "'", "&#39;", ">", "&gt;").Replace(text)
		got := strings.NewReplacer(`"`, "&#34;", "'", "&#39;", ">", "&gt;").Replace(strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&gt;", ">").Replace(out))
		if !strings.Contains(got, want) {
			t.Errorf("%s became %s", text, out)
		}
	}
	out, err := cleaned(t, `<!DOCTYPE svg [<!ENTITY ns_svg "http://www.w3.org/2000/svg"><!ENTITY c 'red'>]><svg xmlns="&ns_svg;" fill="&c;"><text>&c;</text></svg>`)
	if err != nil || !strings.Contains(out, `<svg xmlns="http://www.w3.org/2000/svg" fill="red"><text>red</text></svg>`) {
		t.Errorf("entities of Illustrator: %s %v", out, err)
	}
}

func TestDamagedDrawings(t *testing.T) {
	laughs := `<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]><svg>&b;&c;</svg>`
	for _, text := range []string{laughs, "<svg>", "<svg></g>", "<svg><g></svg></g>", "<svg", "<svg>&nbsp;</svg>", "<svg a=b/>", `<svg><a href="&#1;x"/></svg>`, "<svg></svg></svg>"} {
		if out, err := cleaned(t, text); !errors.Is(err, errSVG) {
			t.Errorf("%s: %q %v", text, out, err)
		}
	}
	big := svgHead + strings.Repeat(" ", mostSVG) + "</svg>"
	if _, err := Look(strings.NewReader(big), int64(len(big))); err == nil || errors.Is(err, ErrUnknown) {
		t.Errorf("a drawing of %d MB: %v", len(big)>>20, err)
	}
}

// FuzzCleanSVG: whatever comes in, what goes out is well-formed, quiet, and does not change when it is cleaned again.
func FuzzCleanSVG(f *testing.F) {
	f.Add(svgHead + `<g onload="x"><a href="javascript:x"/><style>@import url(x)</style></g></svg>`)
	f.Add(`<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns:x="urn:y" x:z="1"><script/>&a;<![CDATA[<script>]]></svg>`)
	f.Fuzz(func(t *testing.T, text string) {
		out, err := cleaned(t, text)
		if err != nil {
			return
		}
		d := xml.NewDecoder(strings.NewReader(out))
		for {
			tok, err := d.RawToken()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q became %q: %v", text, out, err)
			}
			if s, ok := tok.(xml.StartElement); ok && (strings.EqualFold(s.Name.Local, "script") || anyHandler(s)) {
				t.Fatalf("%q became %q", text, out)
			}
		}
		again, err := cleaned(t, out)
		if err != nil || !bytes.Equal([]byte(again), []byte(out)) {
			t.Fatalf("%q, then %q: %v", out, again, err)
		}
	})
}

func anyHandler(s xml.StartElement) bool {
	for _, a := range s.Attr {
		if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") && a.Name.Space != "xmlns" {
			return true
		}
	}
	return false
}
