package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"vang/e2e/browser"
	"vang/e2e/chaos"
	"vang/e2e/chaos/history"
	"vang/e2e/site"
	"vang/testbed"
)

// chaosSeed is of the short run; CHAOS_SEED takes another one. `make chaos` runs for as long as one likes.
const chaosSeed = 3

// A minute in which everything dies at least once. Package check says what is promised; one of the readers is a real browser.
func TestNothingIsLostWhateverDies(t *testing.T) {
	seed := uint64(chaosSeed)
	if s := os.Getenv("CHAOS_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("CHAOS_SEED: %v", err)
		}
		seed = n
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	dir := t.TempDir()
	tab := reader(t).Tab(t)
	tab.Allow("status of 50[234]") // of a list asked for while the database is away
	var said strings.Builder
	result, err := chaos.Do(ctx, chaos.Options{
		Binary: site.Binary(t), Next: variant(t, "main.version=another -X main.clockSkew=7m"), Dir: dir, Seed: seed, For: time.Minute, Log: &said, Slack: time.Second,
		Begun: func(_ context.Context, r *chaos.Run) error { tab.Open(r.URL + "/blog/" + chaos.Posts()[0]); return nil },
		Quiet: func(ctx context.Context, r *chaos.Run) error { return look(ctx, tab, r) },
	})
	testbed.Need(t, err)
	result.Report.Summary.Write(&said)
	t.Logf("seed %d\n%s", seed, said.String())
	for _, v := range result.Report.Violations {
		t.Error(v)
	}
	if t.Failed() {
		keepHistory(t, result.File)
	}
}

// look waits until the browser's page stands where the database does, and writes down what it shows.
func look(ctx context.Context, tab *browser.Tab, r *chaos.Run) error {
	cursors, err := r.Cursors(ctx)
	if err != nil {
		return err
	}
	post := chaos.Posts()[0]
	tab.WaitFor(30*time.Second, "the browser has seen it all", "document.getElementById('cursor')?.value==="+browser.Quote(cursors[post]))
	rec := browser.Eval[history.Record](tab, `(list=>({cursor:document.getElementById("cursor").value,order:list.dataset.order,from:list.dataset.from??"",
		until:list.dataset.until??"",items:[...list.children].map(li=>({id:li.id.slice(2),k:li.dataset.k,rev:+li.dataset.rev,gone:"gone" in li.dataset,
		mark:/`+chaos.Marks+`/.exec(li.textContent)?.[0]??""}))}))(document.getElementById("comment-list"))`)
	rec.Process, rec.Kind, rec.Form, rec.Post, rec.Begin = "browser", history.Final, "html", post, r.History.Now()
	r.History.Add(rec)
	return nil
}

// keepHistory saves a history from the end of the test.
func keepHistory(t *testing.T, file string) {
	t.Helper()
	kept := filepath.Join(os.TempDir(), fmt.Sprintf("vang-chaos-%d.jsonl", time.Now().Unix()))
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(kept, text, 0o600)
	}
	if err != nil {
		t.Errorf("keep the history: %v", err)
		return
	}
	t.Logf("the history is kept; judge it again: go run ./cmd/chaos -check %s", kept)
}

// A history that was written is one that can be read: the field names of both sides are the same.
func TestABrowsersWordsAreTheHistorys(t *testing.T) {
	var rec history.Record
	if err := json.Unmarshal([]byte(`{"cursor":"e.1","order":"oldest","items":[{"id":"x","k":"1","rev":2,"mark":"m"}]}`), &rec); err != nil {
		t.Fatal(err)
	}
	if want := (history.Item{ID: "x", Key: "1", Rev: 2, Mark: "m"}); len(rec.Items) != 1 || rec.Items[0] != want || rec.Order != "oldest" {
		t.Errorf("%+v", rec)
	}
}
