package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"

	"vang/testbed"
)

// site is a folder of files that static servers serve: for each name NAME.html, .html.gz and .html.br, and the latter once more
// as br/NAME.html, since Debian's Nginx takes no .br for itself. All are the bytes that Vang sent.
type site struct {
	dir   string
	sizes map[string]int64 // by name and encoding, "post.html/gzip"
}

// save asks Vang for a page in each encoding, and makes files of the answers.
func (st *site) save(ctx context.Context, name, url string) error {
	for encoding, file := range map[string]string{"": name, "gzip": name + ".gz", "br": name + ".br"} {
		body, err := fetchSettled(ctx, url, encoding)
		if err != nil {
			return err
		}
		st.sizes[name+"/"+encoding] = int64(len(body))
		err = os.WriteFile(filepath.Join(st.dir, file), body, 0o644)
		if err == nil && encoding == "br" {
			err = os.WriteFile(filepath.Join(st.dir, "br", name), body, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fetchSettled asks until the answer comes in the encoding that was asked for: the first ones after a change may come in another.
func fetchSettled(ctx context.Context, url, encoding string) ([]byte, error) {
	var got string
	for range 200 {
		a := ask{url: url, header: http.Header{}}
		if encoding != "" {
			a.header.Set("Accept-Encoding", encoding)
		}
		res, body, err := a.fetch(ctx)
		if err != nil {
			return nil, err
		}
		if res.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s is answered with %d", url, res.StatusCode)
		}
		if got = res.Header.Get("Content-Encoding"); got == encoding {
			return body, readable(body, encoding)
		}
		if err := rest(ctx, 1); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s comes as %q, not as %q", url, got, encoding)
}

// readable tells whether body is a page, compressed as it says.
func readable(body []byte, encoding string) (err error) {
	var r io.Reader = bytes.NewReader(body)
	switch encoding {
	case "gzip":
		if r, err = gzip.NewReader(r); err != nil {
			return err
		}
	case "br":
		r = brotli.NewReader(r)
	}
	page, err := io.ReadAll(r)
	if err == nil && !bytes.HasSuffix(bytes.TrimSpace(page), []byte("</html>")) {
		err = fmt.Errorf("a page of %d bytes ends with %q", len(page), page[max(0, len(page)-20):])
	}
	return err
}

func (b *Bench) newSite() (*site, error) {
	dir, err := b.folder("site")
	if err != nil {
		return nil, err
	}
	return &site{dir: dir, sizes: map[string]int64{}}, os.Mkdir(filepath.Join(dir, "br"), 0o755)
}

// nginxStatic is Nginx at its fastest: files stay open, connections too. The second server writes a log of requests, as our
// configuration and Vang do.
const nginxStatic = `
worker_processes 1;
error_log stderr crit;
pid DIR/nginx.pid;
events { worker_connections 4096; }
http {
    default_type text/html;
    charset utf-8;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=100 inactive=1h;
    open_file_cache_valid 1h;
    log_format line escape=json '{"time":"$time_iso8601","request_id":"$request_id","method":"$request_method","path":"$uri","status":$status,"bytes":$bytes_sent,"seconds":$request_time}';
    client_body_temp_path DIR/b; proxy_temp_path DIR/p; fastcgi_temp_path DIR/f; uwsgi_temp_path DIR/u; scgi_temp_path DIR/s;
    root SITE;
    gzip_static on;
    gzip_vary on;
    server { listen PLAIN; access_log off; BR }
    server { listen LOGGED; access_log DIR/access.log line; BR }
}
`

const brotliFiles = `location /br/ { gzip_static off; add_header Content-Encoding br; add_header Vary Accept-Encoding; }`

// nginx starts Nginx before a site: without a log of requests, and with one.
func (b *Bench) nginx(ctx context.Context, st *site) (plain, logged *server, err error) {
	dir, err := b.folder("nginx")
	if err != nil {
		return nil, nil, err
	}
	if plain, err = listener("Nginx"); err != nil {
		return nil, nil, err
	}
	if logged, err = listener("Nginx with a log"); err != nil {
		return nil, nil, err
	}
	text := strings.NewReplacer("DIR", dir, "SITE", st.dir, "PLAIN", plain.addr, "LOGGED", logged.addr, "BR", brotliFiles).Replace(nginxStatic)
	if os.Geteuid() == 0 {
		text = "user root;" + text // another user may not read this folder
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return nil, nil, err
	}
	n, err := testbed.StartNginx(ctx, dir, file)
	if err != nil {
		return nil, nil, err
	}
	b.later(n.Stop)
	plain.pids = []int{n.Process().PID()}
	logged.pids = plain.pids
	return plain, logged, b.pin(plain.pids...)
}

// caddy starts Caddy's file server before a site; nil where it is not installed.
func (b *Bench) caddy(ctx context.Context, st *site) (*server, error) {
	if _, err := exec.LookPath("caddy"); err != nil {
		b.leave("Caddy is not installed (sh tools/need.sh caddy caddy)")
		return nil, nil
	}
	s, err := listener("Caddy")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(st.dir, "..", "Caddyfile")
	text := fmt.Sprintf("{\n\tadmin off\n\tauto_https off\n}\n%s {\n\troot * %s\n\tfile_server {\n\t\tprecompressed br gzip\n\t}\n}\n", s.url, st.dir)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return nil, err
	}
	return s, b.start(ctx, s, answers(s.url+"/post.html"), "caddy", "run", "--config", file, "--adapter", "caddyfile")
}

// hugo starts Hugo's own server with the same page as a file of its site; nil where it is not installed.
func (b *Bench) hugo(ctx context.Context, st *site) (*server, error) {
	if _, err := exec.LookPath("hugo"); err != nil {
		b.leave("Hugo is not installed (sh tools/need.sh hugo hugo)")
		return nil, nil
	}
	s, err := listener("hugo server")
	if err != nil {
		return nil, err
	}
	dir, err := hugoSite(b.path("hugo-server"))
	if err == nil {
		err = os.CopyFS(filepath.Join(dir, "static"), os.DirFS(st.dir))
	}
	if err != nil {
		return nil, err
	}
	host, port, _ := strings.Cut(s.addr, ":")
	return s, b.start(ctx, s, answers(s.url+"/post.html"), "hugo", "server", "--source", dir, "--bind", host, "--port", port,
		"--watch=false", "--disableLiveReload")
}

// hugoSite is a folder with the least that Hugo needs to make pages.
func hugoSite(dir string) (string, error) {
	for file, text := range map[string]string{
		"config.toml":                  "title = 'Bench'\n[markup.goldmark.renderer]\nunsafe = true\n",
		"layouts/_default/single.html": "<!doctype html><title>{{ .Title }}</title><h1>{{ .Title }}</h1>{{ .Content }}",
		"layouts/_default/list.html":   "<!doctype html><title>{{ .Title }}</title>{{ range .Paginator.Pages }}<a href={{ .RelPermalink }}>{{ .Title }}</a>{{ end }}",
	} {
		path := filepath.Join(dir, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// python starts the server that comes with Python; nil where there is none.
func (b *Bench) python(ctx context.Context, st *site) (*server, error) {
	if _, err := exec.LookPath("python3"); err != nil {
		b.leave("Python is not installed (sh tools/need.sh python3 python3)")
		return nil, nil
	}
	s, err := listener("python3 -m http.server")
	if err != nil {
		return nil, err
	}
	host, port, _ := strings.Cut(s.addr, ":")
	return s, b.start(ctx, s, answers(s.url+"/post.html"), "python3", "-m", "http.server", "--bind", host, "--directory", st.dir, port)
}
