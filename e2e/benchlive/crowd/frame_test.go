package crowd

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// served is a server's frame.
func served(op byte, payload string) []byte {
	frame := masked(op, []byte(payload))
	head := len(frame) - len(payload) - 4
	frame[1] &^= 0x80
	return append(frame[:head:head], payload...)
}

func TestFramesComeOutHoweverTheyAreCut(t *testing.T) {
	long := string(bytes.Repeat([]byte("x"), 300))
	whole := bytes.Join([][]byte{served(opText, "one"), served(opText, ""), served(opPing, "p"), served(opText, long), served(opClose, "\x03\xf4")}, nil)
	want := fmt.Sprint([]string{"1one", "1", "9p", "1" + long, "8\x03\xf4"})
	for cut := range len(whole) {
		var got []string
		each := func(op byte, payload []byte) error {
			got = append(got, fmt.Sprint(op)+string(payload))
			return nil
		}
		rest, err := frames(whole[:cut], each)
		if err != nil {
			t.Fatal(err)
		}
		rest, err = frames(append(bytes.Clone(rest), whole[cut:]...), each)
		if err != nil || len(rest) != 0 || fmt.Sprint(got) != want {
			t.Fatalf("cut at %d: %q, %d bytes left, %v", cut, got, len(rest), err)
		}
	}
}

func TestFramesRefuseWhatNobodyAskedFor(t *testing.T) {
	fragment, compressed := served(opText, "x"), served(opText, "x")
	fragment[0] &^= 0x80
	compressed[0] |= 0x40
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"masked":       {masked(opText, []byte("x")), errMasked},
		"fragment":     {fragment, errFragment},
		"continuation": {served(0, "x"), errFragment},
		"compressed":   {compressed, errFragment},
	} {
		if _, err := frames(c.data, func(byte, []byte) error { return nil }); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNumbersOfAMessage(t *testing.T) {
	for message, want := range map[string]string{
		`<ol data-cursor="4b07e64568685494.17" data-total="3 comments">`:                "[17]",
		`{"push":{"data":"data-cursor=e.5 xxx"}}` + "\n" + `{"data":"data-cursor=e.6"}`: "[5 6]",
		`<ol data-cursor=\"4b07.18\"></ol>`:                                             "[18]",
		`nothing of the kind 4.5`:                                                       "[]",
		`data-cursor=`:                                                                  "[]",
		`data-cursor="4b07."`:                                                           "[]",
	} {
		got := []int64{}
		numbers([]byte(message), func(n int64) { got = append(got, n) })
		if fmt.Sprint(got) != want {
			t.Errorf("%s: %v, not %s", message, got, want)
		}
	}
}

func TestALineAmongOthers(t *testing.T) {
	for text, want := range map[string]bool{
		"{}": true, "{}\n": true, "{\"push\":1}\n{}": true, "{}\n{\"push\":1}": true, "1\n{}\n2": true,
		"": false, "{\"data\":{}}": false, "{}x": false, "1\n2": false,
	} {
		if got := hasLine([]byte(text), "{}"); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
