package benchlive

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

const (
	// fillers and fillerBytes are what fills the buffers that the kernel keeps for a reader who is stuck: 90 kB and more.
	fillers     = 16
	fillerBytes = 8_000
	// stuckPatience is how long a server may keep those who are stuck.
	stuckPatience = time.Minute
)

// stuckRows measures the same pushes before, while and after some readers are stuck.
func stuckRows(ctx context.Context, b *Bench, n int) (rows [][]string, err error) {
	s, err := b.startAlone(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	stuck := max(1, n/100)
	st, err := newStand(ctx, b.loop, s, s, n, stuck)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	if _, err := st.pushes(ctx, 3, 0); err != nil {
		return nil, err
	}
	before, err := st.pushes(ctx, pushesFor(n), 0)
	if err != nil {
		return nil, err
	}
	filling := st.loop.Now()
	if _, err := st.pushes(ctx, fillers, fillerBytes); err != nil {
		return nil, err
	}
	during, err := st.pushes(ctx, pushesFor(n), 0)
	if err != nil {
		return nil, err
	}
	still, err := st.sockets(ctx)
	if err != nil {
		return nil, err
	}
	after := filling
	for open := still; open > n; {
		if st.loop.Now()-filling > stuckPatience {
			return nil, fmt.Errorf("%d sockets are stuck and still open after %v", open-n, stuckPatience)
		}
		if err := st.loop.Pause(ctx, 100*time.Millisecond); err != nil {
			return nil, err
		}
		if open, err = st.sockets(ctx); err != nil {
			return nil, err
		}
		after = st.loop.Now()
	}
	gone, err := st.pushes(ctx, pushesFor(n), 0)
	row := func(when string, w wave) []string {
		ratio := float64(spreadOf(w.pushes, p99Of).mid) / float64(spreadOf(before.pushes, p99Of).mid)
		return []string{
			strconv.Itoa(n), strconv.Itoa(stuck), when, spreadOf(w.pushes, p50Of).String(), spreadOf(w.pushes, p99Of).String(),
			spreadOf(w.pushes, lastOf).String(), fmt.Sprintf("%.1f", micro(w.cpu)), fmt.Sprintf("**%.2f**", ratio),
		}
	}
	return [][]string{
		row("before", before),
		row(fmt.Sprintf("while %d were stuck", still-n), during),
		row(fmt.Sprintf("after they were cut off, %.1f s after filling began", (after-filling).Seconds()), gone),
	}, err
}

// sockets is how many the server says are open.
func (st *stand) sockets(ctx context.Context) (int, error) {
	m, err := st.metrics(ctx)
	return int(m["vang_live_sockets"]), err
}
