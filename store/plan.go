package store

// discussion is where a slug leads.
type discussion struct {
	postID string
	used   bool // it has or had comments
}

// led is a slug that is to lead to a discussion.
type led struct{ slug, postID string }

// postPlan is what SyncPosts has to write and to answer.
type postPlan struct {
	Synced
	made []string // post ids
	led  []led
}

// planPosts finds the discussion of each post. A post keeps the one its slug leads to, unless nobody ever wrote there and
// a former slug leads to one that was used: then the slug is led there. A discussion to which the slug of another present
// post leads is that post's, whatever a careless alias says. Two used ones are a conflict and stay as they are.
func planPosts(posts []PostAddress, known map[string]discussion, newID func() string) postPlan {
	p := postPlan{Synced: Synced{IDs: map[string]string{}}}
	owner := map[string]string{} // post id -> the present slug whose discussion it is
	for _, post := range posts {
		if d, ok := known[post.Slug]; ok && owner[d.postID] == "" {
			owner[d.postID] = post.Slug
		}
	}
	present := map[string]bool{}
	for _, post := range posts {
		present[post.Slug] = true
	}
	for _, post := range posts {
		p.plan(post, known, owner, present, newID)
	}
	return p
}

func (p *postPlan) plan(post PostAddress, known map[string]discussion, owner map[string]string, present map[string]bool, newID func() string) {
	if p.IDs[post.Slug] != "" {
		return
	}
	mine, found := known[post.Slug]
	for _, alias := range post.Aliases {
		d, ok := known[alias]
		if !ok || d.postID == mine.postID || present[alias] || (owner[d.postID] != "" && owner[d.postID] != post.Slug) {
			continue
		}
		switch {
		case !found || (!mine.used && d.used):
			mine, found = d, true
		case mine.used && d.used:
			p.Conflicts = append(p.Conflicts, Conflict{Slug: post.Slug, Alias: alias})
		}
	}
	if !found {
		mine = discussion{postID: newID()}
		p.made = append(p.made, mine.postID)
	}
	owner[mine.postID] = post.Slug
	p.IDs[post.Slug] = mine.postID
	p.lead(post.Slug, mine, known)
	for _, alias := range post.Aliases {
		d, ok := known[alias]
		free := owner[d.postID] == "" || owner[d.postID] == post.Slug
		if !present[alias] && (!ok || (!d.used && free)) {
			p.lead(alias, mine, known)
		}
	}
}

// lead notes that slug leads to d from now on.
func (p *postPlan) lead(slug string, d discussion, known map[string]discussion) {
	if known[slug].postID != d.postID {
		p.led = append(p.led, led{slug, d.postID})
		known[slug] = d
	}
}
