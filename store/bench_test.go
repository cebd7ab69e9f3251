package store_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"vang/blog"
	"vang/store"
)

func benchStore(b *testing.B) (store.Store, string) {
	b.Helper()
	s := openAt(b, "sqlite:"+filepath.Join(b.TempDir(), "vang.db"), time.Now)
	return s, makePost(b, s, "a")
}

// BenchmarkAddComment is comments committed to the disk, by one writer and by as many as queue in a storm.
func BenchmarkAddComment(b *testing.B) {
	b.Run("writers=1", func(b *testing.B) {
		s, post := benchStore(b)
		for b.Loop() {
			if _, err := s.AddComment(b.Context(), newComment(post, "words")); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("writers=32", func(b *testing.B) {
		s, post := benchStore(b)
		next := make(chan struct{})
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				for range next {
					if _, err := s.AddComment(b.Context(), newComment(post, "words")); err != nil {
						b.Error(err)
					}
				}
			})
		}
		n := 0
		start := time.Now()
		for b.Loop() {
			next <- struct{}{}
			n++
		}
		close(next)
		wg.Wait()
		b.ReportMetric(float64(n)/time.Since(start).Seconds(), "comments/s")
	})
}

// fill writes n comments below 40 roots.
func fill(b *testing.B, s store.Store, post string, n int) (mid blog.Comment) {
	b.Helper()
	roots := make([]blog.Comment, 40)
	var wg sync.WaitGroup
	for r := range roots {
		added, err := s.AddComment(b.Context(), newComment(post, "root"))
		if err != nil {
			b.Fatal(err)
		}
		roots[r] = added.Comment
		wg.Go(func() {
			for i := range n/len(roots) - 1 {
				c := newComment(post, fmt.Sprint("words ", i))
				c.ParentID = roots[r].ID
				if _, err := s.AddComment(b.Context(), c); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return roots[len(roots)/2]
}

// BenchmarkPage is pages of a discussion of 10,000.
func BenchmarkPage(b *testing.B) {
	s, post := benchStore(b)
	mid := fill(b, s, post, 10_000)
	for name, q := range map[string]blog.PageQuery{
		"first":  {PostID: post},
		"newest": {PostID: post, Order: blog.Newest},
		"middle": {PostID: post, From: mid.Key},
		"at":     {PostID: post, At: mid.ID},
		"own":    {PostID: post, From: mid.Key, Visitor: "minh"},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Page(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkChanges is catching up by so many comments in a discussion of 10,000.
func BenchmarkChanges(b *testing.B) {
	s, post := benchStore(b)
	fill(b, s, post, 10_000)
	for _, behind := range []int64{0, 1, 50} {
		b.Run(fmt.Sprint("behind=", behind), func(b *testing.B) {
			for b.Loop() {
				ch, err := s.Changes(b.Context(), post, 10_000-behind, 200)
				if err != nil || int64(len(ch.Comments)) != behind {
					b.Fatal(len(ch.Comments), err)
				}
			}
		})
	}
}

// BenchmarkHeads is the look at the heads of all posts that are being read.
func BenchmarkHeads(b *testing.B) {
	s, _ := benchStore(b)
	posts := make([]store.PostAddress, 5000)
	for i := range posts {
		posts[i].Slug = fmt.Sprint("post-", i)
	}
	synced, err := s.SyncPosts(b.Context(), posts)
	if err != nil {
		b.Fatal(err)
	}
	ids := slices.Collect(maps.Values(synced.IDs))
	for _, n := range []int{1, 100, 1000, 5000} {
		b.Run(fmt.Sprint("posts=", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if heads, err := s.Heads(b.Context(), ids[:n]); err != nil || len(heads) != n {
					b.Fatal(len(heads), err)
				}
			}
		})
	}
}
