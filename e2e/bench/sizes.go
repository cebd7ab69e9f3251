package bench

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	"vang/e2e/cluster"
)

func memoryPart() Part {
	return Part{
		Name: "memory", Title: "Idle, and on disk",
		Reading: "Resident memory after the start, one page and five seconds without readers, and the size of the program. Vang serves the content inside the binary, the others one file.",
		Columns: []Column{columnMemory, columnSize},
		Cases:   memoryCases,
	}
}

func memoryCases(_ context.Context, b *Bench) ([]Case, error) {
	site, err := b.newSite()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(site.dir, "post.html"), []byte("<!doctype html><title>A page</title></html>"), 0o644); err != nil {
		return nil, err
	}
	c := Case{Name: "idle", Rounds: 2, Turns: []Turn{
		{Who: "Vang", Measure: b.idle(b.Vang, "/blog/what-vang-is", func(ctx context.Context) (*server, error) { return b.vang(ctx, "", "") })},
		{Who: "Nginx", Measure: b.idle("nginx", "/post.html", func(ctx context.Context) (*server, error) {
			plain, _, err := b.nginx(ctx, site)
			return plain, err
		})},
	}}
	if _, err := exec.LookPath("caddy"); err == nil {
		c.Turns = append(c.Turns, Turn{Who: "Caddy", Measure: b.idle("caddy", "/post.html", func(ctx context.Context) (*server, error) { return b.caddy(ctx, site) })})
	}
	return []Case{c}, nil
}

// idle starts a server, asks for one page, and looks at it some seconds later.
func (b *Bench) idle(program, path string, start func(context.Context) (*server, error)) func(context.Context, int) (Sample, error) {
	return func(ctx context.Context, _ int) (sample Sample, err error) {
		started := len(b.undo)
		defer func() { err = errors.Join(err, b.closeFrom(started)) }()
		s, err := start(ctx)
		if err != nil {
			return sample, err
		}
		if err := answers(s.url + path)(ctx); err != nil {
			return sample, err
		}
		wait := 500
		if b.Quick {
			wait = 50
		}
		if err := rest(ctx, wait); err != nil {
			return sample, err
		}
		u, err := use(s.pids...)
		if err != nil {
			return sample, err
		}
		size, err := programSize(program)
		return Sample{Answers: 1, Memory: u.Resident, Bytes: size}, err
	}
}

// programSize is that of a program's file; Debian keeps Nginx where not everyone looks.
func programSize(name string) (int64, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		path = filepath.Join("/usr/sbin", name)
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func assetsPart() Part {
	return Part{
		Name: "assets", Title: "Script and style",
		Reading: "What a browser fetches once for all pages of the site, beside pages and authors' pictures. There are no fonts.",
		Columns: []Column{columnBytes},
		Cases:   assetsCases,
	}
}

func assetsCases(context.Context, *Bench) ([]Case, error) {
	dist, err := cluster.Folder("static", "dist")
	if err != nil {
		return nil, err
	}
	var cases []Case
	for _, file := range []string{"vang.js", "vang.css"} {
		c := Case{Name: file, Rounds: 1}
		for _, suffix := range []string{".br", ".gz", ""} {
			who := map[string]string{".br": "brotli", ".gz": "gzip", "": "not compressed"}[suffix]
			c.Turns = append(c.Turns, Turn{Who: who, Measure: func(context.Context, int) (Sample, error) {
				info, err := os.Stat(filepath.Join(dist, file+suffix))
				if err != nil {
					return Sample{}, err
				}
				return Sample{Answers: 1, Bytes: info.Size()}, nil
			}})
		}
		cases = append(cases, c)
	}
	return cases, nil
}
