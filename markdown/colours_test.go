package markdown

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/google/go-cmp/cmp"

	"vang/blog"
)

const codeInGo = "```go\nfunc main() {\n\tprintln(\"<b>\", 1) // nothing of this may change\n}\n```\n"

func renderWith(t *testing.T, a *Author, source string) string {
	t.Helper()
	doc, _, err := a.Render(t.Context(), []byte(source), DocOptions{Lang: blog.English})
	if err != nil {
		t.Fatal(err)
	}
	return doc.HTML
}

// plainHTML is how codeInGo looks to an Author without a folder.
func plainHTML(t *testing.T) string {
	t.Helper()
	return renderWith(t, NewAuthor(AuthorOptions{}), codeInGo)
}

// entriesIn is how many entries a process that starts now finds in a folder.
func entriesIn(dir string) int {
	c := &coloursFile{dir: dir, limit: coloursLimit}
	c.get(coloursKey{})
	return len(c.entries)
}

func TestVersionOfTheHighlighterIsThatOfTheModule(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`alecthomas/chroma/v2 (v\S+)`).FindSubmatch(mod)
	if m == nil || !strings.HasPrefix(coloursVersion, "chroma "+string(m[1])+",") {
		t.Errorf("colours are kept as those of %q, but go.mod has %q: write that, or old colours stay", coloursVersion, m)
	}
}

func TestColoursAreKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	if got := renderWith(t, NewAuthor(AuthorOptions{Cache: dir}), codeInGo); got != plainHTML(t) {
		t.Errorf("made: %s", got)
	}
	if n := entriesIn(dir); n != 1 {
		t.Errorf("%d entries are kept", n)
	}
	if got := renderWith(t, NewAuthor(AuthorOptions{Cache: dir}), codeInGo); got != plainHTML(t) {
		t.Errorf("read: %s", got)
	}
	if n := entriesIn(dir); n != 1 {
		t.Errorf("%d entries: the colours were made again", n)
	}
	for name, want := range map[string]os.FileMode{dir: 0o700 | os.ModeDir, filepath.Join(dir, coloursName): 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("%s: %v %v, want %v", name, info.Mode(), err, want)
		}
	}
}

// TestForgedColoursAreOnlyColours forges an entry as only the owner of the folder could: checksum and all.
func TestForgedColoursAreOnlyColours(t *testing.T) {
	dir := t.TempDir()
	code := strings.TrimSuffix(strings.TrimPrefix(codeInGo, "```go\n"), "```\n")
	honest := NewAuthor(AuthorOptions{Cache: dir})
	renderWith(t, honest, codeInGo)
	c := &coloursFile{dir: dir, limit: coloursLimit}
	c.get(coloursKey{})
	for key := range c.entries {
		c.put(key, encodeRuns([]run{{chroma.Keyword, len(code)}}))
	}
	got := renderWith(t, NewAuthor(AuthorOptions{Cache: dir}), codeInGo)
	if !strings.Contains(got, `<span class="k">`+html.EscapeString(code)+"</span></code>") {
		t.Errorf("the file is not read: %s", got)
	}
	for name, forged := range map[string][]byte{
		"too short": encodeRuns([]run{{chroma.Keyword, 3}}), "too long": encodeRuns([]run{{chroma.Keyword, len(code)}, {0, 1}}),
		"no such colour": encodeRuns([]run{{7, len(code)}}), "no runs": []byte("<script>"), "nothing": nil,
	} {
		for key := range c.entries {
			c.put(key, forged)
		}
		if got := renderWith(t, NewAuthor(AuthorOptions{Cache: dir}), codeInGo); got != plainHTML(t) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestDamagedFilesAreMadeAnew(t *testing.T) {
	fresh := t.TempDir()
	renderWith(t, NewAuthor(AuthorOptions{Cache: fresh}), codeInGo)
	good, err := os.ReadFile(filepath.Join(fresh, coloursName))
	if err != nil {
		t.Fatal(err)
	}
	damaged := map[string][]byte{"empty": {}, "foreign": []byte("who wrote this?\n"), "doubled": append(bytes.Clone(good), good...)}
	for at := 0; at < len(good); at += 7 {
		damaged[fmt.Sprintf("cut at %d", at)] = good[:at]
		flipped := bytes.Clone(good)
		flipped[at] ^= 0x10
		damaged[fmt.Sprintf("another byte at %d", at)] = flipped
	}
	want := plainHTML(t)
	for name, data := range damaged {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, coloursName), data, 0o600); err != nil {
			t.Fatal(err)
		}
		for range 3 { // the first may meet an unfinished entry, which another process could be writing
			if got := renderWith(t, NewAuthor(AuthorOptions{Cache: dir}), codeInGo); got != want {
				t.Fatalf("%s: %s", name, got)
			}
		}
		if n := entriesIn(dir); n != 1 {
			t.Errorf("%s: %d entries after three starts", name, n)
		}
	}
}

func TestFoldersThatCannotBeUsedCostNothing(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(folder, coloursName), 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Mkdir(link, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, filepath.Join(link, coloursName)); err != nil {
		t.Fatal(err)
	}
	for name, cache := range map[string]string{"a file": file, "below a file": file + "/below", "a folder in its place": folder, "a link": link} {
		if got := renderWith(t, NewAuthor(AuthorOptions{Cache: cache}), codeInGo); got != plainHTML(t) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "x" {
		t.Errorf("what is not ours was changed: %q %v", text, err)
	}
}

func TestADiskThatTakesNothingIsLeftAlone(t *testing.T) {
	c := &coloursFile{dir: t.TempDir(), limit: coloursLimit}
	c.put(coloursKey{1}, []byte("kept"))
	writable := c.file
	c.file, _ = os.Open(writable.Name()) // every write fails now
	for n := range byte(2 * maxFailures) {
		c.put(coloursKey{2, n}, []byte("not kept"))
	}
	if c.failures != maxFailures {
		t.Errorf("%d writes were tried, want %d", c.failures, maxFailures)
	}
	if data, ok := c.get(coloursKey{1}); !ok || string(data) != "kept" {
		t.Errorf("what was kept is gone: %q %v", data, ok)
	}
	if _, ok := c.get(coloursKey{2}); ok {
		t.Error("what was not written is found")
	}
}

// TestEntriesThatChangedPlacesAreNotTaken exchanges two whole entries under a process that knows where they were.
func TestEntriesThatChangedPlacesAreNotTaken(t *testing.T) {
	c := &coloursFile{dir: t.TempDir(), limit: coloursLimit}
	first, second := newEntry(coloursKey{1}, []byte("one")), newEntry(coloursKey{2}, []byte("two"))
	c.put(coloursKey{1}, []byte("one"))
	c.put(coloursKey{2}, []byte("two"))
	text := append(append([]byte(coloursMark), second...), first...)
	if err := os.WriteFile(filepath.Join(c.dir, coloursName), text, 0o600); err != nil {
		t.Fatal(err)
	}
	for n := range byte(2) {
		if data, ok := c.get(coloursKey{n + 1}); ok {
			t.Errorf("%d is %q", n+1, data)
		}
	}
}

// TestManyProcessesShareTheFile has each "process" write and read while the file is made anew again and again.
func TestManyProcessesShareTheFile(t *testing.T) {
	dir, limit := t.TempDir(), int64(20_000)
	data := func(n int) []byte { return bytes.Repeat([]byte{byte(n)}, 100) }
	var processes sync.WaitGroup
	for p := range 4 {
		processes.Go(func() {
			c := &coloursFile{dir: dir, limit: limit}
			for n := range 500 {
				c.put(coloursKey{byte(p), byte(n), byte(n >> 8)}, data(n))
				if got, ok := c.get(coloursKey{byte(p), byte(n / 2), byte(n / 2 >> 8)}); ok && !bytes.Equal(got, data(n/2)) {
					t.Errorf("entry %d is another one", n/2)
				}
			}
			if _, ok := c.get(coloursKey{byte(p), 499 & 0xff, 499 >> 8}); !ok {
				t.Error("the youngest entry is gone")
			}
		})
	}
	processes.Wait()
	info, err := os.Stat(filepath.Join(dir, coloursName))
	if err != nil || info.Size() > 2*limit {
		t.Errorf("%d bytes, may be %d: %v", info.Size(), limit, err)
	}
	if n := entriesIn(dir); n == 0 {
		t.Error("nothing was kept")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOldColoursGo(t *testing.T) {
	c := &coloursFile{dir: t.TempDir(), limit: 10_000}
	for n := range byte(200) {
		c.put(coloursKey{n}, make([]byte, 100))
		if info, err := os.Stat(filepath.Join(c.dir, coloursName)); err != nil || info.Size() > c.limit+200 {
			t.Fatalf("%d bytes, may be %d: %v", info.Size(), c.limit, err)
		}
	}
	var there []bool
	for _, n := range []byte{0, 150, 199} {
		_, ok := c.get(coloursKey{n})
		there = append(there, ok)
	}
	if d := cmp.Diff([]bool{false, true, true}, there); d != "" {
		t.Errorf("old, younger and youngest (-want +got):\n%s", d)
	}
}

// FuzzColours lays whatever a file may say over code: the text stays as it is, and nothing but spans comes to it.
func FuzzColours(f *testing.F) {
	f.Add(encodeRuns([]run{{chroma.Keyword, 4}, {0, 5}}), "func <b>&")
	f.Add([]byte("<script>"), "x")
	span := regexp.MustCompile(`</span>|<span class="[a-z0-9]+">`)
	f.Fuzz(func(t *testing.T, data []byte, code string) {
		runs, ok := decodeRuns(data, len(code))
		if !ok {
			return
		}
		var b bytes.Buffer
		w := bufio.NewWriter(&b)
		paint(w, code, runs)
		_ = w.Flush()
		if got := span.ReplaceAllString(b.String(), ""); got != html.EscapeString(code) {
			t.Errorf("%q became %q", code, got)
		}
	})
}

// TestFilesOfOthersStay: the folder may be one that holds other things, however old these are.
func TestFilesOfOthersStay(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-2 * leftOver)
	for _, name := range []string{"colours", "colours-of-the-hall.csv"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte("red"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, old, old); err != nil {
			t.Fatal(err)
		}
	}
	renderWith(t, NewAuthor(AuthorOptions{Cache: dir}), codeInGo)
	for _, name := range []string{"colours", "colours-of-the-hall.csv"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(text) != "red" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}
