package bench

import (
	"fmt"
	"os"
	"strings"
)

// Markdown is the part's table and what belongs to it, without a heading.
func (p PartResult) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n|  | who |", p.Reading)
	for _, c := range p.Columns {
		fmt.Fprintf(&b, " %s |", c.Name)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---:|", len(p.Columns)) + "\n")
	for _, r := range p.Results {
		for i, turn := range r.Turns {
			name, base := "", r.base()
			if i == 0 {
				name = r.Name
			}
			if turn.Base {
				base = nil
			}
			fmt.Fprintf(&b, "| %s | %s |", name, turn.Who)
			for _, c := range p.Columns {
				fmt.Fprintf(&b, " %s |", c.Cell(r.Samples[i], base))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// rounds is how many measurements the medians of a part are of, at most.
func (p PartResult) rounds() (most int) {
	for _, r := range p.Results {
		for _, s := range r.Samples {
			most = max(most, len(s))
		}
	}
	return most
}

// Marks are the lines between which a part stands in the papers.
func marks(name string) (begin, end string) {
	return "<!-- bench:" + name + " -->", "<!-- /bench:" + name + " -->"
}

// Publish puts the parts between their marks in file. What stands elsewhere stays.
func (o Outcome) Publish(file, preface string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	paper := string(text)
	for _, p := range o.Parts {
		begin, end := marks(p.Name)
		before, rest, found := strings.Cut(paper, begin)
		_, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			return fmt.Errorf("%s holds no %s and %s to put the table between", file, begin, end)
		}
		paper = before + begin + "\n" + p.section(preface) + end + after
	}
	return os.WriteFile(file, []byte(paper), 0o644)
}

// section is what stands between the marks.
func (p PartResult) section(preface string) string {
	return fmt.Sprintf("%s ONLY=%s. Median (least–most) of %d rounds.\n\n%s", preface, p.Name, p.rounds(), p.Markdown())
}

// String is the outcome for a terminal.
func (o Outcome) String() string {
	var b strings.Builder
	for _, p := range o.Parts {
		fmt.Fprintf(&b, "\n%s (%.0f s)\n\n%s", p.Title, p.Took.Seconds(), align(p.Markdown()))
	}
	for _, line := range o.Left {
		fmt.Fprintf(&b, "\nLEFT OUT: %s\n", line)
	}
	return b.String()
}

// align pads the cells of a table.
func align(markdown string) string {
	var rows [][]string
	var widths []int
	lines := strings.SplitSeq(markdown, "\n")
	for line := range lines {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cells[i])))
		}
		rows = append(rows, cells)
	}
	var b strings.Builder
	for n, cells := range rows {
		for i, cell := range cells {
			if n == 1 {
				cell = strings.Repeat("-", widths[i])
			}
			pad := strings.Repeat(" ", widths[i]-len([]rune(cell)))
			if i < 2 {
				fmt.Fprintf(&b, "%s%s  ", cell, pad)
			} else {
				fmt.Fprintf(&b, "%s%s  ", pad, cell)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
