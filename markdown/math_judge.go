package markdown

import (
	"regexp"
	"strings"
	"unicode"
)

// mathState is what one rendering knows of its formulas.
type mathState struct {
	judged      bool
	asked       bool   // the front matter or the site says that there are some
	surely      bool   // one of them is unmistakable, so the others are likelier
	inCode      bool   // they stand in code spans, for a script that a page of another tool would have
	definitions string // macros that formulas so far have defined
	shown       bool
}

// mathWords are what front matters of themes call it.
func mathWords() []string {
	return []string{"math", "katex", "mathjax", "use_math", "usemath", "latex", "mathjax3", "enablemath", "math.enable"}
}

// judge looks once at what a document says of its formulas, when it has something that may be one.
func (st *state) judge() *mathState {
	m := &st.math
	if m.judged {
		return m
	}
	m.judged = true
	for _, name := range mathWords() {
		if v, ok := st.around.Param(name); ok && !has(" false no off 0 none  ", strings.ToLower(strings.TrimSpace(v))) {
			m.asked = true
			break
		}
	}
	m.surely = sureFormula.Match(st.source)
	m.inCode = codeFormula.Match(st.source)
	return m
}

var (
	sureFormula = regexp.MustCompile("\\$[^$`\\n]*\\\\[A-Za-z]{2}[^$`\\n]*\\$|(?m)^\\s*(?:\\$\\$|\\\\begin\\{[a-z]+\\*?\\}|```math)")
	codeFormula = regexp.MustCompile("(?m)^[ \\t>]*`\\$\\$[^`]+\\$\\$`\\s*$")

	letters     = regexp.MustCompile(`\pL+`)
	commands    = regexp.MustCompile(`\\(?:[A-Za-z]+|[^A-Za-z\s])`)
	texts       = regexp.MustCompile(`\\(?:text[a-z]*|mbox|operatorname\*?|mathrm|mathsf|mathbf|mathit|mathtt|tag\*?|label|ref|eqref|ce|pu|begin|end|color|textcolor)\s*\{[^{}]*\}`)
	scripts     = regexp.MustCompile(`(?:^|[^\pL\pN])(?:\pL|\pN+|[)\]}|'*])?'*[\^_]\s*[\pL\pN{\\*+'()-]`)
	operators   = regexp.MustCompile(`[=+<>*/|!,()\[\]-]`)
	placeholder = regexp.MustCompile(`^[A-Z][A-Z0-9]*_[A-Z0-9_]+$`)
)

// functions are words that formulas have without a backslash too.
const functions = " sin cos tan cot sec csc log ln lg exp min max lim det gcd lcm mod sup inf arg dim ker Pr Var Cov "

// unmistakable tells whether what stands between dollars can be nothing but a formula.
func unmistakable(tex string) bool {
	if strings.ContainsRune(tex, '`') || placeholder.MatchString(tex) {
		return false
	}
	bare := texts.ReplaceAllString(tex, "")
	if isProse(bare) {
		return false
	}
	if sureCommand(bare) || bare != tex || scripts.MatchString(bare) {
		return true
	}
	return isTerm(bare, 1, 2)
}

// sureCommand finds a command, which a path of Windows is not.
func sureCommand(tex string) bool {
	for _, c := range commands.FindAllString(tex, -1) {
		if len(c) > 2 || strings.ContainsAny(c[1:], "{},;!|:") || isLetter(c[1]) {
			return true
		}
	}
	return false
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// likely is unmistakable for a text that has formulas: numbers and short names are some too.
func likely(tex string) bool {
	return unmistakable(tex) || !strings.ContainsAny(tex, "`") && isTerm(tex, 3, 3)
}

// isTerm finds runs of letters of at most single signs, or of at most joined between operators, that make a term.
func isTerm(tex string, single, joined int) bool {
	most := single
	if operators.MatchString(tex) {
		most = joined
	}
	found := single > 1 && strings.ContainsFunc(tex, unicode.IsDigit)
	for _, word := range letters.FindAllString(tex, -1) {
		if n := len([]rune(word)); n > most && !has(functions, word) {
			return false
		}
		found = true
	}
	first := tex[0]
	if single == 1 && first >= '0' && first <= '9' && !strings.ContainsAny(tex, "=+<>*^_") {
		return false // $5k, $20M
	}
	return found && !strings.ContainsAny(tex, "\"#@~?;`$%&")
}

// isProse finds three words in a row.
func isProse(tex string) bool {
	tex = commands.ReplaceAllString(tex, "+")
	row := 0
	for field := range strings.FieldsSeq(tex) {
		word := strings.Trim(field, ".,;:!?()\"'")
		switch {
		case len([]rune(word)) >= 2 && strings.TrimFunc(word, unicode.IsLetter) == "" && !has(functions, word):
			if row++; row >= 3 {
				return true
			}
		case strings.ContainsAny(field, "=+<>^_&{}\\"):
			row = 0
		}
	}
	return false
}

// isFormula judges what stands between the signs f.
func (st *state) isFormula(tex string, f formulaFence) bool {
	if strings.TrimSpace(tex) == "" || strings.ContainsRune(tex, '`') {
		return false
	}
	m := st.judge()
	switch {
	case m.asked || f.open == "" || f.open == "$`":
		return true
	case f.open == "$$":
		return !isProse(texts.ReplaceAllString(tex, ""))
	case f.open == "$" && m.surely:
		return likely(tex)
	}
	return unmistakable(tex)
}

// macroDefinition is \newcommand{\R}{\mathbb{R}} and its kin at the beginning of a formula: later formulas of the text have it too.
var macroDefinition = regexp.MustCompile(`^\s*(?:\\(?:re|provide)?newcommand|\\providecommand|\\[gex]?def|\\DeclareMathOperator\*?|\\let|\\global)\b`)

// definitions cuts the definitions off that tex begins with.
func definitions(tex string) (own, rest string) {
	rest = tex
	for macroDefinition.MatchString(rest) {
		end := endOfDefinition(rest)
		if end < 0 {
			break
		}
		own += operatorDefinition.ReplaceAllString(rest[:end], `\newcommand$1{\operatorname$2`)
		rest = strings.TrimSpace(rest[end:])
	}
	return own, rest
}

// operatorDefinition is a command that the converter lacks.
var operatorDefinition = regexp.MustCompile(`^\s*\\DeclareMathOperator(\*?)`)

// endOfDefinition is behind the last pair of braces of the definition that tex begins with; -1 if there is none.
func endOfDefinition(tex string) int {
	need := 2
	if strings.Contains(tex[:min(8, len(tex))], "def") {
		need = 1
	} else if m := bareName.FindStringIndex(tex); m != nil {
		need = 1
	}
	depth := 0
	for i := 0; i < len(tex); i++ {
		switch tex[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth < 0 {
				return -1
			} else if depth == 0 {
				if need--; need == 0 {
					return i + 1
				}
			}
		}
	}
	return -1
}

// bareName is \newcommand\R{...}, whose name stands without braces.
var bareName = regexp.MustCompile(`^\s*\\(?:re|provide)?(?:newcommand|command)\*?\s*\\`)

// mended takes back what authors wrote only to get past the Markdown of another tool: \_ for _, four backslashes for two,
// entities.
func (st *state) mended(tex string) string {
	tex = strings.TrimPrefix(tex, "latex ") // as WordPress has it: $latex x^2$
	for _, e := range [][2]string{{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}} {
		tex = strings.ReplaceAll(tex, e[0], e[1])
	}
	if st.options.Dialect != DialectHugo && st.options.Dialect != DialectJekyll || strings.Contains(tex, `\text`) {
		return tex
	}
	tex = strings.ReplaceAll(tex, `\\\\`, `\\`)
	if !strings.Contains(strings.ReplaceAll(tex, `\_`, ""), "_") {
		tex = strings.ReplaceAll(tex, `\_`, "_")
	}
	return tex
}
