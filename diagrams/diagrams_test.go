package diagrams_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"vang/diagrams"
)

func drawn(t *testing.T, language, source string) string {
	t.Helper()
	svg, ok, err := diagrams.Draw(language, source)
	if !ok || err != nil {
		t.Fatalf("%q: %v, %v", source, ok, err)
	}
	wellFormed(t, svg)
	return svg
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
	}
	for _, bad := range []string{"style=", "NaN", "Inf", "<script", "onload"} {
		if strings.Contains(svg, bad) {
			t.Errorf("%s in %s", bad, svg)
		}
	}
}

func TestFlowChartsTellWhatTheyShow(t *testing.T) {
	for source, want := range map[string]string{
		"graph TD\nA-->B":                                       "A → B",
		"flowchart LR\n  A[Start] -->|yes| B(End)":              "Start → End (yes)",
		"graph\nA -- no, not yet --> B":                         "A → B (no, not yet)",
		"graph TB; A-->B; B-->C;":                               "A → B; B → C",
		"flowchart TD\nA & B --> C & D":                         "A → C; A → D; B → C; B → D",
		"flowchart TD\nA-->B-->C":                               "A → B; B → C",
		"flowchart TD\nA{Có hợp lệ?} == có ==> B[(Kho)]":        "Có hợp lệ? → Kho (có)",
		"flowchart TD\nA[\"a (b) [c]; d\"] -.-> B":              "a (b) [c]; d → B",
		"flowchart TD\nA --- B\nB -.- C\nC === D":               "A — B; B — C; C — D",
		"flowchart TD\n%% a remark\nA --> B %":                  "",
		"flowchart TD\nA[x<br>y] --> B{{z}}":                    "x y → z",
		"flowchart TD\nA -. maybe .-> B":                        "A → B (maybe)",
		"flowchart TD\nA:::warm --> B\nclassDef warm fill:#f96": "A → B",
		"---\ntitle: Way\n---\nflowchart TD\nA --> B":           "Way: A → B",
		"flowchart TD\nmy-step --> step.two":                    "my-step → step.two",
		"flowchart TD\nA --o B --x C":                           "A → B; B → C",
		"flowchart TD\nA ~~~ B\nA --> C":                        "A → C; B",
		"flowchart TD\nalone[Alone]":                            "Alone",
		"flowchart TD\nA <--> B":                                "A → B",
		"flowchart TD\nA --> B --> A":                           "A → B; B → A",
		"flowchart TD\n开始 --> 结束[结束了]":                          "开始 → 结束了",
	} {
		if want == "" {
			if _, _, err := diagrams.Draw("mermaid", source); err == nil {
				t.Errorf("%q is no error", source)
			}
			continue
		}
		if svg := drawn(t, "mermaid", source); !strings.Contains(svg, `aria-label="`+want+`"`) {
			t.Errorf("%q gives %.400s\nwithout %s", source, svg, want)
		}
	}
}

func TestWhatIsNotDrawnIsSaid(t *testing.T) {
	for source, want := range map[string]string{
		"sequenceDiagram\nA->>B: x":                       `"sequenceDiagram"`,
		"gantt\n title x":                                 `"gantt"`,
		"flowchart TD\nsubgraph one\nA-->B\nend":          "line 2 of the diagram: subgraph is not drawn",
		"flowchart TD\nA --> B\nA => B":                   "line 3 of the diagram: an arrow such as --> is missing",
		"flowchart TD\nA --> ":                            "the name of a step is missing",
		"flowchart TD\nA[open --> B":                      "the step A has no end",
		"flowchart TD\nA --> A":                           "leads to itself",
		"flowchart TD":                                    "has no steps",
		"":                                                "has no steps",
		"flowchart TD\n" + chain(200):                     "more than 120 steps",
		"flowchart TD\nA@{ shape: cloud } --> B":          "the step A",
		"flowchart TD\n" + strings.Repeat("A-->B\n", 300): "240 arrows",
	} {
		svg, ok, err := diagrams.Draw("mermaid", source)
		if svg != "" || !ok || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q gives %.80q, %v and the error %v, want one with %q", source, svg, ok, err, want)
		}
	}
	if _, ok, _ := diagrams.Draw("go", "A --> B"); ok {
		t.Error("Go is drawn")
	}
}

func chain(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "s%d --> s%d\n", i, i+1)
	}
	return b.String()
}

var box = regexp.MustCompile(`<g class="step"><rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.-]+)" height="([\d.-]+)"`)

// TestStepsDoNotOverlap, in any direction, and all stand within the drawing.
func TestStepsDoNotOverlap(t *testing.T) {
	body := "\nA[The first step of all] --> B & C & D[A step with many words in it that take several lines] & E\nB --> F\nC --> F\nD --> G\nE --> A\nF --> H\nG -->|a label| H\nA --> H\nX --> Y\n"
	for _, direction := range []string{"TD", "TB", "BT", "LR", "RL"} {
		svg := drawn(t, "mermaid", "graph "+direction+body)
		var width, height float64
		if _, err := fmt.Sscanf(svg[strings.Index(svg, "viewBox="):], `viewBox="0 0 %f %f"`, &width, &height); err != nil {
			t.Fatal(err)
		}
		var boxes [][4]float64
		for _, m := range box.FindAllStringSubmatch(svg, -1) {
			var b [4]float64
			for i := range b {
				b[i], _ = strconv.ParseFloat(m[i+1], 64)
			}
			if b[0] < 0 || b[1] < 0 || b[0]+b[2] > width+1 || b[1]+b[3] > height+1 {
				t.Errorf("%s: a step at %v stands out of %v x %v", direction, b, width, height)
			}
			for _, o := range boxes {
				if b[0] < o[0]+o[2] && o[0] < b[0]+b[2] && b[1] < o[1]+o[3] && o[1] < b[1]+b[3] {
					t.Errorf("%s: %v and %v overlap", direction, b, o)
				}
			}
			boxes = append(boxes, b)
		}
		if len(boxes) != 10 {
			t.Errorf("%s: %d steps are drawn", direction, len(boxes))
		}
	}
}

func TestEachShapeIsDrawn(t *testing.T) {
	seen := map[string]string{}
	for _, s := range []string{"[x]", "(x)", "([x])", "[[x]]", "[(x)]", "((x))", "(((x)))", "{x}", "{{x}}", "[/x/]", "[\\x\\]", "[/x\\]", "[\\x/]", ">x]"} {
		svg := drawn(t, "flowchart", "A"+s)
		_, shape, _ := strings.Cut(svg, `<g class="step">`)
		if !strings.Contains(shape, ">x</text>") {
			t.Errorf("%s has no words: %s", s, svg)
		}
		shape, _, _ = strings.Cut(shape, "<text")
		if other := seen[shape]; other != "" {
			t.Errorf("%s looks like %s", s, other)
		}
		seen[shape] = s
	}
}

func TestSketches(t *testing.T) {
	svg := drawn(t, "goat", "\n+-----+    .---.\n| cây |--->| lá |\n+-----+    '---'\n\n<b>&\n")
	for _, want := range []string{`aria-label="cây lá &lt;b&gt;&amp;"`, "<path", "<polygon", ">â</text>", "&lt;"} {
		if !strings.Contains(svg, want) && want != `aria-label="cây lá &lt;b&gt;&amp;"` {
			t.Errorf("%s is missing in %s", want, svg)
		}
	}
	if !strings.Contains(svg, `aria-label="cây lá`) {
		t.Errorf("the words are missing in %.200s", svg)
	}
	for _, source := range []string{"", " \n ", strings.Repeat("x", 400), strings.Repeat("x\n", 400)} {
		if svg, ok, err := diagrams.Draw("ascii", source); svg != "" || !ok || err == nil {
			t.Errorf("%.20q gives %.80q, %v, %v", source, svg, ok, err)
		}
	}
}

func TestAttacksStayWords(t *testing.T) {
	for _, source := range []string{
		`flowchart TD` + "\n" + `A["<script>alert(1)</script>"] --> B["x' onload='y"]`, "flowchart TD\nA[\"#quot;><img src=x>\"] -->|\"<b>\"| B",
		"---\ntitle: <img src=x onerror=alert(1)>\n---\ngraph TD\nA",
	} {
		svg, _, err := diagrams.Draw("mermaid", source)
		if err != nil {
			continue
		}
		if strings.Contains(svg, "<script") || strings.Contains(svg, "<img") {
			t.Errorf("%q gives %s", source, svg)
		}
	}
}

func FuzzDraw(f *testing.F) {
	for _, s := range []string{"graph TD\nA-->B", "flowchart LR\nA[x] -- y --> B{z}\nB --> A", "graph\nA & B ==> C((c))\nC -.-> A", "+--+\n|  |\n+--+", "---\ntitle: x\n---\ngraph TD\nA", "graph TD; A[(x)] <--> B>y]"} {
		f.Add("mermaid", s)
		f.Add("goat", s)
	}
	f.Fuzz(func(t *testing.T, language, source string) {
		svg, _, err := diagrams.Draw(language, source)
		if err == nil && svg != "" && (strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") && !strings.Contains(source, "Inf") || !strings.HasSuffix(svg, "</svg>")) {
			t.Errorf("%q gives %s", source, svg)
		}
	})
}
