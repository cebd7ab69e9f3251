package posts

import (
	"context"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	settle     = 100 * time.Millisecond // of quiet after a change: editors write a file in several steps
	settleMost = 400 * time.Millisecond // after the first change, however busy the folder is, unless a load takes longer
	loadShare  = 2                      // while the folder is busy, loads take at most this part of the time

	glanceEvery = 250 * time.Millisecond // between looks at folders and what was written last
	lookEvery   = time.Second            // between looks at all files, where the system does not tell of changes
	lookShare   = 30                     // of that the looks take at most this part: at 10,000 files they take 30 ms
	easyEvery   = 5 * time.Second        // the same, where it does tell
	easyShare   = 200
)

// Watch follows the folder until ctx ends and calls onChange, from one goroutine, after each change that readers can see, or
// the author at the desk: files that were saved, came or went, and posts whose time has come. It returns nil when ctx ends.
//
// The system's notices make it fast. They are not heard from network folders, or where links are turned: so folders and what
// was written last are glanced at besides, and all files are looked at now and then.
func (l *Library) Watch(ctx context.Context, onChange func(before, after *Snapshot)) error {
	w := &watcher{library: l, onChange: onChange}
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
	scene    scene             // as it was at the last load

	heard bool          // a notice came
	alone bool          // a look found a change, and no notice of it came yet
	deaf  bool          // changes come without notices: they cannot be relied upon
	first time.Time     // of the notices that wait to be read; zero if none do
	cost  time.Duration // of the last load
	next  time.Time     // when all files are looked at again
}

func (w *watcher) listen() {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		w.blind(err)
		return
	}
	w.notify = notify
}

func (w *watcher) close() {
	if w.notify != nil {
		_ = w.notify.Close()
	}
}

// blind goes on without notices.
func (w *watcher) blind(err error) {
	w.library.log.Warn("content: the system does not tell of changed files: they are looked for instead; "+
		"on Linux raise fs.inotify.max_user_watches and fs.inotify.max_user_instances", "error", err)
	w.close()
	w.notify = nil
}

func (w *watcher) run(ctx context.Context) {
	glance := time.NewTicker(glanceEvery)
	defer glance.Stop()
	settled := time.NewTimer(0)
	defer settled.Stop()
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
			w.heard, w.alone = true, false
			settled.Reset(w.wait())
		case <-failures: // too many changes at once: all files are looked at
			settled.Reset(w.wait())
		case <-settled.C:
			w.load(ctx)
		case <-glance.C:
			w.glance(ctx)
		}
	}
}

// wait is how long to let changes settle.
func (w *watcher) wait() time.Duration {
	now := time.Now()
	if w.first.IsZero() {
		w.first = now
	}
	most := max(settleMost, loadShare*w.cost)
	return min(settle, max(0, most-now.Sub(w.first)))
}

// glance looks at little, unless it is time to look at all.
func (w *watcher) glance(ctx context.Context) {
	if !w.first.IsZero() {
		return // notices came, and what they tell of is settling
	}
	if w.alone && w.notify != nil && !w.deaf {
		w.deaf = true
		w.library.log.Debug("content: changes come without the system's notices: all files are looked at more often")
	}
	l := w.library
	switch {
	case l.Snapshot().isDue(l.options.Now()):
		w.load(ctx)
	case l.options.Dir == "": // in the binary nothing changes
	case w.scene.stirred(), time.Now().After(w.next):
		w.alone = w.load(ctx)
	}
}

// load reads what changed and tells whether anything had.
func (w *watcher) load(ctx context.Context) (changed bool) {
	w.first = time.Time{}
	start := time.Now()
	scene := w.survey()
	before := w.library.Snapshot()
	after, err := w.library.reload(ctx)
	w.cost = time.Since(start)
	w.plan()
	if err != nil {
		if ctx.Err() == nil {
			w.library.log.ErrorContext(ctx, "content: not loaded again", "error", err)
		}
		return false
	}
	scene.files(w.library)
	w.scene = scene
	if after.version != before.version {
		w.onChange(before, after)
	}
	return after != before
}

// plan says when all files are to be looked at again.
func (w *watcher) plan() {
	pause := max(lookEvery, lookShare*w.cost)
	if w.notify != nil && w.heard && !w.deaf {
		pause = max(easyEvery, easyShare*w.cost)
	}
	w.next = time.Now().Add(pause - glanceEvery)
}
