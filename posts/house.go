package posts

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"vang/blog"
	"vang/markdown"
)

// house is where a site's parts lie.
type house struct {
	root  string // the folder of its settings, and of other tools' static, assets and _includes
	base  string // the folder of its posts: root, or below it
	posts bool   // base is Jekyll's _posts itself
	lang  blog.Lang
}

// houseOf finds a site's parts, whether dir is its root or its content folder.
func houseOf(dir string) (house, *settings) {
	for _, root := range roots(dir) {
		fsys, closeFS, err := openRoot(root)
		if err != nil {
			continue
		}
		known := hasSettings(fsys)
		var st *settings
		if known {
			st = readSettings(fsys)
		}
		closeFS()
		if known {
			return inside(dir, root, st), st
		}
	}
	return house{root: dir, base: plainContent(dir)}, readNoSettings()
}

func readNoSettings() *settings {
	return &settings{languages: map[blog.Lang]string{}, folders: map[string]blog.Lang{}, permalinks: map[string]string{}, tool: markdown.DialectVang}
}

// inside is the house whose settings lie in root, and in which dir was pointed at.
func inside(dir, root string, st *settings) house {
	h := house{root: root, base: dir}
	if dir == root {
		h.base = contentOf(dir, st.content)
		return h
	}
	h.posts = filepath.Base(dir) == "_posts"
	full, err := filepath.Abs(dir)
	if err != nil {
		return h
	}
	if below, err := filepath.Rel(filepath.Join(root, st.content), full); err == nil {
		h.lang = st.folders[filepath.ToSlash(below)]
	}
	return h
}

// contentOf is the folder of the posts in a site's root: that of the settings, or the root where it holds posts itself.
func contentOf(root, content string) string {
	if inner := filepath.Join(root, filepath.FromSlash(content)); content != "." && isFolder(inner) {
		return inner
	}
	return root
}

// plainContent is contentOf for a root without another tool's settings.
func plainContent(root string) string {
	for _, name := range []string{"posts", "pages", "_posts", "site.yaml"} {
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			return root
		}
	}
	return contentOf(root, "content")
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// openRoot opens a folder. Nothing outside of it can be read through what it returns, by links neither.
func openRoot(dir string) (fs.FS, func(), error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	return root.FS(), func() { _ = root.Close() }, nil
}

// look finds the site's parts and reads its settings, with site.yaml over them.
func (l *Library) look() (house, *settings) {
	h, st := house{}, readNoSettings()
	if l.options.Dir == "" {
		st.read(l.options.FS)
		return h, st
	}
	h, st = houseOf(l.options.Dir)
	for _, dir := range []string{h.base, h.root} {
		fsys, closeFS, err := openRoot(dir)
		if err != nil {
			continue
		}
		found := st.read(fsys)
		closeFS()
		if found {
			break
		}
	}
	return h, st
}

// base is the folder that holds the posts: Dir, or its content folder if Dir is a site's root.
func (l *Library) base() string {
	if h := l.house.Load(); h != nil {
		return h.base
	}
	h, _ := houseOf(l.options.Dir)
	return h.base
}

var errNotFile = errors.New("not a file")
