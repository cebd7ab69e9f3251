package markdown

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Values of Liquid are nil, bool, int, float64, string, []any, map[string]any, emptyValue and setting.

// emptyValue is what empty and blank compare with.
type emptyValue struct{}

// setting is a value of the front matter or of the site, which come as text; lists have commas.
type setting string

// valueLimit is about the most bytes of one value.
const valueLimit = 1 << 20

func isTrue(v any) bool { return v != nil && v != false }

func toString(v any) string {
	switch v := v.(type) {
	case nil, emptyValue:
		return ""
	case string:
		return v
	case setting:
		return string(v)
	case float64:
		s := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	case []any:
		var b strings.Builder
		for _, item := range v {
			if b.WriteString(toString(item)); b.Len() > valueLimit {
				break
			}
		}
		return b.String()
	}
	return fmt.Sprint(v)
}

func toFloat(v any) (f float64, whole bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, false
	}
	s := strings.TrimSpace(toString(v))
	if n, err := strconv.Atoi(s); err == nil {
		return float64(n), true
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err != nil
}

func toInt(v any) int {
	f, _ := toFloat(v)
	return int(max(min(f, 1<<30), -1<<30))
}

// toList is v as the items of a loop.
func toList(v any) []any {
	switch v := v.(type) {
	case nil, emptyValue, bool:
		return nil
	case []any:
		return v
	case map[string]any:
		var items []any
		for _, k := range sortedKeys(v) {
			items = append(items, []any{k, v[k]})
		}
		return items
	case setting:
		var items []any
		for item := range strings.SplitSeq(string(v), ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
		return items
	}
	if s := toString(v); s != "" {
		return []any{s}
	}
	return nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	case bool:
		return !v
	case int, float64:
		return false
	}
	return strings.TrimSpace(toString(v)) == ""
}

func compare(left any, op string, right any) bool {
	switch op {
	case "contains":
		if list, ok := left.([]any); ok {
			return slices.ContainsFunc(list, func(v any) bool { return toString(v) == toString(right) })
		}
		return left != nil && right != nil && strings.Contains(toString(left), toString(right))
	case "==":
		return equal(left, right)
	case "!=", "<>":
		return !equal(left, right)
	}
	if left == nil || right == nil {
		return false
	}
	c := order(left, right)
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

func equal(a, b any) bool {
	if _, ok := a.(emptyValue); ok {
		a, b = b, a
	}
	if _, ok := b.(emptyValue); ok {
		return isEmpty(a)
	}
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	switch a.(type) {
	case []any, map[string]any:
		return reflect.DeepEqual(a, b)
	}
	return toString(a) == toString(b) || isNumber(a) && isNumber(b) && order(a, b) == 0
}

func isNumber(v any) bool {
	switch v.(type) {
	case int, float64:
		return true
	}
	return false
}

// order compares numbers by their size, all else by their letters.
func order(a, b any) int {
	if isNumber(a) || isNumber(b) {
		x, _ := toFloat(a)
		y, _ := toFloat(b)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	return strings.Compare(toString(a), toString(b))
}

// member is a part of a value: of a map by name, of a list by number, size, first or last.
func member(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		if inner, ok := v[name]; ok {
			return inner
		}
		if name == "size" {
			return len(v)
		}
	case []any:
		switch i, err := strconv.Atoi(name); {
		case name == "size":
			return len(v)
		case name == "first" && len(v) > 0:
			return v[0]
		case name == "last" && len(v) > 0:
			return v[len(v)-1]
		case err == nil && i < 0 && -i <= len(v):
			return v[len(v)+i]
		case err == nil && i >= 0 && i < len(v):
			return v[i]
		}
	case setting:
		return member(toList(v), name)
	case string:
		if name == "size" {
			return len([]rune(v))
		}
	}
	return nil
}
