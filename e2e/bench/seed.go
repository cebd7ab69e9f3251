package bench

import (
	"context"
	"fmt"
	"time"
)

// seed sends count real comments under a post, a third of them answers to others.
func (b *Bench) seed(ctx context.Context, s *server, post string, count int) error {
	_, err := b.work(ctx, b.loadCore, job{
		Kind: "post", Addr: s.addr, Posts: []string{post}, Texts: b.texts(500), Replies: true, New: true,
		Clients: min(32, max(1, count/25)), Count: count,
	})
	if err != nil {
		return fmt.Errorf("seed %d comments: %w", count, err)
	}
	return nil
}

// quiet waits until processes use next to no time: what follows a change has been done then.
func quiet(ctx context.Context, pids ...int) error {
	last, err := use(pids...)
	for begin := time.Now(); err == nil && time.Since(begin) < patience; {
		if err = rest(ctx, 10); err != nil {
			return err
		}
		var now usage
		if now, err = use(pids...); now.CPU-last.CPU < 5*time.Millisecond {
			return err
		}
		last = now
	}
	if err == nil {
		err = fmt.Errorf("processes %v have been busy for %v", pids, patience)
	}
	return err
}

// rest waits for some hundredths of a second.
func rest(ctx context.Context, hundredths int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(hundredths) * 10 * time.Millisecond):
		return nil
	}
}
