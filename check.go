package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"vang/posts"
)

// errFindings is the outcome of a check that found errors: they are printed, so nothing else is said, and the status is 1.
type errFindings struct{ count int }

func (e errFindings) Error() string { return fmt.Sprintf("%d errors", e.count) }

// checkContent looks for what is wrong in a content folder before its readers do.
func checkContent(ctx context.Context, c call) error {
	config := c.config
	switch {
	case len(c.args) > 1:
		return usageError{command: "check", err: troubled(text{"name one folder: vang check DIR", "chỉ nêu một thư mục: vang check DIR"})}
	case len(c.args) == 1:
		config.Content = c.args[0]
	case config.Content == "":
		config.Content = "."
	}
	config.Content, config.Drafts = filepath.Clean(config.Content), true
	if err := existing(config.Content); err != nil {
		return err
	}
	library, err := openLibrary(ctx, config, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		return troubled(text{"%v", "không đọc được thư mục: %v"}, err)
	}
	report, err := library.Inspect(ctx)
	if err != nil {
		return err
	}
	if report.Posts+report.Pages+len(report.Findings) == 0 {
		return troubled(text{
			"there is no post in %s: name the folder of your blog, vang check DIR",
			"không có bài nào trong %s: hãy nêu thư mục blog của bạn, vang check DIR",
		}, config.Content)
	}
	for i := range report.Findings {
		f := &report.Findings[i]
		f.File = filepath.ToSlash(library.Path(f.File))
	}
	if err := writeReport(c, report); err != nil {
		return err
	}
	if n := report.Count(posts.Error); n > 0 {
		return errFindings{n}
	}
	return nil
}

func writeReport(c call, r posts.Report) error {
	switch c.config.Format {
	case "json":
		return writeJSON(c.stdout, r)
	case "github":
		return writeGitHub(c.stdout, c.lang, r)
	}
	return writeHuman(c.stdout, c.lang, r)
}

// writeHuman writes a line for each finding, as compilers do and editors understand, and a sum.
func writeHuman(w io.Writer, lang string, r posts.Report) error {
	words := map[posts.Severity]text{
		posts.Error: {"error", "lỗi"}, posts.Warning: {"warning", "cảnh báo"}, posts.Note: {"note", "lưu ý"},
	}
	var b strings.Builder
	for _, f := range r.Findings {
		b.WriteString(f.File)
		if f.Line > 0 {
			fmt.Fprintf(&b, ":%d", f.Line)
		}
		fmt.Fprintf(&b, ": %s: %s\n", words[f.Severity].in(lang), f.In(lang))
	}
	if len(r.Findings) > 0 {
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, text{
		"%d posts and %d pages: %d errors, %d warnings, %d notes\n", "%d bài viết và %d trang: %d lỗi, %d cảnh báo, %d lưu ý\n",
	}.in(lang), r.Posts, r.Pages, r.Count(posts.Error), r.Count(posts.Warning), r.Count(posts.Note))
	_, err := io.WriteString(w, b.String())
	return err
}

// finding is a finding for programs.
type finding struct {
	File     string         `json:"file"`
	Line     int            `json:"line,omitempty"`
	Severity posts.Severity `json:"severity"`
	Message  string         `json:"message"`
}

func writeJSON(w io.Writer, r posts.Report) error {
	out := struct {
		Posts    int       `json:"posts"`
		Pages    int       `json:"pages"`
		Errors   int       `json:"errors"`
		Warnings int       `json:"warnings"`
		Findings []finding `json:"findings"`
	}{r.Posts, r.Pages, r.Count(posts.Error), r.Count(posts.Warning), []finding{}}
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, finding{f.File, f.Line, f.Severity, f.Message})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// writeGitHub writes what GitHub shows beside the lines of a change (docs.github.com, "Workflow commands").
func writeGitHub(w io.Writer, lang string, r posts.Report) error {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	var b strings.Builder
	for _, f := range r.Findings {
		kind := string(f.Severity)
		if f.Severity == posts.Note {
			kind = "notice"
		}
		fmt.Fprintf(&b, "::%s file=%s", kind, property.Replace(f.File))
		if f.Line > 0 {
			fmt.Fprintf(&b, ",line=%d", f.Line)
		}
		fmt.Fprintf(&b, "::%s\n", data.Replace(f.In(lang)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
