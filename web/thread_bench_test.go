package web_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"vang/blog"
	"vang/store"
	"vang/testbed"
	"vang/web"
)

// longThread is how many comments the discussion has whose pages are timed.
const longThread = 10_000

// words is what people write below posts: some of it short, some with links, code and quotes.
func words(i int) string {
	return []string{
		"I agree with this, thank you for writing it down.",
		"We had the *same* trouble last year. What helped was to look at the logs **first** and to change one thing at a time, " +
			"since two changes at once tell you nothing. See <https://example.org/notes/2026> for the long version.\n\n" +
			"> Two changes at once tell you nothing.\n\nExactly this.",
		"Cảm ơn bạn, bài viết rất hay. Mình đã thử `make bench` và thấy nhanh hơn nhiều so với cách cũ, nhất là trên máy nhỏ.",
		"Three things:\n\n- the first paragraph could name the version,\n- the link to [the manual](https://example.org/manual) is dead,\n" +
			"- and the code below\n\n```\nfor i := range 10 {\n\tfmt.Println(i)\n}\n```\n\nprints one number less than the text says.",
		"Not so sure. In my case the cache was never the problem; the disk was. After we had moved the database to its own volume, " +
			"pages that took a second came at once, and nothing else had changed. So measure before you believe anybody, me included.",
	}[i%5] + fmt.Sprintf(" (%d)", i)
}

// tell has many writers fill a discussion: four roots in five comments, the others answer them. The visitor "own" wrote the
// last. It returns the comments in the order of their numbers.
func tell(b *testing.B, st store.Store, postID string, n int) []blog.Comment {
	b.Helper()
	all := make([]blog.Comment, n)
	add := func(i int, parent string) {
		c := blog.NewComment{
			ID: blog.NewID(), State: blog.Published, Visitor: fmt.Sprint("v", i), Owner: fmt.Sprint("v", i),
			Submission: blog.Submission{PostID: postID, ParentID: parent, Name: fmt.Sprint("Reader ", i%97), Body: words(i)},
		}
		if i == n-1 {
			c.Visitor = "own"
		}
		c.Fingerprint = c.Submission.Fingerprint()
		added, err := st.AddComment(b.Context(), c)
		if err != nil {
			b.Error(err)
		}
		all[i] = added.Comment
	}
	var wg sync.WaitGroup
	for w := range 40 {
		wg.Go(func() {
			root := ""
			for i := w; i < n; i += 40 {
				if i/40%5 == 0 {
					root = ""
				}
				add(i, root)
				root = all[i].ID
			}
		})
	}
	wg.Wait()
	return all
}

// onPostgres has a site read the discussions of a PostgreSQL.
func onPostgres(b *testing.B, ids *map[string]string, st *store.Store) option {
	server, err := testbed.StartPostgres(b.Context(), b.TempDir(), "fsync=off")
	testbed.Need(b, err)
	b.Cleanup(server.Stop)
	if err := server.CreateDatabase(b.Context(), "thread"); err != nil {
		b.Fatal(err)
	}
	return func(d *web.Deps, s *site) {
		opened, err := store.Open(b.Context(), store.Options{Address: server.URL("thread"), Now: s.clock.Now})
		s.must(err)
		b.Cleanup(func() { s.must(opened.Close()) })
		synced, err := opened.SyncPosts(b.Context(), []store.PostAddress{{Slug: "hello"}, {Slug: "second"}})
		s.must(err)
		*ids, *st = synced.IDs, opened
		d.Reader, d.Sessions, d.Discussion = opened, store.NewSessions(opened), blog.NewDiscussion(opened, s.stale, nil)
		d.PostIDs = func(slug string) (string, bool) { id, ok := synced.IDs[slug]; return id, ok }
	}
}

// BenchmarkThread is pages of a discussion of 10,000 that nobody asked for before: read, rendered and compressed. Each is
// asked for under a host of its own, which no page in the cache has.
func BenchmarkThread(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		s := newSite(b)
		benchThread(b, s, s.store, s.ids["hello"])
	})
	b.Run("postgres", func(b *testing.B) {
		var ids map[string]string
		var st store.Store
		s := newSite(b, onPostgres(b, &ids, &st))
		benchThread(b, s, st, ids["hello"])
	})
}

func benchThread(b *testing.B, s *site, st store.Store, postID string) {
	all := tell(b, st, postID, longThread)
	s.server.Stale(postID)
	middle, last := all[longThread/2], all[longThread-1]
	for _, c := range []struct{ name, address string }{
		{"first", "/blog/hello"},
		{"newest", "/blog/hello?sort=newest"},
		{"middle", "/blog/hello?from=" + string(middle.Key)},
		{"last", "/blog/hello?until=" + string(last.Key)},
		{"at", "/blog/hello?at=" + middle.ID},
		{"api", "/api/comments?post=hello&limit=100"},
	} {
		b.Run(c.name, func(b *testing.B) { s.ask(b, "", func(int) string { return c.address }) })
	}
	b.Run("any", func(b *testing.B) { // comments that were not drawn lately
		s.ask(b, "", func(n int) string { return "/blog/hello?from=" + string(all[n*50%longThread].Key) })
	})
	writer := s.browser()
	s.comment(writer, "second", "so that there is a session")
	cookie := s.get(writer, "/blog/second").Request.Header.Get("Cookie")
	b.Run("session", func(b *testing.B) { s.ask(b, cookie, func(int) string { return "/blog/hello" }) })
}

// ask is requests for what no cache of pages has, with a cookie if there is one.
func (s *site) ask(b *testing.B, cookie string, address func(n int) string) {
	b.ReportAllocs()
	bytes, n := 0, 0
	for b.Loop() {
		n++
		r := httptest.NewRequest("GET", address(n), nil)
		r.Host = fmt.Sprintf("h%d.example", n)
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		s.server.Handler().ServeHTTP(w, r)
		if w.Code != 200 {
			b.Fatal(w.Code, strings.TrimSpace(w.Body.String()))
		}
		bytes = w.Body.Len()
	}
	b.ReportMetric(float64(bytes), "sent-B")
}
