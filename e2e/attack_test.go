package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// ours are attacks on what this site is made of: htmx, its ids, its list.
var ours = []string{
	`<b hx-get="/x" hx-trigger="load" hx-target="body">hx</b>`,
	`<b data-hx-get="/x" data-hx-trigger="load" data-hx-swap="outerHTML" data-hx-target="#comment-list">data-hx</b>`,
	`<b data-hx-on:load="window.broken='on'">on</b>`,
	`<ol hx-swap-oob="true" id="comment-list"><li id="c-1">gone</li></ol>`,
	`<ol data-hx-swap-oob="vang target:#comment-list strip:false" data-reload="0" data-cursor="x.1" data-whole></ol>`,
	`<p id="status">Offline</p><p id="announce">x</p><input id="cursor" name="after" value="x.9">`,
	`<template><img src=x onerror="window.broken='template'"></template>`,
	`<hx-partial hx-target="#main"><h1>taken over</h1></hx-partial>`,
	`<template hx type="partial" hx-target="#main"><h1>taken over</h1></template>`,
	`</article></li></ol><h1 id="out">out of the list</h1>`,
	`</template></textarea></form><form id="comment-form" action="https://example.org/steal"><input name="body">`,
	`<base href="https://example.org/"><meta http-equiv="refresh" content="0;url=https://example.org/">`,
	`<link rel="stylesheet" href="https://example.org/x.css"><style>*{display:none}</style>`,
	`<a href="javascript:window.broken='link'">link</a> [link](javascript:window.broken='markdown') <javascript:window.broken=1>`,
	`[x](https://example.org "onmouseover=window.broken=1") ![x](https://example.org/x.png" onerror="window.broken=1)`,
	"# Heading {#comment-list .fresh onclick=window.broken=1}\n\nText {#status}",
	`<script>window.broken="script"</script><script src="https://example.org/x.js"></script>`,
	`<iframe srcdoc="<script>parent.broken='frame'</script>"></iframe><object data="x"></object><embed src="x">`,
	`<svg><animate onbegin="window.broken='svg'" attributeName=x dur=1s></svg><math><mtext><img src onerror=broken=1></mtext></math>`,
}

// payloads are ours and, where they are there, those that others collected.
func payloads(t *testing.T) []string {
	t.Helper()
	all := append([]string{}, ours...)
	dir := os.Getenv("VANG_CORPORA")
	if dir == "" {
		t.Log("VANG_CORPORA is not set: only the attacks written here run")
		return all
	}
	lines, err := os.ReadFile(filepath.Join(dir, "xss", "payloadbox.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(strings.ToValidUTF8(string(lines), "?"), "\n") {
		all = append(all, line)
	}
	text, err := os.ReadFile(filepath.Join(dir, "xss", "blns.json"))
	if err != nil {
		t.Fatal(err)
	}
	var naughty []string
	if err := json.Unmarshal(text, &naughty); err != nil {
		t.Fatal(err)
	}
	return append(all, naughty...)
}

// attacks are comments that hold all payloads, several in each body, one in each name and address.
func attacks(t *testing.T) []site.Draft {
	t.Helper()
	clean := func(s string) string {
		return strings.TrimSpace(strings.Map(func(r rune) rune {
			if unicode.IsControl(r) && r != '\n' && r != '\t' {
				return -1
			}
			return r
		}, s))
	}
	var bodies []string
	var b strings.Builder
	n := 0
	all := payloads(t)
	for _, p := range all {
		if p = clean(p); p == "" {
			continue
		}
		if n == 40 || utf8.RuneCountInString(b.String())+utf8.RuneCountInString(p) > 9_000 {
			bodies = append(bodies, b.String())
			b.Reset()
			n = 0
		}
		b.WriteString(p + "\n\n")
		n++
	}
	bodies = append(bodies, b.String())
	var names []string
	for _, p := range all {
		if p = clean(p); p != "" && utf8.RuneCountInString(p) <= 60 && !strings.ContainsAny(p, "\n\t") {
			names = append(names, p)
		}
	}
	step := max(1, len(names)/len(bodies))
	out := make([]site.Draft, 0, len(bodies))
	for i, body := range bodies {
		p := names[i*step%len(names)]
		out = append(out, site.Draft{Post: slug, Body: body, Author: site.Author{Name: p, URL: "https://example.org/?" + p}})
	}
	return out
}

// unharmed is what attacks must not have left in a page: its own script flags, and all that a stranger's text must not hold.
const unharmed = `(()=>{const bad=[];
	if(window.broken)bad.push("a script ran: "+window.broken);
	const allowed=/^(href|rel|tabindex|class|start|title|dir|lang|align|colspan|rowspan|cite|type|checked|disabled)$/;
	for(const e of document.querySelectorAll(".said *, .who *")){
		if(/^(script|style|iframe|object|embed|form|button|textarea|select|template|svg|math|link|meta|base|img|video|audio|hx-.*)$/i.test(e.localName))bad.push("an element: "+e.outerHTML.slice(0,200));
		for(const a of e.attributes)if(!allowed.test(a.name))bad.push("an attribute: "+e.outerHTML.slice(0,200));
		if(e.localName=="a"&&!/^(https?|mailto):/.test(e.protocol))bad.push("a link: "+e.outerHTML.slice(0,200));
	}
	for(const li of document.querySelectorAll("#comment-list > *"))if(li.localName!="li"||!/^c-[0-9a-z]{16}$/.test(li.id))bad.push("in the list: "+li.outerHTML.slice(0,200));
	if(document.querySelectorAll("#comment-list").length>1||document.querySelectorAll("#announce").length!==1)bad.push("ids were doubled");
	if(document.querySelector("#out"))bad.push("markup left its comment");
	return bad.slice(0,20)})()`

// trap has the page tell when a payload's function is called.
const trap = `for(const f of ["alert","confirm","prompt"])window[f]=()=>{window.broken=f}`

func checkUnharmed(t *testing.T, p *browser.Tab, where string) {
	t.Helper()
	for _, bad := range browser.Eval[[]string](p, unharmed) {
		t.Errorf("%s: %s", where, bad)
	}
}

func TestAttacksStayText(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	seed(t, client, "", "The first")
	p := reader(t).Tab(t)
	p.OnNewPage(trap)
	p.Open(s.URL + path + "?sort=newest")
	waitLive(p)
	mark(p)
	taken := 0
	for _, a := range attacks(t) {
		answer := client.Send(t, "POST", "/api/comments", a, nil)
		switch answer.Status {
		case 201:
			taken++
		case 422: // a name of invisible characters, an address that is none: refused in words
			if !strings.Contains(answer.Body, `"errors"`) {
				t.Errorf("refused without a reason: %s", answer.Body)
			}
			a.Author = site.Author{Name: "Mallory"}
			client.Post(t, a)
			taken++
		default:
			t.Fatalf("%d %s to %q", answer.Status, answer.Body, a.Author)
		}
	}
	t.Logf("%d comments full of attacks", taken)
	p.WaitFor(6*browser.Patience, "all have been pushed", fmt.Sprintf("document.querySelectorAll('%s').length===%d", shown, taken+1))
	checkUnharmed(t, p, "pushed")
	whole(t, p)
	unloaded(t, p)
	write(p, "An", strings.Join(ours, "\n\n"))
	p.Wait("the writer's own attack is there", fmt.Sprintf("document.querySelectorAll('%s').length===%d", shown, taken+2))
	checkUnharmed(t, p, "answered to the form")

	q := reader(t).Tab(t)
	q.OnNewPage(trap)
	for next := s.URL + path; next != ""; {
		q.Open(next)
		checkUnharmed(t, q, next)
		whole(t, q)
		next = browser.Eval[string](q, "document.querySelector('#comment-pages [rel=next]')?.href??''")
	}
	waitLive(q)
}

func TestAttacksInAnAuthorsFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	posts := filepath.Join(dir, "posts")
	if err := os.MkdirAll(posts, 0o755); err != nil {
		t.Fatal(err)
	}
	quote := func(s string) string { // as YAML, which takes JSON
		b, _ := json.Marshal(s)
		return string(b)
	}
	for i, p := range ours {
		p = strings.Join(strings.Fields(p), " ")
		text := fmt.Sprintf("---\ntitle: %[1]s\nsummary: %[1]s\nlang: en\ndate: 2026-01-%02[2]d\ntags: [%[1]s]\ncategory: %[1]s\nauthor: %[1]s\n---\n\nText.\n", quote(p), i%28+1)
		if err := os.WriteFile(filepath.Join(posts, fmt.Sprintf("post-%d.md", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	config := fmt.Sprintf("title: %[1]s\ntagline: %[1]s\ndescription: %[1]s\nlang: en\n", quote(ours[9]))
	if err := os.WriteFile(filepath.Join(dir, "site.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	s := site.Start(t, "--content", dir)
	p := reader(t).Tab(t)
	p.OnNewPage(trap)
	pages := []string{"/", "/archive"}
	titles := map[string]string{}
	for i, attack := range ours {
		page := fmt.Sprintf("/blog/post-%d", i)
		pages = append(pages, page)
		titles[page] = strings.Join(strings.Fields(attack), " ")
	}
	for _, page := range pages {
		p.Open(s.URL + page)
		checkUnharmed(t, p, page)
		if want := titles[page]; want != "" && p.Text("h1") != want {
			t.Errorf("%s is titled %q, not %q", page, p.Text("h1"), want)
		}
		if n := browser.Eval[int](p, `[...document.querySelectorAll("*")].filter(e=>[...e.attributes].some(a=>/^(hx-|data-hx-on)/.test(a.name))||e.matches("h1 *,.summary *,svg animate,iframe,img[src=x]")).length`); n > 0 {
			t.Errorf("%s: %d elements or attributes out of the front matter", page, n)
		}
	}
}
