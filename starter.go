package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"vang/content"
)

// initSite writes the starter site into a new or empty folder.
func initSite(_ context.Context, c call) error {
	if len(c.args) != 1 {
		return usageError{command: "init", err: troubled(text{"name the folder to make: vang init DIR", "hãy nêu thư mục cần tạo: vang init DIR"})}
	}
	dir := c.args[0]
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return troubled(text{"%s cannot be used: %v; name a new or empty folder", "không dùng được %s: %v; hãy nêu một thư mục mới hoặc trống"}, dir, err)
	}
	if len(entries) > 0 {
		return troubled(text{
			"%s is not empty: name a new or empty folder, so that nothing of yours is overwritten",
			"%s không trống: hãy nêu một thư mục mới hoặc trống, để không tệp nào của bạn bị ghi đè",
		}, dir)
	}
	parts, err := content.Starter(c.lang)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if err := os.CopyFS(dir, part); err != nil {
			return fmt.Errorf("write the site into %s: %w", dir, err)
		}
	}
	fmt.Fprintf(c.stdout, text{
		"Made %[1]s. Next:\n  vang --content %[1]s --drafts\nand open http://localhost:8080. Posts are in %[2]s.\n",
		"Đã tạo %[1]s. Tiếp theo:\n  vang --content %[1]s --drafts\nrồi mở http://localhost:8080. Bài viết nằm trong %[2]s.\n",
	}.in(c.lang), dir, filepath.Join(dir, "posts"))
	return nil
}
