package posts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// listed is a Markdown file as its folder lists it.
type listed struct {
	path string
	info fs.FileInfo
}

// list finds the Markdown files of a content folder. A folder that cannot be read costs its own files and is a problem;
// the whole content folder is an error. Folders in kept hold posts though their names begin with an underscore.
func list(fsys fs.FS, kept map[string]bool) (found []listed, problems []Problem, err error) {
	others := map[string][]string{} // texts in other markups, by the ending of their names
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			problems = append(problems, Problem{File: name, Fatal: true, Message: unreadable(err)})
			return nil
		case name == ".":
			return nil
		case d.IsDir():
			if hidden(d.Name()) && !kept[d.Name()] || d.Name() == "node_modules" || name == mediaFolder {
				return fs.SkipDir
			}
			return nil
		case hidden(d.Name()) || skipped(d.Name()):
			return nil
		case isOtherMarkup(d.Name()):
			others[path.Ext(name)] = append(others[path.Ext(name)], name)
			return nil
		case !isMarkdown(d.Name()) && (d.Type() != fs.ModeSymlink || !leadsToFolder(fsys, name)):
			return nil
		}
		info, problem := inspect(fsys, name, d)
		if problem != nil {
			problems = append(problems, *problem)
		}
		if info != nil {
			found = append(found, listed{path: name, info: info})
		}
		return nil
	})
	for _, ext := range slices.Sorted(maps.Keys(others)) {
		problems = append(problems, Problem{File: others[ext][0], Message: fmt.Sprintf(
			"is not shown, as %d file(s) whose names end in %s: posts are read in Markdown; write it so and end its name in .md", len(others[ext]), ext,
		)})
	}
	return found, problems, err
}

func leadsToFolder(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir()
}

func hidden(name string) bool {
	switch name {
	case "_posts", "_drafts":
		return false
	}
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "_index.")
}

func isMarkdown(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".mkd", ".mkdn":
		return true
	}
	return false
}

// isOtherMarkup finds texts that another tool shows and Vang cannot: their author should know.
func isOtherMarkup(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".org", ".adoc", ".asciidoc", ".ad", ".rst", ".mdx", ".textile", ".pandoc", ".pdc":
		return true
	}
	return false
}

// inspect follows a link to a file within the folder; the file system refuses those that lead out of it.
func inspect(fsys fs.FS, name string, d fs.DirEntry) (fs.FileInfo, *Problem) {
	info, err := d.Info()
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if info, err = fs.Stat(fsys, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, &Problem{File: name, Fatal: true, Message: "is a link that leads out of the content folder: it is not followed; put the file itself here"}
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, &Problem{File: name, Fatal: true, Message: unreadable(err)}
	case info.IsDir() && !isMarkdown(name):
		return nil, &Problem{File: name, Message: "is a link to a folder: posts behind it are not read; put the folder itself here"}
	case !info.Mode().IsRegular():
		return nil, &Problem{File: name, Message: "is no file with text: it is left out"}
	case info.Size() > maxFile:
		return nil, &Problem{File: name, Fatal: true, Message: fmt.Sprintf("has %d MB, and a post may have %d: take out what is not text", info.Size()>>20, maxFile>>20)}
	}
	return info, nil
}

func unreadable(err error) string {
	reason := err.Error()
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		reason = p.Err.Error()
	}
	return "cannot be read (" + reason + "): let the user that runs vang read it"
}

// A file that changed so shortly before it was read may change again under the same time. Clocks of file systems are as fine
// as recentChange, generously; those that tell whole seconds alone may count them in twos, as FAT does.
const (
	recentChange = 50 * time.Millisecond
	coarseChange = 2500 * time.Millisecond
)

func isRecent(modified, now time.Time) bool {
	age := now.Sub(modified).Abs() // the clock of a server of files need not be ours
	if modified.Nanosecond() == 0 {
		return age < coarseChange
	}
	return age < recentChange
}

// read reads the listed files. Those in known that have not changed since are taken from there.
func (l *Library) read(ctx context.Context, fsys fs.FS, found []listed, problems []Problem, known map[string]*file) (map[string]*file, error) {
	files := make([]*file, len(found))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range found {
		old := known[f.path]
		if old != nil && !old.recent && old.size == f.info.Size() && old.modified.Equal(f.info.ModTime()) {
			files[i] = old
			continue
		}
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			files[i] = keepGood(l.readFile(fsys, f), old)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	byPath := make(map[string]*file, len(files))
	for _, f := range files {
		if f != nil {
			byPath[f.path] = f
		}
	}
	keepUnreadable(byPath, known, problems)
	return byPath, nil
}

// keepUnreadable keeps what files said that are there and cannot be read now: too large, a link out, or in a folder that is
// closed. What is wrong is a problem of the listing already.
func keepUnreadable(files, known map[string]*file, problems []Problem) {
	for _, p := range problems {
		if !p.Fatal {
			continue
		}
		if old := known[p.File]; old != nil && files[p.File] == nil {
			files[p.File] = old
			continue
		}
		below := p.File + "/"
		for path, old := range known {
			if strings.HasPrefix(path, below) && files[path] == nil {
				files[path] = old
			}
		}
	}
}

// readFile is nil for a file that vanished since it was listed.
func (l *Library) readFile(fsys fs.FS, from listed) (f *file) {
	f = &file{
		path: from.path, size: from.info.Size(), modified: from.info.ModTime(),
		recent: isRecent(from.info.ModTime(), time.Now()),
	}
	defer func() {
		if p := recover(); p != nil { // a parser's mistake costs its file, not the blog
			f.problem(0, true, fmt.Sprintf("cannot be understood: %v", p))
		}
	}()
	b := l.buffers.Get().(*bytes.Buffer)
	defer l.buffers.Put(b)
	data, err := readInto(b, fsys, from.path, from.info.Size())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		f.problem(0, true, unreadable(err))
		f.modified = time.Time{} // it is tried again at each look: rights change without a trace in the file
		return f
	}
	f.parse(data, l.options.Author, l.keeper(fsys, from.path))
	return f
}

// readInto reads a file that its folder says has size bytes, and no more than one may have: it may have grown since. What it
// returns lies in b. A file that has that many is not read again for its end, which would be a third of the time.
func readInto(b *bytes.Buffer, fsys fs.FS, name string, size int64) ([]byte, error) {
	r, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b.Reset()
	b.Grow(int(min(size, maxFile)) + bytes.MinRead)
	n, err := r.Read(b.AvailableBuffer()[:b.Available()])
	b.Write(b.AvailableBuffer()[:n])
	if err == nil && int64(n) != size {
		_, err = b.ReadFrom(io.LimitReader(r, maxFile+1-int64(n)))
	}
	switch {
	case errors.Is(err, io.EOF):
		return b.Bytes(), nil
	case err == nil && b.Len() > maxFile:
		err = fmt.Errorf("it has more than %d MB", maxFile>>20)
	}
	return b.Bytes(), err
}

func (l *Library) keeper(fsys fs.FS, name string) func(data, body []byte) source {
	if l.options.Dir != "" {
		return func(_, body []byte) source { return l.attic.keep(body) }
	}
	return func(data, _ []byte) source { return embedded{fsys: fsys, path: name, hash: hashOf(data)} }
}

// keepGood shows what old said when f is broken. The time and size are f's, so that the file is read again only when it
// changes.
func keepGood(f, old *file) *file {
	if f == nil || !f.broken || old == nil || old.text == nil {
		return f
	}
	return &file{
		path: f.path, size: f.size, modified: f.modified, recent: f.recent,
		hash: old.hash, post: old.post, said: old.said, matter: old.matter,
		bodyLine: old.bodyLine, text: old.text, problems: f.problems,
	}
}
