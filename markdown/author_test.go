package markdown

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vang/blog"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestAuthorGolden holds what each construct becomes: the HTML, then the table of contents, then the warnings.
func TestAuthorGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/author/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	a := NewAuthor(AuthorOptions{})
	around := aroundPost()
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			doc, warnings, err := a.Render(t.Context(), source, DocOptions{Lang: blog.English, Path: "posts/a.md", Surroundings: around})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".md")+".golden", describe(doc, warnings))
		})
	}
}

func describe(doc blog.Document, warnings []Warning) []byte {
	var b bytes.Buffer
	b.WriteString(doc.HTML)
	b.WriteString("=== contents\n")
	for _, h := range doc.Headings {
		fmt.Fprintf(&b, "%d #%s %s\n", h.Level, h.ID, h.Text)
	}
	for i, p := range doc.Pictures {
		if i == 0 {
			b.WriteString("=== pictures\n")
		}
		fmt.Fprintf(&b, "%s %q %dx%d\n", p.Src, p.Alt, p.Width, p.Height)
	}
	b.WriteString("=== warnings\n")
	for _, w := range warnings {
		fmt.Fprintf(&b, "%d: %s\n", w.Line, w.Message)
	}
	return b.Bytes()
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", file, d)
	}
}

func TestTitleAboveTheTextIsNotRepeated(t *testing.T) {
	a := NewAuthor(AuthorOptions{})
	render := func(title string) blog.Document {
		doc, _, err := a.Render(t.Context(), []byte("# The  *Title*\n\n## Part\n"), DocOptions{Lang: blog.English, Title: title})
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	if doc := render("The Title"); strings.Contains(doc.HTML, "Title") || doc.Headings[0].Level != 2 {
		t.Errorf("the title is there twice, or the text was moved down without need: %s %v", doc.HTML, doc.Headings)
	}
	if doc := render("Another"); !strings.Contains(doc.HTML, "<h2") || !strings.Contains(doc.HTML, "<h3") || len(doc.Headings) != 2 {
		t.Errorf("a heading of level 1 must move all below it down: %s", doc.HTML)
	}
}

func TestWordsFollowTheLanguage(t *testing.T) {
	a := NewAuthor(AuthorOptions{Words: map[blog.Lang]Words{"fr": {Tip: "Astuce"}}})
	for lang, want := range map[blog.Lang]string{"vi": "Mẹo", "en": "Tip", "en-GB": "Tip", "fr": "Astuce", "xx": "Tip"} {
		doc, _, err := a.Render(t.Context(), []byte("> [!TIP]\n> x"), DocOptions{Lang: lang})
		if err != nil || !strings.Contains(doc.HTML, `title">`+want+"<") {
			t.Errorf("%s: %s %v", lang, doc.HTML, err)
		}
	}
}

func TestReservedIDsStayThePages(t *testing.T) {
	a := NewAuthor(AuthorOptions{Reserved: []string{"mine"}})
	source := "## Mine\n\n## Live\n\n## C 0123456789abcdef\n\n<p id=\"mine\">x</p><p id=\"own\">y</p><p id=\"own\">z</p>\n"
	doc, _, err := a.Render(t.Context(), []byte(source), DocOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for id, times := range map[string]int{"mine": 0, "mine-1": 1, "live": 0, "live-1": 1, "c-0123456789abcdef": 0, "c-0123456789abcdef-1": 1, "own": 1} {
		if n := strings.Count(doc.HTML, ` id="`+id+`"`); n != times {
			t.Errorf("id %q stands %d times, want %d:\n%s", id, n, times, doc.HTML)
		}
	}
}

func TestWarningsNameTheLineOfTheFile(t *testing.T) {
	a := NewAuthor(AuthorOptions{})
	_, warnings, err := a.Render(t.Context(), []byte("text\n\n{{< unheard-of x >}}\n"), DocOptions{Line: 10})
	if err != nil || len(warnings) != 1 || warnings[0].Line != 12 || !strings.Contains(warnings[0].Message, "unheard-of") {
		t.Errorf("warnings %+v, %v", warnings, err)
	}
}

func TestDeepNestingIsSurvived(t *testing.T) {
	a := NewAuthor(AuthorOptions{CacheBytes: 1})
	for _, source := range []string{
		strings.Repeat(">", 50_000), strings.Repeat("- ", 20_000), strings.Repeat("<div>", 5_000), strings.Repeat("[", 5_000),
		strings.Repeat("![", 2_000) + "a" + strings.Repeat("](b)", 2_000), strings.Repeat("<b>x", 3_000),
		strings.Repeat(":::note\n", 5_000) + strings.Repeat(":::\n", 5_000), strings.Repeat("^[", 10_000), strings.Repeat("^[", 5_000) + strings.Repeat("]", 5_000),
		strings.Repeat("*a*{.b ", 10_000), strings.Repeat("a]{.b}", 10_000), strings.Repeat("[[a", 10_000), strings.Repeat("==a ", 10_000), strings.Repeat(":a", 20_000),
		strings.Repeat("x\n{.a}\n", 5_000), strings.Repeat("a^[b]", 5_000), strings.Repeat("[^a]", 5_000),
	} {
		if doc, _, err := a.Render(t.Context(), []byte(source), DocOptions{}); err != nil || doc.HTML == "" {
			t.Errorf("%.8q: %v", source, err)
		}
	}
}

func TestContainersNestAsDeepAsTheyMay(t *testing.T) {
	a := NewAuthor(AuthorOptions{})
	doc, _, err := a.Render(t.Context(), []byte(strings.Repeat(":::note\n", 100)+strings.Repeat(":::\n", 100)), DocOptions{})
	if n := strings.Count(doc.HTML, `class="callout `); err != nil || n != deepestContainer {
		t.Errorf("%d callouts in each other, want %d: %v", n, deepestContainer, err)
	}
}

// The labels of links are defined at the end of a text, beyond where a lead is looked for.
func TestLeadTakesReferencesOff(t *testing.T) {
	a := NewAuthor(AuthorOptions{})
	end := strings.Repeat("\n\nMore words follow here.", 800) + "\n\n[docs]: https://x.org\n[The Notes]: <https://y.org> \"t\"\n[^n]: A note.\n"
	for source, want := range map[string]string{
		"Read [the *docs*][docs] and [the notes][], or [The notes].[^n]": "Read the docs and the notes, or The notes.",
		"A list[0] of [no such][nothing] and [1].":                       "A list[0] of [no such][nothing] and [1].",
	} {
		if got := a.Lead([]byte(source + end)); got != want {
			t.Errorf("of %q it is %q, want %q", source, got, want)
		}
	}
}

func TestTitleAndLead(t *testing.T) {
	a := NewAuthor(AuthorOptions{})
	for source, want := range map[string][2]string{
		"# A *title*\n\nThe [first](x) paragraph\ngoes on.\n\nSecond": {"A title", "The first paragraph goes on."},
		"```\n# not this\n```\n\nTitle\n=====\n\n![x](y)\n\nText":     {"Title", "Text"},
		"<div>\nhtml\n</div>\n\n{{< x >}}\n\n> quote\n\n中文段落。":        {"", "中文段落。"},
		"## Only\n\n- list\n":        {"", ""},
		strings.Repeat("word ", 100): {"", strings.TrimSpace(strings.Repeat("word ", 44)) + "…"},
		"#nothashtag":                {"", ""},
		"A [[post|name]] with a note^[here], another[^1], ==marks==, ~~strikes~~ and :tada:.\n": {"", "A name with a note, another, marks, strikes and 🎉."},
	} {
		if got := [2]string{a.Title([]byte(source)), a.Lead([]byte(source))}; got != want {
			t.Errorf("%.30q: %q, want %q", source, got, want)
		}
	}
}

func TestMinutes(t *testing.T) {
	for source, want := range map[string]int{
		"": 1, strings.Repeat("từ ", 2200): 10, strings.Repeat("字", 4000): 10, strings.Repeat("don't word-like ", 330): 3,
	} {
		if got := Minutes([]byte(source)); got != want {
			t.Errorf("%.12q takes %d minutes, want %d", source, got, want)
		}
	}
}

func FuzzAuthor(f *testing.F) {
	for _, s := range append(ownAttacks(), "# x {#y}", "> [!NOTE]\n> x", "{{< x >}} {% y %}", "| a |\n|-|\n", "[^1]\n\n[^1]: x", "```go\nx", "x\n: y", ":::note x\n:::", "^[x]", "*x*{.a}", "x\n{: .a}", "[[x|y]]", "![[x]]", "==x==", "[x]{.y}", "[TOC]", "```go {linenos=true}\nx") {
		f.Add(s)
	}
	files, _ := filepath.Glob("testdata/author/*.md")
	for _, file := range files {
		if source, err := os.ReadFile(file); err == nil {
			f.Add(string(source))
		}
	}
	a := NewAuthor(AuthorOptions{CacheBytes: 1})
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 20_000 {
			return
		}
		doc, _, err := a.Render(t.Context(), []byte(source), DocOptions{Lang: blog.Vietnamese})
		if err != nil {
			t.Fatal(err)
		}
		if bad := authorsMistake(doc.HTML); bad != "" {
			t.Fatalf("lets %s through:\n%s", bad, doc.HTML)
		}
	})
}

func BenchmarkAuthor(b *testing.B) {
	source, err := os.ReadFile("testdata/author/code.md")
	if err != nil {
		b.Fatal(err)
	}
	a := NewAuthor(AuthorOptions{CacheBytes: 1})
	for b.Loop() {
		if _, _, err := a.Render(b.Context(), source, DocOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWordsThatAreLeftOutAreEnglish(t *testing.T) {
	a := NewAuthor(AuthorOptions{Words: map[blog.Lang]Words{"fr": {Tip: "Astuce"}}})
	doc, _, err := a.Render(t.Context(), []byte("| a |\n|---|\n"), DocOptions{Lang: "fr"})
	if err != nil || !strings.Contains(doc.HTML, `aria-label="Table 1"`) {
		t.Errorf("%s %v", doc.HTML, err)
	}
}
