package posts

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Check renders every post and returns all problems, those of their texts too.
func (l *Library) Check(ctx context.Context) ([]Problem, error) {
	snap := l.Snapshot()
	all := slices.Concat(snap.posts, snap.pages)
	found := make([][]Problem, len(all))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range all {
		group.Go(func() error {
			found[i] = snap.Remarks(ctx, p)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("check posts: %w", err)
	}
	list := append(l.Problems(), slices.Concat(found...)...)
	sortProblems(list)
	return list, nil
}
