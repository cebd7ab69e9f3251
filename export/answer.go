package export

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
)

// answer keeps what a handler writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

// ask asks the handler for an address as a reader of the blog to be would.
func (c *crawl) ask(ctx context.Context, u *url.URL) (*answer, error) {
	target := *u
	target.Scheme, target.Host = c.origin.Scheme, c.origin.Host
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, err
	}
	r.RequestURI, r.RemoteAddr = target.RequestURI(), "127.0.0.1:1"
	a := &answer{header: http.Header{}}
	c.options.Handler.ServeHTTP(a, r)
	a.WriteHeader(http.StatusOK)
	return a, nil
}
