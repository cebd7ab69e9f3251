package markdown

import (
	"cmp"

	"vang/blog"
)

// Words are what the renderer itself says in a document, in one language. What is left out is said in English.
type Words struct {
	Note, Tip, Important, Warning, Caution string // titles of callouts
	Table                                  string // label of a table, which a number follows
	Done, Open                             string // labels of the boxes of a task list
}

func defaultWords() map[blog.Lang]Words {
	return map[blog.Lang]Words{
		blog.English: {
			Note: "Note", Tip: "Tip", Important: "Important", Warning: "Warning", Caution: "Caution",
			Table: "Table", Done: "Done", Open: "Not done",
		},
		blog.Vietnamese: {
			Note: "Ghi chú", Tip: "Mẹo", Important: "Quan trọng", Warning: "Cảnh báo", Caution: "Thận trọng",
			Table: "Bảng", Done: "Đã xong", Open: "Chưa xong",
		},
	}
}

// or fills what w leaves out.
func (w Words) or(other Words) Words {
	return Words{
		Note: cmp.Or(w.Note, other.Note), Tip: cmp.Or(w.Tip, other.Tip), Important: cmp.Or(w.Important, other.Important),
		Warning: cmp.Or(w.Warning, other.Warning), Caution: cmp.Or(w.Caution, other.Caution), Table: cmp.Or(w.Table, other.Table),
		Done: cmp.Or(w.Done, other.Done), Open: cmp.Or(w.Open, other.Open),
	}
}

// callout gives the title of a kind of callout.
func (w Words) callout(kind string) string {
	switch kind {
	case "tip":
		return w.Tip
	case "important":
		return w.Important
	case "warning":
		return w.Warning
	case "caution":
		return w.Caution
	}
	return w.Note
}

// calloutKind finds the kind that an author's word means: GitHub's five, and the names that other tools have for them.
func calloutKind(word string) (string, bool) {
	switch word {
	case "note", "info", "abstract", "summary", "todo", "quote", "example":
		return "note", true
	case "tip", "hint", "success", "check", "done":
		return "tip", true
	case "important", "question", "help", "faq":
		return "important", true
	case "warning", "attention":
		return "warning", true
	case "caution", "danger", "error", "failure", "fail", "bug":
		return "caution", true
	}
	return "", false
}
