package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/fstest"

	"vang/markdown"
	"vang/posts"
	"vang/store"
)

func TestTheStoreIsAskedOnlyWhenAddressesChange(t *testing.T) {
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	st, err := store.Open(ctx, store.Options{Address: "sqlite:" + filepath.Join(t.TempDir(), "vang.db"), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	snapshot := func(texts map[string]string) *posts.Snapshot {
		fsys := fstest.MapFS{}
		for name, text := range texts {
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
		l, err := posts.Open(ctx, posts.Options{FS: fsys, Author: markdown.NewAuthor(markdown.AuthorOptions{})})
		if err != nil {
			t.Fatal(err)
		}
		return l.Snapshot()
	}
	a := &addresses{}
	first := snapshot(map[string]string{"posts/a.md": "one"})
	if a.knows(first) {
		t.Error("the store was never told")
	}
	if err := a.sync(ctx, st, first, log); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		texts map[string]string
		want  bool
	}{
		"the same":       {map[string]string{"posts/a.md": "one"}, true},
		"another text":   {map[string]string{"posts/a.md": "two"}, true},
		"another post":   {map[string]string{"posts/a.md": "one", "posts/b.md": "x"}, false},
		"another slug":   {map[string]string{"posts/b.md": "one"}, false},
		"another alias":  {map[string]string{"posts/a.md": "---\naliases: [b]\n---\none"}, false},
		"no post at all": {nil, false},
	} {
		if got := a.knows(snapshot(c.texts)); got != c.want {
			t.Errorf("%s: known %v, want %v", name, got, c.want)
		}
	}
}
