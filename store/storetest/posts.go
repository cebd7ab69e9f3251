package storetest

import (
	"fmt"

	"vang/blog"
	"vang/store"
)

func postsTests() map[string]func(*fixture) {
	return map[string]func(*fixture){
		"the same slug, the same discussion":    postsSame,
		"a discussion follows its post":         postsFollow,
		"an alias added late":                   postsLateAlias,
		"two used discussions are a conflict":   postsConflict,
		"a careless alias takes nothing":        postsCareless,
		"a slug used anew":                      postsReused,
		"two posts with one alias":              postsSharedAlias,
		"old replicas write under the old slug": postsOldReplica,
		"many posts":                            postsMany,
	}
}

func address(slug string, aliases ...string) store.PostAddress {
	return store.PostAddress{Slug: slug, Aliases: aliases}
}

func (f *fixture) leads(slug, want string) {
	f.Helper()
	id, known, err := f.store.Resolve(f.Context(), slug)
	if err != nil || known != (want != "") || id != want {
		f.Errorf("%s leads to %q (%v, %v), want %q", slug, id, known, err, want)
	}
}

func postsSame(f *fixture) {
	first := f.sync(address("a"), address("b"))
	if first.IDs["a"] == "" || first.IDs["a"] == first.IDs["b"] || len(first.Conflicts) != 0 {
		f.Fatalf("synced: %+v", first)
	}
	f.same("again", f.sync(address("b"), address("a"), address("a")), first)
	f.same("fewer", f.sync(address("a")).IDs, map[string]string{"a": first.IDs["a"]})
	f.leads("b", first.IDs["b"]) // never deleted
	f.leads("c", "")
}

func postsFollow(f *fixture) {
	id := f.post("old")
	f.add(comment(id, "x"))
	synced := f.sync(address("new", "older", "old"))
	f.same("new", synced, store.Synced{IDs: map[string]string{"new": id}})
	for _, slug := range []string{"new", "old", "older"} {
		f.leads(slug, id)
	}
	f.same("renamed again", f.sync(address("newest", "new")).IDs["newest"], id)
}

func postsLateAlias(f *fixture) {
	old := f.post("old")
	f.add(comment(old, "x"))
	fresh := f.post("new")
	if fresh == old {
		f.Fatal("no alias tells yet that they are one")
	}
	f.same("with the alias", f.sync(address("new", "old")).IDs["new"], old)
	f.leads("new", old)
}

func postsConflict(f *fixture) {
	old, fresh := f.post("old"), f.post("new")
	f.add(comment(old, "x"))
	f.add(comment(fresh, "y"))
	synced := f.sync(address("new", "old"))
	f.same("synced", synced, store.Synced{
		IDs: map[string]string{"new": fresh}, Conflicts: []store.Conflict{{Slug: "new", Alias: "old"}},
	})
	f.leads("old", old)
}

func postsCareless(f *fixture) {
	a := f.post("a")
	f.add(comment(a, "x"))
	synced := f.sync(address("b", "a"), address("a"))
	if synced.IDs["a"] != a || synced.IDs["b"] == a || len(synced.Conflicts) != 0 {
		f.Errorf("b names a, which is there, as its alias: %+v", synced)
	}
	f.leads("a", a)
}

// postsReused: a post is renamed and takes its discussion along; later another post is written under the old slug.
func postsReused(f *fixture) {
	id := f.post("old")
	f.add(comment(id, "x"))
	f.sync(address("new", "old"))
	for _, posts := range [][]store.PostAddress{
		{address("old"), address("new")},
		{address("new", "old"), address("old")},
	} {
		synced := f.sync(posts...)
		if synced.IDs["new"] != id || synced.IDs["old"] == id || len(synced.Conflicts) != 0 {
			f.Errorf("%v: %+v; the discussion was %s", posts, synced, id)
		}
		f.leads("old", synced.IDs["old"])
	}
}

func postsSharedAlias(f *fixture) {
	synced := f.sync(address("a", "old"), address("b", "old"))
	if synced.IDs["a"] == synced.IDs["b"] {
		f.Error("two posts share one discussion")
	}
	f.leads("old", synced.IDs["a"])
	again := f.sync(address("b", "old"), address("a", "old"))
	f.same("in another order", again.IDs, synced.IDs)
}

func postsOldReplica(f *fixture) {
	id := f.sync(address("new", "old")).IDs["new"]
	f.same("a replica that knows the old slug only", f.sync(address("old")).IDs["old"], id)
}

func postsMany(f *fixture) {
	var posts []store.PostAddress
	for i := range 3500 {
		posts = append(posts, address(fmt.Sprint("post-", i), fmt.Sprint("old-", i), fmt.Sprint("/20", i, "/x")))
	}
	synced := f.sync(posts...)
	seen := map[string]bool{}
	for _, id := range synced.IDs {
		seen[id] = true
	}
	if len(synced.IDs) != 3500 || len(seen) != 3500 {
		f.Errorf("%d slugs, %d discussions", len(synced.IDs), len(seen))
	}
	f.same("again", f.sync(posts...).IDs, synced.IDs)
	f.same("heads", f.head(synced.IDs["post-7"]).Rev, int64(0))
	if _, err := f.store.AddComment(f.Context(), comment(synced.IDs["post-3499"], "x")); blog.KindOf(err) != 0 || err != nil {
		f.Error(err)
	}
}
