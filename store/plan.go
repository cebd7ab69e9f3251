package store

// discussion is where a slug leads.
type discussion struct {
	postID string
	slug   string // of its post, when the posts were last synced
	used   bool   // it has or had comments
}

// address pairs a slug with a discussion.
type address struct{ slug, postID string }

// postPlan is what SyncPosts has to write and to answer.
type postPlan struct {
	Synced
	named []address // discussions that are new, or whose post has another slug now
	led   []address // slugs that are to lead to another discussion than now

	known map[string]discussion // slug -> where it leads
	owner map[string]string     // post id -> the present slug whose discussion it is
}

// planPosts finds the discussion of each post. A post keeps the one that its slug leads to, unless another present post
// took that one along when it was renamed; it follows a former slug where nobody ever wrote under its own. A discussion
// that belongs to another present post is left to it, whatever a careless alias says. Two used ones are a conflict and
// stay as they are.
func planPosts(posts []PostAddress, known map[string]discussion, newID func() string) postPlan {
	p := postPlan{Synced: Synced{IDs: map[string]string{}}, known: known, owner: map[string]string{}}
	present := map[string]bool{}
	for _, post := range posts {
		present[post.Slug] = true
	}
	for _, d := range known {
		if present[d.slug] {
			p.owner[d.postID] = d.slug
		}
	}
	for _, post := range posts {
		if d, ok := known[post.Slug]; ok && p.owner[d.postID] == "" {
			p.owner[d.postID] = post.Slug
		}
	}
	for _, post := range posts {
		if p.IDs[post.Slug] == "" {
			p.plan(post, newID)
		}
	}
	return p
}

func (p *postPlan) plan(post PostAddress, newID func() string) {
	mine := p.find(post)
	if mine.postID == "" {
		mine.postID = newID()
	}
	if mine.slug != post.Slug {
		mine.slug = post.Slug
		p.named = append(p.named, address{post.Slug, mine.postID})
	}
	p.owner[mine.postID] = post.Slug
	p.IDs[post.Slug] = mine.postID
	p.lead(post.Slug, mine)
	for _, alias := range post.Aliases {
		if d, ok := p.known[alias]; !ok || (!d.used && p.free(d, post.Slug)) {
			p.lead(alias, mine)
		}
	}
}

// find returns the discussion that post has or follows; the zero one if it needs a new one.
func (p *postPlan) find(post PostAddress) (mine discussion) {
	if d, ok := p.known[post.Slug]; ok && p.free(d, post.Slug) {
		mine = d
	}
	for _, alias := range post.Aliases {
		d, ok := p.known[alias]
		if !ok || d.postID == mine.postID || !p.free(d, post.Slug) {
			continue
		}
		switch {
		case mine.postID == "" || (!mine.used && d.used):
			mine = d
		case mine.used && d.used:
			p.Conflicts = append(p.Conflicts, Conflict{Slug: post.Slug, Alias: alias})
		}
	}
	return mine
}

// free tells whether d belongs to no present post but that of slug.
func (p *postPlan) free(d discussion, slug string) bool {
	owner := p.owner[d.postID]
	return owner == "" || owner == slug
}

// lead notes that slug leads to d from now on.
func (p *postPlan) lead(slug string, d discussion) {
	if p.known[slug].postID != d.postID {
		p.led = append(p.led, address{slug, d.postID})
	}
	p.known[slug] = d
}
