package e2e

import (
	"strings"
	"testing"
	"time"

	"vang/e2e/site"
)

func TestADeploymentCostsNoRequest(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	next := variant(t, "main.version=next")
	readers := []*follower{follow(t, "a reader through Nginx", c.URL, slug), follow(t, "another reader through Nginx", c.URL, slug)}
	l := work(t, slug, []string{c.URL}, apiWriter, formWriter, pageReader, apiWriter, formWriter, pageReader)
	for _, r := range c.Replicas {
		l.progress(t, 5)
		was := r.Process().PID()
		if err := r.Stop(30 * time.Second); err != nil {
			t.Errorf("%s: %v", r.Name, err)
		}
		r.Use(next)
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(site.NewClient(r.URL).Get(t, "/health").Body, "next") || r.Process().PID() == was {
			t.Errorf("%s is not the next version", r.Name)
		}
	}
	l.progress(t, 5)
	l.stop()
	l.report(t, 0)
	heard(t, time.Minute, l.said, readers...)
	for _, f := range readers {
		opened, refused := f.sockets()
		if refused > 0 {
			t.Errorf("%s was refused %d times", f.name, refused)
		}
		t.Logf("%s opened %d sockets", f.name, opened)
	}
	for _, r := range c.Replicas {
		once(t, r.URL, slug, l.said...)
		r.Use(site.Binary(t))
	}
}

func TestAKilledReplicaCostsNoRequest(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	reader := follow(t, "a reader through Nginx", c.URL, slug)
	l := work(t, slug, []string{c.URL}, apiWriter, formWriter, pageReader, apiWriter, formWriter, pageReader)
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
	heard(t, lateAfterAKill+time.Second, l.said, reader) // a second for the way back to another replica
	once(t, c.Replicas[0].URL, slug, l.said...)
}
