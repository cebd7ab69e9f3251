package main

import (
	"fmt"
	"io"
	"strings"
)

// writeHelp lists the commands.
func writeHelp(w io.Writer, lang string, all []command) error {
	var b strings.Builder
	b.WriteString(text{
		"Vang is a blog whose comments are live, in one binary.\n\nUsage: vang [COMMAND] [FLAGS]\n\nCommands:\n",
		"Vang là blog có bình luận sống, gói trong một tệp chạy.\n\nCách dùng: vang [LỆNH] [TÙY CHỌN]\n\nCác lệnh:\n",
	}.in(lang))
	for _, c := range all {
		fmt.Fprintf(&b, "  %-9s %s\n", c.name, c.about.in(lang))
	}
	b.WriteString(text{
		"\nvang COMMAND --help tells more. Every flag can be given as a variable too: --base-url is VANG_BASE_URL.\n",
		"\nvang LỆNH --help cho biết thêm. Mỗi tùy chọn đều có biến môi trường tương ứng: --base-url là VANG_BASE_URL.\n",
	}.in(lang))
	_, err := io.WriteString(w, b.String())
	return err
}

// writeCommandHelp tells what one command does and takes.
func writeCommandHelp(w io.Writer, lang string, c command) error {
	var b strings.Builder
	line := strings.TrimSpace("vang " + c.name + " " + c.synopsis)
	if len(c.settings) > 0 {
		line += text{" [FLAGS]", " [TÙY CHỌN]"}.in(lang)
	}
	fmt.Fprintf(&b, "%s\n\n%s\n%s\n", line, c.about.in(lang), c.detail.in(lang))
	if len(c.settings) > 0 {
		b.WriteString(text{"\nFlags:\n", "\nTùy chọn:\n"}.in(lang))
	}
	for _, s := range only(settings(), c.settings) {
		fmt.Fprintf(&b, "  --%s\n        %s\n        %s", strings.TrimSpace(s.flag+" "+s.value), s.usage.in(lang), s.variable())
		if s.def != "" {
			b.WriteString(text{", default ", ", mặc định "}.in(lang) + s.def)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}
