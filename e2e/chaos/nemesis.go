package chaos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"vang/e2e/chaos/history"
	"vang/e2e/cluster"
	"vang/testbed"
)

const (
	stopLimit  = 40 * time.Second // for one replica to end in order
	startLimit = 90 * time.Second // to be ready again: the database may be away for half a minute, which it waits for
)

// start has a replica run again, as a supervisor does: one that ends before it is ready is started once more.
func (r *Run) start(one *cluster.Replica) healing {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, startLimit)
		defer cancel()
		for {
			p, err := one.Launch()
			if err != nil {
				return err
			}
			err = p.Await(ctx, startLimit, one.Ready)
			if err == nil || p.Running() {
				return err
			}
			r.say("%s ended before it was ready, and is started again", one.Name)
			if !pause(ctx, second) {
				return err
			}
		}
	}
}

// breakThings carries a schedule out. An error is one of the harness: what is broken could not be mended.
func (r *Run) breakThings(ctx context.Context, rounds []round) error {
	for i, round := range rounds {
		r.say("round %d of %d", i+1, len(rounds))
		errs := make([]error, len(round.lanes))
		var lanes sync.WaitGroup
		for i, steps := range round.lanes {
			lanes.Go(func() { errs[i] = r.lane(ctx, steps, round.limit) })
		}
		lanes.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		if round.restore {
			if err := r.restore(ctx); err != nil {
				return err
			}
		}
		pause(ctx, calm)
	}
	return nil
}

func (r *Run) lane(ctx context.Context, steps []step, limit time.Duration) error {
	begin := time.Now()
	for _, s := range steps {
		if time.Since(begin) > limit {
			break
		}
		if !pause(ctx, s.after) {
			return ctx.Err()
		}
		if err := r.break1(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.fault, err)
		}
	}
	return ctx.Err()
}

// break1 begins a fault, lets it last, heals it, and writes down from when to when it was.
func (r *Run) break1(ctx context.Context, s step) error {
	r.say("%s %s", s.fault, s.details())
	rec := history.Record{
		Process: "nemesis", Kind: history.Fault, Begin: r.History.Now(), Fault: s.fault, Delay: s.delay.Microseconds(), Text: s.details(),
		Replica: s.replica(),
	}
	heal, err := r.begin(ctx, s)
	if err != nil {
		return err
	}
	pause(ctx, s.lasts)
	if heal != nil {
		err = heal(ctx)
	}
	rec.End = r.History.Now()
	r.History.Add(rec)
	return err
}

func (s step) details() string {
	var parts []string
	if s.target > 0 {
		parts = append(parts, fmt.Sprintf("(%d)", s.target))
	}
	if s.lasts > 0 {
		parts = append(parts, fmt.Sprintf("for %.1f s", s.lasts.Seconds()))
	}
	if s.delay > 0 {
		parts = append(parts, fmt.Sprintf("by %d ms", s.delay.Milliseconds()))
	}
	return strings.Join(parts, " ")
}

// replica is whose readers feel it: one replica's, those of the network that fails, or all.
func (s step) replica() int {
	switch s.fault {
	case history.ReplicaKill, history.ReplicaKillCommit, history.ReplicaPause, history.ReplicaRestart, history.ReplicaCutOff, history.ReplicaDatabaseSilence, history.ReplicaWithoutRedis:
		return s.target
	case history.NetworkCut, history.NetworkSilence, history.AnswersLost:
		return history.Proxied
	}
	return 0
}

// healing ends a fault.
type healing func(context.Context) error

// begin begins a fault; what it returns, if anything, heals it.
func (r *Run) begin(ctx context.Context, s step) (healing, error) {
	switch s.fault {
	case history.ReplicaKill, history.ReplicaKillCommit, history.ReplicaPause, history.ReplicaRestart, history.ReplicaRollOut:
		return r.beginReplica(ctx, s)
	case history.ReplicaCutOff, history.ReplicaDatabaseSilence, history.ReplicaWithoutRedis:
		return r.beginPartition(s)
	case history.RedisKill, history.RedisPause, history.RedisRefuse, history.RedisSilence:
		return r.beginRedis(s)
	case history.NginxReload:
		return nil, r.cluster.Nginx.Reload(ctx)
	case history.NetworkCut:
		r.network.Cut()
		return nil, nil
	case history.AnswersLost:
		for range lostAnswers {
			r.network.CutAfter(isPost)
		}
		return nil, nil
	case history.NetworkSilence:
		return silence(r.network), nil
	}
	return r.beginDatabase(s)
}

func (r *Run) beginReplica(ctx context.Context, s step) (healing, error) {
	if s.fault == history.ReplicaRollOut {
		return nil, r.rollOut(ctx)
	}
	one := r.cluster.Replicas[s.target-1]
	switch s.fault {
	case history.ReplicaKillCommit:
		awaitFirst(ctx, cutAfterCommit(one.Ways.Addresses), commitLimit)
		one.Kill()
		return r.start(one), nil
	case history.ReplicaKill:
		one.Kill()
		return r.start(one), nil
	case history.ReplicaPause:
		return func(context.Context) error { return one.Process().Resume() }, one.Process().Pause()
	}
	if err := one.Stop(stopLimit); err != nil {
		return nil, err
	}
	return nil, r.start(one)(ctx)
}

// rollOut has one replica after the other run the other version, and takes it back the next time.
func (r *Run) rollOut(ctx context.Context) error {
	next := r.options.Next
	if r.rolledOut = !r.rolledOut; !r.rolledOut {
		next = r.options.Binary
	}
	for _, one := range r.cluster.Replicas {
		if err := one.Stop(stopLimit); err != nil {
			return err
		}
		one.Use(next)
		if err := r.start(one)(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *Run) beginPartition(s step) (healing, error) {
	ways := r.cluster.Replicas[s.target-1].Ways
	switch s.fault {
	case history.ReplicaWithoutRedis:
		return refuse(ways.Redis), nil
	case history.ReplicaCutOff:
		return refuse(ways.Addresses...), nil
	}
	return silence(ways.Addresses...), nil
}

func (r *Run) beginRedis(s step) (healing, error) {
	switch s.fault {
	case history.RedisKill:
		r.cluster.Redis.Process().Kill()
		return r.cluster.Redis.Start, nil
	case history.RedisPause:
		p := r.cluster.Redis.Process()
		return func(context.Context) error { return p.Resume() }, p.Pause()
	case history.RedisRefuse:
		return refuse(r.cluster.RedisProxy), nil
	}
	return silence(r.cluster.RedisProxy), nil
}

func (r *Run) beginDatabase(s step) (healing, error) {
	all := r.cluster.Addresses
	switch s.fault {
	case history.DatabaseRefuse:
		return refuse(all...), nil
	case history.DatabaseSilence:
		return silence(all...), nil
	case history.CommitCut:
		cutAfterCommit(all)
		return nil, nil
	}
	one := all[s.target-1]
	switch s.fault {
	case history.AddressCut:
		one.Cut()
		return nil, nil
	case history.AddressRefuse:
		return refuse(one), nil
	case history.AddressSilence:
		return silence(one), nil
	case history.AddressDelay:
		one.Delay(s.delay)
		return func(context.Context) error { one.Delay(0); return nil }, nil
	}
	return nil, errors.New("there is no such fault")
}

// cutAfterCommit has each way to the database carry the next comment there and break the connection before the answer. A
// channel is closed when that has happened on a way.
func cutAfterCommit(ways []*testbed.Proxy) (done []<-chan struct{}) {
	for _, p := range ways {
		done = append(done, p.CutAfter(func(b []byte) bool { return bytes.Contains(b, []byte("**vm")) }))
	}
	return done
}

const (
	commitLimit = 8 * time.Second // for a comment to come to one replica
	lostAnswers = 4               // on a way whose answers are lost
)

// awaitFirst waits until one of some channels is closed, at most for limit.
func awaitFirst(ctx context.Context, done []<-chan struct{}, limit time.Duration) {
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for _, d := range done {
		go func() {
			select {
			case <-d:
				cancel()
			case <-timed.Done():
			}
		}()
	}
	<-timed.Done()
}

func isPost(fromClient []byte) bool { return bytes.HasPrefix(fromClient, []byte("POST ")) }

func refuse(proxies ...*testbed.Proxy) healing {
	for _, p := range proxies {
		p.Refuse()
	}
	return func(context.Context) error {
		var errs []error
		for _, p := range proxies {
			errs = append(errs, p.Accept())
		}
		return errors.Join(errs...)
	}
}

// silence has all bytes vanish. What lost one stays dead; connections that lost none go on.
func silence(proxies ...*testbed.Proxy) healing {
	for _, p := range proxies {
		p.Swallow()
	}
	return func(context.Context) error {
		for _, p := range proxies {
			p.Pass()
		}
		return nil
	}
}

// restore puts the database back to where it was some seconds before, as an operator does: nobody may reach it meanwhile,
// and a new epoch is the last step.
func (r *Run) restore(ctx context.Context) error {
	rec := history.Record{Process: "nemesis", Kind: history.Restore, Fault: history.DatabaseRestore, Made: r.History.Now()}
	file := filepath.Join(r.options.Dir, "backup")
	if err := r.cluster.Postgres.Dump(ctx, cluster.Database, file); err != nil {
		return err
	}
	r.say("%s: the backup is made", history.DatabaseRestore)
	pause(ctx, 3*time.Second)
	r.exclude.Lock()
	defer r.exclude.Unlock()
	rec.Begin = r.History.Now()
	heal := refuse(r.cluster.Addresses...)
	if err := r.cluster.Postgres.Restore(ctx, cluster.Database, file); err != nil {
		return err
	}
	if out, err := r.admin(ctx, "new-epoch"); err != nil {
		return fmt.Errorf("new epoch: %w\n%s", err, out)
	}
	err := heal(ctx)
	rec.End = r.History.Now()
	r.History.Add(rec)
	r.say("%s: that took %.1f s", history.DatabaseRestore, rec.Took().Seconds())
	return err
}
