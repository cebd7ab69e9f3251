package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func env(values map[string]string) func(string) string {
	return func(k string) string { return values[k] }
}

func TestFlagsStandOverVariablesAndVariablesOverDefaults(t *testing.T) {
	getenv := env(map[string]string{"VANG_ADDR": ":1111", "VANG_DATABASE": "sqlite:env.db"})
	c, rest, err := parseConfig("serve", []string{"--addr", ":2222"}, getenv, "addr", "database", "rate-limit")
	if err != nil || len(rest) != 0 {
		t.Fatal(rest, err)
	}
	if c.Addr != ":2222" || c.Database != "sqlite:env.db" || c.RateLimit.Burst != 10 || c.RateLimit.Every != 6*time.Second {
		t.Errorf("config = %+v", c)
	}
}

func TestEachBadSettingSaysWhatToDo(t *testing.T) {
	tests := map[string]struct{ args, want string }{
		"unknown flag":         {"--adr :80", "no flag --adr"},
		"port that is none":    {"--addr localhost", "HOST:PORT"},
		"port out of range":    {"--addr :99999", "0 to 65535"},
		"base URL with a path": {"--base-url https://a.vn/blog", "scheme and host alone"},
		"base URL of mail":     {"--base-url mailto:a@b.vn", "https://example.org"},
		"proxy that is none":   {"--trusted-proxies nginx", "10.0.0.0/8"},
		"short secret":         {"--secret short", "openssl rand"},
		"drafts":               {"--drafts=maybe", "true or false"},
		"rate":                 {"--rate-limit fast", "10/1m"},
		"log":                  {"--log xml", "json"},
		"log level":            {"--log-level loud", "debug, info, warn or error"},
		"drain delay":          {"--drain-delay soon", "5s"},
		"no value":             {"--addr", "needs a value"},
	}
	every := []string{"addr", "base-url", "trusted-proxies", "secret", "drafts", "rate-limit", "drain-delay", "log", "log-level"}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := parseConfig("serve", strings.Fields(tt.args), env(nil), every...)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "vang serve --help") {
				t.Errorf("error = %v, want one with %q and where to find help", err, tt.want)
			}
		})
	}
}

func TestPrintedConfigurationHidesSecrets(t *testing.T) {
	secret := strings.Repeat("s3cr3t", 8)
	args := []string{"--secret", secret, "--metrics-token", secret, "--database", "postgres://vang:" + secret + "@db:26257,db2:26258/vang?sslmode=disable"}
	c, _, err := parseConfig("config", args, env(nil), "addr", "secret", "metrics-token", "database")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"VANG_ADDR            :8080",
		"VANG_DATABASE        postgres://***@db:26257,db2:26258/vang",
		"VANG_SECRET          ***",
		"VANG_METRICS_TOKEN   ***",
	}
	if diff := cmp.Diff(want, c.lines()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLogLevelSaysWhatIsLogged(t *testing.T) {
	for level, want := range map[string]string{"debug": "debug info warn ", "info": "info warn ", "warn": "warn ", "error": ""} {
		c, _, err := parseConfig("serve", []string{"--log", "json", "--log-level", level}, env(nil), "log", "log-level")
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		log := newLog(call{config: c, stdout: &out})
		log.Debug("debug")
		log.Info("info")
		log.Warn("warn")
		var got strings.Builder
		for line := range strings.Lines(out.String()) {
			_, after, _ := strings.Cut(line, `"msg":"`)
			word, _, _ := strings.Cut(after, `"`)
			got.WriteString(word + " ")
		}
		if got.String() != want {
			t.Errorf("%s: logged %q, want %q", level, got.String(), want)
		}
	}
}

func TestTrustedProxiesTakesAddressesAndNetworks(t *testing.T) {
	c, _, err := parseConfig("serve", []string{"--trusted-proxies", "127.0.0.1, 10.0.0.0/8,::1"}, env(nil), "trusted-proxies")
	if err != nil || len(c.TrustedProxies) != 3 || c.TrustedProxies[0].String() != "127.0.0.1/32" {
		t.Errorf("%v, %v", c.TrustedProxies, err)
	}
}

func TestErrorsFollowTheLocale(t *testing.T) {
	_, _, err := parseConfig("serve", []string{"--addr", "x"}, env(nil), "addr")
	if got := describe(err, "vi"); !strings.Contains(got, `--addr là "x": hãy viết`) || !strings.Contains(got, "cho biết nó nhận gì") {
		t.Errorf("in Vietnamese: %s", got)
	}
	_, _, err = parseConfig("serve", nil, env(map[string]string{"VANG_DRAFTS": "maybe"}), "drafts")
	if got := describe(err, "en"); !strings.Contains(got, `VANG_DRAFTS is "maybe"`) {
		t.Errorf("of a variable: %s", got)
	}
}

func TestAnAddressThatIsNoRedisIsToldInOneLanguage(t *testing.T) {
	_, _, err := parseConfig("serve", []string{"--redis", "http://:hunter2@r:6379"}, env(nil), "redis")
	if err == nil {
		t.Fatal("http is taken for Redis")
	}
	for lang, want := range map[string]string{
		"en": "--redis is not an address of Redis: write redis://HOST:6379", "vi": "--redis không phải địa chỉ của Redis: hãy viết redis://MÁY:6379",
	} {
		got := describe(err, lang)
		if !strings.HasPrefix(got, want) || strings.Contains(got, "%!") || strings.Contains(got, "hunter2") || lang == "vi" && strings.Contains(got, "write") {
			t.Errorf("%s: %s", lang, got)
		}
	}
}

func TestFlagsMayStandBehindTheArguments(t *testing.T) {
	c, rest, err := parseConfig("admin", []string{"hide", "abc", "--database", "sqlite:x.db"}, env(nil), "database")
	if err != nil || c.Database != "sqlite:x.db" || !cmp.Equal(rest, []string{"hide", "abc"}) {
		t.Errorf("%+v, %q, %v", c, rest, err)
	}
}

func TestHiddenAddressesTellNoPassword(t *testing.T) {
	for address, want := range map[string]string{
		"postgres://u:hunter2@a:1,b:2/vang":            "postgres://***@a:1,b:2/vang",
		"postgres://u:hun?ter2@a:1/vang":               "postgres://***",
		"postgres://u:hun@ter2@a:1/vang?x=1":           "postgres://***@a:1/vang",
		"postgres://a:1/vang?user=u&password=hun@ter2": "postgres://***",
		"postgres://a:1/vang?user=u&password=hunter2":  "postgres://***@a:1/vang",
		"redis://:hunter2@r:6379/1":                    "redis://***@r:6379/1",
		"hunter2":                                      "***",
		"sqlite:/var/lib/vang.db":                      "sqlite:/var/lib/vang.db",
		"host=a user=u password=hunter2 dbname=vang":   "***",
	} {
		if got := hide(address); got != want {
			t.Errorf("%s is shown as %s, want %s", address, got, want)
		}
	}
}

func TestSecretsMayBeInFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "database")
	getenv := env(map[string]string{"VANG_DATABASE_FILE": file, "VANG_ADDR_FILE": file})
	if _, _, err := parseConfig("serve", nil, getenv, "database"); err == nil || !strings.Contains(err.Error(), "VANG_DATABASE_FILE cannot be read") {
		t.Errorf("of a file that is not there: %v", err)
	}
	if err := os.WriteFile(file, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := parseConfig("serve", nil, getenv, "database"); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("of an empty file: %v", err)
	}
	if err := os.WriteFile(file, []byte("sqlite:secret.db\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, _, err := parseConfig("serve", nil, getenv, "database", "addr")
	if err != nil || c.Database != "sqlite:secret.db" || c.Addr != ":8080" {
		t.Errorf("%+v, %v", c, err)
	}
	c, _, err = parseConfig("serve", []string{"--database", "sqlite:flag.db"}, getenv, "database")
	if err != nil || c.Database != "sqlite:flag.db" {
		t.Errorf("a flag comes before a file: %+v, %v", c, err)
	}
}

// TestPapersNameEverySetting: those of serve, which comes first; what other commands take besides, their own help tells.
func TestPapersNameEverySetting(t *testing.T) {
	for _, paper := range []string{
		"README.md", "README.vi.md", "docs/operating.md", "content/posts/running-one-binary.md", "content/posts/chay-mot-tep.md",
	} {
		words, err := os.ReadFile(paper)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range only(settings(), commands()[0].settings) {
			if row := "`--" + s.flag + "` | `" + s.variable() + "`"; !strings.Contains(string(words), row) {
				t.Errorf("%s has no row %s", paper, row)
			}
		}
	}
}
