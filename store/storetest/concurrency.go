package storetest

import (
	"fmt"
	"slices"
	"sync"

	"vang/blog"
)

func concurrencyTests() map[string]func(*fixture) {
	return map[string]func(*fixture){
		"many writers of one post":   func(f *fixture) { writers(f, 1) },
		"many writers of many posts": func(f *fixture) { writers(f, 7) },
		"refusals between writes":    refusalsBetween,
	}
}

const (
	nWriters = 16
	nEach    = 25
)

// writers has many write, edit and hide at once while followers read. Afterwards the seqs have no gap, no rev stands
// twice, and the followers, who asked only for what came after their cursors, know all there is.
func writers(f *fixture, nPosts int) {
	posts := make([]string, nPosts)
	for i := range posts {
		posts[i] = f.post(fmt.Sprint("post-", i))
	}
	done := make(chan struct{})
	var readers, writing sync.WaitGroup
	for _, post := range posts {
		readers.Go(func() { f.chase(post, done) })
	}
	for w := range nWriters {
		writing.Go(func() {
			for i := range nEach {
				f.writeOne(posts[(w+i)%nPosts], i)
			}
		})
	}
	writing.Wait()
	close(done)
	readers.Wait()
	total := int64(0)
	for _, post := range posts {
		total += f.checkNumbers(post)
	}
	f.same("comments in all", total, int64(nWriters*nEach))
}

func (f *fixture) writeOne(post string, i int) {
	added, err := f.store.AddComment(f.Context(), comment(post, "x"))
	if err != nil {
		f.Error(err)
		return
	}
	switch i % 3 {
	case 1:
		_, err = f.store.EditComment(f.Context(), own(added.Comment), "edited")
	case 2:
		_, err = f.store.MoveComment(f.Context(), own(added.Comment), blog.Deleted)
	}
	if err != nil {
		f.Error(err)
	}
}

// chase follows a post until done, and once more.
func (f *fixture) chase(post string, done <-chan struct{}) {
	r := &follower{seen: map[string]blog.Comment{}}
	for last := false; !last; {
		select {
		case <-done:
			last = true
		default:
		}
		ch, err := f.store.Changes(f.Context(), post, r.rev, 100_000)
		if err != nil {
			f.Error(err)
			return
		}
		for _, c := range ch.Comments {
			r.seen[c.ID] = c
		}
		r.rev = ch.Head.Rev
	}
	f.same("what a follower knows", r.seen, f.all(post))
}

// checkNumbers returns the number of comments.
func (f *fixture) checkNumbers(post string) int64 {
	rows := f.all(post)
	var seqs, revs []int64
	published := int64(0)
	for _, c := range rows {
		seqs, revs = append(seqs, c.Seq), append(revs, c.Rev)
		published += boolInt(c.State == blog.Published)
	}
	slices.Sort(seqs)
	slices.Sort(revs)
	for i, s := range seqs {
		if s != int64(i+1) {
			f.Errorf("seq %d stands in place %d", s, i+1)
		}
	}
	if len(slices.Compact(slices.Clone(revs))) != len(revs) {
		f.Error("a rev stands twice")
	}
	head := f.head(post)
	if head.Count != published || head.Rev != revs[len(revs)-1] {
		f.Errorf("head %+v; published %d, last rev %d", head, published, revs[len(revs)-1])
	}
	return int64(len(rows))
}

// refusalsBetween has refused writes share commits with good ones: the good ones stay, the refused ones leave nothing.
func refusalsBetween(f *fixture) {
	post := f.post("a")
	first := f.add(comment(post, "x", withKey("k")))
	var wg sync.WaitGroup
	for range nWriters {
		wg.Go(func() {
			for range nEach {
				for _, bad := range []blog.NewComment{
					comment(post, "y", withKey("k")),
					comment(post, "y", func(c *blog.NewComment) { c.ID = first.ID }),
					comment("no-such-post", "y"),
				} {
					if _, err := f.store.AddComment(f.Context(), bad); err == nil {
						f.Error("a bad comment was taken")
					}
				}
				f.writeOne(post, 0)
			}
		})
	}
	wg.Wait()
	f.same("comments", f.checkNumbers(post), int64(nWriters*nEach+1))
	f.same("rev", f.head(post).Rev, int64(nWriters*nEach+1))
}
