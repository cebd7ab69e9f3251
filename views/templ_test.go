package views

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	codeLine = regexp.MustCompile(`^\s*(//|\}|\{\{|@|templ |package |import|if |for |switch |case |default:|"|\))`)
	values   = regexp.MustCompile(`"[^"]*"`)
	tags     = regexp.MustCompile(`<[^>]*>`)
	entities = regexp.MustCompile(`&[a-z]+;`)
)

// literals is what of a templ file reaches readers as it stands: text outside of expressions, code and tags.
func literals(source string) string {
	var kept []string
	for line := range strings.Lines(source) {
		if !codeLine.MatchString(line) {
			kept = append(kept, line)
		}
	}
	text := values.ReplaceAllString(strings.Join(kept, ""), "")
	text = entities.ReplaceAllString(text, "")
	text = tags.ReplaceAllString(withoutBraces(text), "")
	return strings.TrimSpace(text)
}

func withoutBraces(s string) string {
	depth := 0
	return strings.Map(func(r rune) rune {
		switch r {
		case '{':
			depth++
			return -1
		case '}':
			depth--
			return -1
		}
		if depth > 0 {
			return -1
		}
		return r
	}, s)
}

func TestNoTemplateHasWordsOfItsOwn(t *testing.T) {
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templ files: %v", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(literals(string(source))) {
			if word.MatchString(line) {
				t.Errorf("%s holds the words %q: put them into the catalogues", file, strings.TrimSpace(line))
			}
		}
	}
}

func TestLiteralsAreFound(t *testing.T) {
	source := "templ x() {\n\t<p class=\"a\" { attrs... }>{ w.Skip } <b>Hello</b></p>\n\tif a {\n\t\tworld\n\t}\n}\n"
	if got := literals(source); !strings.Contains(got, "Hello") || !strings.Contains(got, "world") || strings.Contains(got, "Skip") {
		t.Errorf("literals = %q, want Hello and world alone", got)
	}
}
