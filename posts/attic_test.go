package posts

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// texts are so many that the attic's memory does not hold them, and cannot be compressed.
func texts() [][]byte {
	random := rand.NewChaCha8([32]byte{1})
	list := make([][]byte, atticMemory>>20+atticFile>>20+4)
	for i := range list {
		list[i] = make([]byte, 1<<20)
		_, _ = random.Read(list[i])
	}
	return list
}

func TestAtticKeepsWhatMemoryShouldNotHold(t *testing.T) {
	for name, c := range map[string]struct {
		dir    string
		memory int // of the texts, how many stay in memory
	}{
		"in a folder":                   {t.TempDir(), atticMemory>>20 - 1},
		"without one":                   {"", len(texts())},
		"in a folder that is not there": {filepath.Join(t.TempDir(), "none"), len(texts())},
	} {
		t.Run(name, func(t *testing.T) {
			a := attic{dir: c.dir}
			var kept []source
			inMemory := 0
			for _, text := range texts() {
				room := bytes.Clone(text)
				s := a.keep(room)
				clear(room)
				if _, ok := s.(packed); ok {
					inMemory++
				}
				kept = append(kept, s)
			}
			equal(t, "in memory", inMemory, c.memory)
			for i, text := range texts() {
				if got, err := kept[i].load(); err != nil || !bytes.Equal(got, text) {
					t.Fatalf("text %d is another one: %v", i, err)
				}
			}
			if left, _ := os.ReadDir(c.dir); c.dir != "" && len(left) != 0 {
				t.Errorf("files with names stay behind when the program dies: %v", left)
			}
		})
	}
}

func TestAtticCountsWhatIsStillShown(t *testing.T) {
	a := attic{dir: t.TempDir()}
	files := map[string]*file{}
	for i, text := range texts()[:20] {
		files[string(rune('a'+i))] = &file{text: a.keep(text)}
	}
	if _, ok := a.keep(texts()[0]).(spilled); !ok {
		t.Error("memory is full")
	}
	clear(files)
	a.count(files)
	if _, ok := a.keep(texts()[0]).(packed); !ok {
		t.Error("the texts are gone: there is room in memory")
	}
}
