package realtime

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// epochPause is the most between two looks at the database's epoch: by then every replica knows that a new life began.
	epochPause = 10 * time.Second
	// epochFresh is how long a look serves those who doubt.
	epochFresh = time.Second
	// doubt is how long a strange epoch may come from a replica that does not know of the new life yet.
	doubt = 3 * epochPause
	// neighbourMemory is how long a stranger counts as there after it was last heard.
	neighbourMemory = 5 * time.Minute
	// neighbourPause is the least time between two lines in the log about strangers.
	neighbourPause = 10 * time.Minute
	// mostSuspects bounds the strange epochs that are remembered.
	mostSuspects = 64
)

// Lineage knows the lives of one database by their epochs, and so tells the wakes of its replicas from those of another
// blog, or of a replica with the wrong database, on the same bus. It may be used by any number of goroutines.
type Lineage struct {
	read    func(context.Context) (string, error)
	renewed func(context.Context)
	log     *slog.Logger

	foreign atomic.Int64

	mu       sync.Mutex
	epoch    string
	looked   time.Time
	ours     map[string]bool      // every epoch that the database was seen to have
	suspects map[string]time.Time // strange epochs, since when
	heard    time.Time            // of a stranger, for the last time
	warned   time.Time
}

// NewLineage begins with the epoch that was just read. read asks the database for its present one.
func NewLineage(epoch string, read func(context.Context) (string, error), log *slog.Logger) *Lineage {
	return &Lineage{
		read: read, log: log, epoch: epoch, looked: time.Now(), ours: map[string]bool{epoch: true}, suspects: map[string]time.Time{},
	}
}

// OnNewLife has f called each time that the database is seen to have another epoch than before. It is for before Run, whose
// ctx f gets; while f runs, wakes wait to be judged.
func (l *Lineage) OnNewLife(f func(context.Context)) { l.renewed = f }

// Epoch is the present one, at most some seconds old: what a wake is stamped with.
func (l *Lineage) Epoch() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.epoch
}

// Foreign counts the wakes of strangers, and tells whether one was heard in the last minutes.
func (l *Lineage) Foreign() (total int64, near bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.foreign.Load(), !l.heard.IsZero() && time.Since(l.heard) < neighbourMemory
}

// Run judges the wakes of bus, and looks at the database from time to time, until ctx ends or the bus is closed.
func (l *Lineage) Run(ctx context.Context, bus Bus) error {
	ctx, cancel := context.WithCancel(ctx)
	var looking sync.WaitGroup
	looking.Go(func() {
		ticker := time.NewTicker(epochPause)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				l.look(ctx)
			}
		}
	})
	defer looking.Wait()
	defer cancel()
	return follow(ctx, bus, func(w Wake) { l.judge(ctx, w) }, func(err error) {
		l.log.Warn("the wakes of the bus are not judged; trying again", "error", err)
	})
}

// look reads the epoch and tells of a new one.
func (l *Lineage) look(ctx context.Context) {
	if l.learn(ctx) && l.renewed != nil {
		l.renewed(ctx)
	}
}

// learn reads the epoch. While the database does not answer, the last one stands.
func (l *Lineage) learn(ctx context.Context) (changed bool) {
	ctx, cancel := context.WithTimeout(ctx, epochPause)
	defer cancel()
	epoch, err := l.read(ctx)
	if err != nil {
		return false // who needs the database says that it does not answer
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	changed = epoch != l.epoch
	l.epoch, l.looked, l.ours[epoch] = epoch, time.Now(), true
	delete(l.suspects, epoch)
	return changed
}

// judge counts w if it is a stranger's: of an epoch that this database never had as far as is known, and still sent when
// each of its replicas must have seen the present one.
func (l *Lineage) judge(ctx context.Context, w Wake) {
	if known, fresh := l.knows(w.Epoch); known {
		return
	} else if !fresh {
		l.look(ctx)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ours[w.Epoch] || !l.convict(w.Epoch) {
		return
	}
	l.foreign.Add(1)
	l.heard = time.Now()
	if l.heard.Sub(l.warned) >= neighbourPause {
		l.warned = l.heard
		l.log.Error("a replica with another database uses the same Redis: give each blog a Redis of its own, or a number of its own "+
			"in the address, such as redis://HOST:6379/1; or give that replica the right --database",
			"our_epoch", l.epoch, "its_epoch", w.Epoch)
	}
}

// knows tells whether epoch is ours, or no one's; and whether the look at the database is fresh.
func (l *Lineage) knows(epoch string) (known, fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return epoch == "" || l.ours[epoch], time.Since(l.looked) < epochFresh
}

// convict tells whether epoch has been strange for long enough. l.mu is held.
func (l *Lineage) convict(epoch string) bool {
	since, suspected := l.suspects[epoch]
	if !suspected {
		if len(l.suspects) >= mostSuspects {
			clear(l.suspects)
		}
		l.suspects[epoch] = time.Now()
		return false
	}
	// The last look must be younger than the suspicion, or the database may just have been away.
	return time.Since(since) >= doubt && l.looked.After(since)
}
