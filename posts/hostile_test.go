package posts

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fault waits until a file has a problem that says want.
func fault(t *testing.T, l *Library, file, want string) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		for _, p := range problemsOf(l, file) {
			if strings.Contains(p.Message, want) {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s has no problem with %q: %v", file, want, l.Problems())
		}
		time.Sleep(5 * time.Millisecond) // between two looks
	}
}

func post(title string) string { return "---\ntitle: " + title + "\n---\n\nText.\n" }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFoldersAreRenamedAndSwappedUnderWatch(t *testing.T) {
	dir := files(t, map[string]string{"posts/a/one.md": post("One"), "posts/b/two.md": post("Two")})
	l := open(t, Options{Dir: dir})
	changes := watching(t, l)
	at := func(name string) string { return filepath.Join(dir, "posts", name) }
	must(t, os.Rename(at("a"), at("c")))
	write(t, dir, "posts/c/one.md", post("Uno"))
	live(t, changes, "Two Uno")
	must(t, os.Rename(at("b"), at("a"))) // a name that had another folder
	write(t, dir, "posts/a/two.md", post("Dos"))
	live(t, changes, "Dos Uno")
	must(t, os.MkdirAll(at("d/e/f"), 0o755))
	write(t, dir, "posts/d/e/f/three.md", post("Tres"))
	live(t, changes, "Dos Uno Tres")
	must(t, os.Rename(at("d"), filepath.Join(dir, "posts", "a", "d"))) // into another one
	write(t, dir, "posts/a/d/e/f/three.md", post("Drei"))
	live(t, changes, "Drei Dos Uno")
	must(t, os.Rename(dir+"/posts", dir+"/.away"))
	live(t, changes, "")
	must(t, os.Rename(dir+"/.away", dir+"/posts"))
	live(t, changes, "Drei Dos Uno")
}

func TestAFileIsRenamedToAnotherCaseAndForm(t *testing.T) {
	nfd := "posts/đu\u031bo\u031b\u0300ng-pho\u0302\u0301.md" // as macOS writes it
	dir := files(t, map[string]string{"posts/a.md": post("A"), nfd: post("Street")})
	l := open(t, Options{Dir: dir})
	if _, ok := l.Snapshot().Post("duong-pho"); !ok {
		t.Fatalf("a name in decomposed letters has the address %v", slugs(l.Snapshot().Posts("")))
	}
	changes := watching(t, l)
	write(t, dir, "posts/a.md", post("Now it is watched"))
	live(t, changes, "Now it is watched Street")
	must(t, os.Rename(filepath.Join(dir, "posts", "a.md"), filepath.Join(dir, "posts", "A.md")))
	must(t, os.Rename(filepath.Join(dir, filepath.FromSlash(nfd)), filepath.Join(dir, "posts", "đường-phố.md")))
	for deadline := time.After(10 * time.Second); ; {
		select {
		case s := <-changes:
			p, ok := s.Post("a")
			street, known := s.Post("duong-pho")
			if ok && known && p.Source == "posts/A.md" && street.Source == "posts/đường-phố.md" {
				return
			}
		case <-deadline:
			t.Fatalf("after the change of case: %v", slugs(l.Snapshot().Posts("")))
		}
	}
}

func TestWhatCannotBeReadNowShowsWhatItSaid(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret.md")
	must(t, os.WriteFile(outside, []byte(post("Secret")), 0o644))
	dir := files(t, map[string]string{"posts/big.md": post("Big"), "posts/link.md": post("Link"), "posts/half.md": post("Half"), "posts/empty.md": post("Empty")})
	l := open(t, Options{Dir: dir})
	changes := watching(t, l)
	before := l.Snapshot()
	at := func(name string) string { return filepath.Join(dir, "posts", name) }

	write(t, dir, "posts/big.md", post("Large"))
	live(t, changes, "Large Empty Half Link")
	must(t, os.Truncate(at("big.md"), 100<<20)) // sparse: it takes no room
	must(t, os.Symlink(outside, at("new")))
	must(t, os.Rename(at("new"), at("link.md")))
	must(t, os.Truncate(at("empty.md"), 0))
	must(t, os.WriteFile(at("half.md"), []byte("---\ntitle: Ha"), 0o644))
	fault(t, l, "posts/big.md", "100 MB")
	fault(t, l, "posts/link.md", "leads out")
	fault(t, l, "posts/empty.md", "is empty")
	fault(t, l, "posts/half.md", "no end")
	now := l.Snapshot()
	equal(t, "posts", slugs(now.Posts("")), slugs(before.Posts("")))
	for _, p := range now.Posts("") {
		doc, err := now.Document(t.Context(), p)
		if err != nil || doc.HTML != "<p>Text.</p>\n" || p.Title == "Secret" {
			t.Errorf("%s: %q, %v", p.Title, doc.HTML, err)
		}
	}
	write(t, dir, "posts/half.md", post("Whole"))
	must(t, os.Remove(at("big.md"))) // removed is removed
	live(t, changes, "Empty Whole Link")
}

func TestAFolderThatIsEmptiedAtOnceIsMostLikelyNotThere(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "content")
	write(t, dir, "posts/a.md", post("A"))
	l := open(t, Options{Dir: dir})
	changes := watching(t, l)
	must(t, os.Rename(dir, filepath.Join(parent, "elsewhere")))
	fault(t, l, dir, "cannot be read")
	must(t, os.Mkdir(dir, 0o755)) // the place where a network folder was
	fault(t, l, dir, "is empty")
	equal(t, "posts", slugs(l.Snapshot().Posts("")), []string{"a"})
	write(t, dir, "posts/b.md", post("B"))
	live(t, changes, "B")
	if list := l.Problems(); len(list) > 0 {
		t.Errorf("all is well, and yet: %v", list)
	}
}

// TestLinksThatAreTurned: Kubernetes puts files into a folder as links to links, and turns one of them.
func TestLinksThatAreTurned(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "..one/a.md", post("A"))
	must(t, os.Symlink("..one", filepath.Join(dir, "..data")))
	must(t, os.Symlink(filepath.Join("..data", "a.md"), filepath.Join(dir, "a.md")))
	l := open(t, Options{Dir: dir})
	changes := watching(t, l)
	write(t, dir, "..one/a.md", post("A1"))
	live(t, changes, "A1")
	write(t, dir, "..two/a.md", post("A2"))
	must(t, os.Symlink("..two", filepath.Join(dir, "..new")))
	must(t, os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")))
	live(t, changes, "A2")

	parent := t.TempDir()
	write(t, parent, "first/a.md", post("First"))
	write(t, parent, "second/a.md", post("Second"))
	must(t, os.Symlink("first", filepath.Join(parent, "current")))
	l = open(t, Options{Dir: filepath.Join(parent, "current")})
	changes = watching(t, l)
	write(t, parent, "first/a.md", post("One"))
	live(t, changes, "One")
	must(t, os.Symlink("second", filepath.Join(parent, "new")))
	must(t, os.Rename(filepath.Join(parent, "new"), filepath.Join(parent, "current")))
	live(t, changes, "Second")
}

// TestWhatLiesBesideThePostsIsWatchedToo: settings and static files of another tool's site.
func TestWhatLiesBesideThePostsIsWatchedToo(t *testing.T) {
	dir := files(t, map[string]string{"hugo.toml": "title = 'Before'\n", "content/posts/a.md": post("A"), "static/a.txt": "before"})
	l := open(t, Options{Dir: dir})
	changes := watching(t, l)
	write(t, dir, "content/posts/a.md", post("Watched"))
	live(t, changes, "Watched")
	until := func(what string, ok func(s *Snapshot) bool) {
		t.Helper()
		for deadline := time.After(10 * time.Second); ; {
			select {
			case s := <-changes:
				if ok(s) {
					return
				}
			case <-deadline:
				t.Fatalf("never saw %s", what)
			}
		}
	}
	write(t, dir, "hugo.toml", "title = 'Afterwards'\n")
	until("the new title", func(s *Snapshot) bool { return s.Site().Title == "Afterwards" })
	write(t, dir, "static/new/b.txt", "new")
	until("the new file", func(s *Snapshot) bool { _, ok := s.Static("/new/b.txt"); return ok })
	write(t, dir, "static/new/b.txt", "newer")
	until("the changed file", func(*Snapshot) bool { return true })
}

func TestAFolderBehindALinkIsToldOf(t *testing.T) {
	dir := files(t, map[string]string{"posts/a.md": post("A"), "archive/b.md": post("B")})
	must(t, os.Symlink("../archive", filepath.Join(dir, "posts", "more")))
	l := open(t, Options{Dir: dir})
	if list := problemsOf(l, "posts/more"); len(list) != 1 || list[0].Fatal || !strings.Contains(list[0].Message, "link to a folder") {
		t.Errorf("%v", l.Problems())
	}
}

// TestASecondEditUnderTheSameTime is what FAT makes of two quick saves: its times are two seconds apart.
func TestASecondEditUnderTheSameTime(t *testing.T) {
	dir := files(t, map[string]string{"posts/a.md": post("A")})
	file := filepath.Join(dir, "posts", "a.md")
	moment := time.Now().Truncate(2 * time.Second)
	must(t, os.Chtimes(file, moment, moment))
	l := open(t, Options{Dir: dir})
	w := &watcher{library: l, onChange: func(_, _ *Snapshot) {}}
	w.load(t.Context())
	must(t, os.WriteFile(file, []byte(post("B")), 0o644))
	must(t, os.Chtimes(file, moment, moment))
	if time.Since(moment) > coarseChange {
		t.Skip("this machine is too busy to save twice within two seconds")
	}
	if !w.scene.stirred() {
		t.Error("nothing makes the watcher look again")
	}
	w.load(t.Context())
	if p, _ := l.Snapshot().Post("a"); p.Title != "B" {
		t.Errorf("the post says %q", p.Title)
	}
}

func TestRecentIsJudgedByTheClockOfTheFiles(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 1, 500, time.UTC)
	for _, tt := range []struct {
		modified time.Time
		want     bool
	}{
		{now.Add(-40 * time.Millisecond), true},
		{now.Add(-60 * time.Millisecond), false},
		{now.Add(time.Hour), false}, // a server's clock that is ahead must not cost a look forever
		{time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), true},
		{time.Date(2026, 11, 22, 11, 59, 58, 0, time.UTC), false},
	} {
		if got := isRecent(tt.modified, now); got != tt.want {
			t.Errorf("%v: %t", now.Sub(tt.modified), got)
		}
	}
}

// TestWithoutNoticesChangesAreSeenSoon: in a folder of ten thousand files, a new file and a second edit are found by a glance.
func TestWithoutNoticesChangesAreSeenSoon(t *testing.T) {
	texts := map[string]string{}
	for i := range 1000 {
		texts[fmt.Sprintf("posts/%d/%d.md", i%20, i)] = "---\ntitle: x\ndraft: true\n---\nx"
	}
	dir := files(t, texts)
	l := open(t, Options{Dir: dir})
	w := &watcher{library: l, onChange: func(_, _ *Snapshot) {}}
	w.load(t.Context())
	for deadline := time.Now().Add(5 * time.Second); w.scene.stirred(); { // until what was just written is old enough
		if time.Now().After(deadline) {
			t.Fatal("a folder in which nothing happens is looked at again and again")
		}
		w.load(t.Context())
	}
	for i, change := range []func(){
		func() { write(t, dir, "posts/7/new.md", post("New")) },
		func() { write(t, dir, "posts/7/new.md", post("Newer")) },
		func() { must(t, os.Remove(filepath.Join(dir, "posts", "7", "new.md"))) },
		func() { must(t, os.MkdirAll(filepath.Join(dir, "posts", "deep", "er"), 0o755)) },
		func() { write(t, dir, "posts/deep/er/x.md", post("Deep")) },
	} {
		change()
		if !w.scene.stirred() {
			t.Errorf("change %d is not seen at a glance", i)
		}
		w.load(t.Context())
	}
}

// TestRightsAreTakenAndGiven runs itself as a user who may not read everything.
func TestRightsAreTakenAndGiven(t *testing.T) {
	if os.Getuid() == 0 {
		dir := t.TempDir()
		must(t, os.Chmod(filepath.Dir(dir), 0o755))
		must(t, os.Chmod(dir, 0o777))
		binary := filepath.Join(dir, "test")
		data, err := os.ReadFile(os.Args[0])
		must(t, err)
		must(t, os.WriteFile(binary, data, 0o755))
		cmd := exec.CommandContext(t.Context(), binary, "-test.run", "^TestRightsAreTakenAndGiven$", "-test.v")
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+dir, "HOME="+dir)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	dir := files(t, map[string]string{"posts/a.md": post("A"), "posts/shut/b.md": post("B")})
	l := open(t, Options{Dir: dir})
	changes := watching(t, l)
	mode := func(name string, m fs.FileMode) { must(t, os.Chmod(filepath.Join(dir, filepath.FromSlash(name)), m)) }
	mode("posts/a.md", 0)
	fault(t, l, "posts/a.md", "permission denied")
	mode("posts/shut", 0)
	fault(t, l, "posts/shut", "permission denied")
	equal(t, "posts", slugs(l.Snapshot().Posts("")), []string{"a", "b"})
	mode("posts/a.md", 0o644)
	mode("posts/shut", 0o755)
	for deadline := time.Now().Add(10 * time.Second); len(l.Problems()) > 0; time.Sleep(5 * time.Millisecond) { // between two looks
		if time.Now().After(deadline) {
			t.Fatalf("%v", l.Problems())
		}
	}
	write(t, dir, "posts/a.md", post("A2"))
	live(t, changes, "A2 B")
	mode("", 0)
	fault(t, l, dir, "permission denied")
	equal(t, "posts of a folder that is closed", slugs(l.Snapshot().Posts("")), []string{"a", "b"})
	if l.LastGood().IsZero() || l.LastGood().After(l.options.Now()) {
		t.Errorf("last good at %v", l.LastGood())
	}
	mode("", 0o755)
}

func TestTenThousandFilesSavedAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes ten thousand files")
	}
	dir := files(t, map[string]string{"posts/a.md": "x"})
	l := open(t, Options{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	changes := watching(t, l)
	const n = 10_000
	for i := range n {
		write(t, dir, fmt.Sprintf("posts/%d/%d.md", i%50, i), post("x"))
	}
	done := time.Now()
	for deadline := time.After(60 * time.Second); ; {
		select {
		case s := <-changes:
			if len(s.Posts("")) == n+1 {
				t.Logf("all live %v after the last was written", time.Since(done).Round(time.Millisecond))
				return
			}
		case <-deadline:
			t.Fatalf("%d posts", len(l.Snapshot().Posts("")))
		}
	}
}
