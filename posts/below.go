package posts

import (
	"slices"
	"strings"

	"vang/blog"
)

// Below are the posts of a language (of all for "") in a folder and in the folders below it, newest first.
func (s *Snapshot) Below(lang blog.Lang, path string) List {
	path = strings.Trim(path, "/")
	at := slices.Clone(s.BySection(lang, path).at)
	for _, sec := range s.Sections(lang) {
		if strings.HasPrefix(sec.Path, path+"/") {
			at = append(at, s.BySection(lang, sec.Path).at...)
		}
	}
	if len(at) == 0 {
		return List{}
	}
	slices.Sort(at)
	return List{posts: s.posts, at: at}
}
