package store

import (
	"fmt"
	"slices"
	"time"

	"vang/blog"
)

// numbers are those of a discussion's row.
type numbers struct {
	seq, rev, count int64
	readOnly        bool
}

// draft is a part of one discussion, as one statement read it, and what new comments make of it. Nothing of that is in the
// database until storeDraft is carried out.
type draft struct {
	postID   string
	was, is  numbers
	comments map[string]*blog.Comment // by id
	keys     map[owned]submission
	words    map[owned]submission // the newest, of a comment that stands
	changed  []*blog.Comment
	kept     []submission
}

// owned is a key or a fingerprint and whose it is.
type owned struct{ owner, text string }

// submission is a row of that table.
type submission struct {
	owner, key, fingerprint, commentID string
	at                                 time.Time
}

// addition is a comment that waits for its answer.
type addition struct {
	blog.NewComment
	sent  bool // it may be in the database, though no answer came
	added blog.Added
	err   error
}

func newDraft(postID string) *draft {
	return &draft{
		postID: postID, comments: map[string]*blog.Comment{}, keys: map[owned]submission{}, words: map[owned]submission{},
	}
}

// learn takes in a comment that is stored and, unless that is empty, what was submitted when it was made.
func (d *draft) learn(s submission, c blog.Comment) {
	if d.comments[c.ID] == nil {
		d.comments[c.ID] = &c
	}
	s.commentID = c.ID
	switch words := (owned{s.owner, s.fingerprint}); {
	case s.fingerprint == "":
	case s.key != "":
		d.keys[owned{s.owner, s.key}] = s
	case d.words[words].at.Before(s.at):
		d.words[words] = s
	}
}

// add puts a comment into the draft or finds what it repeats. An earlier answer comes first, so that a replay gets it also
// after the discussion was closed.
func (d *draft) add(a *addition, now time.Time) (blog.Added, error) {
	if own, there := d.comments[a.ID]; there {
		if !a.sent {
			return blog.Added{}, fmt.Errorf("a comment with the id %s is here already", a.ID)
		}
		return blog.Added{Comment: *own, Outcome: blog.Created}, nil
	}
	if earlier, found, err := d.answered(a.NewComment); err != nil || found {
		return earlier, err
	}
	if earlier, found := d.repeated(a.NewComment, now); found {
		if a.Key != "" {
			d.keep(a.NewComment, a.Owner, otherKey+a.Fingerprint, earlier)
		}
		return blog.Added{Comment: earlier, Outcome: blog.Duplicated}, nil
	}
	stored, err := d.insert(a.NewComment, now)
	if err != nil {
		return blog.Added{}, err
	}
	d.keep(a.NewComment, a.Owner, a.Fingerprint, stored)
	if a.Visitor != a.Owner {
		d.keep(a.NewComment, a.Visitor, a.Fingerprint, stored) // their session will ask by this name
	}
	return blog.Added{Comment: stored, Outcome: blog.Created}, nil
}

// answered finds the comment that the same key was answered with, as it now stands.
func (d *draft) answered(c blog.NewComment) (added blog.Added, found bool, err error) {
	if c.Key == "" {
		return blog.Added{}, false, nil
	}
	for _, owner := range owners(c) {
		s, there := d.keys[owned{owner, c.Key}]
		if !there {
			continue
		}
		switch s.fingerprint {
		case c.Fingerprint:
			added.Outcome = blog.Replayed
		case otherKey + c.Fingerprint:
			added.Outcome = blog.Duplicated
		default:
			return blog.Added{}, false, blog.E(blog.IdempotencyMismatch, nil)
		}
		added.Comment = *d.comments[s.commentID]
		return added, true, nil
	}
	return blog.Added{}, false, nil
}

// repeated finds the same words of the same owner within c.Dedupe.
func (d *draft) repeated(c blog.NewComment, now time.Time) (first blog.Comment, found bool) {
	if c.Dedupe <= 0 {
		return blog.Comment{}, false
	}
	for _, owner := range owners(c) {
		s, there := d.words[owned{owner, c.Fingerprint}]
		if there && toMicros(s.at) > toMicros(now.Add(-c.Dedupe)) {
			return *d.comments[s.commentID], true
		}
	}
	return blog.Comment{}, false
}

// keep remembers what answers c's key and words when owner sends them again.
func (d *draft) keep(c blog.NewComment, owner, fingerprint string, stored blog.Comment) {
	s := submission{owner: owner, key: c.Key, fingerprint: fingerprint, commentID: stored.ID, at: stored.CreatedAt}
	d.kept = append(d.kept, s)
	if c.Key != "" {
		d.keys[owned{owner, c.Key}] = s
	}
	if words := (owned{owner, fingerprint}); !s.at.Before(d.words[words].at) {
		d.words[words] = s
	}
}

func (d *draft) insert(c blog.NewComment, now time.Time) (blog.Comment, error) {
	if d.is.readOnly {
		return blog.Comment{}, blog.E(blog.ReadOnly, nil)
	}
	parent, err := d.parent(c)
	if err != nil {
		return blog.Comment{}, err
	}
	d.is.seq++
	d.is.rev++
	row := blog.Comment{
		ID: c.ID, PostID: c.PostID, ParentID: c.ParentID, Key: parent.Key.Child(d.is.seq), Seq: d.is.seq, Rev: d.is.rev,
		State: c.State, Shown: c.State == blog.Published, Name: c.Name, URL: c.URL, Email: c.Email, Visitor: c.Visitor,
		Body: c.Body, CreatedAt: fromMicros(toMicros(now)),
	}
	d.is.count += isPublished(c.State)
	d.change(&row)
	if row.Shown && c.ParentID != "" {
		parent.Replies++
		d.change(parent)
	}
	return row, nil
}

// parent is what c replies to: only what is published may be. For a root it is a comment that is nowhere.
func (d *draft) parent(c blog.NewComment) (*blog.Comment, error) {
	if c.ParentID == "" {
		return &blog.Comment{}, nil
	}
	parent, there := d.comments[c.ParentID]
	switch {
	case !there || parent.PostID != d.postID:
		return nil, blog.Invalid("parent", "unknown")
	case parent.State != blog.Published:
		return nil, blog.Invalid("parent", "deleted")
	}
	return parent, nil
}

func (d *draft) change(c *blog.Comment) {
	d.comments[c.ID] = c
	if !slices.Contains(d.changed, c) {
		d.changed = append(d.changed, c)
	}
}

// empty tells whether there is nothing to store.
func (d *draft) empty() bool { return len(d.changed) == 0 && len(d.kept) == 0 }
