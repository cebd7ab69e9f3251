package blog

import (
	"context"
	"errors"
	"testing"
)

// fakeComments answers with what the test put in and keeps what it was given.
type fakeComments struct {
	added Added
	err   error
	got   NewComment
	moved State
}

func (f *fakeComments) AddComment(_ context.Context, c NewComment) (Added, error) {
	f.got = c
	return f.added, f.err
}

func (f *fakeComments) EarlierComment(_ context.Context, c NewComment) (Added, bool, error) {
	f.got = c
	return f.added, f.err == nil, f.err
}

func (f *fakeComments) EditComment(context.Context, Change, string) (Comment, error) {
	return f.added.Comment, f.err
}

func (f *fakeComments) MoveComment(_ context.Context, _ Change, to State) (Comment, error) {
	f.moved = to
	return f.added.Comment, f.err
}

func TestPostWakesReadersOnlyForANewComment(t *testing.T) {
	for outcome, want := range map[Outcome]int{Created: 1, Replayed: 0, Duplicated: 0} {
		woken := 0
		fake := &fakeComments{added: Added{Comment: Comment{PostID: "p"}, Outcome: outcome}}
		d := NewDiscussion(fake, func(string) { woken++ }, nil)
		if _, err := d.Post(t.Context(), Writer{}, Submission{PostID: "p", Name: "An", Body: "x"}, "", true); err != nil {
			t.Fatal(err)
		}
		if woken != want {
			t.Errorf("outcome %d woke %d times, want %d", outcome, woken, want)
		}
	}
}

func TestAnEditThatChangesNothingWakesNobody(t *testing.T) {
	for _, tt := range []struct{ seen, now, want int64 }{{3, 4, 1}, {3, 3, 0}, {AnyVersion, 3, 1}} {
		woken := int64(0)
		fake := &fakeComments{added: Added{Comment: Comment{PostID: "p", Edits: tt.now}}}
		if _, err := NewDiscussion(fake, func(string) { woken++ }, nil).Edit(t.Context(), "v", "id", tt.seen, "x"); err != nil {
			t.Fatal(err)
		}
		if woken != tt.want {
			t.Errorf("version %d after an edit of %d woke %d times, want %d", tt.now, tt.seen, woken, tt.want)
		}
	}
}

func TestPostDecidesTheStateAndTheDedupeWindow(t *testing.T) {
	fake := &fakeComments{}
	d := NewDiscussion(fake, func(string) {}, func(Submission) State { return Pending })
	if _, err := d.Post(t.Context(), Writer{Visitor: "v", Owner: "o", FormerOwner: "f"}, Submission{Name: "An", Body: "x"}, "k", false); err != nil {
		t.Fatal(err)
	}
	if got := fake.got; got.State != Pending || got.Dedupe != 0 || got.Key != "k" || got.Owner != "o" || got.FormerOwner != "f" || got.Visitor != "v" || got.ID == "" {
		t.Errorf("stored %+v", got)
	}
}

func TestPostTellsWhatIsWrongBeforeTheStoreIsAsked(t *testing.T) {
	fake := &fakeComments{err: errors.New("must not be asked")}
	_, err := NewDiscussion(fake, nil, nil).Post(t.Context(), Writer{}, Submission{}, "", true)
	if KindOf(err) != Validation || fake.got.ID != "" {
		t.Errorf("err = %v, stored %+v", err, fake.got)
	}
}

func TestErrorsKeepTheirKindThroughWrapping(t *testing.T) {
	fake := &fakeComments{err: E(ReadOnly, nil)}
	_, err := NewDiscussion(fake, nil, nil).Post(t.Context(), Writer{}, Submission{Name: "An", Body: "x"}, "", true)
	if KindOf(err) != ReadOnly {
		t.Errorf("kind = %s", KindOf(err))
	}
	if KindOf(errors.New("x")) != Internal {
		t.Error("a foreign error is not internal")
	}
}

func TestDeleteErases(t *testing.T) {
	fake := &fakeComments{}
	if _, err := NewDiscussion(fake, func(string) {}, nil).Delete(t.Context(), "v", "id", AnyVersion); err != nil || fake.moved != Deleted {
		t.Errorf("moved to %q, %v", fake.moved, err)
	}
}
