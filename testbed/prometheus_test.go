package testbed_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vang/testbed"
)

func TestPrometheus(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	addr, err := testbed.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "prometheus.yml")
	text := "scrape_configs:\n- job_name: itself\n  scrape_interval: 100ms\n  static_configs:\n  - targets: [\"" + addr + "\"]\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := testbed.StartPrometheus(ctx, dir, config, addr)
	testbed.Need(t, err)
	t.Cleanup(p.Stop)
	scraped := func() {
		t.Helper()
		for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			got := get(t, p.URL()+`/api/v1/query?query=up{job="itself"}`)
			if strings.Contains(got, `,"1"]`) {
				return
			}
			if time.Since(begin) > 10*time.Second {
				t.Fatalf("it does not scrape: %s", got)
			}
		}
	}
	scraped()
	p.Process().Kill()
	if err := p.Start(ctx); err != nil {
		t.Fatal(err)
	}
	scraped()
	if err := os.WriteFile(config, []byte("nonsense: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Stop()
	if err := p.Start(ctx); err == nil || !strings.Contains(err.Error(), "prometheus.yml") {
		t.Errorf("with a bad configuration: %v", err)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
