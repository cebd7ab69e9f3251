package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// desk is an author at work: a folder and the server that shows it with its drafts.
type desk struct {
	t   *testing.T
	dir string
	*site.Server
}

const deskPost = "posts/long.md"

// longPost is a post of n paragraphs, and what comes before them.
func longPost(n int, first string) string {
	var b strings.Builder
	b.WriteString("---\ntitle: A long text\ndate: 2026-01-02\nlang: en\n---\n\n" + first)
	for i := range n {
		if i%10 == 0 {
			fmt.Fprintf(&b, "## Part %d\n\n", i/10+1)
		}
		fmt.Fprintf(&b, "Paragraph %d. %s\n\n", i, strings.Repeat("Đường phố Hà Nội nghiêng nghiêng, thuở ấy. ", 6))
	}
	return b.String()
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir()}
	d.save("site.yaml", "title: My desk\nlang: en\n")
	d.save(deskPost, longPost(40, ""))
	d.Server = site.Start(t, "--content", d.dir, "--drafts")
	return d
}

func (d *desk) save(name, text string) {
	d.t.Helper()
	file := filepath.Join(d.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

const aSecond = 1500 * time.Millisecond // and what a busy machine adds

func TestEachSaveChangesOpenPagesInPlace(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	an := reader(t)
	p, home := an.Tab(t), an.Tab(t)
	home.Open(d.URL + "/")
	mark(home)
	p.Open(d.URL + "/blog/long")
	mark(p)
	half(p, "Half a comment")
	p.Run("document.querySelector('.toc.folded').open=true")
	was := writingNow(p)
	d.save(deskPost, longPost(41, "A sentence that was just saved, above all.\n\n"))
	took := p.WaitFor(10*time.Second, "the post follows", "document.querySelector('.prose').innerText.includes('just saved')&&document.body.innerText.includes('Paragraph 40.')")
	if took > aSecond {
		t.Errorf("it took %v", took)
	}
	undisturbed(t, p, was)
	unloaded(t, p)
	if !browser.Eval[bool](p, "document.querySelector('.toc.folded').open") {
		t.Error("what was opened is closed again")
	}
	p.Click(submit) // the form still works
	p.SeeText("#f-name-error", "Please give a name")

	// What is read in the middle stays there, whatever comes above it.
	p.Run("document.activeElement.blur();[...document.querySelectorAll('.prose p')].find(e=>e.innerText.startsWith('Paragraph 20.')).scrollIntoView({block:'start',behavior:'instant'})")
	top := "Math.round([...document.querySelectorAll('.prose p')].find(e=>e.innerText.startsWith('Paragraph 20.')).getBoundingClientRect().top)"
	before := browser.Eval[int](p, top)
	d.save(deskPost, longPost(41, strings.Repeat("Another paragraph above, which pushes the rest down.\n\n", 9)))
	p.WaitFor(10*time.Second, "the post follows again", "document.body.innerText.includes('pushes the rest down')")
	if now := browser.Eval[int](p, top); now < before-1 || now > before+1 {
		t.Errorf("what was read moved from %d to %d", before, now)
	}
	unloaded(t, p)

	d.save("posts/second.md", "---\ntitle: The second\nlang: en\ndraft: true\n---\n\nHello.\n")
	home.WaitFor(10*time.Second, "the list of posts follows", "document.querySelector('.entries').innerText.includes('The second')")
	unloaded(t, home)
	if !home.Has(".draft") {
		t.Error("the draft has no mark")
	}
}

func TestWhatIsWrongLiesOverThePageUntilItIsMended(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := reader(t).Tab(t)
	p.Open(d.URL + "/blog/long")
	mark(p)
	half(p, "Half a comment")
	was := writingNow(p)
	broken := "---\ntitle: A long text\ndate: 2026-01-02\ntags: [a, b\n---\n\nText.\n"
	d.save(deskPost, broken)
	p.SeeText("#desk-faults", deskPost+":")
	p.SeeText("#desk-faults .desk-lines", "tags: [a, b")
	p.SeeText(".prose", "Paragraph 39.")
	undisturbed(t, p, was)

	p.Click(".desk-hide")
	p.Wait("it is put away", "!document.querySelector('#desk-faults').checkVisibility()")
	d.save("posts/second.md", "---\ntitle: The second\n---\n\nHello.\n")
	p.Wait("the page follows", "document.querySelector('#desk').dataset.cursor.endsWith('.3')")
	if browser.Eval[bool](p, "document.querySelector('#desk-faults').checkVisibility()") {
		t.Error("what was put away is back, and nothing new is wrong")
	}
	d.save("posts/second.md", "---\ntitle: [\n---\n\nHello.\n")
	p.Wait("another fault shows them again", "document.querySelector('#desk-faults').checkVisibility()&&document.querySelector('#desk-faults').innerText.includes('second.md')")

	d.save("posts/second.md", "---\ntitle: The second\n---\n\nHello.\n")
	d.save(deskPost, longPost(5, "Mended.\n\n"))
	p.Wait("all is well", "!document.querySelector('#desk-faults')&&document.querySelector('.prose').innerText.includes('Mended.')")
	unloaded(t, p)
	if got := p.Value(bodyField); got != "Half a comment" {
		t.Errorf("the form holds %q", got)
	}
}

func TestAPageFollowsItsFileToAnotherAddress(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := reader(t).Tab(t)
	p.Open(d.URL + "/blog/long")
	d.save(deskPost, strings.Replace(longPost(5, ""), "lang: en", "lang: en\nslug: moved", 1))
	p.Wait("the page is at its new address", "location.pathname==='/blog/moved'&&document.readyState==='complete'")
	p.SeeText(".prose", "Paragraph 4.")
}

func TestAPageComesBackWithTheServer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := reader(t).Tab(t)
	p.Allow("WebSocket connection to|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET")
	p.Open(d.URL + "/blog/long")
	mark(p)
	d.Kill()
	p.Wait("the page says that it hears nothing", "document.querySelector('.desk-lost').checkVisibility()")
	d.save(deskPost, longPost(5, "Saved while nobody listened.\n\n"))
	d.Start(t)
	p.SeeText(".prose", "Saved while nobody listened.")
	p.Wait("the page is connected", "!document.querySelector('.desk-lost').checkVisibility()")
	unloaded(t, p)
}

// TestDeskScreenshots writes what the desk looks like into the folder that SCREENSHOTS names.
func TestDeskScreenshots(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("SCREENSHOTS names no folder: make screenshots does")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en", "vi"} {
		d := newDesk(t)
		d.save("site.yaml", "title: Nhà tôi\nlang: "+lang+"\n")
		text := strings.Replace(longPost(12, "> [!NOTE]\n> A note.\n\n<script>x</script>\n\n![](gone.png)\n\n"), "lang: en", "lang: "+lang, 1)
		d.save(deskPost, text)
		d.save("posts/draft.md", "---\ntitle: Một bản nháp\ndraft: true\n---\n\nHello.\n")
		d.save("posts/later.md", "---\ntitle: Bài hẹn giờ\ndate: 2031-02-03\n---\n\nHello.\n")
		p := reader(t).Tab(t)
		shoot := func(name string) {
			for _, look := range looks {
				p.Scheme(look.scheme)
				p.Resize(look.width, map[int64]int64{360: 740, 1280: 900}[look.width])
				p.Picture(filepath.Join(dir, fmt.Sprintf("desk-%s-%s-%s-%d.png", name, lang, look.scheme, look.width)), false)
			}
		}
		p.Open(d.URL + "/blog/long")
		shoot("clean")
		p.Run("document.querySelector('#desk-chip').open=true")
		shoot("open")
		p.Open(d.URL + "/")
		shoot("home")
		p.Open(d.URL + "/blog/long")
		d.save("posts/draft.md", "---\ntitle: Một bản nháp\ntags: [a, b\ndraft: true\n---\n\nHello.\n")
		d.save("posts/other.md", "---\ntitle: Một bản nháp\n\nHello.\n")
		p.See("#desk-faults")
		shoot("faulty")
	}
}
