package store

import (
	"context"
	"errors"
)

// VersionTable is where goose keeps its versions, and LockTable its lock.
const (
	VersionTable = versionTable
	LockTable    = lockTable
)

// InEverySession carries out a statement on each connection of s, those included that are at work now.
func InEverySession(ctx context.Context, s Store, statement string) (err error) {
	for _, pool := range []*pgPool{s.(*pgStore).writing, s.(*pgStore).reading} {
		for range pool.Config().MaxConns {
			c, failed := pool.Acquire(ctx)
			if failed != nil {
				return failed
			}
			defer c.Release() // all are held until each had its turn
			_, failed = c.Exec(ctx, statement)
			err = errors.Join(err, failed)
		}
	}
	return err
}
