package markdown

import (
	"strconv"
	"strings"
)

// liquidTokens cuts an expression into strings, numbers, names, signs. Strings keep their first quote as a mark.
func liquidTokens(s string) []string {
	var tokens []string
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case isBlank(c):
			i++
		case c == '"' || c == '\'':
			n := strings.IndexByte(s[i+1:], c)
			if n < 0 {
				n = len(s) - i - 1
			}
			tokens = append(tokens, `"`+s[i+1:i+1+n])
			i += n + 2
		case strings.HasPrefix(s[i:], ".."):
			tokens = append(tokens, "..")
			i += 2
		case isComparison(s[i:]) != "":
			op := isComparison(s[i:])
			tokens = append(tokens, op)
			i += len(op)
		case isWordByte(c) || c == '-' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9':
			n := 1
			for i+n < len(s) && (isWordByte(s[i+n]) || s[i+n] == '-' || s[i+n] == '?' || s[i+n] == '.' && isNumberPoint(s[i:i+n], s[i+n+1:])) {
				n++
			}
			tokens = append(tokens, s[i:i+n])
			i += n
		default:
			tokens = append(tokens, s[i:i+1])
			i++
		}
	}
	return tokens
}

func isNumberPoint(before, behind string) bool {
	_, err := strconv.Atoi(before)
	return err == nil && behind != "" && behind[0] >= '0' && behind[0] <= '9'
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

func isComparison(s string) string {
	for _, op := range []string{"==", "!=", "<>", "<=", ">=", "<", ">"} {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}

// liquidReader evaluates the tokens of one expression.
type liquidReader struct {
	l      *liquid
	tokens []string
	at     int
}

func (l *liquid) reader(expression string) *liquidReader {
	return &liquidReader{l: l, tokens: liquidTokens(expression)}
}

func (r *liquidReader) peek() string {
	if r.at < len(r.tokens) {
		return r.tokens[r.at]
	}
	return ""
}

func (r *liquidReader) take(token string) bool {
	if r.peek() == token && r.at < len(r.tokens) {
		r.at++
		return true
	}
	return false
}

// evaluate is the value of an expression with its filters.
func (l *liquid) evaluate(expression string) any {
	r := l.reader(expression)
	v := r.value()
	for r.take("|") {
		name := r.peek()
		r.at++
		var args []any
		if r.take(":") || r.take("(") {
			args = r.arguments()
		}
		v = l.filter(name, v, args)
	}
	return v
}

// arguments are those of a filter, in the order in which they stand. Their names, which Tera has, are left out.
func (r *liquidReader) arguments() []any {
	var args []any
	for r.at < len(r.tokens) && !r.take(")") {
		if len(r.tokens) > r.at+1 && (r.tokens[r.at+1] == ":" || r.tokens[r.at+1] == "=") {
			r.at += 2
		}
		args = append(args, r.value())
		if !r.take(",") {
			r.take(")")
			break
		}
	}
	return args
}

// holds is the truth of a condition. As in Liquid, and and or are read from the right.
func (l *liquid) holds(condition string) bool {
	return l.reader(condition).condition(0)
}

func (r *liquidReader) condition(depth int) bool {
	left := r.comparison()
	if depth > liquidNesting {
		return left
	}
	switch {
	case r.take("and"):
		right := r.condition(depth + 1)
		return left && right
	case r.take("or"):
		right := r.condition(depth + 1)
		return left || right
	}
	return left
}

func (r *liquidReader) comparison() bool {
	if r.take("not") {
		return !r.comparison()
	}
	left := r.value()
	op := r.peek()
	if r.take("is") { // Tera's tests
		not := r.take("not")
		defined := r.take("defined") == (left != nil)
		return defined != not
	}
	if op == "" || op != "contains" && isComparison(op) == "" {
		return isTrue(left)
	}
	r.at++
	return compare(left, op, r.value())
}

// value reads a literal, a range or a variable.
func (r *liquidReader) value() any {
	token := r.peek()
	r.at++
	switch {
	case token == "":
		return nil
	case token[0] == '"':
		return token[1:]
	case token == "true" || token == "false":
		return token == "true"
	case token == "nil" || token == "null":
		return nil
	case token == "empty" || token == "blank":
		return emptyValue{}
	case token == "(":
		from := toInt(r.value())
		r.take("..")
		to := toInt(r.value())
		r.take(")")
		return rangeOf(from, to)
	}
	if n, err := strconv.Atoi(token); err == nil {
		return n
	}
	if f, err := strconv.ParseFloat(token, 64); err == nil && token[0] != 'i' && token[0] != 'n' && token[0] != 'I' && token[0] != 'N' {
		return f
	}
	if !isWordByte(token[0]) {
		return nil
	}
	if r.take("(") { // a function of Tera: get_url and the like give back what they are given
		if args := r.arguments(); len(args) > 0 {
			return args[0]
		}
		return nil
	}
	return r.l.variable(r.path(token))
}

// path reads the rest of a variable's name: .x, [0], ["x"] or [y].
func (r *liquidReader) path(first string) []string {
	path := []string{first}
	for {
		switch {
		case r.take("."):
			path = append(path, r.peek())
			r.at++
		case r.take("["):
			path = append(path, toString(r.value()))
			r.take("]")
		default:
			return path
		}
	}
}

const liquidItems = 10_000 // most items of a range or a list, and most rounds of all loops of a text

func rangeOf(from, to int) []any {
	var items []any
	for i := from; i <= to && len(items) < liquidItems; i++ {
		items = append(items, i)
	}
	return items
}
