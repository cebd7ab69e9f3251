package bench

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"vang/e2e/cluster"
)

// source is a real post, without its front matter.
type source struct {
	title, body string
}

// blog is a folder of posts for Vang, and their slugs.
type blog struct {
	dir    string
	slugs  []string
	middle string // slug of the post of median length
}

var title = regexp.MustCompile(`(?m)^title\s*[:=]\s*["']?(.*?)["']?\s*$`)

// readSources reads the real posts, in a fixed order.
func (b *Bench) readSources() ([]source, error) {
	dir := filepath.Join(b.Corpora, "posts")
	if b.Corpora == "" {
		b.leave("VANG_CORPORA is not set: the few posts of this checkout stand for real blogs, again and again")
		var err error
		if dir, err = cluster.Folder("content", "posts"); err != nil {
			return nil, err
		}
	}
	var found []source
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err != nil || d.IsDir() || ext != ".md" && ext != ".markdown" {
			return err
		}
		text, err := os.ReadFile(path)
		if s, is := parse(string(text)); is {
			found = append(found, s)
		}
		return err
	})
	if err == nil && len(found) < 10 {
		err = fmt.Errorf("%s holds %d posts: the bench needs ten at least", dir, len(found))
	}
	return found, err
}

// parse parts a post from its front matter: YAML between --- or TOML between +++.
func parse(text string) (source, bool) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for _, fence := range []string{"---\n", "+++\n"} {
		rest, begins := strings.CutPrefix(text, fence)
		head, body, ends := strings.Cut(rest, "\n"+fence)
		if begins && ends && len(body) > 200 {
			s := source{title: "Untitled", body: body}
			if m := title.FindStringSubmatch(head); m != nil && m[1] != "" {
				s.title = m[1]
			}
			return s, true
		}
	}
	return source{}, false
}

// blog makes a folder of n posts: real ones, those at even distances if there are more, and all again under new slugs if there
// are fewer. Neither a title nor a file is there twice.
func (b *Bench) blog(n int) (*blog, error) {
	key := fmt.Sprint(n)
	if made := b.blogs[key]; made != nil {
		return made, nil
	}
	made := &blog{dir: b.path("content-" + key)}
	if err := os.MkdirAll(filepath.Join(made.dir, "posts"), 0o755); err != nil {
		return nil, err
	}
	step := max(1, len(b.sources)/n)
	lengths := make([]int, n)
	for i := range n {
		s := b.sources[i*step%len(b.sources)]
		slug := fmt.Sprintf("post-%06d", i)
		if err := os.WriteFile(filepath.Join(made.dir, "posts", slug+".md"), s.numbered(i), 0o644); err != nil {
			return nil, err
		}
		made.slugs = append(made.slugs, slug)
		lengths[i] = len(s.body)
	}
	made.middle = made.slugs[slices.Index(lengths, median(lengths))]
	b.blogs[key] = made
	return made, nil
}

func median(numbers []int) int {
	sorted := slices.Sorted(slices.Values(numbers))
	return sorted[len(sorted)/2]
}

// numbered is the file of the i-th post: its own title and date, the rest as it was written.
func (s source) numbered(i int) []byte {
	name, _ := json.Marshal(fmt.Sprintf("%s (%d)", s.title, i)) // a string of JSON is one of YAML
	date := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Hour)
	return fmt.Appendf(nil, "---\ntitle: %s\nslug: post-%06d\ndate: %s\ntags: [topic-%d]\n---\n%s", name, i, date.Format(time.RFC3339), i%40, s.body)
}

// texts are n real paragraphs, to be comments.
func (b *Bench) texts(n int) []string {
	var found []string
	for _, s := range b.sources {
		for paragraph := range strings.SplitSeq(s.body, "\n\n") {
			if len(paragraph) < 60 || len(paragraph) > 500 || strings.ContainsAny(paragraph, "`{<|#") || strings.HasPrefix(paragraph, " ") {
				continue
			}
			if found = append(found, strings.TrimSpace(paragraph)); len(found) == n {
				return found
			}
		}
	}
	return found
}
