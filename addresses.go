package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
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
	known []byte            // of the posts that the store was last told of
	ids   map[string]string // slug -> post id
	slugs map[string]string // post id -> present slug
}

// knows tells whether the store was told of just these addresses last. Most changes are to a text alone, and asking the
// store about 10,000 posts is a third of the work that such a change makes.
func (a *addresses) knows(snapshot *posts.Snapshot) bool {
	now := fingerprint(snapshot)
	a.mu.RLock()
	defer a.mu.RUnlock()
	return bytes.Equal(a.known, now)
}

// fingerprint is of all that the store is told of a snapshot.
func fingerprint(snapshot *posts.Snapshot) []byte {
	h := sha256.New()
	for _, p := range snapshot.Posts("") {
		_, _ = io.WriteString(h, p.Slug)
		for _, a := range p.Aliases {
			_, _ = io.WriteString(h, "\x00"+a)
		}
		_, _ = io.WriteString(h, "\n")
	}
	return h.Sum(nil)
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
	a.known = fingerprint(snapshot)
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
