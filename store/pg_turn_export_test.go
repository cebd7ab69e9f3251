package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// LockPost is the text with which a writer waits behind others.
const LockPost = lockPost

// InTurn runs f on c as a writer does who lost a race.
func InTurn(ctx context.Context, c *pgx.Conn, postID string, f func() error) error {
	lost := false
	return inTurn(ctx, c, postID, func() error {
		if !lost {
			lost = true
			return errAgain
		}
		return f()
	})
}
