package benchlive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Report is what a run came to.
type Report struct {
	Machine string
	Tables  []Table
}

// Table is what a scenario came to. It prints as Markdown, which is read as easily on a terminal.
type Table struct {
	Name, Title, About string
	Columns            []string
	Rows               [][]string
}

// String is the table with its title and what it says.
func (t Table) String() string {
	widths := make([]int, len(t.Columns))
	lines := append([][]string{t.Columns}, t.Rows...)
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n%s\n\n", t.Title, t.About)
	for n, line := range lines {
		for i, cell := range line {
			fmt.Fprintf(&b, "| %s%s ", cell, strings.Repeat(" ", widths[i]-len([]rune(cell))))
		}
		b.WriteString("|\n")
		if n == 0 {
			for _, w := range widths {
				b.WriteString("|" + strings.Repeat("-", w+2))
			}
			b.WriteString("|\n")
		}
	}
	return b.String()
}

// String is all of it.
func (r Report) String() string {
	parts := []string{"`make bench-live`: " + r.Machine + "\n"}
	for _, t := range r.Tables {
		parts = append(parts, t.String())
	}
	return strings.Join(parts, "\n")
}

// The marks between which this report stands in the file; the rest is others'.
const (
	beginMark = "<!-- bench-live -->"
	endMark   = "<!-- /bench-live -->"
)

// Write puts the report between its marks in the file. What else stands there stays; a file without marks gets them at its end.
func (r Report) Write(path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		text, err = []byte("# Benchmarks\n"), nil
	}
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), beginMark)
	_, after, whole := strings.Cut(rest, endMark)
	switch {
	case !found:
		before, after = strings.TrimRight(before, "\n")+"\n\n## Comments live\n\n", "\n"
	case !whole:
		return fmt.Errorf("%s has %s without %s behind it", path, beginMark, endMark)
	}
	return os.WriteFile(path, []byte(before+beginMark+"\n\n"+r.String()+"\n"+endMark+after), 0o644)
}

// describe tells on what a run was made.
func describe(ctx context.Context, binary string) string {
	version, err := exec.CommandContext(ctx, binary, "version").Output()
	if err != nil {
		version = []byte("an unknown version")
	}
	var system unix.Utsname
	kernel := ""
	if unix.Uname(&system) == nil {
		kernel = unix.ByteSliceToString(system.Release[:])
	}
	return fmt.Sprintf("%s, on %s. %s, %d cores, Linux %s, %s. The servers have one core to themselves, the readers and all else the rest. "+
		"All readers checked that every message came once and in order.",
		strings.TrimSpace(string(version)), time.Now().UTC().Format("2 January 2006"), processor(), runtime.NumCPU(), kernel, runtime.Version())
}

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	_, after, found := strings.Cut(string(text), "model name\t: ")
	if err != nil || !found {
		return runtime.GOARCH
	}
	name, _, _ := strings.Cut(after, "\n")
	return name
}

// String is a spread in milliseconds.
func (s spread) String() string {
	return fmt.Sprintf("%s (%s-%s)", milli(s.mid), milli(s.low), milli(s.high))
}

func milli(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()) }
