package nginx

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"vang/e2e/browser"
	"vang/e2e/site"
	"vang/testbed"
)

// TestErrorPagesInABrowser looks at this server's own pages as their readers do. SCREENSHOTS names a folder for pictures.
func TestErrorPagesInABrowser(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile(site.Path("e2e", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("LEFT OUT: axe-core is missing: run npm ci --ignore-scripts in e2e/")
	}
	e := before(t, nil, free(t))
	b, err := browser.Start(browser.Options{})
	if err != nil {
		testbed.Need(t, fmt.Errorf("%w: %w", testbed.ErrMissing, err))
	}
	t.Cleanup(b.Stop)
	p := b.Reader().Tab(t)
	p.Allow(`502 \(Bad Gateway\)`) // the browser's own word on it
	for _, path := range []string{"/en/", "/vi/"} {
		p.Open(e.URL + path)
		p.Load(string(axe))
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{320, 1280} {
				p.Scheme(scheme)
				p.Resize(width, 700)
				name := fmt.Sprintf("nginx-502-%s-%s-%d", path[1:3], scheme, width)
				if display := browser.Eval[string](p, "getComputedStyle(document.body).display"); display != "grid" {
					t.Errorf("%s: its style does not reach it", name)
				}
				if wide := browser.Eval[int](p, "document.documentElement.scrollWidth-innerWidth"); wide > 0 {
					t.Errorf("%s: %d px wider than the window", name, wide)
				}
				for _, found := range browser.Eval[[]struct{ ID, Help string }](p, `axe.run(document,{resultTypes:["violations"]}).then(r=>r.violations)`) {
					t.Errorf("%s: %s: %s", name, found.ID, found.Help)
				}
				if dir := os.Getenv("SCREENSHOTS"); dir != "" {
					p.Picture(filepath.Join(dir, name+".png"), false)
				}
			}
		}
	}
}
