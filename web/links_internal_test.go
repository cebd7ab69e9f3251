package web

import (
	"strings"
	"testing"
)

func TestLinksOfAFeedLeadHere(t *testing.T) {
	const base = "https://blog.example/2024/trip/"
	for text, want := range map[string]string{
		`<a href="/about">x</a>`:                         `<a href="https://blog.example/about">x</a>`,
		`<a href="https://else.where/a?b=1&amp;c">x</a>`: `<a href="https://else.where/a?b=1&amp;c">x</a>`,
		`<a href="//else.where/">x</a>`:                  `<a href="https://else.where/">x</a>`,
		`<a href="#fn:1">x</a>`:                          `<a href="https://blog.example/2024/trip/#fn:1">x</a>`,
		`<a href="mailto:an@example.org">x</a>`:          `<a href="mailto:an@example.org">x</a>`,
		`<a href="https://a b">x</a>`:                    `<a href="https://a b">x</a>`,
		`<img src="a.png" srcset="/files/1/a.png 1x, b.png 2x" alt="&quot;">`: `<img src="https://blog.example/2024/trip/a.png" ` +
			`srcset="https://blog.example/files/1/a.png 1x, https://blog.example/2024/trip/b.png 2x" alt="&#34;">`,
		`<video poster="/p.png" controls></video>`:                                      `<video poster="https://blog.example/p.png" controls=""></video>`,
		`<h2 id="a">A <a class="anchor" href="#a" aria-hidden="true"></a></h2><p>b</p>`: `<h2 id="a">A </h2><p>b</p>`,
		`<svg viewBox="0 0 1 1"><use href="#x"/></svg>`:                                 `<svg viewBox="0 0 1 1"><use href="#x"/></svg>`,
		`<code>href="/a"</code> a &lt; b`:                                               `<code>href="/a"</code> a &lt; b`,
		`<blockquote cite="/q">x</blockquote>`:                                          `<blockquote cite="https://blog.example/q">x</blockquote>`,
	} {
		if got := absoluteLinks(base, text); got != want {
			t.Errorf("%s\n is %s\nwant %s", text, got, want)
		}
	}
}

func FuzzAbsoluteLinks(f *testing.F) {
	for _, seed := range []string{`<a href="/x">`, `<img srcset=",, ,">`, `<a class="anchor"`, "<\x00a href=/>", `<a href="%zz">`, "<!--", "<![CDATA["} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := absoluteLinks("https://blog.example/a/", text)
		if again := absoluteLinks("https://blog.example/a/", once); strings.Count(again, "<script") > strings.Count(strings.ToLower(text), "<script") {
			t.Errorf("%q became %q", text, again)
		}
	})
}
