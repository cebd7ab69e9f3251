package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Patience is how long a tab waits for what a test says must come.
const Patience = 15 * time.Second

// Tab is one open page. Its methods end the test when they cannot do what they are for.
type Tab struct {
	t   testing.TB
	ctx context.Context
	complaints
}

func (p *Tab) prepare(r *Reader) error {
	if _, err := chromedp.Call(p.ctx, audits.Enable, cdp.Empty{}); err != nil {
		return err
	}
	if !r.script {
		off := emulation.SetScriptExecutionDisabledParams{Value: true}
		if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, off); err != nil {
			return err
		}
	}
	scheme := "light"
	if r.dark {
		scheme = "dark"
	}
	// While one page fades into the next, a click reaches the fade and neither page.
	motion := "reduce"
	if r.motion {
		motion = "no-preference"
	}
	if err := p.media(scheme, motion); err != nil {
		return err
	}
	return chromedp.Do(p.ctx, chromedp.EmulateViewport(r.width, r.height, chromedp.EmulateScale(r.dots)))
}

func (p *Tab) media(scheme, motion string) error {
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
		},
	})
	return err
}

// Scheme makes the tab "light" or "dark", and still: nothing moves or fades.
func (p *Tab) Scheme(scheme string) {
	p.t.Helper()
	p.must("set the colour scheme", p.media(scheme, "reduce"))
}

// Resize gives the tab another size.
func (p *Tab) Resize(width, height int64) {
	p.t.Helper()
	p.must("resize", chromedp.Do(p.ctx, chromedp.EmulateViewport(width, height)))
}

// Open loads an address and waits until it is loaded.
func (p *Tab) Open(url string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 2*Patience)
	defer cancel()
	p.must("open "+url, chromedp.Do(ctx, chromedp.Navigate(url)))
}

// Reload loads the page again.
func (p *Tab) Reload() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 2*Patience)
	defer cancel()
	p.must("reload", chromedp.Do(ctx, chromedp.Reload()))
}

// Front brings the tab before the others of its window: they become hidden.
func (p *Tab) Front() {
	p.t.Helper()
	id := chromedp.FromContext(p.ctx).Target.TargetID
	_, err := chromedp.CallBrowser(p.ctx, target.ActivateTarget, target.ActivateTargetParams{TargetID: id})
	p.must("bring to front", err)
}

// eval runs js, which may be a promise, and returns its value as JSON.
func (p *Tab) eval(js string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(p.ctx, 3*Patience)
	defer cancel()
	yes := true
	res, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: js, ReturnByValue: &yes, AwaitPromise: &yes, UserGesture: &yes,
	})
	if err != nil {
		return nil, err
	}
	if e := res.ExceptionDetails; e != nil {
		text := e.Text
		if e.Exception != nil {
			text += " " + e.Exception.Description
		}
		return nil, errors.New(text)
	}
	return res.Result.Value, nil
}

// Eval is the value of js in the page.
func Eval[T any](p *Tab, js string) T {
	p.t.Helper()
	var v T
	value, err := p.eval(js)
	if err == nil && len(value) > 0 {
		err = json.Unmarshal(value, &v)
	}
	p.must("evaluate "+js, err)
	return v
}

// Run runs js for its effect.
func (p *Tab) Run(js string) {
	p.t.Helper()
	_, err := p.eval("(async()=>{" + js + "})()")
	p.must("run "+js, err)
}

// Load runs a script of any length for its definitions.
func (p *Tab) Load(script string) {
	p.t.Helper()
	_, err := p.eval(script + "\n;undefined")
	p.must("load a script", err)
}

// Quote is s as a JavaScript string.
func Quote(s string) string {
	b, _ := json.Marshal(s) // strings always can
	return string(b)
}

// Wait waits until js is true, however often the page is loaded meanwhile, and tells how long that took.
func (p *Tab) Wait(what, js string) time.Duration {
	p.t.Helper()
	return p.WaitFor(Patience, what, js)
}

// WaitFor is Wait with a patience of its own.
func (p *Tab) WaitFor(patience time.Duration, what, js string) time.Duration {
	p.t.Helper()
	begin := time.Now()
	var last error
	for time.Since(begin) < patience {
		value, err := p.eval("Boolean(" + js + ")")
		if err == nil && string(value) == "true" {
			return time.Since(begin)
		}
		last = err
		select {
		case <-p.ctx.Done():
			p.t.Fatalf("%s: the tab is gone: %v", what, p.ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
	p.t.Fatalf("waited %v in vain until %s (%s)\nlast error: %v\n%s", patience, what, js, last, p.state())
	return 0
}

// state is what helps to understand a failure: where the page is, and the end of what it shows.
func (p *Tab) state() string {
	shown, err := p.eval("location.href+' '+document.title+'\\n...'+(document.querySelector('#comments')??document.body)?.innerText.slice(-700)")
	if err != nil {
		return "the page answers: " + err.Error()
	}
	var text string
	_ = json.Unmarshal(shown, &text) // it is a string, or nothing
	return text
}

// Never fails the test if js becomes true within d.
func (p *Tab) Never(d time.Duration, what, js string) {
	p.t.Helper()
	for begin := time.Now(); time.Since(begin) < d; {
		if Eval[bool](p, "Boolean("+js+")") {
			p.t.Fatalf("%s (%s)", what, js)
		}
		time.Sleep(25 * time.Millisecond) // between two looks: that nothing happens cannot be waited for otherwise
	}
}

// Has tells whether an element matches the selector.
func (p *Tab) Has(selector string) bool {
	p.t.Helper()
	return Eval[bool](p, "document.querySelector("+Quote(selector)+")!==null")
}

// Count is the number of elements that match.
func (p *Tab) Count(selector string) int {
	p.t.Helper()
	return Eval[int](p, "document.querySelectorAll("+Quote(selector)+").length")
}

// Text is what a reader sees of the first element that matches, spaces unified.
func (p *Tab) Text(selector string) string {
	p.t.Helper()
	return strings.Join(strings.Fields(Eval[string](p, "document.querySelector("+Quote(selector)+")?.innerText??''")), " ")
}

// Value is what stands in a field.
func (p *Tab) Value(selector string) string {
	p.t.Helper()
	return Eval[string](p, "document.querySelector("+Quote(selector)+").value")
}

// Attr is an attribute of the first element that matches, "" if it has none.
func (p *Tab) Attr(selector, name string) string {
	p.t.Helper()
	return Eval[string](p, "document.querySelector("+Quote(selector)+")?.getAttribute("+Quote(name)+")??''")
}

// Location is the page's address.
func (p *Tab) Location() string {
	p.t.Helper()
	return Eval[string](p, "location.href")
}

// See waits until an element matches.
func (p *Tab) See(selector string) {
	p.t.Helper()
	p.Wait("there is "+selector, "document.querySelector("+Quote(selector)+")")
}

// SeeText waits until the element that matches holds the text.
func (p *Tab) SeeText(selector, text string) {
	p.t.Helper()
	p.Wait(selector+" reads "+text, "document.querySelector("+Quote(selector)+")?.innerText.includes("+Quote(text)+")")
}

// Click presses the mouse on the middle of the first element that matches, once it holds still and nothing covers it.
func (p *Tab) Click(selector string) {
	p.t.Helper()
	p.See(selector)
	place := `(e=>{const r=[...e.getClientRects()].find(r=>r.width*r.height>0);if(!r)return null;
		const x=r.x+r.width/2,y=r.y+r.height/2,hit=document.elementFromPoint(x,y);
		return hit&&(e.contains(hit)||hit.contains(e)&&hit.closest("a,label,button")!==null)?[x,y]:null})(document.querySelector(` + Quote(selector) + "))"
	p.Run("document.querySelector(" + Quote(selector) + `).scrollIntoView({block:"center",behavior:"instant"})`)
	var last, point []float64
	for begin := time.Now(); last == nil || !slices.Equal(last, point); {
		if time.Since(begin) > Patience {
			p.t.Fatalf("%s cannot be clicked: it is not seen, is covered, or never holds still\n%s", selector, p.state())
		}
		last = point
		time.Sleep(20 * time.Millisecond) // more than a frame
		point = Eval[[]float64](p, place)
	}
	p.must("click "+selector, chromedp.Do(p.ctx, chromedp.MouseClickXY(point[0], point[1])))
}

// Follow clicks and waits for the page that the click leads to.
func (p *Tab) Follow(selector string) {
	p.t.Helper()
	p.See(selector)
	before := Eval[float64](p, "performance.timeOrigin")
	p.Click(selector)
	p.Wait("the page after "+selector+" is loaded", fmt.Sprintf("performance.timeOrigin!==%f&&document.readyState==='complete'", before))
}

// Fill replaces what stands in a field, as typing or pasting does.
func (p *Tab) Fill(selector, text string) {
	p.t.Helper()
	p.Focus(selector)
	p.Run("const e=document.querySelector(" + Quote(selector) + ");e.select()")
	p.Type(text)
}

// Focus puts the caret into a field.
func (p *Tab) Focus(selector string) {
	p.t.Helper()
	p.See(selector)
	p.Run("document.querySelector(" + Quote(selector) + ").focus()")
}

// Type enters text where the caret is.
func (p *Tab) Type(text string) {
	p.t.Helper()
	if text == "" {
		p.must("type", chromedp.Do(p.ctx, chromedp.KeyEvent("\b")))
		return
	}
	_, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text})
	p.must("type", err)
}

// Picture writes what the page looks like, all of it if whole, as a PNG file.
func (p *Tab) Picture(file string, whole bool) {
	p.t.Helper()
	res, err := chromedp.Call(p.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &whole})
	p.must("take a picture", err)
	p.must("write "+file, os.WriteFile(file, res.Data, 0o644))
}

func (p *Tab) must(what string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// Call runs a command of the browser's protocol on the tab.
func Call[P, R any](p *Tab, cmd cdp.Command[P, R], params P) R {
	p.t.Helper()
	res, err := chromedp.Call(p.ctx, cmd, params)
	p.must(cmd.Method, err)
	return res
}

// OnNewPage runs js at the beginning of every page that the tab opens from now on.
func (p *Tab) OnNewPage(js string) {
	p.t.Helper()
	Call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: js})
}
