package posts

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"vang/blog"
	"vang/markdown"
	"vang/pictures"
)

// Options say where the posts are. Author is required.
type Options struct {
	FS     fs.FS  // the posts when Dir is not set: the binary's own
	Dir    string // a folder instead: a site's root or its content folder
	Cache  string // a folder for texts that memory should not hold; "" if there is none
	Drafts bool   // drafts and posts of the future are shown too
	Now    blog.Clock
	Author *markdown.Author
	Log    *slog.Logger

	Pictures *pictures.Gallery // makes variants of pictures; nil if there are none
}

// Library is the posts of a folder, as they are now.
type Library struct {
	options Options
	log     *slog.Logger
	current atomic.Pointer[Snapshot]
	good    atomic.Pointer[time.Time] // when all of the folder was last fit to be shown
	life    string                    // of the snapshots' cursors

	house atomic.Pointer[house] // where the parts of the site were when it was last looked at

	loading  sync.Mutex // one load at a time; guards what follows
	files    map[string]*file
	assets   *assets
	settings *settings
	logged   map[Problem]bool
	attic    attic
	buffers  sync.Pool // of *bytes.Buffer, for files while they are read
}

// Open reads all posts. Bad files are problems, not errors: only a content folder that cannot be read is one.
func Open(ctx context.Context, o Options) (*Library, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	l := &Library{options: o, log: o.Log, logged: map[Problem]bool{}, attic: attic{dir: o.Cache}, life: strconv.FormatInt(time.Now().UnixNano(), 36)}
	l.buffers.New = func() any { return &bytes.Buffer{} }
	if _, err := l.reload(ctx); err != nil {
		return nil, fmt.Errorf("open posts: %w", err)
	}
	return l, nil
}

// Pictures makes the variants that documents name; nil if they name none.
func (l *Library) Pictures() *pictures.Gallery { return l.options.Pictures }

// Snapshot is the posts as they stand. It stays as it is however the folder changes.
func (l *Library) Snapshot() *Snapshot { return l.current.Load() }

// reload reads what changed and swaps the snapshot. It returns the one in place.
func (l *Library) reload(ctx context.Context) (*Snapshot, error) {
	l.loading.Lock()
	defer l.loading.Unlock()
	h, st := l.look()
	l.house.Store(&h)
	fsys, closeFS, err := l.open()
	if err != nil {
		return l.troubled(err)
	}
	defer closeFS()
	found, problems, err := list(fsys, st.kept)
	if err == nil && l.emptied(fsys) {
		err = errEmptied
	}
	if err != nil {
		return l.troubled(err)
	}
	problems = append(problems, st.problems...)
	if st.bad && l.current.Load() != nil {
		st = l.settings // the last good ones stay
	}
	l.attic.count(l.files)
	files, err := l.read(ctx, fsys, found, problems, l.files)
	if err != nil {
		return nil, err
	}
	assets, troubles := l.gather(l.assets)
	problems = append(problems, troubles...)
	old := l.current.Load()
	if old != nil && assets.same(l.assets) && st.sum == l.settings.sum && slices.Equal(problems, old.listing) && sameFiles(files, l.files) && !old.isDue(l.options.Now()) {
		l.files = files
		return l.looked(old), nil
	}
	l.files, l.assets, l.settings = files, assets, st
	return l.looked(l.put(l.build(files, st, problems))), nil
}

func sameFiles(a, b map[string]*file) bool {
	if len(a) != len(b) {
		return false
	}
	for path, f := range a {
		if g := b[path]; g != f && (g == nil || g.hash != f.hash || !slices.Equal(f.problems, g.problems)) {
			return false
		}
	}
	return true
}

// logProblems tells of each problem once, until it is gone and comes again.
func (l *Library) logProblems(list []Problem) {
	now := make(map[Problem]bool, len(list))
	for _, p := range list {
		now[p] = true
		if l.logged[p] {
			continue
		}
		level := slog.LevelWarn
		if p.Fatal {
			level = slog.LevelError
		}
		l.log.Log(context.Background(), level, "content: "+p.Message, "file", p.File, "line", p.Line)
	}
	l.logged = now
}

// open opens the content folder. Nothing outside of it can be read through what it returns, by links neither.
func (l *Library) open() (fs.FS, func(), error) {
	if l.options.Dir == "" {
		return l.options.FS, func() {}, nil
	}
	return openRoot(l.base())
}
