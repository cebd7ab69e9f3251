// Package browser drives a real Chromium for tests: readers with cookie jars of their own, their tabs, and what the tabs
// complain of.
//
// It knows nothing of Vang. A Browser and its Readers may be used by several tests at once; a Tab belongs to one test.
package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// Browser is one running Chromium.
type Browser struct {
	ctx  context.Context
	stop func()
	dir  string
}

// Options are what differs from a reader's usual browser.
type Options struct {
	NoCookies bool // as a reader who blocks them all
}

// Start starts Chromium with an empty profile. Stop must be called.
func Start(o Options) (*Browser, error) {
	path, err := find()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "vang-chromium-")
	if err != nil {
		return nil, fmt.Errorf("make a profile: %w", err)
	}
	if err := writePreferences(dir, o); err != nil {
		return nil, err
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), flags(path, dir)...)
	ctx, stopBrowser := chromedp.NewContext(allocator)
	b := &Browser{ctx: ctx, dir: dir, stop: func() { stopBrowser(); stopAllocator() }}
	if err := chromedp.Do(ctx); err != nil {
		b.Stop()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return b, nil
}

// Stop ends the browser and removes its profile.
func (b *Browser) Stop() {
	b.stop()
	_ = os.RemoveAll(b.dir)
}

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium: install it (on Debian: sudo apt-get install chromium)")
}

// flags keep Chromium from asking anybody anything. The back/forward cache and the throttling of hidden tabs stay as
// readers have them.
func flags(path, dir string) []chromedp.ExecAllocatorOption {
	on := []string{
		"no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "no-default-browser-check",
		"disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage",
		"disable-default-apps", "disable-extensions", "disable-domain-reliability", "mute-audio", "hide-scrollbars",
		"disable-backgrounding-occluded-windows",
	}
	o := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.WindowSize(1280, 900),
		chromedp.Flag("headless", "new"), chromedp.Flag("password-store", "basic"),
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter"),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("lang", "en-US"),
		// Nothing is asked of anybody but this machine.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
	}
	for _, name := range on {
		o = append(o, chromedp.Flag(name, true))
	}
	return o
}

func writePreferences(dir string, o Options) error {
	if !o.NoCookies {
		return nil
	}
	const block = 2 // ContentSetting CONTENT_SETTING_BLOCK
	text, err := json.Marshal(map[string]any{
		"profile": map[string]any{"default_content_setting_values": map[string]any{"cookies": block}},
	})
	if err != nil {
		return fmt.Errorf("write preferences: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "Default"), 0o700); err != nil {
		return fmt.Errorf("write preferences: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "Default", "Preferences"), text, 0o600); err != nil {
		return fmt.Errorf("write preferences: %w", err)
	}
	return nil
}

// Reader is one person: a cookie jar and the tabs that share it.
type Reader struct {
	browser *Browser
	jar     cdp.BrowserContextID // "" until the first tab
	profile bool                 // uses the profile's own jar
	script  bool
	dark    bool
	motion  bool
	width   int64
	height  int64
	dots    float64 // to a pixel
}

// Setting changes how a Reader's tabs are.
type Setting func(*Reader)

// WithoutScript is a reader with JavaScript off.
func WithoutScript(r *Reader) { r.script = false }

// Dark is a reader who prefers dark pages.
func Dark(r *Reader) { r.dark = true }

// Moving is a reader who sees pages fade into each other and what arrives glow; the others prefer reduced motion.
func Moving(r *Reader) { r.motion = true }

// InProfile uses the profile's own jar instead of a fresh one; its preferences hold only there.
func InProfile(r *Reader) { r.profile = true }

// Screen is the size of a reader's screen.
func Screen(width, height int64) Setting {
	return func(r *Reader) { r.width, r.height = width, height }
}

// Dots is how many dots a screen has to a CSS pixel, in each direction.
func Dots(n float64) Setting { return func(r *Reader) { r.dots = n } }

// Reader makes a reader without cookies.
func (b *Browser) Reader(settings ...Setting) *Reader {
	r := &Reader{browser: b, script: true, width: 1280, height: 900, dots: 1}
	for _, set := range settings {
		set(r)
	}
	return r
}

// Tab opens an empty tab, in a window of its own. It is closed when the test ends, and the test fails if the tab had
// anything to complain of.
func (r *Reader) Tab(t testing.TB) *Tab {
	t.Helper()
	return r.tab(t, true)
}

// Beside opens an empty tab in the window of the reader's other tabs, in front of them.
func (r *Reader) Beside(t testing.TB) *Tab {
	t.Helper()
	return r.tab(t, false)
}

func (r *Reader) tab(t testing.TB, window bool) *Tab {
	t.Helper()
	options := []chromedp.ContextOption{chromedp.WithNewWindow(window)}
	switch {
	case r.profile:
	case r.jar == "":
		options = append(options, chromedp.WithNewBrowserContext())
	default:
		options = append(options, chromedp.WithExistingBrowserContext(r.jar))
	}
	tab := &Tab{t: t}
	options = append(options, chromedp.WithListener(tab.hear))
	ctx, cancel := chromedp.NewContext(r.browser.ctx, options...)
	tab.ctx = ctx
	t.Cleanup(func() {
		cancel()
		tab.report()
	})
	if err := tab.prepare(r); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	if r.jar == "" && !r.profile {
		r.jar = chromedp.FromContext(ctx).BrowserContextID
	}
	return tab
}
