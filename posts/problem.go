package posts

import (
	"cmp"
	"fmt"
	"slices"
)

// Problem tells an author what is wrong with a file and what to do.
type Problem struct {
	File    string // path within the content folder; "" for the folder itself
	Line    int    // 0 if it is the whole file
	Message string
	Fatal   bool // the file, or what it says now, is not shown; else it is, as well as can be
}

func (p Problem) String() string {
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
	}
	return p.File + ": " + p.Message
}

func sortProblems(list []Problem) {
	slices.SortStableFunc(list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}
