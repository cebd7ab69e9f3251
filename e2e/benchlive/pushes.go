package benchlive

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// measured is what the rounds of one server came to.
type measured struct {
	name   string
	rounds int
	start  func(ctx context.Context) (*server, error)
	pushes []push
	cpu    []time.Duration
	crowd  []time.Duration
	bytes  float64
	idle   []memory // a socket that waits
	after  []memory // a socket when the pushes are over
}

// warmers is how many readers a server has had, and lost again, before it is looked at.
const warmers = 50

// pushesRows measures Vang and the peers in turns.
func pushesRows(ctx context.Context, b *Bench, n int) ([][]string, error) {
	rounds := 2
	if b.options.Quick || n > 10_000 { // which take long enough
		rounds = 1
	}
	vang := b.vangOf("Vang", rounds)
	all := []*measured{vang}
	if b.options.Beside != "" {
		other := *b
		other.options.Binary = b.options.Beside
		all = append(all, other.vangOf("Vang before", rounds))
	}
	if b.peer != "" {
		all = append(all, b.peerOf(vang, "Centrifuge", rounds), b.peerOf(vang, "Centrifuge, frugal", 1, "-frugal"))
	}
	for round := range rounds {
		for _, m := range all {
			if round >= m.rounds {
				continue
			}
			if err := m.round(ctx, b, n); err != nil {
				return nil, fmt.Errorf("%s: %w", m.name, err)
			}
		}
	}
	var rows [][]string
	for _, m := range all {
		rows = append(rows, m.row(n))
	}
	for _, peer := range all[1:] {
		rows = append(rows, vang.ratios(n, peer))
	}
	return rows, nil
}

// vangOf is the program itself with SQLite.
func (b *Bench) vangOf(name string, rounds int) *measured {
	return &measured{name: name, rounds: rounds, start: b.startAlone}
}

// peerOf is a peer whose messages are as large as Vang's were.
func (b *Bench) peerOf(vang *measured, name string, rounds int, args ...string) *measured {
	return &measured{name: name, rounds: rounds, start: func(ctx context.Context) (*server, error) {
		return b.startPeer(ctx, name, int(vang.bytes+0.5), args...)
	}}
}

// pushesFor is how many pushes to n sockets are enough for a median, and for the clock of processor time.
func pushesFor(n int) int { return min(60, max(10, 100_000/n)) }

// round measures a server that has just started.
func (m *measured) round(ctx context.Context, b *Bench, n int) (err error) {
	s, err := m.start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := b.warm(ctx, s); err != nil {
		return err
	}
	idle, err := s.settle(ctx, b.loop)
	if err != nil {
		return err
	}
	st, err := newStand(ctx, b.loop, s, s, n, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	with, err := s.settle(ctx, b.loop)
	if err != nil {
		return err
	}
	w, err := st.pushes(ctx, pushesFor(n), 0)
	if err != nil {
		return err
	}
	after, err := s.settle(ctx, b.loop)
	m.pushes, m.bytes = append(m.pushes, w.pushes...), w.bytes
	m.cpu, m.crowd = append(m.cpu, w.cpu), append(m.crowd, w.crowd)
	m.idle, m.after = append(m.idle, with.each(idle, n)), append(m.after, after.each(idle, n))
	return err
}

// warm has a server do everything once.
func (b *Bench) warm(ctx context.Context, s *server) error {
	st, err := newStand(ctx, b.loop, s, s, warmers, 0)
	if err != nil {
		return err
	}
	_, err = st.pushes(ctx, 5, 0)
	return errors.Join(err, st.close())
}

func (m *measured) row(n int) []string {
	heap := mean(m.idle, func(m memory) float64 { return m.heap + m.stacks })
	return []string{
		strconv.Itoa(n), m.name, kilobytes(mean(m.idle, residentOf)), kilobytes(heap), kilobytes(mean(m.after, residentOf)),
		fmt.Sprintf("%.2f", mean(m.idle, func(m memory) float64 { return m.goroutines })),
		fmt.Sprintf("%.1f", micro(meanTime(m.cpu))), fmt.Sprintf("%.1f", micro(meanTime(m.crowd))), fmt.Sprintf("%.0f", m.bytes),
		spreadOf(m.pushes, p50Of).String(), spreadOf(m.pushes, p99Of).String(), spreadOf(m.pushes, lastOf).String(),
		spreadOf(m.pushes, postOf).String(),
	}
}

// ratios is how much of what the peer needs is needed by m.
func (m *measured) ratios(n int, peer *measured) []string {
	ratio := func(a, b float64) string { return fmt.Sprintf("**%.2f**", a/b) }
	of := func(get func(push) time.Duration) string {
		return ratio(float64(spreadOf(m.pushes, get).mid), float64(spreadOf(peer.pushes, get).mid))
	}
	live := func(m memory) float64 { return m.heap + m.stacks }
	return []string{
		strconv.Itoa(n), m.name + " / " + peer.name, ratio(mean(m.idle, residentOf), mean(peer.idle, residentOf)),
		ratio(mean(m.idle, live), mean(peer.idle, live)), ratio(mean(m.after, residentOf), mean(peer.after, residentOf)), "",
		ratio(float64(meanTime(m.cpu)), float64(meanTime(peer.cpu))), "", "", of(p50Of), of(p99Of), of(lastOf), "",
	}
}

func meanTime(all []time.Duration) time.Duration {
	return time.Duration(mean(all, func(d time.Duration) float64 { return float64(d) }))
}

func mean[T any](all []T, of func(T) float64) float64 {
	sum := 0.0
	for _, v := range all {
		sum += of(v)
	}
	return sum / float64(len(all))
}

func residentOf(m memory) float64   { return m.resident }
func p50Of(p push) time.Duration    { return p.p50 }
func p99Of(p push) time.Duration    { return p.p99 }
func lastOf(p push) time.Duration   { return p.last }
func postOf(p push) time.Duration   { return p.post }
func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
func kilobytes(bytes float64) string {
	return fmt.Sprintf("%.1f", bytes/1000)
}
