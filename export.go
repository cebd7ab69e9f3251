package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"vang/export"
	"vang/posts"
)

func exportHelp() text {
	return text{
		`Writes every page as it stands, comments too, into DIR, for any host of plain files. DIR must be new, empty or an earlier
export, which is replaced as a whole. Forms, search and live updates need a server and are left out. Hosts that read a file
_redirects send readers from former addresses; on others small pages do. The address is --base-url, else the site's own.`,
		`Ghi mọi trang như đang có, kể cả bình luận, vào DIR, để đặt lên bất kỳ nơi chứa tệp tĩnh nào. DIR phải mới, trống, hoặc là một
bản xuất trước đó, sẽ được thay toàn bộ. Biểu mẫu, tìm kiếm và cập nhật trực tiếp cần máy chủ nên được bỏ ra. Nơi nào đọc tệp
_redirects sẽ dẫn người đọc từ địa chỉ cũ; nơi khác có trang nhỏ dẫn đi. Địa chỉ lấy từ --base-url, nếu không thì của chính trang.`,
	}
}

// exportBlog writes the blog for those who want to leave, or to keep a copy.
func exportBlog(ctx context.Context, c call) error {
	if len(c.args) != 2 || c.args[0] != "static" {
		return usageError{command: "export", err: troubled(text{
			"say what and where to: vang export static DIR", "hãy nêu xuất gì và vào đâu: vang export static DIR",
		})}
	}
	if c.config.BaseURL == "" {
		return usageError{command: "export", err: troubled(text{
			"feeds and shared links need the address that the files will have: add --base-url https://example.org",
			"feed và liên kết chia sẻ cần địa chỉ mà các tệp sẽ có: hãy thêm --base-url https://example.org",
		})}
	}
	c.config.Drafts, c.config.Redis = false, "" // files are for readers, and nobody else runs
	c.config.LogLevel = quietly(c.config.LogLevel)
	log := newLog(c)
	forget, err := withoutDatabase(&c.config, log)
	if err != nil {
		return err
	}
	defer forget()
	app, err := newApp(ctx, c.config, log)
	if err != nil {
		return err
	}
	defer app.close()
	snap := app.library.Snapshot()
	report, err := export.Static(ctx, export.Options{
		Handler: app.server.Handler(), Origin: c.config.BaseURL, Dir: c.args[1], Start: addressesOf(snap), Redirects: snap.Redirects(),
		Skip: []string{"/search", "/live", "/api", "/me", "/health", "/metrics"},
	})
	if err != nil {
		return err
	}
	return tellExport(c.stdout, c.lang, c.args[1], report)
}

// quietly leaves out the line for each page, unless the operator asked for all lines.
func quietly(l slog.Level) slog.Level {
	if l == slog.LevelInfo {
		return slog.LevelWarn
	}
	return l
}

// withoutDatabase puts an empty one in the place of an SQLite file that is not there: a blog that nobody ran yet has no comments,
// and an export leaves no database behind.
func withoutDatabase(c *Config, log *slog.Logger) (forget func(), err error) {
	file, isFile := strings.CutPrefix(c.Database, "sqlite:")
	if _, err := os.Stat(file); !isFile || err == nil {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "vang-export-*")
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	log.Warn("there is no such database: the blog is exported without comments; name its database with --database", "database", c.Database)
	c.Database = "sqlite:" + filepath.Join(dir, "empty.db")
	return func() { _ = os.RemoveAll(dir) }, nil
}

// addressesOf are the addresses that no page need link to. A blog without series, say, has nothing at some of them.
func addressesOf(snap *posts.Snapshot) []string {
	list := []string{"/robots.txt", "/sitemap.xml"}
	for _, l := range snap.Languages() {
		home := "/" + l + "/"
		if l == snap.Site().Lang {
			home = "/"
		}
		for _, name := range []string{"", "archive", "tags", "categories", "series", "authors", "feed.xml", "rss.xml", "feed.json"} {
			list = append(list, home+name)
		}
	}
	for _, p := range snap.Posts("") {
		list = append(list, p.Path)
	}
	for _, p := range snap.Pages() {
		list = append(list, p.Path)
	}
	return list
}

func tellExport(w io.Writer, lang, dir string, r export.Report) error {
	line := text{
		"%d pages, %d redirects and %d files in all (%.1f MB) are in %s\n", "%d trang, %d chuyển hướng, tổng cộng %d tệp (%.1f MB) nằm trong %s\n",
	}.in(lang)
	if _, err := fmt.Fprintf(w, line, r.Pages, r.Redirects, r.Files, float64(r.Bytes)/1e6, dir); err != nil {
		return err
	}
	missing := text{"%s links to %s, where nothing is\n", "%s dẫn tới %s, nơi không có gì\n"}.in(lang)
	for _, b := range r.Broken {
		if _, err := fmt.Fprintf(w, missing, b.From, b.To); err != nil {
			return err
		}
	}
	return nil
}
