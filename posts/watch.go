package posts

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	settle     = 100 * time.Millisecond // of quiet after a change: editors write a file in several steps
	settleMost = 400 * time.Millisecond // after the first change, however busy the folder is
	pollEvery  = time.Second            // changes that the system does not tell of: network folders, links that were turned
	pollShare  = 50                     // polling takes at most this part of the time
)

// Watch follows the folder until ctx ends and calls onChange, from one goroutine, after each change that readers can see:
// files that were saved, came or went, and posts whose time has come. It returns nil when ctx ends.
//
// The system's notices make it fast; a slow look at all files besides catches what it does not tell.
func (l *Library) Watch(ctx context.Context, onChange func(before, after *Snapshot)) error {
	w := &watcher{library: l, onChange: onChange, poll: pollEvery}
	if l.options.Dir != "" {
		w.listen()
		defer w.close()
	}
	w.run(ctx)
	return nil
}

// watcher is one Watch at work.
type watcher struct {
	library  *Library
	onChange func(before, after *Snapshot)
	notify   *fsnotify.Watcher // nil if the system has none to give
	watched  map[string]bool
	poll     time.Duration
	first    time.Time // of the changes that wait to be read; zero if none do
}

func (w *watcher) listen() {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		w.blind(err)
		return
	}
	w.notify = notify
	w.watchFolders()
}

func (w *watcher) close() {
	if w.notify != nil {
		_ = w.notify.Close()
	}
}

// blind goes on without notices.
func (w *watcher) blind(err error) {
	w.library.log.Warn("content: the system does not tell of changed files: they are looked for every "+w.poll.String()+
		"; on Linux raise fs.inotify.max_user_watches and fs.inotify.max_user_instances", "error", err)
	w.close()
	w.notify = nil
}

// watchFolders watches every folder that there is now; the system's notices do not reach below one.
func (w *watcher) watchFolders() {
	if w.notify == nil {
		return
	}
	w.watched = map[string]bool{}
	for _, p := range w.notify.WatchList() {
		w.watched[p] = true
	}
	base := w.library.base()
	err := filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // it is gone or not ours to read: the load says so
		case !d.IsDir() && path != base:
			return nil
		case path != base && (hidden(d.Name()) || d.Name() == "node_modules"):
			return fs.SkipDir
		case w.watched[path]:
			return nil
		}
		if err := w.notify.Add(path); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("watch %s: %w", path, err)
		}
		return nil
	})
	if err != nil {
		w.blind(err)
	}
}

func (w *watcher) run(ctx context.Context) {
	look := time.NewTimer(w.poll)
	defer look.Stop()
	for {
		var events chan fsnotify.Event
		var failures chan error
		if w.notify != nil {
			events, failures = w.notify.Events, w.notify.Errors
		}
		select {
		case <-ctx.Done():
			return
		case _, ok := <-events:
			if !ok {
				w.notify = nil
				continue
			}
			look.Reset(w.wait())
		case <-failures: // too many changes at once: all files are looked at
			look.Reset(w.wait())
		case <-look.C:
			w.load(ctx)
			look.Reset(w.poll)
		}
	}
}

// wait is how long to let changes settle.
func (w *watcher) wait() time.Duration {
	now := time.Now()
	if w.first.IsZero() {
		w.first = now
	}
	return min(settle, max(0, settleMost-now.Sub(w.first)))
}

func (w *watcher) load(ctx context.Context) {
	w.first = time.Time{}
	start := time.Now()
	before := w.library.Snapshot()
	after, err := w.library.reload(ctx)
	w.poll = max(pollEvery, pollShare*time.Since(start))
	if err != nil {
		if ctx.Err() == nil {
			w.library.log.ErrorContext(ctx, "content: not loaded again", "error", err)
		}
		return
	}
	w.watchFolders()
	if after.version != before.version {
		w.onChange(before, after)
	}
}
