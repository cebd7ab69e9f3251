package chaos

import (
	"math/rand/v2"
	"time"

	"vang/e2e/chaos/history"
)

// step is one fault of a schedule.
type step struct {
	after  time.Duration // since the lane's last fault was healed
	fault  string
	target int // which replica or address, from 1; 0: all
	lasts  time.Duration
	delay  time.Duration
}

// round is a time in which each lane breaks and heals its own part, one fault after another, all lanes at once. One lane is
// the replicas, so that never more than one of them is down.
type round struct {
	lanes   [][]step
	limit   time.Duration // no fault begins later than this; a slow machine leaves out the last ones
	restore bool          // at its end, when all else is well
}

// kind is what is drawn for a step: a fault and how long it may last.
type kind struct {
	fault         string
	targets       int
	least, most   time.Duration
	delay         bool
	longRunsAlone bool
}

const second = time.Second

// lanesOf are the faults of each lane, for a cluster of n replicas.
func lanesOf(n int) [][]kind {
	return [][]kind{
		{
			{fault: history.ReplicaKill, targets: n, least: second / 2, most: 3 * second},
			{fault: history.ReplicaPause, targets: n, least: second, most: 6 * second},
			{fault: history.ReplicaRestart, targets: n},
			{fault: history.NginxReload},
			{fault: history.ReplicaCutOff, targets: n, least: second, most: 5 * second},
			{fault: history.NetworkCut},
			{fault: history.ReplicaRollOut},
			{fault: history.ReplicaKillCommit, targets: n, least: second / 2, most: 2 * second},
			{fault: history.AnswersLost, least: 4 * second, most: 4 * second},
			{fault: history.ReplicaDatabaseSilence, targets: n, least: 2 * second, most: 5 * second},
			{fault: history.ReplicaWithoutRedis, targets: n, least: 2 * second, most: 5 * second},
			{fault: history.NetworkSilence, least: 20 * second, most: 30 * second, longRunsAlone: true},
		},
		{
			{fault: history.RedisKill, least: second, most: 6 * second},
			{fault: history.RedisSilence, least: second, most: 5 * second},
			{fault: history.RedisPause, least: second, most: 4 * second},
			{fault: history.RedisRefuse, least: second, most: 5 * second},
		},
		{
			{fault: history.CommitCut, targets: 3, least: 3 * second, most: 3 * second},
			{fault: history.AddressSilence, targets: 3, least: 2 * second, most: 6 * second},
			{fault: history.AddressCut, targets: 3},
			{fault: history.DatabaseRefuse, least: second, most: 4 * second},
			{fault: history.AddressRefuse, targets: 3, least: 2 * second, most: 6 * second},
			{fault: history.AddressDelay, targets: 3, least: 2 * second, most: 6 * second, delay: true},
			{fault: history.DatabaseSilence, least: second, most: 4 * second},
			{fault: history.CommitCut, targets: 3, least: 3 * second, most: 3 * second},
			{fault: history.DatabaseRefuse, least: 25 * second, most: 35 * second, longRunsAlone: true}, // longer than any request is tried
			{fault: history.DatabaseSilence, least: 25 * second, most: 35 * second, longRunsAlone: true},
		},
	}
}

const (
	roundTime = 30 * time.Second
	longRun   = 4 * time.Minute // from which on also what takes minutes is tried
)

// plan draws a schedule of about total. Each lane draws all its kinds before it draws one again.
func plan(rng *rand.Rand, total time.Duration, replicas int) []round {
	var decks [3]deck
	for i, kinds := range lanesOf(replicas) {
		for _, k := range kinds {
			if !k.longRunsAlone || total >= longRun {
				decks[i].kinds = append(decks[i].kinds, k)
			}
		}
	}
	var rounds []round
	for left := total; left > 0; left -= roundTime {
		r := round{limit: min(left, roundTime), restore: len(rounds)%4 == 1 || total <= 2*roundTime && left <= roundTime}
		for i := range decks {
			r.lanes = append(r.lanes, decks[i].lane(rng, r.limit))
		}
		rounds = append(rounds, r)
	}
	return rounds
}

// deck is what a lane draws from.
type deck struct {
	kinds []kind
	left  []kind
}

func (d *deck) draw(rng *rand.Rand) kind {
	if len(d.left) == 0 {
		for _, i := range rng.Perm(len(d.kinds)) {
			d.left = append(d.left, d.kinds[i])
		}
	}
	k := d.left[0]
	d.left = d.left[1:]
	return k
}

// lane draws faults that take about total together.
func (d *deck) lane(rng *rand.Rand, total time.Duration) (steps []step) {
	const overhead = time.Second // what a fault takes besides the time that it lasts, such as a start
	for left := total; left > 0; {
		k := d.draw(rng)
		s := step{fault: k.fault, after: second/2 + time.Duration(rng.Int64N(int64(3*second))), lasts: k.least}
		if k.targets > 0 {
			s.target = 1 + rng.IntN(k.targets)
		}
		if k.most > k.least {
			s.lasts += time.Duration(rng.Int64N(int64(k.most - k.least)))
		}
		if k.delay {
			s.delay = 20*time.Millisecond + time.Duration(rng.Int64N(int64(130*time.Millisecond)))
		}
		steps = append(steps, s)
		left -= s.after + s.lasts + overhead
	}
	return steps
}
