// Command vang is a blog whose comments are live, in one binary.
//
// This package reads the configuration, wires the packages and orders start and shutdown. Nothing else lives here.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // a site may name its time zone, and an image of this one file has none
)

// version is set when the binary is built: -ldflags "-X main.version=...".
var version string

// clockSkew is set in builds for tests, such as to "7m": how far the clock of this binary's machine is off. Whatever it is,
// replicas must agree, since they go by the database's clock.
var clockSkew string

func ownClock() time.Time {
	skew, _ := time.ParseDuration(clockSkew) // none is no duration
	return time.Now().Add(skew)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the program at once: after the first, signals have their default effect again.
	context.AfterFunc(ctx, stop)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	var found errFindings
	if errors.As(err, &found) {
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, "vang:", describe(err, commandLang(os.Getenv)))
	var usage usageError
	if errors.As(err, &usage) {
		os.Exit(2)
	}
	os.Exit(1)
}

// command is one subcommand of the command line.
type command struct {
	name     string
	synopsis string
	about    text
	detail   text // more lines for its own help
	settings []string
	run      func(context.Context, call) error
}

// call is what a command works with.
type call struct {
	config Config
	args   []string
	lang   string
	stdout io.Writer
}

func commands() []command {
	every := []string{"addr", "content", "cache", "database", "redis", "base-url", "trusted-proxies", "secret", "drafts", "rate-limit", "metrics-token", "drain-delay", "log", "log-level"}
	return []command{
		{
			name: "serve", settings: every, run: serve,
			about:  text{"serve the blog (vang alone does the same)", "chạy blog (chỉ gõ vang cũng vậy)"},
			detail: text{"Serves until SIGTERM or Ctrl-C; a second one ends it at once.", "Chạy đến khi nhận SIGTERM hoặc Ctrl-C; nhận lần thứ hai thì dừng ngay."},
		},
		{
			name: "init", synopsis: "DIR", run: initSite,
			about:  text{"make a small site to start from", "tạo một trang nhỏ để bắt đầu"},
			detail: text{"Writes into DIR, which must be empty or new. Then: vang --content DIR", "Ghi vào DIR, thư mục mới hoặc trống. Sau đó: vang --content DIR"},
		},
		{
			name: "new", synopsis: "TITLE", settings: []string{"content"}, run: newPost,
			about: text{"begin a post: make its file, as a draft", "bắt đầu một bài: tạo tệp, ở dạng bản nháp"},
			detail: text{
				"The file lies where the other posts do and is named for the title in plain letters. Without --content, in the folder where you are.",
				"Tệp nằm cùng chỗ với các bài khác, tên lấy từ tựa đề viết không dấu. Không có --content thì ghi vào thư mục hiện tại.",
			},
		},
		{
			name: "check", synopsis: "[DIR]", settings: []string{"content", "cache", "format"}, run: checkContent,
			about: text{"find broken links, missing files and whatever else is wrong in a blog's folder", "tìm liên kết hỏng, tệp thiếu và những chỗ sai khác trong thư mục blog"},
			detail: text{
				"Looks at DIR, or at the folder where you are, drafts included. Asks no other site.\nStatus 1 when there are errors, 0 with warnings and notes alone.",
				"Xem DIR, hoặc thư mục hiện tại, kể cả bản nháp. Không hỏi trang nào khác.\nMã thoát 1 khi có lỗi, 0 khi chỉ có cảnh báo và lưu ý.",
			},
		},
		{
			name: "admin", synopsis: "ACTION [ID or SLUG]", settings: []string{"database", "log", "log-level"}, run: admin,
			about:  text{"moderate: hide, show, close, open; new-epoch after a restore", "quản trị: hide, show, close, open; new-epoch sau khi khôi phục"},
			detail: adminHelp(),
		},
		{
			name: "export", synopsis: "static DIR", settings: []string{"content", "cache", "database", "base-url", "log", "log-level"}, run: exportBlog,
			about:  text{"write the whole blog as static files", "ghi toàn bộ blog thành các tệp tĩnh"},
			detail: exportHelp(),
		},
		{
			name: "migrate", settings: []string{"database", "log", "log-level"}, run: migrate,
			about:  text{"bring the database to this version (serve does it too)", "đưa cơ sở dữ liệu lên phiên bản này (serve cũng tự làm)"},
			detail: text{"Safe to run more than once and while replicas run.", "Chạy nhiều lần hoặc khi blog đang chạy đều an toàn."},
		},
		{
			name: "config", settings: every, run: printConfig,
			about:  text{"print the configuration that serve would use, secrets hidden", "in cấu hình mà serve sẽ dùng, che các khóa bí mật"},
			detail: text{"A line a setting: its variable and its value.", "Mỗi dòng một mục: tên biến và giá trị."},
		},
		{
			name: "health", settings: []string{"addr"}, run: health,
			about:  text{"ask the running blog on this machine whether it is ready; for health checks", "hỏi blog đang chạy trên máy này đã sẵn sàng chưa; dùng cho kiểm tra sức khỏe"},
			detail: text{"Status 0 when it is ready, 1 when it is not.", "Mã thoát 0 khi sẵn sàng, 1 khi chưa."},
		},
		{
			name: "version", run: printVersion,
			about:  text{"print the version", "in phiên bản"},
			detail: text{"The version, the commit where known, and the Go release.", "Phiên bản, commit nếu biết, và bản Go."},
		},
	}
}

// run is the whole program: it returns when the command is done or ctx ends.
func run(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) error {
	lang := commandLang(getenv)
	name := "serve"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	} else if len(args) > 0 && (args[0] == "--help" || args[0] == "-h") {
		name = "help"
	} else if len(args) > 0 && args[0] == "--version" {
		name, args = "version", nil
	}
	if name == "help" {
		return writeHelp(stdout, lang, commands())
	}
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		config, rest, err := parseConfig(name, args, getenv, c.settings...)
		if errors.Is(err, flag.ErrHelp) {
			return writeCommandHelp(stdout, lang, c)
		}
		if err != nil {
			return err
		}
		if len(rest) > 0 && c.synopsis == "" {
			return usageError{command: name, err: troubled(text{"%s takes no argument, but was given %q", "%s không nhận tham số, nhưng được cho %q"}, name, rest[0])}
		}
		return c.run(ctx, call{config: config, args: rest, lang: lang, stdout: stdout})
	}
	return usageError{err: troubled(text{"there is no command %q", "không có lệnh %q"}, name)}
}

// commandLang is the language of the command line, after the environment's locale.
func commandLang(getenv func(string) string) string {
	for _, v := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if l := getenv(v); l != "" {
			if strings.HasPrefix(l, "vi") {
				return "vi"
			}
			return "en"
		}
	}
	return "en"
}

func printConfig(_ context.Context, c call) error {
	for _, line := range c.config.lines() {
		if _, err := fmt.Fprintln(c.stdout, line); err != nil {
			return err
		}
	}
	return nil
}

func printVersion(_ context.Context, c call) error {
	_, err := fmt.Fprintln(c.stdout, "vang", versionString())
	return err
}

// versionString tells the version given at build time, or the commit that the Go tool stamped.
func versionString() string {
	info, ok := debug.ReadBuildInfo()
	v := version
	if v == "" {
		v = "dev"
	}
	if !ok {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && version == "" && len(s.Value) >= 12 {
			v += "-" + s.Value[:12]
		}
	}
	return v + " " + info.GoVersion
}
