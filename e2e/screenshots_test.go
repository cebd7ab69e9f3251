package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestScreenshots writes what every kind of page looks like into the folder that SCREENSHOTS names.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("SCREENSHOTS names no folder: make screenshots does")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := furnished(t)
	for _, l := range languages() {
		for _, v := range l.views(s) {
			p := reader(t).Tab(t)
			p.Scheme("light")
			v.open(p)
			for _, look := range looks {
				p.Scheme(look.scheme)
				p.Resize(look.width, map[int64]int64{360: 740, 1280: 900}[look.width])
				p.Picture(filepath.Join(dir, fmt.Sprintf("%s-%s-%s-%d.png", v.name, l.code, look.scheme, look.width)), true)
			}
		}
	}
}
