package bench

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"vang/e2e/cluster"
	"vang/testbed"
)

func edgePart() Part {
	return Part{
		Name: "nginx", Title: "Through our Nginx",
		Reading: "The same page through the configuration of `deploy/nginx`, with its log of requests and its limits: from its micro-cache, and with that off, so that each request " +
			"goes on to Vang. The file comes from a server in the same configuration, written to the same log. CPU time is that of all of Nginx and Vang; they share one core.",
		Columns: []Column{columnRate, columnRateRatio, columnCPU, columnCPURatio, columnP50, columnP99, columnBytes, columnBusy},
		Cases:   edgeCases,
	}
}

// fileServer is a server of files in our configuration, beside the site.
const fileServer = `server { listen ADDR; root SITE; default_type text/html; charset utf-8; gzip_static on; gzip_vary on; keepalive_requests 100000000;
	open_file_cache max=100 inactive=1h; open_file_cache_valid 1h; BR }
`

// edge starts our Nginx before Vang. With a site it serves its files too, at another address.
func (b *Bench) edge(ctx context.Context, vang *server, st *site, cached bool) (pages, files *server, err error) {
	if pages, err = listener("our Nginx"); err != nil {
		return nil, nil, err
	}
	if files, err = listener("file, the same Nginx"); err != nil {
		return nil, nil, err
	}
	dir, err := b.folder("edge")
	if err != nil {
		return nil, nil, err
	}
	status, err := testbed.FreeAddr()
	if err != nil {
		return nil, nil, err
	}
	e := cluster.Edge{Addr: pages.addr, Status: status, Replicas: []string{vang.addr}, Set: map[string]string{"EDGE_WORKERS": "1"}}
	if err := e.Write(ctx, dir); err != nil {
		return nil, nil, err
	}
	extra := strings.NewReplacer("ADDR", files.addr, "SITE", st.dir, "BR", brotliFiles).Replace(fileServer)
	if err := amend(filepath.Join(dir, "status.conf"), "", extra); err != nil {
		return nil, nil, err
	}
	if !cached {
		if err := amend(filepath.Join(dir, "site.conf"), "proxy_cache page_cache;", "proxy_cache off;"); err != nil {
			return nil, nil, err
		}
	}
	n, err := testbed.StartNginx(ctx, dir, filepath.Join(dir, "nginx.conf"))
	if err != nil {
		return nil, nil, err
	}
	b.later(n.Stop)
	files.pids = []int{n.Process().PID()}
	pages.pids = append([]int{n.Process().PID()}, vang.pids...)
	return pages, files, b.pin(files.pids...)
}

// amend puts text in the place of old in file; old "" is its end.
func amend(file, old, text string) error {
	conf, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	changed := string(conf) + text
	if old != "" {
		changed = strings.ReplaceAll(string(conf), old, text)
	}
	return os.WriteFile(file, []byte(changed), 0o644)
}

func edgeCases(ctx context.Context, b *Bench) ([]Case, error) {
	st, err := b.stage(ctx, false, "--trusted-proxies", "127.0.0.1")
	if err != nil {
		return nil, err
	}
	cached, files, err := b.edge(ctx, st.vang, st.site, true)
	if err != nil {
		return nil, err
	}
	through, _, err := b.edge(ctx, st.vang, st.site, false)
	if err != nil {
		return nil, err
	}
	// The others of these are Vang behind another address.
	behind := func(s *server) *stage { return &stage{vang: s, paths: st.paths, site: st.site, session: st.session} }
	ways := []pageCase{
		{name: "post, gzip", page: "post.html", encoding: "gzip", connections: 64},
		{name: "post, gzip, session", page: "post.html", encoding: "gzip", session: true, connections: 64},
	}
	var cases []Case
	for _, w := range ways {
		cases = append(cases, Case{Name: w.name, Turns: []Turn{
			b.fileTurn(st, files, w, true),
			b.vangTurn(behind(cached), w).named("Vang, micro-cache on"),
			b.vangTurn(behind(through), w).named("Vang, micro-cache off"),
			b.vangTurn(st, w).named("Vang alone"),
		}})
	}
	return cases, nil
}

func (t Turn) named(who string) Turn {
	t.Who = who
	return t
}
