package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"time"

	"vang/e2e/chaos/history"
	"vang/e2e/cluster"
)

// moderator hides and shows comments by the command line, which goes straight to the database.
type moderator struct {
	run *Run
	rng *rand.Rand
	n   int
}

func (r *Run) newModerator() *moderator { return &moderator{run: r, rng: r.random("moderator")} }

const commandLimit = 30 * time.Second

// moderate works until ctx ends. The database is not put back in the middle of a command.
func (m *moderator) moderate(ctx context.Context) {
	for pause(ctx, time.Duration(500+m.rng.IntN(1500))*time.Millisecond) {
		m.n++
		post, which, back, hold := Posts()[min(m.rng.IntN(6), 2)], m.rng.IntN(1<<30), m.rng.IntN(2) == 0, m.rng.IntN(3) == 0
		wait := time.Duration(500+m.rng.IntN(3500)) * time.Millisecond
		id := m.run.board.pick(post, which)
		first := history.Hide
		if hold {
			id, back = m.hold(context.WithoutCancel(ctx), post), true
		} else if id != "" {
			m.command(context.WithoutCancel(ctx), first, post, id)
		}
		if back && id != "" {
			pause(ctx, wait)
			m.command(context.WithoutCancel(ctx), history.Show, post, id)
		}
	}
}

// command runs vang admin.
func (m *moderator) command(ctx context.Context, kind history.Kind, post, id string) {
	m.run.exclude.RLock()
	defer m.run.exclude.RUnlock()
	rec := history.Record{Process: "moderator", Kind: kind, Begin: m.run.History.Now(), Post: post, ID: id, Outcome: history.OK}
	out, err := m.run.admin(ctx, string(kind), id)
	var ended *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &ended) && (strings.Contains(out, "was deleted") || strings.Contains(out, "there is no comment")):
		rec.Outcome = history.Fail
	default:
		rec.Outcome = history.Unknown
	}
	if err != nil {
		rec.Text = strings.TrimSpace(out) + ": " + err.Error()
	}
	rec.End = m.run.History.Now()
	m.run.History.Add(rec)
}

// admin runs vang admin on the database itself.
func (r *Run) admin(ctx context.Context, args ...string) (string, error) {
	timed, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	cmd := exec.CommandContext(timed, r.options.Binary, append([]string{"admin"}, args...)...)
	cmd.Env = append(cluster.Environment(), "VANG_DATABASE="+r.cluster.Postgres.URL(cluster.Database))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// hold puts a comment into the database that waits for a moderator: a state that the store knows, and that no rule of this
// version gives yet.
func (m *moderator) hold(ctx context.Context, post string) string {
	m.run.exclude.RLock()
	defer m.run.exclude.RUnlock()
	mark := fmt.Sprintf("vm%04xpmn%de0", m.run.options.Seed&0xffff, m.n)
	rec := history.Record{
		Process: "moderator", Kind: history.Hold, Begin: m.run.History.Now(), Post: post, ID: fmt.Sprintf("held%012x", m.rng.Uint64()>>16),
		Mark: mark, Outcome: history.OK,
	}
	timed, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	_, err := m.run.cluster.Postgres.SQL(timed, cluster.Database, heldComment(post, rec.ID, body(mark)))
	if err != nil {
		rec.Outcome, rec.Text = history.Fail, err.Error()
	}
	rec.End = m.run.History.Now()
	m.run.History.Add(rec)
	if err != nil {
		return ""
	}
	return rec.ID
}
