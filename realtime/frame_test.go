package realtime

import (
	"testing"
)

// payloadOf takes one frame of ours apart.
func payloadOf(t *testing.T, f []byte) string {
	t.Helper()
	head := 2
	if len(f) >= head {
		switch f[1] {
		case 126:
			head = 4
		case 127:
			head = 10
		}
	}
	if len(f) < head || f[0] != final|opText {
		t.Errorf("%q is no text frame", f)
		return ""
	}
	return string(f[head:])
}
