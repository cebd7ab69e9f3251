package benchlive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"vang/e2e/benchlive/crowd"
)

const (
	meanwhile     = 500 * time.Millisecond // between two comments that are written while readers are away
	drainPatience = 90 * time.Second
)

// returns is a wave of readers who come back, to a server that may be another.
type returns struct {
	*stand
	to     *server
	before map[string]float64
	cpu    time.Duration
	begin  time.Duration
	wrote  int
	over   bool
}

// drainRows stops the replica that has all the readers.
func drainRows(ctx context.Context, b *Bench, n int) (rows [][]string, err error) {
	p, err := b.startPair(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	st, err := newStand(ctx, b.loop, p.two, p.one, n, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	if _, err := st.pushes(ctx, 3, 0); err != nil {
		return nil, err
	}
	w := &returns{stand: st, to: p.one}
	if err := w.start(ctx); err != nil {
		return nil, err
	}
	var ended time.Duration
	stopping := p.two.terminate(drainPatience)
	w.write()
	err = b.loop.Until(ctx, "all have come back", drainPatience, func() bool {
		select {
		case err = <-stopping:
			ended = b.loop.Now() - w.begin
		default:
		}
		return err != nil || ended > 0 && w.readers.Open == n && len(w.readers.Backs) >= n
	})
	if err != nil {
		return nil, errors.Join(err, st.readers.Tally.Err())
	}
	row, err := w.row(ctx)
	last := w.readers.Ends[len(w.readers.Ends)-1].At - w.begin
	backs := w.readers.Backs[len(w.readers.Backs)-1].At - w.begin
	return [][]string{append([]string{strconv.Itoa(n), seconds(last), seconds(backs), seconds(ended)}, row...)}, err
}

// crashRows kills the server of all readers and starts it again.
func crashRows(ctx context.Context, b *Bench, n int) (rows [][]string, err error) {
	args, err := b.onSQLite()
	if err != nil {
		return nil, err
	}
	s, err := b.startVang(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	st, err := newStand(ctx, b.loop, s, s, n, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.readers.Close()) }()
	if _, err := st.pushes(ctx, 3, 0); err != nil {
		return nil, err
	}
	if err := st.writer.Close(); err != nil {
		return nil, err
	}
	st.readers.Leave(s.live)
	begin := b.loop.Now()
	s.process.Kill()
	again, ready, err := b.again(ctx, s.addr, args)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, again.stop()) }()
	st.server = again
	if st.writer, err = crowd.NewCaller(b.loop, again.addr); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.writer.Close()) }()
	w := &returns{stand: st, to: again, begin: begin, before: map[string]float64{}} // all that it ever did
	w.write()
	err = b.loop.Until(ctx, "all have come back", drainPatience, func() bool {
		return w.readers.Open == n && len(w.readers.Backs) >= n
	})
	if err != nil {
		return nil, errors.Join(err, st.readers.Tally.Err())
	}
	row, err := w.row(ctx)
	backs := w.readers.Backs[len(w.readers.Backs)-1].At - begin
	return [][]string{append([]string{strconv.Itoa(n), seconds(ready - begin), seconds(backs)}, row...)}, err
}

// again starts a server while the readers of the one before go on.
func (b *Bench) again(ctx context.Context, addr string, args []string) (s *server, ready time.Duration, err error) {
	err = b.loop.While(ctx, "the server is there again", time.Minute, func() (err error) {
		s, err = b.startVangAt(ctx, addr, args...)
		return err
	})
	return s, b.loop.Now(), err
}

func (w *returns) start(ctx context.Context) (err error) {
	w.readers.Leave(w.to.live)
	if w.before, err = w.to.metrics(ctx); err != nil {
		return err
	}
	w.cpu, err = w.to.cpu()
	w.begin = w.loop.Now()
	return err
}

// write has comments written until all are back.
func (w *returns) write() {
	w.loop.At(w.loop.Now()+meanwhile, func() error {
		if w.over {
			return nil
		}
		w.write()
		if w.writer.Busy {
			return nil
		}
		w.wrote++
		return w.writer.Ask(w.say(w.text(0)), func(a crowd.Answer) (err error) {
			w.at, err = numberOf(a)
			return err
		})
	})
}

// row ends the wave with one more comment, which all must get, and tells how it went.
func (w *returns) row(ctx context.Context) ([]string, error) {
	w.over = true
	err := w.loop.Until(ctx, "the writer is done", time.Minute, func() bool { return !w.writer.Busy })
	if err != nil {
		return nil, err
	}
	if _, err := w.push(ctx, w.say(w.text(0))); err != nil {
		return nil, err
	}
	end, err := w.to.cpu()
	if err != nil {
		return nil, err
	}
	after, err := w.to.metrics(ctx)
	if err != nil {
		return nil, err
	}
	if !w.readers.Whole(w.at) {
		return nil, fmt.Errorf("not all readers have message %d", w.at)
	}
	of := func(name string) string { return fmt.Sprintf("%.0f", after[name]-w.before[name]) }
	away := make([]time.Duration, 0, len(w.readers.Backs))
	for _, back := range w.readers.Backs {
		away = append(away, back.Away)
	}
	slices.Sort(away)
	return []string{
		strconv.Itoa(busiest(w.readers.Backs)), milli(part(away, 50)), milli(part(away, 99)),
		of(`vang_live_replays_total{from="memory"}`), of(`vang_live_replays_total{from="database"}`), of("vang_live_reads_total"),
		of("vang_live_reloads_total"), strconv.Itoa(w.wrote + 1), fmt.Sprintf("%.2f", (end - w.cpu).Seconds()),
	}, w.readers.Tally.Err()
}

// busiest is how many came back within the fullest second.
func busiest(backs []crowd.Back) int {
	most, from := 0, 0
	for i, back := range backs {
		for back.At-backs[from].At > time.Second {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}
