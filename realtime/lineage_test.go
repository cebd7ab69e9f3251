package realtime

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// lives is a database whose epoch a test sets.
type lives struct {
	mu    sync.Mutex
	epoch string
	err   error
	reads int
}

func (l *lives) read(context.Context) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	return l.epoch, l.err
}

func (l *lives) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reads
}

func (l *lives) set(epoch string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch, l.err = epoch, err
}

// withLineage runs check against a running Lineage of a database whose epoch is e1, on a bus that say speaks over.
func withLineage(t *testing.T, check func(t *testing.T, l *Lineage, db *lives, say func(epoch string), log *strings.Builder)) {
	synctest.Test(t, func(t *testing.T) {
		db, bus, log := &lives{epoch: "e1"}, NewLocalBus(), &strings.Builder{}
		l := NewLineage("e1", db.read, slog.New(slog.NewTextHandler(log, nil)))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- l.Run(ctx, bus) }()
		synctest.Wait()
		check(t, l, db, func(epoch string) {
			if err := bus.Publish(ctx, Wake{Epoch: epoch, Topic: "p"}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}, log)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestWakesOfOurOwnAreNoStrangers(t *testing.T) {
	withLineage(t, func(t *testing.T, l *Lineage, db *lives, say func(string), log *strings.Builder) {
		for range 100 {
			say("e1")
			say("")
			time.Sleep(time.Second)
		}
		if total, near := l.Foreign(); total != 0 || near || log.String() != "" {
			t.Errorf("%d, %t, %s", total, near, log)
		}
		if n := db.count(); n > 11 {
			t.Errorf("the epoch was read %d times in 100 s", n)
		}
	})
}

func TestANewLifeIsLearnedFromAWakeAndByItself(t *testing.T) {
	withLineage(t, func(t *testing.T, l *Lineage, db *lives, say func(string), log *strings.Builder) {
		time.Sleep(2 * epochFresh)
		db.set("e2", nil)
		say("e2")
		if l.Epoch() != "e2" {
			t.Errorf("a wake of e2 left %s", l.Epoch())
		}
		db.set("e3", nil)
		time.Sleep(epochPause)
		synctest.Wait()
		if l.Epoch() != "e3" {
			t.Errorf("after %v: %s", epochPause, l.Epoch())
		}
		for range 60 { // of replicas that are slow to learn
			say("e1")
			say("e2")
			time.Sleep(time.Second)
		}
		if total, _ := l.Foreign(); total != 0 {
			t.Errorf("%d wakes of earlier lives count as foreign", total)
		}
	})
}

func TestANewLifeIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, told := &lives{epoch: "e1"}, 0
		l := NewLineage("e1", db.read, slog.New(slog.DiscardHandler))
		l.OnNewLife(func(context.Context) { told++ })
		ctx, cancel := context.WithTimeout(t.Context(), 10*epochPause)
		defer cancel()
		time.AfterFunc(5*epochPause/2, func() { db.set("e2", nil) })
		time.AfterFunc(7*epochPause/2, func() { db.set("", errors.New("no database")) })
		time.AfterFunc(9*epochPause/2, func() { db.set("e2", nil) })
		if err := l.Run(ctx, NewLocalBus()); err != nil || told != 1 {
			t.Errorf("told %d times, %v", told, err)
		}
	})
}

func TestAnotherBlogOnTheSameBusIsTold(t *testing.T) {
	withLineage(t, func(t *testing.T, l *Lineage, db *lives, say func(string), log *strings.Builder) {
		say("other")
		time.Sleep(doubt / 2)
		say("other")
		if total, near := l.Foreign(); total != 0 || near {
			t.Errorf("told after %v, when it may be a replica that was not told of a new life", doubt/2)
		}
		time.Sleep(doubt/2 + time.Second)
		for range 1000 {
			say("other")
		}
		if total, near := l.Foreign(); total != 1000 || !near {
			t.Errorf("%d, %t", total, near)
		}
		if n := strings.Count(log.String(), "another database"); n != 1 {
			t.Errorf("%d lines in the log", n)
		}
		if n := db.count(); n > 10 {
			t.Errorf("the epoch was read %d times", n)
		}
		time.Sleep(neighbourMemory)
		if total, near := l.Foreign(); total != 1000 || near {
			t.Errorf("long after: %d, %t", total, near)
		}
	})
}

func TestWhileTheDatabaseIsAwayNobodyIsAStranger(t *testing.T) {
	withLineage(t, func(t *testing.T, l *Lineage, db *lives, say func(string), log *strings.Builder) {
		db.set("", errors.New("no database"))
		for range 100 {
			say("e2")
			time.Sleep(time.Second)
		}
		if total, _ := l.Foreign(); total != 0 || l.Epoch() != "e1" {
			t.Errorf("%d, %s", total, l.Epoch())
		}
		db.set("e2", nil)
		say("e2")
		if total, _ := l.Foreign(); total != 0 || l.Epoch() != "e2" {
			t.Errorf("%d, %s", total, l.Epoch())
		}
	})
}

func TestManyStrangersCostNoMemory(t *testing.T) {
	withLineage(t, func(t *testing.T, l *Lineage, _ *lives, say func(string), _ *strings.Builder) {
		for i := range 10 * mostSuspects {
			say(strings.Repeat("x", i+1))
		}
		if len(l.suspects) > mostSuspects {
			t.Errorf("%d are remembered", len(l.suspects))
		}
	})
}
