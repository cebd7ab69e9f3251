package chaos

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"vang/e2e/chaos/history"
)

func planOf(seed uint64, total time.Duration) []round {
	return plan(rand.New(rand.NewPCG(seed, 1)), total, 3)
}

func TestOneSeedGivesOneSchedule(t *testing.T) {
	if !reflect.DeepEqual(planOf(7, 5*time.Minute), planOf(7, 5*time.Minute)) {
		t.Error("the same seed gave two schedules")
	}
	if reflect.DeepEqual(planOf(7, time.Minute), planOf(8, time.Minute)) {
		t.Error("two seeds gave one schedule")
	}
}

func TestEveryFaultIsTriedInALongRun(t *testing.T) {
	tried := map[string]bool{}
	restores := 0
	for _, r := range planOf(7, 10*time.Minute) {
		for _, steps := range r.lanes {
			for _, s := range steps {
				tried[s.fault] = true
			}
		}
		if r.restore {
			restores++
		}
	}
	for _, kinds := range lanesOf(3) {
		for _, k := range kinds {
			if !tried[k.fault] {
				t.Errorf("ten minutes without %q", k.fault)
			}
		}
	}
	if restores < 2 {
		t.Errorf("ten minutes with %d restores", restores)
	}
}

// Short runs put the database back once, and do not wait for what takes minutes to be noticed.
func TestAShortRunFitsInItsTime(t *testing.T) {
	restores := 0
	for _, r := range planOf(7, time.Minute) {
		for _, steps := range r.lanes {
			var sum time.Duration
			for _, s := range steps {
				sum += s.after + s.lasts
				if s.fault == history.NetworkSilence {
					t.Error("a silent connection is given up after a minute")
				}
			}
			if sum > roundTime+10*time.Second {
				t.Errorf("a lane takes %v of a round of %v", sum, roundTime)
			}
		}
		if r.restore {
			restores++
		}
	}
	if restores != 1 {
		t.Errorf("%d restores", restores)
	}
}

func TestLanesKeepToTheirOwnParts(t *testing.T) {
	for _, k := range lanesOf(3)[0] {
		if k.fault == history.DatabaseRefuse || k.fault == history.RedisKill {
			t.Errorf("%s would overlap with what its own lane does", k.fault)
		}
	}
	for _, lane := range lanesOf(3)[1:] {
		for _, k := range lane {
			if k.fault == history.ReplicaKill || k.fault == history.ReplicaPause || k.fault == history.ReplicaRollOut {
				t.Errorf("%s in another lane would leave less than two replicas", k.fault)
			}
		}
	}
}
