package posts

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"vang/blog"
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
			found[i] = snap.check(ctx, p)
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

func (s *Snapshot) check(ctx context.Context, p blog.Post) (list []Problem) {
	_, warnings, err := s.render(ctx, p)
	if err != nil {
		list = append(list, Problem{File: p.Source, Message: oneLine(err.Error()), Fatal: true})
	}
	for _, w := range warnings {
		list = append(list, Problem{File: p.Source, Line: w.Line, Message: w.Message})
	}
	return list
}
