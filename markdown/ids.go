package markdown

import (
	"strconv"
	"strings"
	"unicode"

	"vang/blog"
)

// pageIDs are the ids of Vang's own pages: a heading that says "Comments" must not take the discussion's.
func pageIDs() []string {
	return []string{
		"comments", "comment", "discussion", "live", "content", "main", "top", "toc", "footer", "header", "menu", "nav", "search",
		"form", "reply", "cursor", "status", "list", "total", "notice", "body", "name", "email", "url", "key", "preview",
		"announce", "changed", "closed", "comment-form", "comment-list", "comment-pages", "comments-title", "form-home", "form-title",
		"latest", "news",
	}
}

// ids gives each heading of a document an id of its own.
type ids map[string]bool

func newIDs(reserved []string) ids {
	taken := make(ids, len(reserved)+8)
	for _, id := range reserved {
		taken[id] = true
	}
	return taken
}

// headingID follows GitHub's way, so that links into texts that were written for it hold: small letters, a hyphen for each
// space, nothing for other signs. Vietnamese and other Latin letters lose their marks; other scripts stay.
func headingID(title string) string {
	var b strings.Builder
	for _, r := range blog.Fold(strings.TrimSpace(title)) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_' || r == '-':
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte('-')
		}
	}
	if strings.Trim(b.String(), "-") == "" {
		return "section"
	}
	return b.String()
}

// claim makes id the caller's own: itself, or with the first free number behind it.
func (t ids) claim(id string) string {
	free := id
	for n := 1; t[free] || isCommentID(free); n++ {
		free = id + "-" + strconv.Itoa(n)
	}
	t[free] = true
	return free
}

// isCommentID tells whether a comment of the page may have this id: a letter, a hyphen and 16 letters or digits.
func isCommentID(id string) bool {
	return len(id) == 18 && id[1] == '-' && !strings.Contains(id[2:], "-")
}
