package browser

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// complaints are what a tab's console, its uncaught exceptions, its dialogs and its content security policy said.
type complaints struct {
	mu      sync.Mutex
	heard   []string
	allowed []*regexp.Regexp
}

// usual is what Chromium and htmx log by themselves when a socket cannot be opened again, and Chromium when an answer is a
// reader's error: no page can keep them from that.
var usual = []*regexp.Regexp{
	regexp.MustCompile(`^log (error|warning) (network|javascript): WebSocket connection to 'ws://127\.0\.0\.1:\d+/live\?[^']*' failed`),
	regexp.MustCompile(`^console error: "htmx: htmx:ws:error: `),
	regexp.MustCompile(`^exception: Uncaught \(in promise\) (InvalidState|Abort)Error: Transition was (aborted|skipped)`), // of pages turned quickly
	regexp.MustCompile(`^log error network: Failed to load resource: the server responded with a status of 4\d\d`),
}

// Allow takes a complaint that matches pattern as part of the test.
func (c *complaints) Allow(pattern string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.allowed = append(c.allowed, regexp.MustCompile(pattern))
}

func (c *complaints) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = append(c.heard, fmt.Sprintf(format, args...))
}

// hear runs in the loop that reads the browser's messages: it must not wait.
func (p *Tab) hear(ev any) {
	switch e := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeWarning && e.Type != runtime.ConsoleAPICalledTypeAssert {
			return
		}
		var text strings.Builder
		for _, a := range e.Args {
			text.WriteString(" " + string(a.Value) + a.Description)
		}
		p.add("console %s:%s", e.Type, text.String())
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		p.add("exception: %s", text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			p.add("log %s %s: %s %s", e.Entry.Level, e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *audits.EventIssueAdded:
		if e.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue {
			d := e.Issue.Details.ContentSecurityPolicyIssueDetails
			p.add("policy violated: %s %s", d.ViolatedDirective, d.BlockedURL)
		}
	case *page.EventJavascriptDialogOpening:
		p.add("dialog: %s", e.Message)
	}
}

// Complaints are those that nobody allowed, so far.
func (p *Tab) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, h := range p.heard {
		if !matches(usual, h) && !matches(p.allowed, h) {
			out = append(out, h)
		}
	}
	return out
}

func matches(patterns []*regexp.Regexp, s string) bool {
	for _, p := range patterns {
		if p.MatchString(s) {
			return true
		}
	}
	return false
}

func (p *Tab) report() {
	p.t.Helper()
	for _, c := range p.Complaints() {
		p.t.Errorf("the page complained: %s", c)
	}
}
