package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vang/blog"
)

// shout is a question that takes a while: it answers each name but "nobody" with what it was asked.
func shout(took time.Duration, asked *[]int) *gather[string, string] {
	var mu sync.Mutex
	return &gather[string, string]{pace: pace{all: 3}, ask: func(_ context.Context, names map[string]string) (map[string]string, error) {
		mu.Lock()
		*asked = append(*asked, len(names))
		mu.Unlock()
		time.Sleep(took)
		answers := map[string]string{}
		for name, q := range names {
			if name != "nobody" {
				answers[name] = q
			}
		}
		return answers, nil
	}}
}

// TestGather: who asks while a question is under way shares the next, however many they are.
func TestGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []int
		g := shout(5*time.Millisecond, &asked)
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				name := fmt.Sprint(i % 20)
				if answer, found, err := g.do(t.Context(), name, "?"); err != nil || !found || answer != "?" {
					t.Error(answer, found, err)
				}
			})
			synctest.Wait()
		}
		all.Go(func() {
			if _, found, err := g.do(t.Context(), "nobody", "?"); found || err != nil {
				t.Error(found, err)
			}
		})
		all.Wait()
		synctest.Wait()
		g.mu.Lock()
		defer g.mu.Unlock()
		if len(asked) != 2 || asked[0] != 1 || asked[1] != 21 {
			t.Errorf("questions about %v names", asked)
		}
		if g.pace.running != 0 || g.pace.slow != 0 {
			t.Errorf("%+v when nobody asks", g.pace)
		}
	})
}

// TestGatherStandsStill: some connections are waited for, not all; whoever gives up goes; more than so many are told to come
// again; and what was asked when it goes on is answered.
func TestGatherStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		begun := 0
		g := &gather[int, int]{pace: pace{all: 3}, ask: func(_ context.Context, names map[string]int) (map[string]int, error) {
			begun++
			<-gate
			return names, nil
		}}
		var all sync.WaitGroup
		ask := func(ctx context.Context, i int) {
			all.Go(func() {
				if got, found, err := g.do(ctx, fmt.Sprint(i), i); err != nil && ctx.Err() == nil || err == nil && (!found || got != i) {
					t.Error(got, found, err)
				}
			})
			synctest.Wait()
		}
		for i := range 6 {
			ask(t.Context(), i)
			time.Sleep(2 * slowTrip)
		}
		if begun != 3 {
			t.Errorf("%d questions under way", begun)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for i := range queueLength - 3 {
			ask(ctx, 10+i)
		}
		_, _, err := g.do(t.Context(), "one too many", 0)
		var e *blog.Error
		if !errors.As(err, &e) || e.Kind != blog.Unavailable || e.RetryAfter <= 0 {
			t.Errorf("one too many: %v", err)
		}
		time.Sleep(2 * time.Second)
		close(gate)
		all.Wait()
	})
}

// TestGatherFails: an error is everyone's who asked together, and a mistake of ours ends no process.
func TestGatherFails(t *testing.T) {
	for name, ask := range map[string]func() error{
		"an error": func() error { return errors.New("no") },
		"a panic":  func() error { panic("a mistake") },
	} {
		t.Run(name, func(t *testing.T) {
			g := &gather[int, int]{pace: pace{all: 1}, ask: func(context.Context, map[string]int) (map[string]int, error) { return nil, ask() }}
			for range 3 {
				if _, _, err := g.do(t.Context(), "x", 1); err == nil {
					t.Error("no error")
				}
			}
		})
	}
}
