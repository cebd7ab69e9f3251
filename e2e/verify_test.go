package e2e

import (
	"os"
	"testing"
	"time"

	"vang/e2e/cluster"
	"vang/e2e/site"
	"vang/testbed"
)

// TestVerifyCluster runs three replicas on the database that VANG_VERIFY_DATABASE names, and kills one of them: a part of
// `make verify-cockroach`.
func TestVerifyCluster(t *testing.T) {
	database := os.Getenv("VANG_VERIFY_DATABASE")
	if database == "" {
		t.Skip("no database to verify: make verify-cockroach URL=postgres://...")
	}
	content := t.TempDir()
	if err := writePosts(content, 1); err != nil {
		t.Fatal(err)
	}
	c, err := cluster.Start(t.Context(), cluster.Options{
		Binary: site.Binary(t), Database: database, Args: []string{"--content", content, "--rate-limit", "off"},
	})
	testbed.Need(t, err)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	const slug = "post-1" // as writePosts calls it
	l := work(t, slug, []string{c.URL}, apiWriter, formWriter, pageReader, apiWriter, formWriter, pageReader)
	reader := follow(t, "a reader through Nginx", c.URL, slug)
	for _, r := range c.Replicas {
		l.progress(t, 5)
		r.Kill()
		l.progress(t, 5)
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	l.progress(t, 5)
	l.stop()
	l.report(t, 0)
	heard(t, 10*time.Second, l.said, reader)
	for _, r := range c.Replicas {
		once(t, r.URL, slug, l.said...)
	}
}
