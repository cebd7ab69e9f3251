package export

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// crawl follows links from page to page until all are written.
type crawl struct {
	options Options
	origin  *url.URL
	root    *os.Root
	fail    context.CancelCauseFunc

	mu      sync.Mutex
	idle    *sync.Cond
	queue   []*url.URL
	running int
	stopped bool
	seen    map[string]string   // address -> who linked to it first
	kinds   map[string]string   // address -> type of what stands there
	files   map[string]string   // file -> the address that it is for
	moved   map[string]*url.URL // former path, not escaped -> where it leads
	pages   []page
	report  Report
}

// page is a page that is written as it was answered, until all is there that its links may lead to.
type page struct {
	address *url.URL
	at      string
}

// want adds an address to those that are written, unless it is there.
func (c *crawl) want(u *url.URL, from string) {
	t := tidy(u)
	key := t.String()
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.seen[key]; known {
		return
	}
	c.seen[key] = from
	c.queue = append(c.queue, t)
	c.idle.Signal()
}

// run works until nothing is left, on all cores: pages are drawn at each first look.
func (c *crawl) run(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.stopped = true
		c.idle.Broadcast()
	})
	defer stop()
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for t := c.next(); t != nil; t = c.next() {
				if err := c.export(ctx, t); err != nil {
					c.fail(err)
				}
				c.done()
			}
		})
	}
	workers.Wait()
}

// next waits for a task; nil when there will be none.
func (c *crawl) next() *url.URL {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) == 0 && c.running > 0 && !c.stopped {
		c.idle.Wait()
	}
	if c.stopped || len(c.queue) == 0 {
		return nil
	}
	t := c.queue[len(c.queue)-1]
	c.queue = c.queue[:len(c.queue)-1]
	c.running++
	return t
}

func (c *crawl) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running--; c.running == 0 && len(c.queue) == 0 {
		c.idle.Broadcast()
	}
}

// export writes what stands at one address.
func (c *crawl) export(ctx context.Context, u *url.URL) error {
	a, err := c.ask(ctx, u)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", u, err)
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case a.status == http.StatusOK:
		return c.save(u, a)
	case a.status >= 300 && a.status < 400:
		return c.follow(u, a.header.Get("Location"))
	case a.status >= 500 || a.status == http.StatusTooManyRequests:
		return fmt.Errorf("%s is answered %d: look into the log, and try again", u, a.status)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen[u.String()] == "" {
		return nil // nobody links to it
	}
	c.report.Broken = append(c.report.Broken, Broken{From: c.seen[u.String()], To: u.String(), Status: a.status})
	return nil
}

func (c *crawl) save(u *url.URL, a *answer) error {
	kind := a.header.Get("Content-Type")
	at, body := place(u, kind), a.body.Bytes()
	if strings.Contains(kind, "xml") {
		body = c.xml(body, u)
	}
	fresh, err := c.put(at, u.String(), body)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.kinds[u.String()] = kind
	if html := strings.HasPrefix(kind, "text/html"); html && fresh {
		c.pages = append(c.pages, page{u, at})
		c.report.Pages++
	}
	c.mu.Unlock()
	if strings.HasPrefix(kind, "text/html") {
		c.rewrite(body, u, at) // for its links
	}
	return nil
}

// link has the links of all pages lead to files, now that it is known what stands at each address.
func (c *crawl) link(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, p := range c.pages {
		group.Go(func() error {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			name := fileOf(p.at)
			body, err := c.root.ReadFile(name)
			if err != nil {
				return fmt.Errorf("read %s again: %w", p.address, err)
			}
			return c.root.WriteFile(name, c.rewrite(body, p.address, p.at), 0o644)
		})
	}
	return group.Wait()
}

// put writes a file, once: the same page may have two spellings of its address. fresh is false if it was there.
func (c *crawl) put(at, address string, body []byte) (fresh bool, err error) {
	name := fileOf(at)
	c.mu.Lock()
	_, taken := c.files[name]
	if !taken {
		c.files[name] = address
		c.report.Files++
		c.report.Bytes += int64(len(body))
	}
	c.mu.Unlock()
	if taken {
		return false, nil
	}
	if err := c.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return false, fmt.Errorf("make a folder for %s: %w", address, err)
	}
	if err := c.root.WriteFile(name, body, 0o644); err != nil {
		return false, fmt.Errorf("write %s: %w", address, err)
	}
	return true, nil
}

// follow goes on where an address leads, and remembers the way.
func (c *crawl) follow(u *url.URL, location string) error {
	to, err := u.Parse(location)
	if err != nil {
		return fmt.Errorf("%s leads to %q, which is no address", u, location)
	}
	if c.ours(to) {
		c.want(to, u.String())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moved[u.Path] = to
	return nil
}

// ours tells whether an address is this blog's.
func (c *crawl) ours(u *url.URL) bool {
	return u.Host == "" && u.Scheme == "" || u.Host == c.origin.Host && (u.Scheme == c.origin.Scheme || u.Scheme == "")
}

// skipped tells whether an address needs a server.
func (c *crawl) skipped(u *url.URL) bool {
	return slices.ContainsFunc(c.options.Skip, func(s string) bool {
		return u.Path == s || strings.HasPrefix(u.Path, strings.TrimSuffix(s, "/")+"/")
	})
}

// absoluteQuery finds this site's addresses with a query in XML: those of the parts of a large sitemap.
var absoluteQuery = regexp.MustCompile(`https?://[^\s<>"']+\?[^\s<>"']+`)

// xml has the addresses of a map or feed lead to files.
func (c *crawl) xml(body []byte, u *url.URL) []byte {
	return absoluteQuery.ReplaceAllFunc(body, func(found []byte) []byte {
		to, err := url.Parse(strings.ReplaceAll(string(found), "&amp;", "&"))
		if err != nil || !c.ours(to) || tidy(to).RawQuery == "" {
			return found
		}
		c.want(to, u.String())
		kind := "text/html"
		if path.Ext(to.Path) == ".xml" {
			kind = "application/xml"
		}
		return []byte(c.origin.Scheme + "://" + c.origin.Host + (&url.URL{Path: place(tidy(to), kind)}).EscapedPath())
	})
}
