package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vang/markdown"
	"vang/posts"
)

// newPost writes the file of a new post, and asks nothing.
func newPost(ctx context.Context, c call) error {
	title := strings.Join(strings.Fields(strings.Join(c.args, " ")), " ")
	if title == "" {
		return usageError{command: "new", err: troubled(text{`give the title: vang new "My first post"`, `hãy nêu tựa đề: vang new "Bài đầu tiên"`})}
	}
	library, err := folderOf(ctx, c.config.Content)
	if err != nil {
		return err
	}
	if !library.Blank() && !library.IsSite() && c.config.Content == "" {
		return troubled(text{
			"this folder holds no blog: go to yours, or name it with --content DIR; vang init DIR makes one",
			"thư mục này không chứa blog nào: hãy chuyển sang thư mục blog, hoặc nêu nó bằng --content DIR; vang init DIR tạo một blog mới",
		})
	}
	file, err := library.Start(title, time.Now())
	var taken *posts.TakenError
	switch {
	case errors.As(err, &taken):
		return troubled(text{
			"%s has this address already: write there, or choose another title",
			"%s đã có địa chỉ này: hãy viết tiếp ở đó, hoặc chọn tựa đề khác",
		}, taken.File)
	case err != nil:
		return troubled(text{"the post cannot be written: %v", "không ghi được bài viết: %v"}, err)
	}
	dir := c.config.Content
	if dir == "" {
		dir = "."
	}
	_, err = fmt.Fprintf(c.stdout, text{
		"Made %[1]s, a draft. To see it while you write:\n  vang --content %[2]s --drafts\nTo publish it, take out the line with draft.\n",
		"Đã tạo %[1]s, còn là bản nháp. Để vừa viết vừa xem:\n  vang --content %[2]s --drafts\nĐể đăng bài, hãy xóa dòng draft.\n",
	}.in(c.lang), file, quoted(dir))
	return err
}

// quoted is a path as it can be pasted into a shell.
func quoted(path string) string {
	if strings.ContainsAny(path, " '\"\\$&;()<>|*?`#~!") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

// folderOf reads a content folder quietly, the present one if none is named.
func folderOf(ctx context.Context, dir string) (*posts.Library, error) {
	if dir == "" {
		dir = "."
	}
	if err := existing(dir); err != nil {
		return nil, err
	}
	library, err := posts.Open(ctx, posts.Options{
		Dir: filepath.Clean(dir), Drafts: true, Author: markdown.NewAuthor(markdown.AuthorOptions{}), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, troubled(text{"%v", "không đọc được thư mục: %v"}, err)
	}
	return library, nil
}

// existing tells what is wrong with a folder's name.
func existing(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return troubled(text{"there is no folder %s: make it, or correct its name; vang init DIR makes a blog", "không có thư mục %s: hãy tạo nó, hoặc sửa lại tên; vang init DIR tạo một blog mới"}, dir)
	case err == nil && !info.IsDir():
		return troubled(text{"%s is a file: name the folder that holds your posts", "%s là một tệp: hãy nêu thư mục chứa các bài viết"}, dir)
	}
	return nil // the rest is told by whoever reads it
}
