package markdown_test

import (
	"errors"
	"strings"
	"testing"

	"vang/markdown"
)

func TestDiagrams(t *testing.T) {
	author := markdown.NewAuthor(markdown.AuthorOptions{Diagram: func(language, source string) (string, bool, error) {
		if language != "goat" {
			return "", false, nil
		}
		if strings.Contains(source, "bad") {
			return "", true, errors.New("it is bad")
		}
		return `<svg class="sketch" role="img" aria-label="x" viewBox="0 0 8 8"><path d="M0 0"></path></svg>`, true, nil
	}})
	source := "<b onclick=\"x()\">raw</b>\n\n```goat {title=\"A <way>\"}\n-->\n```\n\n```goat\nbad\n```\n\n```text\n-->\n```\n\n- in a list\n\n  ```goat\n  -->\n  ```\n"
	doc, warnings, err := author.Render(t.Context(), []byte(source), markdown.DocOptions{Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	const svg = `<svg class="sketch" role="img" aria-label="x" viewBox="0 0 8 8"><path d="M0 0"></path></svg>`
	for _, want := range []string{
		"<figure class=\"diagram\" tabindex=\"0\">\n" + svg + "\n<figcaption>A &lt;way&gt;</figcaption>\n</figure>", `data-language="goat"`, "bad\n</code>", "--&gt;\n</code>",
	} {
		if !strings.Contains(doc.HTML, want) {
			t.Errorf("%q is missing in %s", want, doc.HTML)
		}
	}
	if strings.Count(doc.HTML, svg) != 2 || !doc.Formulas {
		t.Errorf("%d drawings, style %v", strings.Count(doc.HTML, svg), doc.Formulas)
	}
	told := false
	for _, w := range warnings {
		told = told || w.Line == 8 && strings.Contains(w.Message, "the diagram is not drawn: it is bad") || w.Line == 7 && strings.Contains(w.Message, "it is bad")
	}
	if !told {
		t.Errorf("%+v", warnings)
	}
}
