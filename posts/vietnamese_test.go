package posts

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var verbs = regexp.MustCompile(`%[-+#0]*(?:\[\d+\])?(?:\.\d+)?[a-zA-Z]`)

// messagesIn are the messages that the files of a folder say to authors, with a value in place of each verb.
func messagesIn(t *testing.T, dir string, calls string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	all := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		add := func(e ast.Expr) {
			ast.Inspect(e, func(n ast.Node) bool {
				if l, ok := n.(*ast.BasicLit); ok && l.Kind == gotoken.STRING {
					if s, err := strconv.Unquote(l.Value); err == nil && strings.Count(s, " ") > 2 && !strings.HasPrefix(s, ";") {
						s = verbs.ReplaceAllString(strings.ReplaceAll(s, "%%", "\x00"), "X7")
						if strings.HasSuffix(s, ": ") {
							s += "X7"
						}
						all[strings.ReplaceAll(s, "\x00", "%")] = filepath.Base(file)
					}
				}
				return true
			})
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if strings.Contains(calls, " "+nameOf(n.Fun)+" ") {
					for _, a := range n.Args {
						add(a)
					}
				}
			case *ast.KeyValueExpr:
				if k, ok := n.Key.(*ast.Ident); ok && k.Name == "Message" {
					add(n.Value)
				}
			}
			return true
		})
	}
	return all
}

func nameOf(f ast.Expr) string {
	switch f := f.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

// TestEachMessageToAuthorsHasItsVietnamese reads the sources, so that no message is forgotten when it is written or changed.
func TestEachMessageToAuthorsHasItsVietnamese(t *testing.T) {
	all := messagesIn(t, "../markdown", " warn ")
	maps.Copy(all, messagesIn(t, ".", " problem note add "))
	if len(all) < 80 {
		t.Fatalf("only %d messages were found", len(all))
	}
	for message, file := range all {
		if got := (Problem{Message: message}).In("vi-VN"); got == message {
			t.Errorf("%s says %q, and there is no Vietnamese for it in vietnamese*.go", file, message)
		}
		if got := (Problem{Message: message}).In("en"); got != message {
			t.Errorf("in English: %q", got)
		}
	}
}

func TestMessagesAreTranslatedWithTheirValues(t *testing.T) {
	for message, want := range map[string]string{
		`date: "2026-02-31" is no date: write it as 2006-01-02 or 2006-01-02T15:04:05+07:00`:                                           `date: "2026-02-31" không phải ngày: hãy viết như 2006-01-02 hoặc 2006-01-02T15:04:05+07:00`,
		`the front matter is no YAML: yaml: line 3: did not find expected node; until it is mended the file shows what it said before`: `phần đầu bài không đúng cú pháp YAML: yaml: line 3: did not find expected node; trong khi chờ sửa, trang vẫn hiện bản trước của tệp`,
		`cannot be read (permission denied): let the user that runs vang read it; the blog shows what it had`:                          `không đọc được (permission denied): hãy cho người dùng chạy vang quyền đọc; blog vẫn hiện những gì đã có`,
		`the link to "/blog/good#none" leads to no heading or id of posts/a.md: it has #a-part, #b`:                                    `liên kết tới "/blog/good#none" không khớp đề mục hay id nào của posts/a.md: bài ấy có #a-part, #b`,
		`something that nobody translated`: `something that nobody translated`,
	} {
		if got := (Problem{Message: message}).In("vi"); got != want {
			t.Errorf("%q\n is %q\nwant %q", message, got, want)
		}
	}
}

func TestTranslationsFillInWhatTheirEnglishHas(t *testing.T) {
	for _, s := range sentences() {
		values := strings.Count(s.english, "{}")
		for _, m := range regexp.MustCompile(`\{(\d)\}`).FindAllStringSubmatch(s.vietnamese, -1) {
			if n, _ := strconv.Atoi(m[1]); n > values {
				t.Errorf("%q fills in {%d} of %d", s.vietnamese, n, values)
			}
		}
	}
}
