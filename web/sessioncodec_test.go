package web

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSessionCodec: what was read before is read as it was, whatever became of it in the hands of whoever read it; nonsense is
// nonsense each time; and no more is remembered than there is room for.
func TestSessionCodec(t *testing.T) {
	c := &sessionCodec{}
	deadline := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	want := map[string]any{keyVisitor: "lan", keyUnused: true}
	b, err := c.Encode(deadline, want)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		until, values, err := c.Decode(b)
		if diff := cmp.Diff(want, values); err != nil || diff != "" || !until.Equal(deadline) {
			t.Fatalf("%v, %v, %s", err, until, diff)
		}
		values[keyVisitor] = "someone else"
		delete(values, keyUnused)
	}
	for range 2 {
		if _, _, err := c.Decode(b[:20]); !errors.Is(err, errUnreadable) {
			t.Errorf("nonsense: %v", err)
		}
	}
	for i := range 3 * sessionsRead {
		other, err := c.Encode(deadline, map[string]any{keyVisitor: fmt.Sprint(i)})
		if err != nil {
			t.Fatal(err)
		}
		if _, values, err := c.Decode(other); err != nil || values[keyVisitor] != fmt.Sprint(i) {
			t.Fatal(values, err)
		}
	}
	if n := len(c.new) + len(c.old); n > 2*sessionsRead {
		t.Errorf("%d are remembered", n)
	}
}

// BenchmarkSessionDecode is what a request with a cookie pays for its session's form.
func BenchmarkSessionDecode(b *testing.B) {
	c := &sessionCodec{}
	data, err := c.Encode(time.Now(), map[string]any{keyVisitor: "lan", keyName: "Lan", keyURL: ""})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := c.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}
