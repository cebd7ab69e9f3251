package posts

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
)

// TestReadingAFileThatIsNotAsItWasListed reads what its folder says is longer, shorter or just so.
func TestReadingAFileThatIsNotAsItWasListed(t *testing.T) {
	for _, size := range []int{0, 10, 5000, 100_000, maxFile} {
		for _, listed := range []int64{0, 10, 5000, 100_000, 3 * maxFile} {
			text := strings.Repeat("x", size)
			got, err := readInto(&bytes.Buffer{}, fstest.MapFS{"a.md": {Data: []byte(text)}}, "a.md", listed)
			if err != nil || string(got) != text {
				t.Errorf("%d bytes listed as %d: %d read, %v", size, listed, len(got), err)
			}
		}
	}
	if _, err := readInto(&bytes.Buffer{}, fstest.MapFS{"a.md": {Data: make([]byte, maxFile+1)}}, "a.md", 10); err == nil {
		t.Error("a file that grew beyond all measure is read")
	}
}

func TestLineEndsAreOfOneKind(t *testing.T) {
	for in, want := range map[string]string{"a\r\nb\rc\n": "a\nb\nc\n", "\uFEFFa\n": "a\n", "a\n": "a\n", "": ""} {
		if got, note := normalise([]byte(in)); string(got) != want || note != "" {
			t.Errorf("%q is %q, want %q; %s", in, got, want, note)
		}
	}
}
