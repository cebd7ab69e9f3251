package main

import (
	"bufio"
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed holds the arrows of the house: what each package may import of ours. Standard library aside, what a package may
// import of others is said for those that are kept small on purpose.
var allowed = map[string]struct {
	ours   []string
	others []string // prefixes; nil: any
}{
	"blog":             {ours: []string{}, others: []string{}},
	"markdown":         {ours: []string{"blog"}},
	"maths":            {ours: []string{}},
	"diagrams":         {ours: []string{}},
	"pictures":         {ours: []string{}},
	"cards":            {ours: []string{}},
	"export":           {ours: []string{}, others: []string{"golang.org/x/net/html", "golang.org/x/sync"}},
	"search":           {ours: []string{"blog"}},
	"posts":            {ours: []string{"blog", "markdown", "pictures"}},
	"migrations":       {ours: []string{}},
	"store":            {ours: []string{"blog", "migrations"}},
	"store/storetest":  {ours: []string{"blog", "store"}},
	"store/dialect":    {ours: []string{}},
	"realtime":         {ours: []string{}, others: []string{"github.com/coder/websocket", "github.com/redis/go-redis"}},
	"realtime/bustest": {ours: []string{"realtime"}},
	"views":            {ours: []string{"blog"}, others: []string{"github.com/a-h/templ"}},
	"static":           {ours: []string{}, others: []string{}},
	"content":          {ours: []string{}, others: []string{}},
	"testbed":          {ours: []string{}, others: []string{}},
	"web":              {ours: []string{"blog", "markdown", "posts", "views", "realtime", "static", "wire", "pictures", "cards", "search"}},
	"wire":             {ours: []string{}, others: []string{}},
}

func TestArrowsOfTheHouse(t *testing.T) {
	const module = "vang"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		room, inside := strings.CutPrefix(words[0], module+"/")
		if !inside {
			continue // main may import all
		}
		seen++
		rule, known := allowed[room]
		if !known {
			t.Errorf("%s is a new room: say in house_test.go what it may import, and in docs/architecture.md what it is for", room)
			continue
		}
		for _, imported := range words[1:] {
			if ours, isOurs := strings.CutPrefix(imported, module+"/"); isOurs {
				if !slices.Contains(rule.ours, ours) {
					t.Errorf("%s imports %s", room, ours)
				}
			} else if strings.Contains(strings.Split(imported, "/")[0], ".") && rule.others != nil &&
				!slices.ContainsFunc(rule.others, func(p string) bool { return strings.HasPrefix(imported, p) }) {
				t.Errorf("%s imports %s", room, imported)
			}
		}
	}
	if seen < len(allowed)-2 {
		t.Errorf("only %d rooms were looked at", seen)
	}
}

// TestProductHoldsNoTestbed: nothing that runs servers for tests, or checks SQL for them, gets into the binary.
func TestProductHoldsNoTestbed(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := strings.Fields(string(out))
	if !slices.Contains(packages, "vang/store") {
		t.Fatalf("go list does not name vang/store: %s", out)
	}
	for _, p := range packages {
		if p == "testing" || strings.HasPrefix(p, "vang/testbed") || strings.HasPrefix(p, "vang/store/") || strings.Contains(p, "pgquery") {
			t.Errorf("the binary holds %s", p)
		}
	}
}
