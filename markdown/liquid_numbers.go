package markdown

import (
	"math"
	"regexp"
	"strings"
	"time"
)

var tagInHTML = regexp.MustCompile(`(?s)<script.*?</script>|<!--.*?-->|<style.*?</style>|<[^>]*>`)

func numberFilter(name string, in any, args []any) (any, bool) {
	a, whole := toFloat(in)
	b, wholeB := toFloat(firstOr(args, 0, 0))
	whole = whole && wholeB
	switch name {
	case "plus":
		return number(a+b, whole), true
	case "minus":
		return number(a-b, whole), true
	case "times":
		return number(a*b, whole), true
	case "divided_by":
		if b == 0 {
			return nil, true
		}
		if whole {
			return number(math.Floor(a/b), true), true
		}
		return a / b, true
	case "modulo":
		if b == 0 {
			return nil, true
		}
		return number(a-b*math.Floor(a/b), whole), true
	case "abs":
		return number(math.Abs(a), whole), true
	case "ceil":
		return number(math.Ceil(a), true), true
	case "floor":
		return number(math.Floor(a), true), true
	case "round":
		p := math.Pow10(min(max(int(b), 0), 15))
		return number(math.Round(a*p)/p, b == 0), true
	case "at_least":
		return number(max(a, b), whole), true
	case "at_most":
		return number(min(a, b), whole), true
	}
	return nil, false
}

func number(f float64, whole bool) any {
	if whole && math.Abs(f) < 1<<53 {
		return int(f)
	}
	return f
}

// dateFilter writes a date as strftime does, or in one of Jekyll's ways. What is no date stays.
func dateFilter(name, s string, args []any) string {
	t, ok := readDate(s)
	if !ok {
		return s
	}
	switch name {
	case "date_to_string":
		return t.Format("02 Jan 2006")
	case "date_to_long_string":
		return t.Format("02 January 2006")
	case "date_to_xmlschema":
		return t.Format(time.RFC3339)
	case "date_to_rfc822":
		return t.Format(time.RFC1123Z)
	}
	return strftime(t, arg(args, 0, "%Y-%m-%d"))
}

func readDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{
		time.RFC3339, "2006-01-02 15:04:05 -0700 MST", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02 15:04",
		"2006-01-02", "2006/01/02", "January 2, 2006", "2 January 2006", "Jan 2, 2006", "2 Jan 2006", time.RFC1123Z,
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// strftime knows the signs that templates of blogs use.
func strftime(t time.Time, format string) string {
	layouts := map[byte]string{
		'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'e': "_2", 'B': "January", 'b': "Jan", 'h': "Jan", 'A': "Monday", 'a': "Mon",
		'H': "15", 'I': "03", 'l': "3", 'M': "04", 'S': "05", 'p': "PM", 'P': "pm", 'Z': "MST", 'z': "-0700", 'j': "002",
		'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04", 'D': "01/02/06", 'c': "Mon Jan _2 15:04:05 2006", 'x': "01/02/06",
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		bare := format[i] == '-' && i+1 < len(format)
		if bare || format[i] == '^' && i+1 < len(format) {
			i++
		}
		layout, ok := layouts[format[i]]
		switch {
		case format[i] == '%':
			b.WriteByte('%')
		case ok && bare:
			b.WriteString(strings.TrimLeft(t.Format(layout), "0 "))
		case ok:
			b.WriteString(t.Format(layout))
		}
	}
	return b.String()
}
