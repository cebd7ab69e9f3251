package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"

	"vang/posts"
	"vang/store"
)

// addresses knows which discussion belongs to which post. It only grows: a post that left the folder keeps its discussion.
type addresses struct {
	mu    sync.RWMutex
	ids   map[string]string // slug -> post id
	slugs map[string]string // post id -> present slug
}

// sync tells the store of a snapshot's posts and learns their discussions.
func (a *addresses) sync(ctx context.Context, st store.Store, snapshot *posts.Snapshot, log *slog.Logger) error {
	var list []store.PostAddress
	for _, p := range snapshot.Posts("") {
		list = append(list, store.PostAddress{Slug: p.Slug, Aliases: formerSlugs(p.Aliases)})
	}
	synced, err := st.SyncPosts(ctx, list)
	if err != nil {
		return fmt.Errorf("register posts: %w", err)
	}
	for _, c := range synced.Conflicts {
		log.Warn("two discussions with comments lead to one post: they were left alone", "slug", c.Slug, "alias", c.Alias)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ids == nil {
		a.ids, a.slugs = map[string]string{}, map[string]string{}
	}
	maps.Copy(a.ids, synced.IDs)
	for slug, id := range synced.IDs {
		a.slugs[id] = slug
	}
	return nil
}

func (a *addresses) id(slug string) (string, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	id, ok := a.ids[slug]
	return id, ok
}

func (a *addresses) slug(id string) (string, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	slug, ok := a.slugs[id]
	return slug, ok
}

// formerSlugs are the aliases that may have had a discussion here; an address of another shape is only redirected.
func formerSlugs(aliases []string) []string {
	var slugs []string
	for _, a := range aliases {
		a = strings.Trim(strings.TrimPrefix(a, "/blog/"), "/")
		if a != "" && !strings.Contains(a, "/") {
			slugs = append(slugs, a)
		}
	}
	return slugs
}
