package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAPostFromAnEmptyFolderToACheck(t *testing.T) {
	t.Chdir(t.TempDir())
	out, err := output(t, env(map[string]string{"LANG": "vi_VN.UTF-8"}), "new", "Đường phố", "Hà Nội")
	if err != nil || !strings.Contains(out, "Đã tạo posts/duong-pho-ha-noi.md") {
		t.Fatalf("%s, %v", out, err)
	}
	if text, err := os.ReadFile("posts/duong-pho-ha-noi.md"); err != nil || !strings.Contains(string(text), "title: Đường phố Hà Nội\n") {
		t.Errorf("%s, %v", text, err)
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"new", "Đường phố Hà Nội"}, "posts/duong-pho-ha-noi.md has this address already"},
		{[]string{"new", "--content", "nowhere", "X"}, "no folder nowhere"},
		{[]string{"new"}, "give the title"},
		{[]string{"check", "nowhere"}, "no folder nowhere"},
		{[]string{"check", "posts/duong-pho-ha-noi.md"}, "is a file"},
		{[]string{"check", "--format", "xml"}, "human, json or github"},
		{[]string{"check", "a", "b"}, "one folder"},
	} {
		if _, err := output(t, env(nil), tt.args...); err == nil || !strings.Contains(describe(err, "en"), tt.want) {
			t.Errorf("%v: %v", tt.args, err)
		}
	}
	if out, err := output(t, env(nil), "check"); err != nil || !strings.HasSuffix(out, "1 posts and 0 pages: 0 errors, 0 warnings, 0 notes\n") {
		t.Errorf("%s, %v", out, err)
	}
}

func TestNewIsNotWrittenJustAnywhere(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("photo.jpg", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := output(t, env(nil), "new", "X"); err == nil || !strings.Contains(err.Error(), "holds no blog") {
		t.Errorf("%v", err)
	}
	if entries, _ := os.ReadDir("."); len(entries) != 1 {
		t.Errorf("something was written: %v", entries)
	}
	if _, err := output(t, env(nil), "new", "--content", ".", "X"); err != nil { // who names it means it
		t.Error(err)
	}
}

func TestCheckSpeaksToPeopleProgramsAndGitHub(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a, b")
	for name, text := range map[string]string{
		"content/posts/a.md": "---\ntitle: A\ndate: 2026-01-02\n---\n\n[x](/nowhere)\n\n![](/dot.png)\n", "hugo.toml": "title = 'x'\n", "static/dot.png": "x",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.ToSlash(dir) + "/content/posts/a.md"
	human, err := output(t, env(nil), "check", dir)
	var found errFindings
	if !errors.As(err, &found) || found.count != 1 || !strings.Contains(human, file+`:6: error: the link to "/nowhere" leads nowhere`) ||
		!strings.Contains(human, file+":8: warning: ") || !strings.HasSuffix(human, "1 posts and 0 pages: 1 errors, 1 warnings, 0 notes\n") {
		t.Errorf("%s, %v", human, err)
	}
	vietnamese, _ := output(t, env(map[string]string{"LANG": "vi_VN.UTF-8"}), "check", dir)
	if !strings.Contains(vietnamese, ":6: lỗi: ") || !strings.HasSuffix(vietnamese, "1 bài viết và 0 trang: 1 lỗi, 1 cảnh báo, 0 lưu ý\n") {
		t.Errorf("in Vietnamese: %s", vietnamese)
	}
	out, err := output(t, env(nil), "check", dir, "--format", "json")
	var report struct {
		Posts, Errors, Warnings int
		Findings                []finding
	}
	if jsonErr := json.Unmarshal([]byte(out), &report); jsonErr != nil || !errors.As(err, &found) {
		t.Fatalf("%v, %v, %s", jsonErr, err, out)
	}
	if report.Posts != 1 || report.Errors != 1 || report.Warnings != 1 || len(report.Findings) != 2 || report.Findings[0].File != file || report.Findings[0].Line != 6 {
		t.Errorf("%+v", report)
	}
	out, err = output(t, env(nil), "check", dir, "--format=github")
	place := strings.ReplaceAll(file, ",", "%2C")
	if !errors.As(err, &found) || !strings.HasPrefix(out, "::error file="+place+",line=6::the link to ") || strings.Count(out, "\n") != 2 {
		t.Errorf("%s, %v", out, err)
	}
}
