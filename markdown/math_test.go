package markdown_test

import (
	"errors"
	"html"
	"strings"
	"testing"
	"unicode/utf8"

	"vang/blog"
	"vang/markdown"
)

// told is a converter that only says what it was given.
func told(tex string, display bool) (string, error) {
	if strings.Contains(tex, `\bad`) {
		return "", errors.New(`there is no command \bad`)
	}
	if display {
		return "<math display=\"block\">" + html.EscapeString(tex) + "</math>", nil
	}
	return "<math>" + html.EscapeString(tex) + "</math>", nil
}

func mathAuthor() *markdown.Author { return markdown.NewAuthor(markdown.AuthorOptions{Math: told}) }

// front is the Surroundings of a text whose front matter is a map.
type front map[string]string

func (front) Link(string, string) (url, title string, ok bool) { return "", "", false }
func (front) Picture(string, string) (p blog.Picture, ok bool) { return p, false }
func (front) Include(string, string) ([]byte, bool)            { return nil, false }
func (f front) Param(_, name string) (value string, ok bool)   { value, ok = f[name]; return value, ok }

func setIn(t *testing.T, source string, o markdown.DocOptions) (string, []markdown.Warning) {
	t.Helper()
	doc, warnings, err := mathAuthor().Render(t.Context(), []byte(source), o)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Formulas != strings.Contains(doc.HTML, "<math") {
		t.Errorf("Formulas is %v for %s", doc.Formulas, doc.HTML)
	}
	return doc.HTML, warnings
}

func TestFormulasAndWhatIsNone(t *testing.T) {
	for _, tc := range []struct{ name, source, want string }{
		{"inline", `so $x^2$ is`, `<p>so <math>x^2</math> is</p>`},
		{"one sign", `so $n$, and`, `<p>so <math>n</math>, and</p>`},
		{"term", `$O(n)$ and $x+y=z$`, `<p><math>O(n)</math> and <math>x+y=z</math></p>`},
		{"ordinal", `the $n$th`, `<p>the <math>n</math>th</p>`},
		{"Chinese around", `当$t$在`, `<p>当<math>t</math>在</p>`},
		{"Vietnamese around", `Với $\alpha$ nhỏ`, `<p>Với <math>\alpha</math> nhỏ</p>`},
		{"emphasis inside", `$a_1 * b_2 * c_3$`, `<p><math>a_1 * b_2 * c_3</math></p>`},
		{"link inside", `$[a](b)^2$`, `<p><math>[a](b)^2</math></p>`},
		{"escaped dollar inside", `$\text{\$5} + x$`, `<p><math>\text{\$5} + x</math></p>`},
		{"across a line end", "$\\frac{a}\n{b}$", "<p><math>\\frac{a}\n{b}</math></p>"},
		{"GitLab's", "$`a+b`$", `<p><math>a+b</math></p>`},
		{"WordPress's", `$latex x^2$`, `<math>x^2</math>`},
		{"parentheses", `so \(x^2\) is`, `<p>so <math>x^2</math> is</p>`},
		{"parentheses, twice escaped", `so \\(x^2\\) is`, `<p>so <math>x^2</math> is</p>`},
		{"in bold", `**$x^2$**`, `<p><strong><math>x^2</math></strong></p>`},
		{"in a table", "| a |\n|---|\n| $x^2$ |", `<td><math>x^2</math></td>`},
		{"in a heading", "## The $x^2$ law", `<h2 id="the-x2-law">The <math>x^2</math> law`},
		{"block", "$$\nx^2\n$$\nafter", "<div class=\"formula\" tabindex=\"0\"><math display=\"block\">x^2</math></div>\n<p>after</p>"},
		{"block in one line", "$$ x = 1 $$", `<div class="formula" tabindex="0"><math display="block">x = 1</math></div>`},
		{"block behind text", "text\n$$x$$", "<p>text</p>\n<div class=\"formula\""},
		{"block with a blank line", "$$\nx\n\ny = 1\n$$\n\nafter", "x\n\ny = 1</math></div>\n<p>after</p>"},
		{"block in a list", "- a\n  $$\n  x^2\n  $$\n- b", `<math display="block">x^2</math></div>`},
		{"block in a quote", "> $$\n> x^2\n> $$\n\nafter", "<math display=\"block\">x^2</math></div>\n</blockquote>\n<p>after</p>"},
		{"brackets", "\\[\n\\frac12\n\\]", `<math display="block">\frac12</math>`},
		{"environment", "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}\n", `<math display="block">\begin{align}` + "\na &amp;= b \\\\\nc &amp;= d\n" + `\end{align}</math></div>`},
		{"fence", "```math\n\\sum_i x_i\n```\n", `<math display="block">\sum_i x_i</math>`},
		{"displayed within a line", `see $$x^2$$ here`, `<p>see <span class="formula" tabindex="0"><math display="block">x^2</math></span> here</p>`},
		{"definitions", "$$\\newcommand{\\R}{\\mathbb{R}}$$\n\n$x \\in \\R$", `<math>\newcommand{\R}{\mathbb{R}}x \in \R</math>`},
		{"numbers beside formulas", `$10$ of $\alpha$`, `<p><math>10</math> of <math>\alpha</math></p>`},
		{"code spans of a blog with a script", "`$$x^2$$`\n\nwhere `$x_1$` and `$HOME`", `<p>where <math>x_1</math> and <code>$HOME</code></p>`},

		{"prices", `from $5 to $10, or US$5 and US$10`, `<p>from $5 to $10, or US$5 and US$10</p>`},
		{"prices joined", `$5-$10, $5/$6, $20M$`, `<p>$5-$10, $5/$6, $20M$</p>`},
		{"prices behind", `5$ and 10$ (or $7)`, `<p>5$ and 10$ (or $7)</p>`},
		{"variables", `$HOME and $PATH, $FOO_BAR$, $i/$j`, `<p>$HOME and $PATH, $FOO_BAR$, $i/$j</p>`},
		{"prose", `a $ sign and a$ sign; $so this is prose$`, `<p>a $ sign and a$ sign; $so this is prose$</p>`},
		{"code", "`$x^2$` and\n\n    $$x^2$$\n", `<code>$x^2$</code>`},
		{"escaped", `\$x^2\$`, `<p>$x^2$</p>`},
		{"escaped parentheses", `a \(remark\) and \[1\]`, `<p>a (remark) and [1]</p>`},
		{"a bracket alone", "\\[Update\\]\n\nMore", `<p>[Update]</p>`},
		{"unclosed", "$$\nx^2\n\nmore text", "<p>$$\nx^2</p>\n<p>more text</p>"},
		{"process id", "kill $$ now\n\n$$ is the shell's own number and $$ again", `<p>$$ is the shell`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, warnings := setIn(t, tc.source, markdown.DocOptions{Lang: "en"})
			got = strings.NewReplacer("’", "'", "‘", "'").Replace(got)
			if !strings.Contains(got, strings.ReplaceAll(tc.want, "’", "'")) || len(warnings) > 0 {
				t.Errorf("%q gives\n%s\nwithout\n%s\nwarnings: %v", tc.source, got, tc.want, warnings)
			}
		})
	}
}

func TestFormulasWhereTheFrontMatterSaysSo(t *testing.T) {
	source := "the $total cost$ and $5 or $10, $10$\n"
	for _, tc := range []struct {
		params front
		want   int
	}{{nil, 0}, {front{"math": "false"}, 0}, {front{"math": "true"}, 2}, {front{"katex": "true"}, 2}, {front{"math.enable": "true"}, 2}} {
		got, _ := setIn(t, source, markdown.DocOptions{Lang: "en", Surroundings: tc.params})
		if n := strings.Count(got, "<math>"); n != tc.want {
			t.Errorf("%v: %d formulas, want %d: %s", tc.params, n, tc.want, got)
		}
	}
}

func TestJekyllsDollarsInALine(t *testing.T) {
	got, _ := setIn(t, "so $$x^2$$ is\n\n$$y$$\n", markdown.DocOptions{Lang: "en", Dialect: markdown.DialectJekyll})
	if !strings.Contains(got, `<p>so <math>x^2</math> is</p>`) || !strings.Contains(got, `<math display="block">y</math>`) {
		t.Error(got)
	}
}

func TestFormulasEscapedForOtherTools(t *testing.T) {
	for _, tc := range []struct {
		dialect markdown.Dialect
		want    string
	}{{markdown.DialectHugo, `<math>x_1 &lt; \{y\}^2</math>`}, {markdown.DialectVang, `<math>x\_1 &lt; \{y\}^2</math>`}} {
		got, _ := setIn(t, `$x\_1 &lt; \{y\}^2$`, markdown.DocOptions{Lang: "en", Dialect: tc.dialect})
		if !strings.Contains(got, tc.want) {
			t.Errorf("dialect %d: %s", tc.dialect, got)
		}
	}
}

func TestAFormulaThatCannotBeSetIsShownAndNamed(t *testing.T) {
	got, warnings := setIn(t, "one\n\ntwo $\\bad<b>$\n\n$$\n\\bad\n$$\n", markdown.DocOptions{Lang: "en", Line: 5})
	if !strings.Contains(got, `two <code class="tex">\bad&lt;b&gt;</code>`) {
		t.Error(got)
	}
	if len(warnings) != 2 || warnings[0].Line != 7 || warnings[1].Line != 9 || !strings.Contains(warnings[0].Message, `there is no command \bad`) {
		t.Errorf("%+v", warnings)
	}
}

func TestFormulasInTheTableOfContentsAreTheirTeX(t *testing.T) {
	doc, _, err := mathAuthor().Render(t.Context(), []byte("## On $x^2$ here\n"), markdown.DocOptions{Lang: "en"})
	if err != nil || len(doc.Headings) != 1 || doc.Headings[0].Text != "On x^2 here" {
		t.Errorf("%+v %v", doc.Headings, err)
	}
}

// TestFormulasStayWholeBesideHTML: what an author's raw HTML goes through must leave formulas alone.
func TestFormulasStayWholeBesideHTML(t *testing.T) {
	mathML := `<math display="block" class="tml-display"><mtable displaystyle="true" class="tml-jot"><mtr><mtd class="tml-right"><msup><mi>a</mi><mn>2</mn></msup></mtd>` +
		`<mtd><mo fence="true" form="prefix" stretchy="true">(</mo><mi mathcolor="#ff0000" mathvariant="normal">b</mi><mspace width="1em"></mspace></mtd></mtr></mtable></math>`
	author := markdown.NewAuthor(markdown.AuthorOptions{Math: func(string, bool) (string, error) { return mathML, nil }})
	doc, _, err := author.Render(t.Context(), []byte("<b onclick=\"x\">raw</b>\n\n$$x$$\n"), markdown.DocOptions{Lang: "en"})
	if err != nil || !strings.Contains(doc.HTML, mathML) || strings.Contains(doc.HTML, "onclick") {
		t.Errorf("%s %v", doc.HTML, err)
	}
}

// TestManyDollarsTakeLinearTime would take minutes if each sign looked through the rest of the text.
func TestManyDollarsTakeLinearTime(t *testing.T) {
	for _, s := range []string{"$a", "$$ x\n", "\\(a", "\\[\n", "$", "\\begin{align}\n", "$`a"} {
		if _, _, err := mathAuthor().Render(t.Context(), []byte(strings.Repeat(s, 40_000)), markdown.DocOptions{Lang: "en"}); err != nil {
			t.Error(err)
		}
	}
}

func FuzzFormulas(f *testing.F) {
	for _, s := range []string{"$x$", "$$\nx\n$$", `\(x^2\)`, "> $$\n> x\n", "- $$ x $$\n", "\\newcommand{\\R}{x} $\\R$", "`$$x$$`\n\n`$y_1$`", "$\\", "\\begin{align}x\\end{align}"} {
		f.Add(s)
	}
	author := mathAuthor()
	f.Fuzz(func(t *testing.T, source string) {
		if !utf8.ValidString(source) {
			t.Skip("files of posts are UTF-8")
		}
		doc, _, err := author.Render(t.Context(), []byte(source), markdown.DocOptions{Lang: "en", Dialect: markdown.DialectHugo})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(doc.HTML, "<script") && !strings.Contains(source, "<script") {
			t.Errorf("%q: %s", source, doc.HTML)
		}
	})
}
