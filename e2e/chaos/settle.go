package chaos

import (
	"context"
	"time"

	"vang/e2e/chaos/history"
)

// settleLimit is for the last change to reach everybody when all is healed; longer than a reader waits to come back.
const settleLimit = 30 * time.Second

// settle waits until every reader stands where the database does, or has had the time to, and writes down what each shows.
func (r *Run) settle(ctx context.Context, all audience) error {
	r.History.Add(history.Record{Process: "harness", Kind: history.Quiet, Begin: r.History.Now()})
	r.say("all is healed; waiting until everybody has seen it all")
	heads, err := r.heads(ctx)
	if err != nil {
		return err
	}
	for begin := time.Now(); time.Since(begin) < settleLimit && !arrived(all, heads); {
		if !pause(ctx, 100*time.Millisecond) {
			return ctx.Err()
		}
	}
	for _, a := range all {
		r.History.Add(a.shows())
	}
	if err := call(ctx, r.options.Quiet, r); err != nil {
		return err
	}
	if err := r.database(ctx); err != nil {
		return err
	}
	r.History.Add(history.Record{Process: "harness", Kind: history.End, Begin: r.History.Now()})
	return nil
}

func arrived(all audience, heads map[string]history.Record) bool {
	for _, a := range all {
		if now := a.shows(); now.Cursor != heads[now.Post].Cursor {
			return false
		}
	}
	return true
}
