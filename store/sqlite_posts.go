package store

import (
	"context"
	"fmt"

	"vang/blog"
)

const updateReadOnly = `UPDATE posts SET read_only = $2, last_rev = last_rev + 1, state_rev = last_rev + 1 WHERE post_id = $1`

// SyncPosts is Store's.
func (s *sqliteStore) SyncPosts(ctx context.Context, posts []PostAddress) (synced Synced, err error) {
	err = s.writer.do(ctx, func(ctx context.Context, t txn) (err error) {
		synced, err = t.syncPosts(ctx, posts)
		return err
	})
	if err != nil {
		return Synced{}, fmt.Errorf("sync posts: %w", err)
	}
	return synced, nil
}

// SetReadOnly is Store's.
func (s *sqliteStore) SetReadOnly(ctx context.Context, postID string, readOnly bool) (head blog.Head, err error) {
	err = s.writer.do(ctx, func(ctx context.Context, t txn) (err error) {
		head, err = t.head(ctx, postID)
		if err != nil || head.ReadOnly == readOnly {
			return err
		}
		if err = t.exec(ctx, updateReadOnly, postID, readOnly); err != nil {
			return err
		}
		head, err = t.head(ctx, postID)
		return err
	})
	if err != nil {
		return blog.Head{}, fmt.Errorf("close or open the discussion of %s: %w", postID, err)
	}
	return head, nil
}
