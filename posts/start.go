package posts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v4"

	"vang/blog"
	"vang/markdown"
)

// TakenError says that a post has the address already that a title would have.
type TakenError struct {
	Slug string
	File string // that has it, as Path tells it
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("%s has the address %s already", e.File, e.Slug)
}

// Path is where a file of the content folder, or of the site's settings, lies, beginning as the folder was named.
func (l *Library) Path(file string) string {
	if l.options.Dir == "" || filepath.IsAbs(file) || file == l.options.Dir {
		return file
	}
	in := filepath.Join(l.base(), filepath.FromSlash(file))
	if _, err := os.Lstat(in); err == nil {
		return in
	}
	if h := l.house.Load(); h != nil && h.root != "" {
		if out := filepath.Join(h.root, filepath.FromSlash(file)); isThere(out) {
			return out
		}
	}
	return in
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// Blank tells whether there is nothing in the folder at all.
func (l *Library) Blank() bool {
	entries, err := os.ReadDir(l.options.Dir)
	return err == nil && len(entries) == 0
}

// IsSite tells whether the folder holds posts, pages or settings.
func (l *Library) IsSite() bool {
	snap := l.Snapshot()
	if len(snap.posts)+len(snap.pages) > 0 || l.settings.given {
		return true
	}
	for _, name := range []string{"site.yaml", "posts", "_posts"} {
		if isThere(filepath.Join(l.base(), name)) {
			return true
		}
	}
	return false
}

// Start writes the file of a new post that has a title and no text yet, where the posts of its language are and as they are
// written, and returns its path. It is a draft. An address that is taken is a *TakenError; no file is ever overwritten.
func (l *Library) Start(title string, now time.Time) (file string, err error) {
	title = strings.Join(strings.Fields(title), " ")
	slug := blog.Slug(title)
	if strings.IndexFunc(title, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0 {
		slug = now.Format("2006-01-02-1504")
	}
	snap := l.Snapshot()
	if p, taken := snap.Post(slug); taken {
		return "", &TakenError{Slug: slug, File: l.Path(p.Source)}
	}
	lang := languageOfTitle(title)
	folder, toml := l.habits(lang)
	if lang == snap.site.Lang || strings.HasPrefix(folder, lang+"/") {
		lang = ""
	}
	name := slug + ".md"
	if l.settings.tool == markdown.DialectJekyll {
		name = now.Format("2006-01-02-") + name
	}
	file = path.Join(folder, name)
	text, err := frontMatter(title, lang, now, toml)
	if err != nil {
		return "", fmt.Errorf("write the front matter: %w", err)
	}
	return l.Path(file), l.create(file, text)
}

// habits are the folder where most posts of a language lie, of all if it has none, and whether their front matter is TOML.
func (l *Library) habits(lang blog.Lang) (folder string, toml bool) {
	snap := l.Snapshot()
	posts := snap.byLang[lang]
	if len(posts) == 0 {
		posts = snap.posts
	}
	count := map[string]int{}
	tomls := 0
	for _, p := range posts {
		dir := path.Dir(p.Source)
		if isBundle(p.Source) {
			dir = path.Dir(dir)
		}
		count[dir]++
		if it, ok := snap.byFile[p.Source]; ok && it.file.toml {
			tomls++
		}
	}
	folder = l.usualFolder()
	for _, dir := range sortedKeys(count) {
		if count[dir] > count[folder] {
			folder = dir
		}
	}
	return folder, tomls*2 > len(posts) || len(posts) == 0 && l.settings.tool == markdown.DialectZola
}

// usualFolder is where a tool has posts when there are none.
func (l *Library) usualFolder() string {
	h := l.house.Load()
	switch {
	case h != nil && h.posts:
		return "."
	case l.settings.tool == markdown.DialectJekyll:
		return "_posts"
	}
	return "posts"
}

// languageOfTitle is Vietnamese for a title with letters that no other language has together; "" where nothing tells.
func languageOfTitle(title string) blog.Lang {
	const own = "ăđơưắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữựạảẹẻẽịỉĩọỏụủũỵỷỹ"
	for _, r := range strings.ToLower(title) {
		if strings.ContainsRune(own, r) {
			return blog.Vietnamese
		}
	}
	return ""
}

func frontMatter(title string, lang blog.Lang, now time.Time, inTOML bool) ([]byte, error) {
	date := now.Format(time.RFC3339)
	if inTOML {
		head, err := toml.Marshal(map[string]string{"title": title})
		text := "+++\n" + string(head) + "date = " + date + "\ndraft = true\n"
		if lang != "" {
			text += "lang = '" + lang + "'\n"
		}
		return []byte(text + "+++\n\n"), err
	}
	head, err := yaml.Marshal(map[string]string{"title": title})
	text := "---\n" + string(head) + "date: " + date + "\ndraft: true\n"
	if lang != "" {
		text += "lang: " + lang + "\n"
	}
	return []byte(text + "---\n\n"), err
}

// create writes a file that is not there, whole or not at all.
func (l *Library) create(file string, text []byte) error {
	root, err := os.OpenRoot(l.base())
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(path.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &TakenError{Slug: strings.TrimSuffix(path.Base(file), ".md"), File: l.Path(file)}
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil { // the disk is full
		_ = root.Remove(file)
	}
	return err
}
