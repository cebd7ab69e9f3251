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
		return usageError{command: "init", err: errors.New("name the folder to make: vang init DIR")}
	}
	dir := c.args[0]
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s cannot be used: %w; name a new or empty folder", dir, err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty: name a new or empty folder, so that nothing of yours is overwritten", dir)
	}
	starter, err := fs.Sub(content.Starter, content.StarterRoot)
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, starter); err != nil {
		return fmt.Errorf("write the site into %s: %w", dir, err)
	}
	fmt.Fprintf(c.stdout, text{
		"Made %[1]s. Next:\n  vang --content %[1]s --drafts\nand open http://localhost:8080. Posts are in %[2]s.\n",
		"Đã tạo %[1]s. Tiếp theo:\n  vang --content %[1]s --drafts\nrồi mở http://localhost:8080. Bài viết nằm trong %[2]s.\n",
	}.in(c.lang), dir, filepath.Join(dir, "posts"))
	return nil
}
