package storetest

import (
	"bytes"
	"context"
	"sync"
	"time"

	"vang/blog"
	"vang/store"
)

func siteTests() map[string]func(*fixture) {
	return map[string]func(*fixture){
		"epochs":                            siteEpochs,
		"one new epoch":                     siteOneEpoch,
		"one secret":                        siteSecret,
		"a sign of life":                    sitePing,
		"the time":                          siteNow,
		"a reader who goes away":            siteCancelled,
		"readers who go away in the middle": siteInterrupted,
		"after closing":                     siteClosed,
	}
}

func siteEpochs(f *fixture) {
	first, err := f.store.Epoch(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	if c, ok := blog.ParseCursor(blog.Cursor{Epoch: first, Rev: 3}.String()); !ok || c.Epoch != first {
		f.Errorf("epoch %q makes no cursor", first)
	}
	post := f.post("a")
	kept, err := f.store.NewEpoch(f.Context(), "another")
	if err != nil || kept != first {
		f.Errorf("an epoch seen wrongly: %q, %v", kept, err)
	}
	second, err := f.store.NewEpoch(f.Context(), first)
	if err != nil || second == first || f.head(post).Epoch != second {
		f.Errorf("the next epoch: %q, %v", second, err)
	}
	third, err := f.store.NewEpoch(f.Context(), "")
	if err != nil || third == second || third == first {
		f.Errorf("an epoch without seeing: %q, %v", third, err)
	}
}

// siteOneEpoch: many replicas that see one head go backwards begin one new life, not one each.
func siteOneEpoch(f *fixture) {
	seen, err := f.store.Epoch(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	got := make([]string, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			var err error
			if got[i], err = f.store.NewEpoch(f.Context(), seen); err != nil {
				f.Error(err)
			}
		})
	}
	wg.Wait()
	for _, e := range got {
		if e != got[0] || e == seen {
			f.Errorf("epochs %v after %q", got, seen)
		}
	}
}

func siteSecret(f *fixture) {
	got := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			var err error
			if got[i], err = f.store.Secret(f.Context()); err != nil {
				f.Error(err)
			}
		})
	}
	wg.Wait()
	for _, s := range got {
		if len(s) != 32 || !bytes.Equal(s, got[0]) || bytes.Equal(s, make([]byte, 32)) {
			f.Fatalf("secrets of %d bytes, or not one", len(s))
		}
	}
}

func siteNow(f *fixture) {
	for range 2 {
		if now, want := f.store.Now(), f.clock.now(); !now.Equal(want) {
			f.Errorf("it is %v, the store says %v", want, now)
		}
		f.clock.add(time.Hour)
	}
}

func sitePing(f *fixture) {
	if err := f.store.Ping(f.Context()); err != nil {
		f.Error(err)
	}
}

// siteCancelled: whoever has gone away before asking gets an error that may be tried again, and the store lives on.
func siteCancelled(f *fixture) {
	post := f.post("a")
	ctx, cancel := context.WithCancel(f.Context())
	cancel()
	for range 20 {
		if _, err := f.store.Page(ctx, blog.PageQuery{PostID: post}); blog.KindOf(err) != blog.Unavailable {
			f.Errorf("a page for nobody: %v", err)
		}
	}
	if _, err := f.store.AddComment(ctx, comment(post, "x")); err != nil && blog.KindOf(err) != blog.Unavailable {
		f.Errorf("a comment by nobody: %v", err)
	}
	f.add(comment(post, "y"))
}

// siteInterrupted: a reader who goes away at any moment gets the whole page or an error that may be tried again, and the
// connection serves the next one.
func siteInterrupted(f *fixture) {
	post := f.post("a")
	for range 60 {
		f.add(comment(post, "x"))
	}
	want := ids(f.page(blog.PageQuery{PostID: post}).Comments)
	cut := 0
	for i := range 400 {
		ctx, cancel := context.WithTimeout(f.Context(), time.Duration(i)*2*time.Microsecond)
		p, err := f.store.Page(ctx, blog.PageQuery{PostID: post})
		cancel()
		switch {
		case err == nil:
			f.same("a page in time", ids(p.Comments), want)
		case blog.KindOf(err) == blog.Unavailable:
			cut++
		default:
			f.Errorf("a reader who went away: %v", err)
		}
	}
	if cut == 0 {
		f.Error("no reader was fast enough to go away")
	}
	f.same("a page afterwards", ids(f.page(blog.PageQuery{PostID: post}).Comments), want)
}

func siteClosed(f *fixture) {
	post := f.post("a")
	if err := f.store.Close(); err != nil {
		f.Fatal(err)
	}
	if _, err := f.store.AddComment(f.Context(), comment(post, "x")); err == nil {
		f.Error("a closed store took a comment")
	}
	if err := f.store.Ping(f.Context()); err == nil {
		f.Error("a closed store is alive")
	}
}

func sessionTests() map[string]func(*fixture) {
	return map[string]func(*fixture){
		"kept, replaced, deleted": sessionKept,
		"expired":                 sessionExpired,
		"through scs' methods":    sessionMethods,
	}
}

func (f *fixture) session(token string, want []byte) {
	f.Helper()
	data, found, err := f.store.FindSession(f.Context(), token)
	if err != nil || found != (want != nil) || !bytes.Equal(data, want) {
		f.Errorf("session %s: %q, %v, %v; want %q", token, data, found, err, want)
	}
}

func (f *fixture) keep(token string, data []byte, d time.Duration) {
	f.Helper()
	if err := f.store.CommitSession(f.Context(), token, data, f.clock.now().Add(d)); err != nil {
		f.Fatal(err)
	}
}

func sessionKept(f *fixture) {
	f.session("t", nil)
	f.keep("t", []byte{0, 1, 255}, time.Hour)
	f.session("t", []byte{0, 1, 255})
	f.keep("t", []byte("other"), time.Hour)
	f.session("t", []byte("other"))
	f.session("T", nil)
	f.keep("empty", nil, time.Hour)
	f.session("empty", []byte{})
	for range 2 {
		if err := f.store.DeleteSession(f.Context(), "t"); err != nil {
			f.Fatal(err)
		}
		f.session("t", nil)
	}
}

func sessionExpired(f *fixture) {
	f.keep("short", []byte("x"), time.Minute)
	f.keep("long", []byte("y"), time.Hour)
	f.clock.add(time.Minute)
	f.session("short", nil)
	f.session("long", []byte("y"))
	if err := f.store.DeleteExpiredSessions(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.clock.add(-time.Minute) // if it were there still, it would be found now
	f.session("short", nil)
	f.session("long", []byte("y"))
}

func sessionMethods(f *fixture) {
	s := store.NewSessions(f.store)
	expiry := f.clock.now().Add(time.Hour)
	if err := s.Commit("t", []byte("x"), expiry); err != nil {
		f.Fatal(err)
	}
	if data, found, err := s.Find("t"); err != nil || !found || string(data) != "x" {
		f.Errorf("find: %q, %v, %v", data, found, err)
	}
	if err := s.CommitCtx(f.Context(), "u", []byte("y"), expiry); err != nil {
		f.Fatal(err)
	}
	if err := s.Delete("t"); err != nil {
		f.Fatal(err)
	}
	if _, found, err := s.FindCtx(f.Context(), "t"); err != nil || found {
		f.Errorf("deleted: %v, %v", found, err)
	}
	if err := s.DeleteCtx(f.Context(), "u"); err != nil {
		f.Fatal(err)
	}
}
