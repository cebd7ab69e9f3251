package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// silent is a Redis that never answers.
func silent(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func well(context.Context) error { return nil }

// inRequest is the context of a request of its own.
func inRequest(t *testing.T) context.Context {
	return context.WithValue(t.Context(), visitKey{}, &visit{})
}

func newFuse() (*fuse, *strings.Builder) {
	log := &strings.Builder{}
	return &fuse{log: slog.New(slog.NewTextHandler(log, nil))}, log
}

func TestASilentRedisCostsOneRequestASecondItsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, log := newFuse()
		begin, paid := time.Now(), 0
		for range 1000 {
			ctx, before := inRequest(t), time.Now()
			for range 3 {
				if err := f.do(ctx, silent); err == nil {
					t.Fatal("no error")
				}
			}
			took := time.Since(before)
			if took > redisWait {
				t.Fatalf("a request waited %v", took)
			}
			if took > 0 {
				paid++
			}
			time.Sleep(10 * time.Millisecond)
		}
		if seconds := int(time.Since(begin) / time.Second); paid < 2 || paid > seconds+1 {
			t.Errorf("%d requests paid in %d s", paid, seconds)
		}
		time.Sleep(fuseRest)
		_ = f.do(inRequest(t), silent)
		if err := f.do(inRequest(t), well); err == nil {
			t.Error("asked although it rests")
		}
		time.Sleep(fuseRest)
		for range 10 {
			if err := f.do(inRequest(t), well); err != nil {
				t.Fatalf("after it answered: %v", err)
			}
		}
		if text := log.String(); strings.Count(text, "does not answer") != 1 || strings.Count(text, "answers again") != 1 {
			t.Errorf("the log says\n%s", text)
		}
	})
}

func TestARequestHasOnePatienceForAllItAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := newFuse()
		ctx, begin := inRequest(t), time.Now()
		var errs int
		for range 10 {
			err := f.do(ctx, func(ctx context.Context) error {
				select {
				case <-time.After(60 * time.Millisecond):
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
			if err != nil {
				errs++
			}
		}
		if took := time.Since(begin); took > redisWait || errs != 7 {
			t.Errorf("%v, %d without an answer", took, errs)
		}
	})
}

func TestOnlyOneRequestTriesARedisThatWasAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := newFuse()
		_ = f.do(inRequest(t), silent)
		time.Sleep(fuseRest)
		asked := 0
		for range 20 {
			go func() {
				_ = f.do(inRequest(t), func(ctx context.Context) error { asked++; return silent(ctx) })
			}()
		}
		time.Sleep(redisWait / 2)
		synctest.Wait()
		if asked != 1 {
			t.Errorf("%d asked", asked)
		}
		time.Sleep(redisWait)
	})
}

func TestAReaderWhoLeavesBlowsNoFuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, log := newFuse()
		for range 3 {
			ctx, cancel := context.WithCancel(inRequest(t))
			go cancel()
			_ = f.do(ctx, silent)
			if err := f.do(inRequest(t), well); err != nil {
				t.Errorf("after a reader left: %v", err)
			}
			// Nor does one who leaves while trying keep others from it.
			_ = f.do(inRequest(t), silent)
			time.Sleep(fuseRest)
			ctx, cancel = context.WithCancel(inRequest(t))
			go cancel()
			_ = f.do(ctx, silent)
			if err := f.do(inRequest(t), well); err != nil {
				t.Errorf("after one left who tried: %v", err)
			}
		}
		if n := strings.Count(log.String(), "does not answer"); n != 3 {
			t.Errorf("told %d times", n)
		}
	})
}

func TestWhatRedisItselfRefusesBlowsNoFuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, log := newFuse()
		refusal := fmt.Errorf("set: %w", proto("OOM command not allowed"))
		for range 100 {
			if err := f.do(inRequest(t), func(context.Context) error { return refusal }); !errors.Is(err, refusal) {
				t.Fatalf("%v", err)
			}
		}
		if err := f.do(inRequest(t), well); err != nil {
			t.Error(err)
		}
		if n := strings.Count(log.String(), "OOM"); n != 1 {
			t.Errorf("told %d times in a moment", n)
		}
	})
}

// proto is an error as Redis answers it.
type proto string

func (p proto) Error() string { return string(p) }
func (proto) RedisError()     {}
