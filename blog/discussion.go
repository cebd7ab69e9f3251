package blog

import (
	"context"
	"fmt"
	"time"
)

// NewComment is a comment that may be stored: its fields are clean and its state decided.
type NewComment struct {
	ID string
	Submission
	Visitor string
	State   State
	// Owner is whose keys these are: the visitor, or the address' HMAC of one who has no session. What a new comment is
	// stored under is its Visitor's too, who has a session from then on.
	Owner       string
	FormerOwner string        // who the Owner was yesterday, since the HMAC changes daily; "" if the same
	Key         string        // idempotency key; "" for none
	Fingerprint string        // what the key's answer belongs to
	Dedupe      time.Duration // the same owner's same fingerprint within this time is the same comment; 0 never
}

// Outcome says what became of a NewComment.
type Outcome int

// Created is a new row. Replayed found the row that the same key made. Duplicated found the same words, sent without a key
// or under another.
const (
	Created Outcome = iota
	Replayed
	Duplicated
)

// Added is a stored comment and how it came to be.
type Added struct {
	Comment Comment
	Outcome Outcome
}

// Change is a wish to change one comment. The store checks it and carries it out in one transaction, by its own clock.
type Change struct {
	ID        string
	Visitor   string        // who asks; must be the writer unless Moderator
	Moderator bool          // may change any comment at any time
	Version   int64         // the edit version that the asker saw; AnyVersion does not look
	Window    time.Duration // in which the writer may
}

// AnyVersion in a Change overwrites whatever stands there.
const AnyVersion int64 = -1

// Comments is what a Discussion needs of a store. Each method is one transaction that adds one to the post's rev for each
// comment that it adds or changes: a move may also show or hide the traces above, and each of those takes a rev of its own.
// What changes nothing takes none. Errors that a reader can mend are *Error.
type Comments interface {
	// AddComment stores c once. Kinds: NotFound (post), Validation (parent unknown or deleted), ReadOnly, IdempotencyMismatch.
	AddComment(ctx context.Context, c NewComment) (Added, error)
	// EarlierComment is AddComment's answer if it would store nothing: the comment that c repeats. It writes nothing.
	EarlierComment(ctx context.Context, c NewComment) (earlier Added, found bool, err error)
	// EditComment replaces the text. The same text changes nothing. Kinds: NotFound, Gone (deleted; for all but
	// moderators also hidden or spam), Forbidden, EditWindowClosed, ReadOnly, PreconditionFailed.
	EditComment(ctx context.Context, ch Change, body string) (Comment, error)
	// MoveComment gives the comment another state; to Deleted erases it. Moving it where it is changes nothing. Kinds:
	// NotFound, Gone (out of Deleted), Forbidden, EditWindowClosed, PreconditionFailed.
	MoveComment(ctx context.Context, ch Change, to State) (Comment, error)
}

// Discussion is the use cases of those who write: post, edit, delete, moderate.
type Discussion struct {
	comments Comments
	wake     func(postID string)
	decide   func(Submission) State
}

// NewDiscussion wires the use cases. wake is called after each commit with the post's id and must not block; decide gives
// a new comment its state, and nil publishes all.
func NewDiscussion(c Comments, wake func(postID string), decide func(Submission) State) *Discussion {
	if decide == nil {
		decide = func(Submission) State { return Published }
	}
	return &Discussion{comments: c, wake: wake, decide: decide}
}

// Writer is who submits: a visitor, and whose idempotency keys they use.
type Writer struct {
	Visitor     string // identity of the session, made anew for a writer without one
	Owner       string // the visitor if the request carried one, else the address' HMAC of today
	FormerOwner string // the address' HMAC of yesterday; "" with a session
}

// Post stores a comment and wakes its readers. With dedupe, the same words again within DedupeWindow are the same comment
// even under another key. The fields of s come back clean in the stored comment; a Validation error names them all.
func (d *Discussion) Post(ctx context.Context, w Writer, s Submission, key string, dedupe bool) (Added, error) {
	c, err := newComment(w, s, key, dedupe)
	if err != nil {
		return Added{}, err
	}
	c.State = d.decide(c.Submission)
	added, err := d.comments.AddComment(ctx, c)
	if err != nil {
		return Added{}, fmt.Errorf("post comment: %w", err)
	}
	if added.Outcome == Created {
		d.wake(added.Comment.PostID)
	}
	return added, nil
}

// Earlier is what Post would answer if it found the comment stored already; found is false if Post would store it.
func (d *Discussion) Earlier(ctx context.Context, w Writer, s Submission, key string, dedupe bool) (earlier Added, found bool, err error) {
	c, err := newComment(w, s, key, dedupe)
	if err != nil {
		return Added{}, false, err
	}
	earlier, found, err = d.comments.EarlierComment(ctx, c)
	if err != nil {
		return Added{}, false, fmt.Errorf("look for an earlier comment: %w", err)
	}
	return earlier, found, nil
}

func newComment(w Writer, s Submission, key string, dedupe bool) (NewComment, error) {
	if errs := s.Normalise(); len(errs) > 0 {
		return NewComment{}, &Error{Kind: Validation, Fields: errs}
	}
	c := NewComment{
		ID: NewID(), Submission: s, Visitor: w.Visitor, Owner: w.Owner, FormerOwner: w.FormerOwner, Key: key, Fingerprint: s.Fingerprint(),
	}
	if dedupe {
		c.Dedupe = DedupeWindow
	}
	return c, nil
}

// Edit replaces the text of visitor's own comment.
func (d *Discussion) Edit(ctx context.Context, visitor, id string, version int64, body string) (Comment, error) {
	body, errs := CleanBody(body)
	if len(errs) > 0 {
		return Comment{}, &Error{Kind: Validation, Fields: errs}
	}
	c, err := d.comments.EditComment(ctx, own(visitor, id, version), body)
	if err != nil {
		return Comment{}, fmt.Errorf("edit comment %s: %w", id, err)
	}
	if c.Edits != version { // the version that stood there still stands: the text is the same
		d.wake(c.PostID)
	}
	return c, nil
}

// Delete erases visitor's own comment. Deleting it again is no error.
func (d *Discussion) Delete(ctx context.Context, visitor, id string, version int64) (Comment, error) {
	c, err := d.comments.MoveComment(ctx, own(visitor, id, version), Deleted)
	if err != nil {
		return Comment{}, fmt.Errorf("delete comment %s: %w", id, err)
	}
	d.wake(c.PostID)
	return c, nil
}

// Moderate gives any comment another state.
func (d *Discussion) Moderate(ctx context.Context, id string, to State) (Comment, error) {
	c, err := d.comments.MoveComment(ctx, Change{ID: id, Moderator: true, Version: AnyVersion}, to)
	if err != nil {
		return Comment{}, fmt.Errorf("moderate comment %s: %w", id, err)
	}
	d.wake(c.PostID)
	return c, nil
}

func own(visitor, id string, version int64) Change {
	return Change{ID: id, Visitor: visitor, Version: version, Window: EditWindow}
}
