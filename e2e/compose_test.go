package e2e

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"vang/e2e/compose"
	"vang/e2e/site"
	"vang/testbed"
)

// promise is what one Compose file must hold.
type promise struct {
	file     string
	ports    []string
	order    []string
	replicas int
	watched  bool // by Prometheus
}

func promises() []promise {
	world := []string{"0.0.0.0:80 nginx:80", "0.0.0.0:443 nginx:443"}
	return []promise{
		{
			file: "compose.yaml", replicas: 2, watched: true,
			ports: append(slices.Clone(world),
				"127.0.0.1:26257 crdb1:26257", "127.0.0.1:26258 crdb2:26257", "127.0.0.1:26259 crdb3:26257",
				"127.0.0.1:8085 crdb1:8080", "127.0.0.1:8086 crdb2:8080", "127.0.0.1:8087 crdb3:8080",
				"127.0.0.1:6379 redis:6379", "127.0.0.1:9090 prometheus:9090"),
			order: []string{
				"crdb1 certs service_completed_successfully", "crdb2 certs service_completed_successfully", "crdb3 certs service_completed_successfully",
				// Nodes are healthy only when init has made a cluster of them.
				"init crdb1 service_started", "init crdb2 service_started", "init crdb3 service_started",
				"vang init service_completed_successfully", "nginx vang service_healthy",
			},
		},
		{
			file: "compose.single.yaml", replicas: 1,
			ports: append(slices.Clone(world), "127.0.0.1:26257 database:26257", "127.0.0.1:8085 database:8080", "127.0.0.1:6379 redis:6379"),
			order: []string{
				"database certs service_completed_successfully", "init database service_healthy",
				"vang init service_completed_successfully", "nginx vang service_healthy",
			},
		},
	}
}

// complain is all that the rules have against the file at path.
func complain(t *testing.T, root, path string, p promise) []string {
	t.Helper()
	f, err := compose.Load(t.Context(), root, path)
	if err != nil {
		return []string{err.Error()}
	}
	secrets, err := compose.CheckSecrets(t.Context(), root, path)
	if err != nil {
		return []string{err.Error()}
	}
	found := slices.Concat(compose.CheckServices(f), compose.CheckReplicas(f, p.replicas, drainOf(t, root)),
		compose.CheckPorts(f, p.ports), compose.CheckOrder(f, p.order), compose.CheckAddresses(f), compose.CheckTrust(f),
		compose.CheckTemplates(f), secrets)
	if p.watched {
		configuration, err := os.ReadFile(filepath.Join(root, "deploy/prometheus/prometheus.yml"))
		if err != nil {
			t.Fatal(err)
		}
		more, err := compose.CheckPrometheus(f, configuration)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, more...)
	}
	return found
}

// drainOf is the longest that the program takes to stop, as its own code has it.
func drainOf(t *testing.T, root string) time.Duration {
	t.Helper()
	code, err := os.ReadFile(filepath.Join(root, "serve.go"))
	if err != nil {
		t.Fatal(err)
	}
	longest := time.Duration(0)
	for _, name := range []string{"drainLimit", "finishLimit"} {
		m := regexp.MustCompile(name + `\s*=\s*(\d+) \* time\.Second`).FindSubmatch(code)
		if m == nil {
			t.Fatalf("serve.go has no %s in seconds any more: say here how long a stop takes", name)
		}
		d, err := time.ParseDuration(string(m[1]) + "s")
		if err != nil {
			t.Fatal(err)
		}
		longest = max(longest, d)
	}
	return longest
}

func projectRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestComposeFilesHoldWhatIsPromised(t *testing.T) {
	root := projectRoot(t)
	for _, p := range promises() {
		t.Run(p.file, func(t *testing.T) {
			for _, complaint := range complain(t, root, filepath.Join(root, p.file), p) {
				t.Error(complaint)
			}
		})
	}
}

// Each mistake that an editor may make is noticed, and named.
func TestPlantedMistakesInComposeFilesAreFound(t *testing.T) {
	root, p := projectRoot(t), promises()[0]
	original, err := os.ReadFile(filepath.Join(root, p.file))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct{ name, old, new, want string }{
		{"a key that Compose does not know", "    read_only: true\n", "    readonly: true\n", "readonly"},
		{"a volume that nobody declares", "  client-certs: {}\n", "", "client-certs"},
		{"a database open to the world", `"127.0.0.1:26257:26257"`, `"26257:26257"`, "publishes :26257 crdb1:26257"},
		{"Redis open to the world", `"127.0.0.1:6379:6379"`, `"0.0.0.0:6379:6379"`, "publishes 0.0.0.0:6379"},
		{"a port forgotten", `"127.0.0.1:8086:8080"`, `"127.0.0.1:8089:8080"`, "does not publish 127.0.0.1:8086"},
		{"a moving tag", "nginx:1.30.5", "nginx:latest", "nginx:latest does not name a release"},
		{"no tag", "redis:8.6.3-alpine", "redis", "redis has no tag"},
		{"a password", "${REDIS_PASSWORD:-}@redis", "hunter2@redis", "vang: VANG_REDIS has a password"},
		{"a password as an argument", `--requirepass, "${REDIS_PASSWORD:-}"`, `--requirepass, "hunter2"`, "redis: requirepass has a value"},
		{"a password by default", "VANG_SECRET: ${VANG_SECRET:-}", "VANG_SECRET: ${VANG_SECRET:-0123456789abcdef0123456789abcdef}", "vang: VANG_SECRET has a value"},
		{"a database password", "postgres://vang@", "postgres://vang:hunter2@", "vang: VANG_DATABASE has a password"},
		{"a stop that is cut short", "stop_grace_period: 60s\n    deploy:\n      replicas: 2", "stop_grace_period: 30s\n    deploy:\n      replicas: 2", "stop_grace_period is below"},
		{"a longer delay", "VANG_DRAIN_DELAY: 3s", "VANG_DRAIN_DELAY: 40s", "stop_grace_period is below"},
		{"a name that keeps replicas from scaling", "  vang:\n", "  vang:\n    container_name: vang\n", "container name must be unique"},
		{"a host name that replicas would share", "  vang:\n", "  vang:\n    hostname: vang\n", "keeps a second one from starting"},
		{"one replica", "replicas: 2", "replicas: 1", "1 replicas, not 2"},
		{"root", `user: "65532:65532"`, `user: "0:0"`, "not as an ordinary user"},
		{"a log without end", "  options: {max-size: 10m, max-file: \"3\"}\n", "", "its log may fill the disk"},
		{"no limit of memory", `limits: {cpus: "0.5", memory: 64M}`, `limits: {cpus: "0.5"}`, "no limit of memory"},
		{"all capabilities", "  cap_drop: [ALL]\n", "", "keeps capabilities"},
		{"privileged", "    user: \"101:101\"\n", "    user: \"101:101\"\n    privileged: true\n", "has rights of the host"},
		{"no health check", "healthcheck:\n      test: [CMD, /vang, health]", "healthcheck:\n      disable: true\n      test: [CMD, /vang, health]", "vang: no health check"},
		{"no restart", "  restart: unless-stopped\n", "", `restart is ""`},
		{"a file that is not there", "./deploy/redis/redis.conf", "./deploy/redis/gone.conf", "gone.conf, which is not there"},
		{"a folder that may be written", "./content:/content:ro", "./content:/content", "may write into"},
		{"a host misspelt", "crdb1:26257,crdb2:26257,crdb3:26257/vang", "crdb1:26257,crdb2:26257,crdb4:26257/vang", "crdb4 is no service"},
		{"a network apart", "networks: [edge, data]\n    read_only: true\n    tmpfs", "networks: [edge]\n    read_only: true\n    tmpfs", "crdb1 is in another network"},
		{"a node nobody waits for", "      crdb2: {condition: service_started}\n", "", "init does not wait for crdb2"},
		{"waiting for what never comes", "crdb2: {condition: service_started}", "crdb2: {condition: service_completed_successfully}", "never comes"},
		{"a whole network believed", "VANG_TRUSTED_PROXIES: ${VANG_SUBNET:-172.30.86}.2", "VANG_TRUSTED_PROXIES: ${VANG_SUBNET:-172.30.86}.0/24", "does not trust the address of nginx"},
		{"an address that others may get", "ip_range: ${VANG_SUBNET:-172.30.86}.128/25", "ip_range: ${VANG_SUBNET:-172.30.86}.0/24", "may get the address of nginx"},
		{"Nginx beside the database", "      edge: {ipv4_address: \"${VANG_SUBNET:-172.30.86}.2\"}\n", "      edge: {ipv4_address: \"${VANG_SUBNET:-172.30.86}.2\"}\n      data: {}\n", "nginx is in the network data"},
		{"Prometheus that cannot ask", "    networks: [data]\n    ports: [\"127.0.0.1:9090:9090\"]", "    networks: [edge]\n    ports: [\"127.0.0.1:9090:9090\"]", "prometheus: crdb1 is in another network"},
		{"a script that is not there", "/deploy/start.sh", "/deploy/begin.sh", "begin.sh, which is not there"},
		{"a setting that Nginx does not know", "EDGE_REDIRECT: ", "EDGE_REDIRECTS: ", "EDGE_REDIRECTS is not known"},
	} {
		t.Run(m.name, func(t *testing.T) {
			if !strings.Contains(string(original), m.old) {
				t.Fatalf("the file has no %q any more", m.old)
			}
			path := filepath.Join(t.TempDir(), "compose.yaml")
			if err := os.WriteFile(path, []byte(strings.Replace(string(original), m.old, m.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			found := complain(t, root, path, p)
			if !strings.Contains(strings.Join(found, "\n"), m.want) {
				t.Errorf("%q is not among %q", m.want, found)
			}
		})
	}
}

// Nginx's own pages speak the language of the blog that the files mount, unless somebody says otherwise.
func TestEdgeSpeaksTheLanguageOfTheContent(t *testing.T) {
	root := projectRoot(t)
	site, err := os.ReadFile(filepath.Join(root, "content/site.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	lang := regexp.MustCompile(`(?m)^lang: (\w+)$`).FindSubmatch(site)
	if lang == nil {
		t.Fatal("content/site.yaml names no language")
	}
	for _, p := range promises() {
		for _, tt := range []struct{ set, want string }{{"A=b", string(lang[1])}, {"EDGE_LANG=en", "en"}} {
			f, err := compose.Load(t.Context(), root, filepath.Join(root, p.file), tt.set)
			if err != nil {
				t.Fatal(err)
			}
			got := f.Project.Services["nginx"].Environment["EDGE_LANG"]
			if got == nil || *got != tt.want {
				t.Errorf("%s with %s: EDGE_LANG is not %s", p.file, tt.set, tt.want)
			}
		}
	}
}

// The program takes every setting that the files give it.
func TestProgramKnowsTheSettingsOfCompose(t *testing.T) {
	root := projectRoot(t)
	for _, p := range promises() {
		f, err := compose.Load(t.Context(), root, filepath.Join(root, p.file), "REDIS_PASSWORD=pass", "VANG_BASE_URL=https://example.org",
			"VANG_SECRET=0123456789abcdef0123456789abcdef", "VANG_RATE_LIMIT=20/1m", "VANG_METRICS_TOKEN=token", "VANG_REDIS=redis://redis:6379")
		if err != nil {
			t.Fatal(err)
		}
		program := exec.CommandContext(t.Context(), site.Binary(t), "config")
		for name, v := range f.Project.Services["vang"].Environment {
			program.Env = append(program.Env, name+"="+*v)
		}
		out, err := program.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", p.file, err, out)
		}
		for name, v := range f.Project.Services["vang"].Environment {
			line := regexp.MustCompile(`(?m)^` + name + ` +\S`).Find(out)
			if line == nil && *v != "" {
				t.Errorf("%s: the program knows no %s:\n%s", p.file, name, out)
			}
		}
	}
}

func TestDockerfile(t *testing.T) {
	root := projectRoot(t)
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	needed := sources(t, root)
	dockerfile, ignore := read("Dockerfile"), read(".dockerignore")
	for _, complaint := range compose.CheckDockerfile(root, dockerfile, ignore, needed) {
		t.Error(complaint)
	}
	for _, path := range []string{".git/config", ".env", "vang.db", "e2e/go.mod", "node_modules/esbuild", "static/dist/vang.js", "blog/post_test.go", "deploy/tls/privkey.pem"} {
		if !compose.Ignored(ignore, path) {
			t.Errorf("%s goes to the engine", path)
		}
	}
	bases, err := compose.Bases(root)
	if err != nil || len(bases) != 2 {
		t.Errorf("bases are %q: %v", bases, err)
	}
	for _, m := range []struct{ old, new, want string }{
		{"golang:1.26.8-alpine", "golang:alpine", "golang:alpine does not name a release"},
		{"FROM scratch", "FROM node:24.21-alpine", "FROM is"},
		{"USER 65532:65532", "USER root", "USER is"},
		{`CMD ["/vang", "health"]`, "CMD true", "HEALTHCHECK is"},
		{"-trimpath ", "", "go build without -trimpath"},
		{"COPY static ./static", "COPY assets ./static", "COPY of assets, which is not there"},
		{"COPY static ./static", "COPY e2e ./static", "COPY of e2e, which .dockerignore keeps away"},
		{"# Vang as", "# syntax=docker/dockerfile:1\n# Vang as", "syntax line"},
	} {
		if !strings.Contains(dockerfile, m.old) {
			t.Fatalf("the Dockerfile has no %q any more", m.old)
		}
		found := compose.CheckDockerfile(root, strings.Replace(dockerfile, m.old, m.new, 1), ignore, needed)
		if !strings.Contains(strings.Join(found, "\n"), m.want) {
			t.Errorf("%q is not among %q", m.want, found)
		}
	}
	if found := compose.CheckDockerfile(root, dockerfile, strings.Replace(ignore, "!markdown\n", "", 1), needed); len(found) == 0 {
		t.Error("a package that .dockerignore keeps away is not noticed")
	}
}

// sources are the files that the program is compiled from.
func sources(t *testing.T, root string) []string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f",
		`{{if .Module}}{{if .Module.Main}}{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{end}}{{end}}`, ".")
	list.Dir = root
	list.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var files []string
	for file := range strings.FieldsSeq(string(out)) {
		rel, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(rel, "static/dist/") { // the image builds its own
			files = append(files, rel)
		}
	}
	if len(files) < 100 {
		t.Fatalf("only %d files", len(files))
	}
	return files
}

// Prometheus' own checker reads the configuration, and lets every alarm ring.
func TestAlarms(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		testbed.Need(t, testbed.ErrMissing)
	}
	dir := filepath.Join(projectRoot(t), "deploy/prometheus")
	for _, args := range [][]string{{"check", "config", "--syntax-only", "prometheus.yml"}, {"check", "rules", "rules.yml"}, {"test", "rules", "rules_test.yml"}} {
		program := exec.CommandContext(t.Context(), promtool, args...)
		program.Dir = dir
		if out, err := program.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	rules, err := os.ReadFile(filepath.Join(dir, "rules.yml"))
	tests, terr := os.ReadFile(filepath.Join(dir, "rules_test.yml"))
	if err := cmp.Or(err, terr); err != nil {
		t.Fatal(err)
	}
	alarms := regexp.MustCompile(`alert: (\w+)`).FindAllSubmatch(rules, -1)
	if len(alarms) < 10 {
		t.Fatalf("only %d alarms", len(alarms))
	}
	for _, a := range alarms {
		rings := regexp.MustCompile(`alertname="` + string(a[1]) + `",alertstate="firing"|alertname: ` + string(a[1]) + `\n\s+exp_alerts:\n\s+- `)
		if !rings.Match(tests) {
			t.Errorf("%s never rings in rules_test.yml", a[1])
		}
	}
}
