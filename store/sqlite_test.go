package store_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"go.uber.org/goleak"

	"vang/blog"
	"vang/store"
	"vang/store/storetest"
)

var _ scs.CtxStore = (*store.Sessions)(nil)

func TestMain(m *testing.M) {
	if task := os.Getenv(childTask); task != "" {
		os.Exit(beChild(task))
	}
	goleak.VerifyTestMain(stopping{m})
}

// stopping ends what tests share when the last of them has ended.
type stopping struct{ *testing.M }

func (m stopping) Run() int {
	defer store.Server.Stop()
	return m.M.Run()
}

// TestSQLite runs the suite, and then demands of every query that the suite made the store send that an index finds its
// rows in their order.
func TestSQLite(t *testing.T) {
	texts := map[string]bool{}
	storetest.Run(t, func(t *testing.T, now blog.Clock) store.Store {
		s := openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "vang.db"), now)
		t.Cleanup(func() {
			for _, text := range store.Texts(context.Background(), s) {
				texts[text] = true
			}
		})
		return s
	})
	if whole := !strings.Contains(flag.Lookup("test.run").Value.String(), "/"); whole && len(texts) < 45 {
		t.Errorf("only %d texts seen: are they collected?", len(texts))
	}
	s := openAt(t, "sqlite::memory:", time.Now)
	for text := range texts {
		t.Run(text, func(t *testing.T) { checkPlan(t, s, text) })
	}
}

func checkPlan(t *testing.T, s store.Store, text string) {
	plan, err := store.Explain(t.Context(), s, text, make([]any, placeholders(text))...)
	if err != nil && !regexp.MustCompile(`^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)`).MatchString(text) {
		t.Fatal(err)
	}
	for _, step := range plan {
		// The totals, for metrics, are the one query that walks through a table: that of discussions, not of comments.
		if strings.Contains(step, "TEMP B-TREE") || strings.HasPrefix(step, "SCAN") && !strings.HasPrefix(text, "SELECT count(*)") {
			t.Errorf("plan: %s", strings.Join(plan, "; "))
		}
		// Rows are found within one discussion or by their name; only the sweep goes by age.
		byName := regexp.MustCompile(`\((post_id|id|token|slug|rowid)=\?`).MatchString(step)
		if strings.HasPrefix(step, "SEARCH") && !byName && !strings.HasPrefix(text, "DELETE") {
			t.Errorf("plan: %s", strings.Join(plan, "; "))
		}
	}
}

func placeholders(text string) (most int) {
	for _, m := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1])
		most = max(most, n)
	}
	return most
}

// openAt opens a store and closes it when the test ends.
func openAt(t testing.TB, address string, now blog.Clock) store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Address: address, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func makePost(t testing.TB, s store.Store, slug string) string {
	t.Helper()
	synced, err := s.SyncPosts(t.Context(), []store.PostAddress{{Slug: slug}})
	if err != nil {
		t.Fatal(err)
	}
	return synced.IDs[slug]
}

func newComment(post, body string) blog.NewComment {
	c := blog.NewComment{
		ID: blog.NewID(), Submission: blog.Submission{PostID: post, Name: "Lan", Body: body},
		Visitor: "lan", Owner: "lan", State: blog.Published,
	}
	c.Fingerprint = c.Submission.Fingerprint()
	return c
}

func TestAddressesOfFiles(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for address, file := range map[string]string{
		"sqlite:plain.db":                       "plain.db",
		"sqlite://slashes.db":                   "slashes.db",
		"sqlite:" + dir + "/absolute.db":        "absolute.db",
		"sqlite:Đường phố #1 100%?mode=ro&x.db": "Đường phố #1 100%?mode=ro&x.db",
	} {
		s := openAt(t, address, nil)
		makePost(t, s, "a")
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestMemoryIsForgotten(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := openAt(t, "sqlite::memory:", nil)
	makePost(t, s, "a")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	second := openAt(t, "sqlite::memory:", nil)
	if _, known, err := second.Resolve(t.Context(), "a"); err != nil || known {
		t.Errorf("it remembers: %v, %v", known, err)
	}
}

// TestOpenTellsTheRemedy: what an operator can get wrong, and the words that help.
func TestOpenTellsTheRemedy(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("no database at all\n", 400)), 0o600); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string][]string{
		"":                                {"sqlite:PATH"},
		"vang.db":                         {"sqlite:PATH"},
		"mysql://root:s3cret@db/vang":     {"sqlite:PATH", "postgres://"},
		"sqlite:":                         {"names no file"},
		"sqlite:" + dir:                   {dir, "is a folder", "vang.db"},
		"sqlite:" + dir + "/none/vang.db": {dir + "/none", "does not exist", "make it"},
		"sqlite:" + garbage + "/vang.db":  {garbage, "not a folder"},
		"sqlite:" + garbage:               {garbage, "no SQLite database", "backup"},
	} {
		s, err := store.Open(t.Context(), store.Options{Address: address})
		if err == nil {
			t.Errorf("%q was opened", address)
			_ = s.Close()
			continue
		}
		for _, words := range append(want, "open database: ") {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%q: %v; want %q in it", address, err, words)
			}
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error tells a password: %v", err)
		}
	}
}

// TestReopened: everything is there after a restart.
func TestReopened(t *testing.T) {
	address := "sqlite:" + filepath.Join(t.TempDir(), "vang.db")
	first := openAt(t, address, nil)
	post := makePost(t, first, "a")
	added, err := first.AddComment(t.Context(), newComment(post, "x"))
	if err != nil {
		t.Fatal(err)
	}
	epoch, _ := first.Epoch(t.Context())
	secret, _ := first.Secret(t.Context())
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := openAt(t, address, nil)
	if got, err := second.Comment(t.Context(), added.Comment.ID); err != nil || got != added.Comment {
		t.Errorf("%+v, %v", got, err)
	}
	if e, err := second.Epoch(t.Context()); err != nil || e != epoch {
		t.Errorf("epoch %q, then %q, %v", epoch, e, err)
	}
	if s, err := second.Secret(t.Context()); err != nil || !slices.Equal(s, secret) || len(s) == 0 {
		t.Errorf("another secret: %v", err)
	}
	if _, err := os.Stat(strings.TrimPrefix(address, "sqlite:")); err != nil {
		t.Error(err)
	}
}

func ExampleOpen() {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Address: "sqlite::memory:"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	synced, err := s.SyncPosts(ctx, []store.PostAddress{{Slug: "hello"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := s.Page(ctx, blog.PageQuery{PostID: synced.IDs["hello"]})
	fmt.Println(len(page.Comments), page.Head.Rev, err)
	// Output: 0 0 <nil>
}
