package maths_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/andybalholm/brotli"

	"vang/maths"
	"vang/static"
)

func files(t testing.TB) fs.FS {
	t.Helper()
	f, err := static.Part("formulas")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFormulas(t *testing.T) {
	e := maths.New(files(t))
	for _, tc := range []struct{ tex, want string }{
		{`x^2`, `<msup><mi>x</mi><mn class="tml-sml-pad">2</mn></msup>`},
		{`\frac{1}{2}`, `<mfrac><mn>1</mn><mn>2</mn></mfrac>`},
		{`\begin{pmatrix} a & b \\ c & d \end{pmatrix}`, `<mtd class="tml-pl0"><mi>a</mi></mtd>`},
		{`\color{red} x`, `<mi mathcolor="#ff0000">x</mi>`},
		{`a \! b`, `<mrow class="tml-back-1">`},
		{`\ce{H2O}`, `<mi mathvariant="normal">H</mi>`},
		{`\text{với mọi } x`, "với\u00a0mọi"},
		{`\boxed{x}`, `tml-frame`},
		{`\begin{array}{c|c} a & b \\ \hline c & d \end{array}`, `tml-br`},
		{`x < y & z`, ``}, // an alignment sign where nothing is aligned is an error
		{`\R`, `ℝ`},
		{`\not=`, "\u2260"},
		{`\rule{1em}{2pt}`, `tml-rule`},
	} {
		got, err := e.MathML(tc.tex, true)
		if tc.want == "" {
			if err == nil {
				t.Errorf("%s is no error: %s", tc.tex, got)
			}
			continue
		}
		if err != nil || !strings.Contains(got, tc.want) {
			t.Errorf("%s gives %s, %v; want %s", tc.tex, got, err, tc.want)
		}
	}
}

// TestNoStylesInFormulas: the content security policy forbids them, so a style that is written is one that is lost.
func TestNoStylesInFormulas(t *testing.T) {
	e := maths.New(files(t))
	all, err := os.ReadFile("testdata/formulas.tex")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for tex := range strings.SplitSeq(string(all), "\n\n") {
		for _, display := range []bool{false, true} {
			got, err := e.MathML(tex, display)
			if err != nil {
				t.Errorf("%s: %v", tex, err)
			}
			if strings.Contains(got, " style=") || !strings.HasPrefix(got, "<math") {
				t.Errorf("%s gives %s", tex, got)
			}
			seen++
		}
	}
	if seen < 60 {
		t.Errorf("only %d formulas were looked at", seen)
	}
	if lost := maths.Lost(e); len(lost) > 0 {
		t.Errorf("styles without a class: %v", lost)
	}
}

func TestWhatIsNoFormulaIsSaid(t *testing.T) {
	e := maths.New(files(t))
	for tex, want := range map[string]string{
		`\fra{1}{2}`:                         `there is no command \fra`,
		`\frac{1}{2`:                         `expected '}' at end of input`,
		`\begin{foo}x\end{foo}`:              `there is no environment foo`,
		`\left( x`:                           `Expected '\right'`,
		`x^2^3`:                              `Double superscript at position 4`,
		"  ":                                 `the formula is empty`,
		"a\x00b":                             `not text`,
		strings.Repeat("x", 30_000):          `at most 20000`,
		`\includegraphics{https://x/y.png}`:  `\includegraphics is not set in formulas`,
		`\href{javascript:alert(1)}{x}`:      `there is no command \href`,
		`\style{background:url(//x)}{x}`:     `\style is not set in formulas`,
		`\def\a{\a\a}\a`:                     `Too many expansions`,
		strings.Repeat(`\sqrt{`, 3_000):      ``,
		strings.Repeat(`{`, 9_000) + "x":     ``,
		`\def\a#1{#1#1#1}` + bomb(`\a`, 500): ``,
	} {
		got, err := e.MathML(tex, true)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q gives %.200s and the error %v, want one with %q", tex, got, err, want)
		}
	}
	if got, err := e.MathML("x", false); err != nil {
		t.Errorf("after all that, x gives %s, %v", got, err)
	}
}

func bomb(command string, depth int) string {
	return strings.Repeat(command+"{", depth) + "xxxxxxxxxx" + strings.Repeat("}", depth)
}

func TestAttacksStayText(t *testing.T) {
	e := maths.New(files(t))
	for _, tex := range []string{
		`\text{<script>alert(1)</script>}`, `\text{"><img src=x onerror=alert(1)>}`, `\color{red" onload="x}x`, `\operatorname{<b>}`,
		`\class{a" onclick="x}{y}`, `\id{x" y="}{z}`, `\data{x=y}{z}`, `\tag{<i>}x`, `\label{"><script>}x`, `\url{javascript:x}`,
	} {
		got, err := e.MathML(tex, true)
		if err != nil {
			continue // refused is well too
		}
		for _, bad := range []string{"<script", "<img", "onload=\"", "onclick=\"", "<b>", "<i>", "javascript:"} {
			if strings.Contains(got, bad) {
				t.Errorf("%s gives %s", tex, got)
			}
		}
	}
}

func TestAFormulaThatTakesTooLongIsStopped(t *testing.T) {
	e := maths.New(fstest.MapFS{"converter.js.br": {Data: compressed(`globalThis.formula = (tex) => { while (tex === "long") {} return tex }`)}})
	maths.SetPatience(e, 20*time.Millisecond)
	if _, err := e.MathML("long", true); err == nil || !strings.Contains(err.Error(), "not set within") {
		t.Errorf("the error is %v", err)
	}
	if got, err := e.MathML("short", true); err != nil || got != "short" {
		t.Errorf("afterwards %q, %v", got, err)
	}
}

func TestWithoutItsConverterAnEngineSaysWhatToDo(t *testing.T) {
	_, err := maths.New(fstest.MapFS{}).MathML("x", true)
	if err == nil || !strings.Contains(err.Error(), "make assets") {
		t.Errorf("the error is %v", err)
	}
}

// TestNothingIsLoadedBeforeTheFirstFormula, and all is let go when none came for a while.
func TestNothingIsLoadedBeforeTheFirstFormula(t *testing.T) {
	opened := &counting{FS: files(t)}
	e := maths.New(opened)
	if _, err := e.MathML("", true); err == nil || opened.times() != 0 {
		t.Errorf("%v; the converter was read %d times", err, opened.times())
	}
	for _, tex := range []string{"x", "y"} {
		if _, err := e.MathML(tex, true); err != nil {
			t.Fatal(err)
		}
	}
	if opened.times() != 1 || maths.Spare(e) != 1 {
		t.Errorf("read %d times, %d machines", opened.times(), maths.Spare(e))
	}
	maths.LetGo(e)
	if n := maths.Spare(e); n != 0 {
		t.Errorf("%d machines are kept", n)
	}
	if _, err := e.MathML("x", true); err != nil || opened.times() != 1 {
		t.Errorf("a formula that was set before: %v, read %d times", err, opened.times())
	}
	if _, err := e.MathML("z", true); err != nil || opened.times() != 2 {
		t.Errorf("a new one: %v, read %d times", err, opened.times())
	}
}

func TestFormulasForManyAtOnce(t *testing.T) {
	e := maths.New(files(t))
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			tex := strings.Repeat("x+", i%7) + "y"
			got, err := e.MathML(tex, i%2 == 0)
			if err != nil || strings.Count(got, "<mi>x</mi>") != i%7 {
				t.Errorf("%s gives %s, %v", tex, got, err)
			}
		})
	}
	all.Wait()
}

func compressed(source string) []byte {
	var b bytes.Buffer
	w := brotli.NewWriter(&b)
	_, _ = w.Write([]byte(source))
	_ = w.Close()
	return b.Bytes()
}

type counting struct {
	fs.FS
	mu sync.Mutex
	n  int
}

func (c *counting) Open(name string) (fs.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.FS.Open(name)
}

func (c *counting) times() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

func FuzzMathML(f *testing.F) {
	for _, s := range []string{`\frac{1}{2}`, `\begin{array}{c}x\end{array}`, `\ce{H2O}`, `\text{<b>}`, `\color{#fff}x`, `\def\a{b}\a`, `x_{1}^{2}`, `\verb|x|`} {
		f.Add(s, true)
	}
	e := maths.New(files(f))
	f.Fuzz(func(t *testing.T, tex string, display bool) {
		got, err := e.MathML(tex, display)
		if err != nil {
			if strings.Contains(err.Error(), "the converter failed") || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%q: %v", tex, err)
			}
			return
		}
		if strings.Contains(got, "<script") || strings.Contains(got, " style=") || strings.Contains(got, "javascript:") {
			t.Errorf("%q gives %s", tex, got)
		}
	})
}

func BenchmarkMathML(b *testing.B) {
	e := maths.New(files(b))
	tex := `\frac{-b \pm \sqrt{b^2-4ac}}{2a} + \sum_{i=0}^{n} x_i`
	if _, err := e.MathML("x", true); err != nil { // the engine is loaded
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := e.MathML(tex, true); err != nil {
			b.Fatal(err)
		}
		maths.Forget(e)
	}
}

func BenchmarkFirstFormula(b *testing.B) {
	f := files(b)
	for b.Loop() {
		if _, err := maths.New(f).MathML("x", true); err != nil {
			b.Fatal(err)
		}
	}
}
