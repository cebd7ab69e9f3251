package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"vang/blog"
)

func TestTheStartWaitsForWhatMayAnswerLater(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	later := &blog.Error{Kind: blog.Unavailable, RetryAfter: 2 * time.Second, Err: errors.New("refused")}
	never := &blog.Error{Kind: blog.Unavailable, Err: errors.New("wrong password")}
	synctest.Test(t, func(t *testing.T) {
		begin, tries := time.Now(), 0
		err := await(t.Context(), log, func() error {
			if tries++; tries < 4 {
				return later
			}
			return nil
		})
		if err != nil || tries != 4 || time.Since(begin) != 6*time.Second {
			t.Errorf("%v after %d tries and %v", err, tries, time.Since(begin))
		}
		for _, final := range []error{never, errors.New("a fault of our own")} {
			tries = 0
			if err := await(t.Context(), log, func() error { tries++; return final }); !errors.Is(err, final) || tries != 1 {
				t.Errorf("%v after %d tries", err, tries)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := await(ctx, log, func() error { return later }); !errors.Is(err, later) {
			t.Errorf("when the start is called off: %v", err)
		}
	})
}
