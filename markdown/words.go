package markdown

import (
	"cmp"
	"strings"

	"vang/blog"
)

// Words are what the renderer itself says in a document, in one language. What is left out is said in English.
type Words struct {
	Note, Tip, Important, Warning, Caution string            // titles of callouts
	Callouts                               map[string]string // titles of callouts by the other names that authors have for them
	Table                                  string            // label of a table, which a number follows
	Done, Open                             string            // labels of the boxes of a task list
	Contents                               string            // label of a table of contents within the text
	Details                                string            // what unfolds a block without a title
}

func defaultWords() map[blog.Lang]Words {
	return map[blog.Lang]Words{
		blog.English: {
			Note: "Note", Tip: "Tip", Important: "Important", Warning: "Warning", Caution: "Caution",
			Callouts: map[string]string{"faq": "FAQ", "tldr": "TL;DR", "todo": "To do"},
			Table:    "Table", Done: "Done", Open: "Not done", Contents: "Contents", Details: "Details",
		},
		blog.Vietnamese: {
			Note: "Ghi chú", Tip: "Mẹo", Important: "Quan trọng", Warning: "Cảnh báo", Caution: "Thận trọng",
			Callouts: vietnameseCallouts(),
			Table:    "Bảng", Done: "Đã xong", Open: "Chưa xong", Contents: "Mục lục", Details: "Chi tiết",
		},
	}
}

func vietnameseCallouts() map[string]string {
	return map[string]string{
		"info": "Thông tin", "abstract": "Tóm tắt", "summary": "Tóm tắt", "tldr": "Tóm tắt", "todo": "Việc cần làm", "quote": "Trích dẫn",
		"cite": "Trích dẫn", "example": "Ví dụ", "hint": "Gợi ý", "success": "Thành công", "check": "Đã kiểm tra", "done": "Đã xong",
		"question": "Câu hỏi", "help": "Trợ giúp", "faq": "Hỏi đáp", "attention": "Chú ý", "danger": "Nguy hiểm", "error": "Lỗi",
		"failure": "Thất bại", "fail": "Thất bại", "missing": "Còn thiếu", "bug": "Lỗi", "seealso": "Xem thêm", "new": "Mới",
	}
}

// or fills what w leaves out.
func (w Words) or(other Words) Words {
	if w.Callouts == nil {
		w.Callouts = other.Callouts
	}
	return Words{
		Note: cmp.Or(w.Note, other.Note), Tip: cmp.Or(w.Tip, other.Tip), Important: cmp.Or(w.Important, other.Important),
		Warning: cmp.Or(w.Warning, other.Warning), Caution: cmp.Or(w.Caution, other.Caution), Callouts: w.Callouts, Table: cmp.Or(w.Table, other.Table),
		Done: cmp.Or(w.Done, other.Done), Open: cmp.Or(w.Open, other.Open), Contents: cmp.Or(w.Contents, other.Contents),
		Details: cmp.Or(w.Details, other.Details),
	}
}

// callout gives the title of a callout by the word that its author has for it, in small letters.
func (w Words) callout(word string) string {
	switch word {
	case "", "note":
		return w.Note
	case "tip":
		return w.Tip
	case "important":
		return w.Important
	case "warning":
		return w.Warning
	case "caution":
		return w.Caution
	}
	return cmp.Or(w.Callouts[word], strings.ToUpper(word[:1])+word[1:])
}

// calloutKind finds the kind that an author's word means: GitHub's five, and the names that Obsidian and others have for
// them.
func calloutKind(word string) (string, bool) {
	switch word {
	case "note", "info", "abstract", "summary", "tldr", "todo", "quote", "cite", "example", "seealso", "new", "primary", "secondary":
		return "note", true
	case "tip", "hint", "success", "check", "done":
		return "tip", true
	case "important", "question", "help", "faq":
		return "important", true
	case "warning", "attention", "warn":
		return "warning", true
	case "caution", "danger", "error", "failure", "fail", "missing", "bug":
		return "caution", true
	}
	return "", false
}
