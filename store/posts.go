package store

import (
	"context"
	"slices"

	"vang/blog"
)

const (
	selectSlugs = `SELECT s.slug, s.post_id, p.slug, p.last_seq FROM slugs s JOIN posts p ON p.post_id = s.post_id WHERE s.slug `
	putPost     = `INSERT INTO posts (post_id, slug) VALUES ($1, $2) ON CONFLICT (post_id) DO UPDATE SET slug = excluded.slug`
	putSlug     = `INSERT INTO slugs (slug, post_id) VALUES ($1, $2) ON CONFLICT (slug) DO UPDATE SET post_id = excluded.post_id`
)

// syncPosts is SyncPosts in one transaction.
func (t txn) syncPosts(ctx context.Context, posts []PostAddress) (Synced, error) {
	known, err := t.discussions(ctx, posts)
	if err != nil {
		return Synced{}, err
	}
	plan := planPosts(posts, known, blog.NewID)
	for _, n := range plan.named {
		if err := t.exec(ctx, putPost, n.postID, n.slug); err != nil {
			return Synced{}, err
		}
	}
	for _, l := range plan.led {
		if err := t.exec(ctx, putSlug, l.slug, l.postID); err != nil {
			return Synced{}, err
		}
	}
	return plan.Synced, nil
}

// discussions reads where the slugs and aliases of posts lead now.
func (t txn) discussions(ctx context.Context, posts []PostAddress) (map[string]discussion, error) {
	var slugs []string
	for _, p := range posts {
		slugs = append(append(slugs, p.Slug), p.Aliases...)
	}
	known := map[string]discussion{}
	for chunk := range slices.Chunk(slugs, idsAtOnce) {
		err := t.rows(ctx, func(rows scanner) error {
			var slug string
			var d discussion
			var last int64
			err := rows.Scan(&slug, &d.postID, &d.slug, &last)
			d.used = last > 0
			known[slug] = d
			return err
		}, selectSlugs+inList(len(chunk)), inArgs(chunk)...)
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}
