// Package export writes a blog as static files: every page as it stands, with its comments, under addresses that lead to the
// same places on any host of plain files, also below a folder of it.
//
// It imports nothing of ours: it asks a handler for pages as a reader would and follows their links.
package export

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Options say what is written and where. Handler, Origin and Dir are required.
type Options struct {
	Handler   http.Handler
	Origin    string            // scheme and host of the blog to be, such as "https://example.org"
	Dir       string            // new, empty, or an earlier export, which is replaced as a whole at the end
	Start     []string          // addresses to begin with besides "/": what no page links to
	Redirects map[string]string // former addresses, unescaped, and where they lead
	Skip      []string          // beginnings of addresses that need a server: links to them are taken out
}

// Report is what was written.
type Report struct {
	Pages     int
	Files     int // all, pages too
	Redirects int
	Bytes     int64
	Broken    []Broken // links of pages that lead nowhere, in order
}

// Broken is a link to something that is not there.
type Broken struct {
	From, To string
	Status   int
}

// mark is the file by which a folder is known as an export, so that nothing else is ever replaced.
const mark = ".vang-export"

// Static writes the blog. Until all is written Dir stays as it was.
func Static(ctx context.Context, o Options) (Report, error) {
	origin, err := url.Parse(o.Origin)
	if err != nil || origin.Host == "" {
		return Report{}, fmt.Errorf("export: %q is no origin such as https://example.org", o.Origin)
	}
	if err := replaceable(o.Dir); err != nil {
		return Report{}, err
	}
	target, err := filepath.Abs(o.Dir)
	if err != nil {
		return Report{}, fmt.Errorf("export to %s: %w", o.Dir, err)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return Report{}, fmt.Errorf("export: %w", err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(target), ".vang-export-*")
	if err != nil {
		return Report{}, fmt.Errorf("export: %w", err)
	}
	defer os.RemoveAll(fresh)
	report, err := write(ctx, o, origin, fresh)
	if err != nil {
		return Report{}, fmt.Errorf("export to %s, which stays as it was: %w", o.Dir, err)
	}
	return report, swap(fresh, target)
}

// replaceable tells whether a folder holds nothing that its owner could miss.
func replaceable(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("export: %w", err)
	case len(entries) == 0:
		return nil
	case !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == mark }):
		return fmt.Errorf("%s holds files that are no export: choose a new folder, or an empty one", dir)
	}
	return nil
}

// swap puts fresh in target's place.
func swap(fresh, target string) error {
	if err := os.Chmod(fresh, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	old := fresh + "-old"
	if err := os.Rename(target, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("export: take the earlier one away: %w", err)
	}
	if err := os.Rename(fresh, target); err != nil {
		return errors.Join(fmt.Errorf("export: %w", err), os.Rename(old, target))
	}
	if err := os.RemoveAll(old); err != nil {
		return fmt.Errorf("export is written, but the earlier one is left in %s: %w", old, err)
	}
	return nil
}

// write is the whole work in a folder of its own.
func write(ctx context.Context, o Options, origin *url.URL, dir string) (Report, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Report{}, err
	}
	defer root.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c := &crawl{
		options: o, origin: origin, root: root, fail: cancel,
		seen: map[string]string{}, kinds: map[string]string{}, files: map[string]string{}, moved: map[string]*url.URL{},
	}
	c.idle = sync.NewCond(&c.mu)
	for _, start := range append([]string{"/"}, o.Start...) {
		if u, err := url.Parse(start); err == nil {
			c.want(u, "")
		}
	}
	c.run(ctx)
	if err := context.Cause(ctx); err != nil {
		return Report{}, err
	}
	if err := c.link(ctx); err != nil {
		return Report{}, err
	}
	if err := c.notFoundPage(ctx); err != nil {
		return Report{}, err
	}
	if err := c.redirects(); err != nil {
		return Report{}, err
	}
	if err := root.WriteFile(mark, []byte("Written by vang export static, which replaces this folder as a whole.\n"), 0o644); err != nil {
		return Report{}, err
	}
	slices.SortFunc(c.report.Broken, func(a, b Broken) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return c.report, nil
}
