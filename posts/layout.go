package posts

import (
	"path"
	"regexp"
	"strings"
	"time"

	"vang/blog"
)

// place is what a file's path tells about it.
type place struct {
	page bool
	lang blog.Lang // "" if the path names none
	dir  string    // the folder, without a part for the language
	name string    // without date, language and extension; the folder's for a bundle
	date time.Time // zero if the name has none

	stem         string // name with its date
	folder       string // the folder as addresses of other tools have it; "" for the top
	bundle       bool   // an index.md with a folder of its own
	index        bool   // an _index.md
	draft        bool   // in _drafts
	collection   string // Jekyll's: "posts" for what is in _posts or _drafts
	inCollection string // the folder below the collection's
}

// key is shared by the files that differ only in their language.
func (p place) key() string { return path.Join(p.dir, p.name) }

// section is the folder, "" for the top; what Jekyll's _posts hold is of the folder above.
func (p place) section() string {
	parts := strings.Split(p.dir, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "_") || part == "." {
			return strings.Join(parts[:i], "/")
		}
	}
	return p.dir
}

// shape is the kind of a content folder.
type shape int

const (
	loose    shape = iota // every file is a post
	sections              // posts/ and pages/, as Vang and Hugo have them; other folders hold posts too
	jekyll                // _posts/; every other file with front matter is a page
)

// shapeOf finds a folder's shape from the paths of its Markdown files.
func shapeOf(paths []string) shape {
	found := loose
	for _, p := range paths {
		_, rest := cutLanguage(p)
		switch first, _, deep := strings.Cut(rest, "/"); {
		case deep && (first == "posts" || first == "pages"):
			return sections
		case strings.HasPrefix(rest, "_posts/") || strings.Contains(rest, "/_posts/"):
			found = jekyll
		}
	}
	return found
}

// skipped tells whether a file of that base name is never a post: a repository's papers, which are written in capitals.
func skipped(name string) bool {
	switch stem, _, _ := strings.Cut(name, "."); stem {
	case "README", "LICENSE", "CONTRIBUTING", "CHANGELOG", "CODE_OF_CONDUCT", "SECURITY":
		return true
	}
	return false
}

var datedName = regexp.MustCompile(`^(\d{4}-\d{1,2}-\d{1,2})(?:[-_ ]+(.+))?$`)

// folders tells which content folders are a language's, by the settings; others that are named for one are found by name.
func placeOf(file string, s shape, folders map[string]blog.Lang) place {
	lang, rest, mapped := cutFolder(file, folders)
	whole := file
	if mapped {
		whole = rest
	}
	first, below, deep := strings.Cut(rest, "/")
	if deep && (first == "posts" || first == "pages" || first == "_posts") && lang == "" {
		if l, inner := cutLanguage(below); l != "" {
			lang, rest = l, first+"/"+inner
		}
	}
	p := place{lang: lang, dir: path.Dir(rest), folder: strings.Trim(path.Dir(whole), ".")}
	switch s {
	case sections:
		p.page = first == "pages" || !deep
	case jekyll:
		p.page = true
	}
	p.collect(rest)
	p.read(path.Base(rest))
	return p
}

// read takes a file's base name apart.
func (p *place) read(base string) {
	p.name = strings.TrimSuffix(base, path.Ext(base))
	if l, ok := language(strings.TrimPrefix(path.Ext(p.name), ".")); ok && path.Ext(p.name) != p.name {
		p.name = strings.TrimSuffix(p.name, path.Ext(p.name))
		p.lang = l
	}
	switch {
	case p.name == "_index":
		p.index, p.page, p.name = true, true, path.Base(p.dir)
	case p.name == "index" && p.dir != ".":
		p.bundle = true
		p.name, p.dir = path.Base(p.dir), path.Dir(p.dir)
		p.folder = strings.Trim(path.Dir(p.folder), ".")
	}
	p.stem = p.name
	if m := datedName.FindStringSubmatch(p.name); m != nil {
		if t, err := time.Parse("2006-1-2", m[1]); err == nil {
			p.date = t
			if m[2] != "" {
				p.name = m[2]
			}
		}
	}
}

// collect finds the folder with an underscore that Jekyll keeps documents of a kind in.
func (p *place) collect(rest string) {
	parts := strings.Split(rest, "/")
	for i, part := range parts[:len(parts)-1] {
		if !strings.HasPrefix(part, "_") {
			continue
		}
		p.collection = strings.TrimPrefix(part, "_")
		if part == "_drafts" {
			p.collection, p.draft = "posts", true
		}
		p.page = p.collection != "posts"
		p.inCollection = strings.Join(parts[i+1:len(parts)-1], "/")
		return
	}
}

// cutFolder separates the folder of a language; mapped is true where the settings name it.
func cutFolder(file string, folders map[string]blog.Lang) (l blog.Lang, rest string, mapped bool) {
	for folder, l := range folders {
		if rest, ok := strings.CutPrefix(file, folder+"/"); ok {
			return l, rest, true
		}
	}
	l, rest = cutLanguage(file)
	return l, rest, false
}

// cutLanguage separates a first folder that is named for a language.
func cutLanguage(file string) (blog.Lang, string) {
	if first, rest, ok := strings.Cut(file, "/"); ok {
		if l, ok := language(first); ok {
			return l, rest
		}
	}
	return "", file
}

// languageCodes are those that blogs are written in; a list, because "js" and "go" are names of folders too.
const languageCodes = " af am ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja jv ka " +
	"kk km kn ko ky lo lt lv mk ml mn mr ms my nb ne nl nn no pa pl pt ro ru si sk sl so sq sr sv sw ta te tg th tk tl tr uk ur uz vi zh zu "

// language reads a tag such as "vi", "pt-br" or "zh_Hant", and the country codes that are often written for languages.
func language(s string) (blog.Lang, bool) {
	code, region, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(s, "_", "-")), "-")
	switch {
	case s == "qps": // for private use (ISO 639-2): the language of no one, by which a test finds words never translated
		return s, true
	case s == "cn":
		return "zh", true
	case s == "jp":
		return "ja", true
	case s == "kr":
		return "ko", true
	case s == "vn":
		return "vi", true
	case !strings.Contains(languageCodes, " "+code+" ") || strings.ContainsAny(s, " ") || code == "":
		return "", false
	case region == "":
		return code, true
	case len(region) == 2 && isLetters(region):
		return code + "-" + strings.ToUpper(region), true
	case len(region) == 4 && isLetters(region):
		return code + "-" + strings.ToUpper(region[:1]) + region[1:], true
	}
	return "", false
}

func isLetters(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
}
