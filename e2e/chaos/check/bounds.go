package check

import (
	"time"

	"vang/e2e/chaos/history"
)

// Bounds are how late things may be. The defaults are the project's goals; a slow machine may need a larger Slack.
type Bounds struct {
	Live     time.Duration // a change, from its answer to a connected reader; a lost wake costs a look at the heads, once a second
	Redis    time.Duration // the same without Redis
	Failover time.Duration // the same when an address of the database died, and the time to recover after an outage
	Reload   time.Duration // from "load the list anew" to the list
	Shared   time.Duration // the age of a page that is the same for everyone: Nginx's second and a wake's way
	Unwoken  time.Duration // the same where no wake tells of the change: five seconds of trust in a head, and Nginx's
	DeadLink time.Duration // from a connection's last byte until its page gives it up
	Slack    time.Duration // added to each, for a busy machine
}

// Goals are the bounds that the project promises.
func Goals() Bounds {
	return Bounds{
		Live: 2 * time.Second, Redis: 2500 * time.Millisecond, Failover: 5 * time.Second, Reload: 3 * time.Second,
		Shared: 3 * time.Second, Unwoken: 7 * time.Second, DeadLink: 70 * time.Second,
	}
}

// effect is what a fault excuses.
type effect struct {
	blocks      bool          // nothing reaches the readers until it ends, and late after that
	late        time.Duration // how late a change may be meanwhile; with blocks, after the end
	after       time.Duration // for how long after its end it may be felt
	unavailable bool          // requests may be answered 503
	cuts        bool          // an answer that had begun may break off
	unheard     bool          // answers to people of the network that fails may not arrive
	down        bool          // who asks that replica, and not Nginx, may get no answer
	unwoken     bool          // pages may be as old as where no wake comes
	nameless    bool          // it may not be known who asks, who then gets the page of everyone
}

// fault is a fault and what it excuses.
type fault struct {
	history.Record
	effect
}

func newFault(r history.Record, b Bounds) fault {
	e := effects(b)[r.Fault]
	if r.Fault == history.AddressDelay {
		// A page is a handful of round trips, a group commit waits for the one before it: twenty ways in all.
		e.late = b.Live + 20*micros(r.Delay)
	}
	return fault{r, e}
}

// effects are by the fault's name. One that is not here excuses nothing.
func effects(b Bounds) map[string]effect {
	redis := effect{late: b.Redis, after: b.Redis, unwoken: true, nameless: true}
	broken := effect{late: b.Live, after: b.Live} // what was cut off is tried again at once
	refusing := effect{late: b.Failover, after: b.Live}
	silent := effect{late: b.Failover + b.Live, after: b.Failover, unavailable: true, unwoken: true}
	away := effect{blocks: true, late: b.Failover + b.Live, after: b.Failover, unavailable: true, unwoken: true, nameless: true}
	return map[string]effect{
		history.ReplicaKill:            {late: b.Live, after: b.Live, cuts: true, down: true, unwoken: true},
		history.ReplicaKillCommit:      {late: b.Live, after: b.Live, cuts: true, down: true, unwoken: true},
		history.ReplicaRestart:         {late: b.Live, after: b.Live, down: true, unwoken: true},
		history.ReplicaRollOut:         {late: b.Live, after: b.Live, down: true, unwoken: true},
		history.ReplicaPause:           {blocks: true, late: b.Live, after: b.Live, down: true, unwoken: true},
		history.ReplicaCutOff:          away,
		history.ReplicaDatabaseSilence: away,
		history.ReplicaWithoutRedis:    redis,
		history.RedisKill:              redis,
		history.RedisPause:             redis,
		history.RedisRefuse:            redis,
		history.RedisSilence:           redis,
		history.AddressCut:             broken,
		history.AddressRefuse:          refusing,
		history.AddressSilence:         silent,
		history.AddressDelay:           {after: b.Live}, // and late as newFault says,
		history.CommitCut:              broken,
		history.DatabaseRefuse:         away,
		history.DatabaseSilence:        away,
		history.DatabaseRestore:        away,
		history.NginxReload:            {late: b.Live},
		history.NetworkCut:             {late: b.Live, cuts: true, unheard: true},
		history.NetworkSilence:         {late: b.Live, cuts: true, unheard: true},
		history.AnswersLost:            {late: b.Live, after: b.DeadLink, cuts: true, unheard: true},
	}
}

func micros(n int64) time.Duration       { return time.Duration(n) * time.Microsecond }
func ticks(d time.Duration) int64        { return d.Microseconds() }
func (f fault) over() int64              { return f.End + ticks(f.after) }
func (f fault) felt(from, to int64) bool { return f.Begin <= to && f.over() >= from }

// concerns tells whether a fault can touch who is served by a replica, or through Nginx by any.
func (f fault) concerns(replica int) bool {
	switch {
	case f.Replica == 0:
		return true
	case f.Replica == history.Proxied:
		return replica == history.Proxied
	}
	return replica <= 0 || f.Replica == replica
}

// due is by when a change of the moment at must have reached a reader that was connected to replica all the time.
func (c *checker) due(at int64, replica int) int64 {
	due := at + ticks(c.bounds.Live)
	for grown := true; grown; {
		grown = false
		for _, f := range c.faults {
			if !f.concerns(replica) || !f.felt(at, due) {
				continue
			}
			latest := at + ticks(f.late)
			if f.blocks {
				latest = f.End + ticks(f.late)
			}
			if latest > due {
				due, grown = latest, true
			}
		}
	}
	return due + ticks(c.bounds.Slack) + c.stalled(at, due)
}

// stalled is how long the harness stood still between two moments: the blog shares its machine.
func (c *checker) stalled(from, to int64) int64 {
	var sum int64
	for _, s := range c.stalls {
		if s.Begin <= to && s.End >= from {
			sum += s.End - s.Begin
		}
	}
	return sum
}

// age is how old a page may be that was asked for at the moment at. Those that are made for one reader are not old at all,
// unless it could not be told who asks. While the database is away, a page is as it was last seen.
func (c *checker) age(at int64, own, woken bool) int64 {
	age := ticks(c.bounds.Shared)
	if !woken {
		age = ticks(c.bounds.Unwoken)
	}
	for _, f := range c.faults {
		if !f.felt(at-ticks(c.bounds.Unwoken), at) {
			continue
		}
		own = own && !f.nameless
		if !f.unwoken {
			continue
		}
		age = max(age, ticks(c.bounds.Unwoken))
		if f.blocks && f.felt(at, at) {
			age = max(age, at-f.Begin+ticks(c.bounds.Unwoken))
		}
	}
	if own {
		return 0
	}
	return age + ticks(c.bounds.Slack) + c.stalled(at-age, at)
}

// during lists the faults that were felt between two moments and that f picks.
func (c *checker) during(from, to int64, pick func(fault) bool) []history.Record {
	var list []history.Record
	for _, f := range c.faults {
		if f.felt(from, to) && pick(f) {
			list = append(list, f.Record)
		}
	}
	return list
}

// unsure tells whether a restore may have undone what happened in a time.
func (c *checker) unsure(r history.Record) bool {
	for _, back := range c.restores {
		if r.Begin < back.End && r.End > back.Made {
			return true
		}
	}
	return false
}

// era is how often the database had been put back; same is false if that changed meanwhile.
func (c *checker) era(from, to int64) (n int, same bool) {
	for _, back := range c.restores {
		if back.End <= from {
			n++
		} else if back.Begin < to {
			return n, false
		}
	}
	return n, true
}
