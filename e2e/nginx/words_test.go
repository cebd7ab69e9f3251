package nginx

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"vang/e2e/site"
)

func TestErrorPagesNeedNothingButThemselves(t *testing.T) {
	t.Parallel()
	config, err := os.ReadFile(site.Path("deploy", "nginx", "errors.conf"))
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(site.Path("deploy", "nginx", "errors", "*", "*.html"))
	if len(files) != 12 {
		t.Fatalf("%d pages", len(files))
	}
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	titles := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		page, name := string(text), filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file)
		code := strings.TrimSuffix(filepath.Base(file), ".html")
		m := style.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("%s has no style", name)
		}
		sum := sha256.Sum256([]byte(m[1]))
		if hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(string(config), hash) {
			t.Errorf("%s: the policy does not let its style through: it needs %s", name, hash)
		}
		for _, bad := range []string{"<script", " style=", "src=", "http:", "https:", "url(", "@import", "nginx"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s holds %s", name, bad)
			}
		}
		for _, good := range []string{`<html lang="` + filepath.Base(filepath.Dir(file)) + `">`, "<p class=\"code\" aria-hidden=\"true\">" + code, `echo var="request_id"`, "noindex"} {
			if !strings.Contains(page, good) {
				t.Errorf("%s lacks %s", name, good)
			}
		}
		title := regexp.MustCompile(`<title>(.*?)</title>`).FindStringSubmatch(page)[1]
		if titles[title] || !strings.Contains(page, "<h1>"+title+"</h1>") {
			t.Errorf("%s: the title %q is another page's, or not its heading", name, title)
		}
		titles[title] = true
	}
}

func TestErrorsAreToldInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	e := before(t, nil, free(t)) // nobody is there
	for _, tt := range []struct{ path, accept, want string }{
		{"/", "", "en"},
		{"/", "vi", "vi"},
		{"/", "vi-VN,vi;q=0.9,en-US;q=0.6,en;q=0.5", "vi"},
		{"/", "en-US,en;q=0.9,vi;q=0.8", "en"},
		{"/", "fr-FR,fr;q=0.9,vi;q=0.8", "vi"},
		{"/", "de", "en"},
		{"/", "vietnam, english", "en"},
		{"/vi/", "en", "vi"},
		{"/vi/archive", "", "vi"},
		{"/en/tag/x", "vi", "en"},
		{"/video", "", "en"},
	} {
		a := e.get(t, tt.path, "Accept-Language: "+tt.accept)
		if a.Status != http.StatusBadGateway || a.Header.Get("Content-Language") != tt.want || !strings.Contains(a.Body, `<html lang="`+tt.want+`">`) {
			t.Errorf("%s in %q: %d in %s", tt.path, tt.accept, a.Status, a.Header.Get("Content-Language"))
		}
	}
	vi := before(t, variables{"EDGE_LANG": "vi"}, free(t))
	if a := vi.get(t, "/", "Accept-Language: de"); !strings.Contains(a.Body, "Chúng tôi sẽ trở lại ngay") {
		t.Errorf("a Vietnamese site answers %.300s", a.Body)
	}
}

func TestThisServersOwnErrors(t *testing.T) {
	t.Parallel()
	e := before(t, nil, free(t))
	for _, a := range []answer{e.get(t, "/"), e.get(t, page), e.form(t, "x"), e.send(t, "HEAD", "/", "")} {
		if a.Status != http.StatusBadGateway || a.Header.Get("Content-Type") != "text/html; charset=utf-8" || a.Header.Get("Retry-After") != "5" ||
			a.Header.Get("Cache-Control") != "no-store" || !strings.Contains(a.Header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") {
			t.Errorf("%d %v", a.Status, a.Header)
		}
		if a.Body != "" && !strings.Contains(a.Body, "<code>"+a.Header.Get("X-Request-Id")+"</code>") {
			t.Errorf("the number of the request, %q, is not in the page:\n%s", a.Header.Values("X-Request-Id"), a.Body)
		}
	}
	for _, a := range []answer{e.get(t, "/api/comments"), e.send(t, "POST", "/api/comments", "{}"), e.get(t, "/live?post=x")} {
		problemOf(t, a, http.StatusBadGateway, "about:blank", "en")
	}
	if a := e.get(t, "/", "X: "+strings.Repeat("x", 40<<10)); a.Status != http.StatusBadRequest || !strings.Contains(a.Body, "could not be understood") {
		t.Errorf("a head that is too long: %d\n%.300s", a.Status, a.Body)
	}
	if a := e.get(t, "/"+strings.Repeat("x", 40<<10)); a.Status != http.StatusRequestURITooLong || !strings.Contains(a.Body, "could not be understood") {
		t.Errorf("an address that is too long: %d\n%.300s", a.Status, a.Body)
	}
	for _, path := range []string{"/.nginx/en/502.html", "/.nginx/"} {
		if a := e.get(t, path); a.Status == http.StatusOK {
			t.Errorf("%s has an address of its own", path)
		}
	}
	// Replicas' own errors pass as they are.
	own := behind(t, 1, nil)
	if a := own.get(t, "/none"); a.Status != http.StatusNotFound || !strings.Contains(a.Body, "speculation") && !strings.Contains(a.Body, "masthead") {
		t.Errorf("a replica's own page: %d\n%.300s", a.Status, a.Body)
	}
}

// older compares versions such as "1.22.1".
func older(version string, major, minor, patch int) bool {
	var a, b, c int
	_, _ = fmt.Sscanf(version, "%d.%d.%d", &a, &b, &c)
	return a < major || a == major && (b < minor || b == minor && c < patch)
}
