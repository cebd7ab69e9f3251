package blog

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeyOrderIsThreadOrder(t *testing.T) {
	want := []Key{"1", "1.2", "1.2.10", "1.3", "1.10", "2", "9", "10", "10.11", "256", "65536.70000"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, Oldest.Compare)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("thread order (-want +got):\n%s", diff)
	}
	for i := 1; i < len(want); i++ {
		if bytes.Compare(want[i-1].Bytes(), want[i].Bytes()) >= 0 {
			t.Errorf("bytes of %s do not stand before those of %s", want[i-1], want[i])
		}
	}
}

func TestNewestPutsNewRootsFirstAndKeepsThreads(t *testing.T) {
	got := []Key{"1", "1.4", "2", "10", "10.11", "10.12"}
	slices.SortFunc(got, Newest.Compare)
	want := []Key{"10", "10.11", "10.12", "2", "1", "1.4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("newest order (-want +got):\n%s", diff)
	}
}

func TestKeySurvivesBytes(t *testing.T) {
	for _, k := range []Key{"", "1", "3.12.1", "4294967295", "1.2.3.4.5.6.7.8.9.10.11.12"} {
		if got := KeyFromBytes(k.Bytes()); got != k {
			t.Errorf("KeyFromBytes(%q.Bytes()) = %q", k, got)
		}
	}
}

func TestReplyBelowTheDeepestStandsBesideIt(t *testing.T) {
	deepest := Key("1.2.3.4.5.6.7.8.9.10.11.12")
	if got, want := deepest.Child(13), Key("1.2.3.4.5.6.7.8.9.10.11.13"); got != want {
		t.Errorf("Child = %s, want %s", got, want)
	}
	if got := Key("1").Child(2).Depth(); got != 1 {
		t.Errorf("depth of a reply = %d", got)
	}
}

func FuzzParseKey(f *testing.F) {
	for _, s := range []string{"", "1", "1.2", "01", "1..2", ".", "0", "+1", "4294967296", "1.a", strings.Repeat("1.", 12) + "1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k, ok := ParseKey(s)
		if ok && KeyFromBytes(k.Bytes()) != Key(s) {
			t.Errorf("ParseKey(%q) was taken but does not survive its bytes", s)
		}
	})
}

func TestParseKeyRefusesWhatIsNone(t *testing.T) {
	for _, s := range []string{"01", "1..2", ".", "0", "+1", "-1", "4294967296", "1.a", "1.", " 1", strings.Repeat("1.", 12) + "1"} {
		if _, ok := ParseKey(s); ok {
			t.Errorf("ParseKey(%q) was taken", s)
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	for _, s := range []string{"abc.1", "abc.01", ".1", "abc.", "abc", "a.b.1", "ABC.1", "abc.-1", "abc.99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if c, ok := ParseCursor(s); ok && c.String() != s {
			t.Errorf("ParseCursor(%q) = %v", s, c)
		}
	})
}

func TestParseCursor(t *testing.T) {
	if c, ok := ParseCursor("k3x.42"); !ok || c != (Cursor{Epoch: "k3x", Rev: 42}) {
		t.Errorf("ParseCursor = %v, %v", c, ok)
	}
	for _, s := range []string{"", "k3x", "k3x.", ".42", "k3x.-1", "k3x.042", "K.1", "k3x.1.2", "k3x.9999999999999999999", "k3x.+1"} {
		if _, ok := ParseCursor(s); ok {
			t.Errorf("ParseCursor(%q) was taken", s)
		}
	}
}
