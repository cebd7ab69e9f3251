package web_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestScripts plays each file in testdata as one visitor on a fresh site.
//
//	> POST /path            the request: its line, headers, an empty line, the body
//	> Header: value
//	>
//	> body
//	< 303                   the status
//	< Header: regexp        a header that matches
//	< !Header               a header that is not there
//	<~ regexp               the body matches
//	<! regexp               the body does not match
//	<$name regexp           what the group matched in headers and body is {name} from here on
//	@new visitor            from here on without the cookies
//	@advance 16m            the clock goes on
//
// In a request, {10MB} stands for ten megabytes, and what is continued on another line begins with ">+".
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			p := &player{site: newSite(t), file: filepath.Base(f), vars: map[string]string{"10MB": strings.Repeat("0123456789", 1<<20)}}
			p.client = p.browser()
			p.play(string(b))
		})
	}
}

type player struct {
	*site
	file   string
	client *http.Client
	vars   map[string]string

	request []string
	status  int
	head    http.Header
	body    string
	sent    bool
}

func (p *player) play(script string) {
	for n, line := range strings.Split(script, "\n") {
		line = strings.TrimRight(line, " ")
		fail := func(format string, args ...any) {
			p.Errorf("%s:%d: %s: %s", p.file, n+1, line, fmt.Sprintf(format, args...))
		}
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '>':
			if p.sent {
				p.request, p.sent = nil, false
			}
			if more, ok := strings.CutPrefix(line, ">+"); ok {
				p.request[len(p.request)-1] += p.fill(strings.TrimSpace(more))
				continue
			}
			p.request = append(p.request, p.fill(strings.TrimPrefix(line[1:], " ")))
		case line[0] == '<':
			if !p.sent {
				p.send(fail)
			}
			p.expect(line[1:], fail)
		case line[0] == '@':
			p.command(line[1:], fail)
		default:
			fail("is no line of a script")
		}
	}
}

func (p *player) fill(s string) string {
	for k, v := range p.vars {
		s = strings.ReplaceAll(s, "{"+k+"}", v)
	}
	return s
}

func (p *player) send(fail func(string, ...any)) {
	p.sent = true
	method, path, _ := strings.Cut(p.request[0], " ")
	head, body := p.request[1:], ""
	for i, l := range head {
		if l == "" {
			head, body = head[:i], strings.Join(head[i+1:], "\n")
			break
		}
	}
	r, err := http.NewRequestWithContext(p.Context(), method, p.http.URL+path, strings.NewReader(body))
	if err != nil {
		fail("%v", err)
		return
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, l := range head {
		name, value, _ := strings.Cut(l, ":")
		value = strings.TrimSpace(value)
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
		if value == "" {
			r.Header.Del(name)
		}
	}
	res, err := p.client.Do(r)
	if err != nil {
		fail("%v", err)
		return
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		fail("%v", err)
	}
	p.status, p.head, p.body = res.StatusCode, res.Header, string(b)
}

func (p *player) expect(want string, fail func(string, ...any)) {
	kind, rest := want[:1], strings.TrimSpace(want[1:])
	switch kind {
	case "~":
		if !regexp.MustCompile("(?s)" + p.fill(rest)).MatchString(p.body) {
			fail("no match in:\n%.600s", p.body)
		}
		return
	case "!":
		if m := regexp.MustCompile("(?s)" + p.fill(rest)).FindString(p.body); m != "" {
			fail("found %q", m)
		}
		return
	case "$":
		name, pattern, _ := strings.Cut(rest, " ")
		m := regexp.MustCompile(pattern).FindStringSubmatch(p.headers() + p.body)
		if m == nil {
			fail("no match in:\n%s%.600s", p.headers(), p.body)
			return
		}
		p.vars[name] = m[1]
		return
	}
	want = strings.TrimSpace(want)
	if status, err := strconv.Atoi(want); err == nil {
		if p.status != status {
			fail("%s: status %d\n%s%.300s", p.request[0], p.status, p.headers(), p.body)
		}
		return
	}
	if name, ok := strings.CutPrefix(want, "!"); ok {
		if v, there := p.head[http.CanonicalHeaderKey(name)]; there {
			fail("is there: %q", v)
		}
		return
	}
	name, pattern, _ := strings.Cut(want, ": ")
	if v := strings.Join(p.head.Values(name), ", "); !regexp.MustCompile(p.fill(pattern)).MatchString(v) || v == "" {
		fail("is %q", v)
	}
}

func (p *player) headers() string {
	var s strings.Builder
	_ = p.head.Write(&s)
	return s.String()
}

func (p *player) command(line string, fail func(string, ...any)) {
	switch name, arg, _ := strings.Cut(line, " "); name {
	case "new":
		p.client = p.browser()
	case "advance":
		d, err := time.ParseDuration(arg)
		if err != nil {
			fail("%v", err)
		}
		p.clock.advance(d)
	default:
		fail("is no command")
	}
}
