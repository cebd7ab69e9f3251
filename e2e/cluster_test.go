package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vang/e2e/cluster"
	"vang/e2e/site"
	"vang/testbed"
)

// theCluster is the one cluster of the run. Its tests run one after another, and each leaves it as it was.
var theCluster struct {
	once    sync.Once
	dir     string // of the content
	cluster *cluster.Cluster
	err     error
	posts   atomic.Int64 // that tests have taken
}

// clusterPosts is how many posts the cluster's content has; each test takes its own.
const clusterPosts = 40

// started is the cluster, with all its parts running.
func started(t *testing.T) *cluster.Cluster {
	t.Helper()
	binary := site.Binary(t)
	theCluster.once.Do(func() { startTheCluster(t.Context(), binary) })
	testbed.Need(t, theCluster.err)
	c := theCluster.cluster
	t.Cleanup(func() { mended(t, c) })
	for _, r := range c.Replicas { // the test before this one may have had them lose each other
		await(t, 10*time.Second, r.Name+" hears the bus", func() bool { return metric(t, r, "vang_bus_up") == 1 })
	}
	return c
}

func startTheCluster(ctx context.Context, binary string) {
	begin := time.Now()
	s := &theCluster
	if s.dir, s.err = os.MkdirTemp("", "vang-content-"); s.err != nil {
		return
	}
	if s.err = writePosts(s.dir, clusterPosts); s.err != nil {
		return
	}
	s.cluster, s.err = cluster.Start(ctx, cluster.Options{
		Binary: binary, Partitions: true, Args: []string{"--content", s.dir, "--rate-limit", "off"},
	})
	fmt.Printf("the cluster was ready after %v\n", time.Since(begin).Round(100*time.Millisecond))
}

// endTheCluster is the last act of a run.
func endTheCluster() error {
	if theCluster.dir != "" {
		_ = os.RemoveAll(theCluster.dir)
	}
	if theCluster.cluster == nil {
		return nil
	}
	return theCluster.cluster.Close()
}

// writePosts writes n posts with the slugs post-1, post-2 and so on.
func writePosts(dir string, n int) error {
	for i := range n {
		name := fmt.Sprintf("post-%d", i+1)
		text := fmt.Sprintf("---\ntitle: Number %d\ndate: 2026-01-02\nlang: en\n---\n\nSome words.\n", i+1)
		if err := os.MkdirAll(filepath.Join(dir, "posts"), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "posts", name+".md"), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// ownPost is a post that no other test uses.
func ownPost(t *testing.T) string {
	t.Helper()
	n := theCluster.posts.Add(1)
	if n > clusterPosts {
		t.Fatal("there are more tests than posts: raise clusterPosts")
	}
	return fmt.Sprintf("post-%d", n)
}

// mended shows what the replicas said if the test failed, and has the next test find everything at work.
func mended(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	if t.Failed() {
		for _, r := range c.Replicas {
			t.Logf("%s, shortened:\n%s", r.Name, warnings(r.Log()))
		}
	}
	ctx := context.WithoutCancel(t.Context())
	for _, p := range ways(c) {
		p.Pass()
		p.Delay(0)
		if err := p.Accept(); err != nil {
			t.Errorf("mend the cluster: %v", err)
		}
	}
	if !c.Redis.Process().Running() {
		if err := c.Redis.Start(ctx); err != nil {
			t.Errorf("mend the cluster: %v", err)
		}
	}
	for _, r := range c.Replicas {
		if p := r.Process(); p.Running() {
			_ = p.Resume()
		} else if err := r.Start(ctx); err != nil {
			t.Errorf("mend the cluster: %v", err)
		}
	}
}

// ways are all those of the cluster and its replicas.
func ways(c *cluster.Cluster) []*testbed.Proxy {
	all := append([]*testbed.Proxy{c.RedisProxy}, c.Addresses...)
	for _, r := range c.Replicas {
		all = append(append(all, r.Ways.Redis), r.Ways.Addresses...)
	}
	return all
}

// warnings are the log's lines that tell of trouble, and its last ones.
func warnings(log string) string {
	const last = 12
	lines := strings.Split(strings.TrimSpace(log), "\n")
	var out []string
	for i, line := range lines {
		if i >= len(lines)-last || strings.Contains(line, "level=WARN") || strings.Contains(line, "level=ERROR") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// extra is one more replica beside those behind Nginx, started, with more arguments. It ends with the test.
func extra(t *testing.T, c *cluster.Cluster, name, binary string, args ...string) *cluster.Replica {
	t.Helper()
	r, err := c.NewReplica(name, binary, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s, shortened:\n%s", r.Name, warnings(r.Log()))
		}
		r.Kill()
	})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}
