package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// checker is a file of a checker that npm ci puts into node_modules. Under CI it must be there.
func checker(t *testing.T, parts ...string) string {
	t.Helper()
	file := site.Path(append([]string{"e2e", "node_modules"}, parts...)...)
	if _, err := os.Stat(file); err != nil {
		leaveOut(t, parts[0]+" is missing: run npm ci --ignore-scripts in e2e/")
	}
	return file
}

// leaveOut skips a test for want of a tool, which CI does not take.
func leaveOut(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip("LEFT OUT: " + why)
}

// violation is what axe found.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

func (v violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (%d times)", v.ID, v.Help, len(v.Nodes))
	for i, n := range v.Nodes {
		if i == 3 {
			break
		}
		fmt.Fprintf(&b, "\n  %.300s\n  %s", n.HTML, n.Summary)
	}
	return b.String()
}

// looks are the screens and schemes in which every page must hold.
var looks = []struct {
	scheme string
	width  int64
}{{"light", 1280}, {"dark", 1280}, {"dark", 360}, {"light", 360}}

func TestPagesAreAccessible(t *testing.T) {
	axe, err := os.ReadFile(checker(t, "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	s := furnished(t)
	for _, l := range languages() {
		for _, v := range l.views(s) {
			t.Run(l.code+"/"+v.name, func(t *testing.T) {
				t.Parallel()
				p := reader(t).Tab(t)
				p.Scheme("light")
				v.open(p)
				accessible(t, p, string(axe))
			})
		}
	}
}

// accessible checks an open page in all looks.
func accessible(t *testing.T, p *browser.Tab, axe string) {
	t.Helper()
	p.Load(axe)
	for _, look := range looks {
		p.Scheme(look.scheme)
		p.Resize(look.width, 800)
		found := browser.Eval[[]violation](p, `axe.run(document,{resultTypes:["violations"]}).then(r=>r.violations)`)
		for _, f := range found {
			t.Errorf("%s at %d px: %v", look.scheme, look.width, f)
		}
		if wide := browser.Eval[int](p, "document.documentElement.scrollWidth-innerWidth"); wide > 0 {
			t.Errorf("%s at %d px: the page is %d px wider than its window", look.scheme, look.width, wide)
		}
	}
}

func TestPagesAreHTML(t *testing.T) {
	t.Parallel()
	check := htmlChecker(t)
	s := furnished(t)
	dir := t.TempDir()
	save := func(name, html string) {
		if err := os.WriteFile(filepath.Join(dir, strings.NewReplacer("/", "_", "?", "_").Replace(name)+".html"), []byte(html), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	client := site.NewClient(s.URL)
	for _, l := range languages() {
		for _, page := range l.served() {
			save("served-"+l.code+page, client.Get(t, page).Body)
		}
		for name, html := range l.forms(t, s) {
			save("served-"+l.code+"-"+name, html)
		}
		for _, v := range l.views(s) {
			p := reader(t).Tab(t)
			v.open(p)
			save("made-"+l.code+"-"+v.name, "<!DOCTYPE html>\n"+browser.Eval[string](p, "document.documentElement.outerHTML"))
		}
	}
	check(dir)
}

// htmlChecker is the Nu HTML checker, which complains of the files in a folder.
func htmlChecker(t *testing.T) func(dir string) {
	t.Helper()
	jar := checker(t, "vnu-jar", "build", "dist", "vnu.jar")
	if _, err := exec.LookPath("java"); err != nil {
		leaveOut(t, "java is missing (on Debian: sudo apt-get install default-jre-headless)")
	}
	return func(dir string) {
		t.Helper()
		checkHTML(t, jar, dir)
	}
}

func checkHTML(t *testing.T, jar, dir string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "java", "-Xss2m", "-jar", jar, "--format", "json", "--exit-zero-always", "--skip-non-html", dir)
	var report bytes.Buffer
	cmd.Stderr = &report
	if err := cmd.Run(); err != nil {
		t.Fatalf("run the Nu HTML checker: %v\n%.2000s", err, report.String())
	}
	var found struct {
		Messages []struct{ Type, SubType, Message, Extract, URL string } `json:"messages"`
	}
	if err := json.Unmarshal(report.Bytes(), &found); err != nil {
		t.Fatalf("read its report: %v\n%.2000s", err, report.String())
	}
	seen := map[string]int{}
	for _, m := range found.Messages {
		if seen[m.Message]++; seen[m.Message] <= 2 {
			t.Errorf("%s: %s %s: %s\n  %s", filepath.Base(m.URL), m.Type, m.SubType, m.Message, m.Extract)
		}
	}
}
