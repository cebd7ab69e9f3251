package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A write reads what it needs of a discussion in one statement, works out here what is to stand there, and stores that by
// one statement of its own, which does nothing unless the discussion's last_rev is still the one that was read. Whatever
// changes a discussion takes a rev. So an unchanged last_rev says that all which was read, and all that was concluded from
// it, is still true at the commit. (What is remembered for a key of a comment that was there takes no rev; keys are unique
// in the database.) That needs no isolation beyond the lock of the post's row, and a statement that the server carries out
// when its connection is long gone does no harm.
//
// New comments that answer no other need nothing worked out, so they are stored without the first statement; see storeRoots.
//
// CockroachDB takes no lock of its own for an UPDATE with such conditions, so those statements take it first (lk).

const (
	// lockPost waits behind those who write to the post.
	lockPost = `SELECT last_rev FROM posts WHERE post_id = $1 FOR UPDATE`
	// boundTurn has the server end the turn of a process that sleeps in the middle of it, with the lock in its hand.
	boundTurn = `SET LOCAL idle_in_transaction_session_timeout = '2s'`
)

// undoPatience is how long a rollback may take; after that the connection is thrown away.
const undoPatience = time.Second

// inTurn runs try, which fails with a race lost when other processes write to the same post. Then it runs try once more, now
// behind the lock of the post's row: those who wait for it get it one after the other, so nobody loses for long. READ
// COMMITTED, since a snapshot from before the wait would only lose again.
func inTurn(ctx context.Context, c *pgx.Conn, postID string, try func() error) error {
	err := try()
	if !lostRace(err) {
		return err
	}
	tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return err
	}
	if err = turn(ctx, c, postID, try); err == nil {
		return tx.Commit(ctx)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoPatience)
	defer cancel()
	_ = tx.Rollback(ctx) // a connection that is left inside a transaction is not used again
	return err
}

func turn(ctx context.Context, c *pgx.Conn, postID string, try func() error) error {
	if _, err := c.Exec(ctx, boundTurn); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, lockPost, postID); err != nil {
		return err
	}
	return try()
}

// lostRace tells whether err says that another was faster, and that nothing was stored.
func lostRace(err error) bool {
	if errors.Is(err, errAgain) {
		return true
	}
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return false
	}
	switch answer.Code {
	case conflict, deadlock,
		notUnique: // a key that another process remembered since it was looked for
		return true
	}
	return false
}

// SQLSTATE codes of a race that was lost.
const (
	conflict  = "40001"
	deadlock  = "40P01"
	notUnique = "23505"
)

// storeIf carries out a text that answers 1, or 0 if the discussion has moved on: then nothing was stored.
func storeIf(ctx context.Context, c *pgx.Conn, text string, args ...any) error {
	var n int64
	if err := c.QueryRow(ctx, text, args...).Scan(&n); err != nil {
		return err
	}
	if n != 1 {
		return errAgain
	}
	return nil
}
