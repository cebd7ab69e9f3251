package markdown

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	coloursName  = "vang.colours" // nobody else names a file so: what is in the way is made anew or deleted
	coloursMark  = "Vang's colours of code 1; may be deleted at any time\n"
	coloursLimit = 16 << 20 // bytes of the file: the code of some 80,000 posts
	leftOver     = time.Hour
	maxFailures  = 3 // writes that fail one after the other, before no more are tried
	entryHead    = 4 + sha256.Size + checkSize
	checkSize    = 8
)

// coloursKey is what an entry is found by.
type coloursKey [sha256.Size]byte

// place is where the data of an entry lies in the file.
type place struct {
	at   int64
	size int
}

// coloursFile keeps entries, from one start to the next, in one file that only grows and that any number of processes may
// append to. An entry is its data's length, its key, a checksum and the data. One file for each block of code took longer to
// write (0.7 ms) than most blocks take to colour.
//
// Nothing ever fails because of it: what cannot be read is made again, and what cannot be written is not kept.
type coloursFile struct {
	dir   string // "" if nothing is kept
	limit int64
	open  sync.Once

	mu       sync.Mutex
	root     *os.Root // nil if there is no folder
	file     *os.File // nil if there is none that can be read
	entries  map[coloursKey]place
	size     int64 // as far as it is known: others append too
	failures int
}

// get is the data kept under key. The caller judges what it says.
func (c *coloursFile) get(key coloursKey) ([]byte, bool) {
	c.open.Do(c.load)
	c.mu.Lock()
	file, p, ok := c.file, place{}, false
	p, ok = c.entries[key]
	c.mu.Unlock()
	if !ok {
		return nil, false
	}
	entry := make([]byte, entryHead+p.size)
	if _, err := file.ReadAt(entry, p.at-entryHead); err != nil || !intact(entry, key) {
		return nil, false
	}
	return entry[entryHead:], true
}

// put keeps data under key.
func (c *coloursFile) put(key coloursKey, data []byte) {
	c.open.Do(c.load)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file == nil || c.failures >= maxFailures {
		return
	}
	if c.size > c.limit {
		c.rewrite()
	}
	end, err := appendTo(c.file, newEntry(key, data))
	if err != nil { // the disk is full or may only be read
		c.failures++
		return
	}
	c.failures = 0
	c.size = end
	c.entries[key] = place{end - int64(len(data)), len(data)}
}

// appendTo adds to a file that others append to as well, and tells where it ends then.
func appendTo(file *os.File, entry []byte) (end int64, err error) {
	if _, err := file.Write(entry); err != nil {
		return 0, err
	}
	return file.Seek(0, io.SeekCurrent)
}

func newEntry(key coloursKey, data []byte) []byte {
	entry := make([]byte, entryHead, entryHead+len(data))
	binary.LittleEndian.PutUint32(entry, uint32(len(data)))
	copy(entry[4:], key[:])
	entry = append(entry, data...)
	copy(entry[4+len(key):], checksum(entry))
	return entry
}

// intact tells whether an entry is what newEntry made for key.
func intact(entry []byte, key coloursKey) bool {
	return coloursKey(entry[4:4+len(key)]) == key &&
		int(binary.LittleEndian.Uint32(entry)) == len(entry)-entryHead &&
		string(entry[4+len(key):entryHead]) == string(checksum(entry))
}

// checksum is of an entry without its checksum.
func checksum(entry []byte) []byte {
	h := sha256.New()
	h.Write(entry[:4+sha256.Size])
	h.Write(entry[entryHead:])
	return h.Sum(nil)[:checkSize]
}

// load opens the file and learns what is in it, when the first code is coloured.
func (c *coloursFile) load() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dir == "" || os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	root, err := os.OpenRoot(c.dir)
	if err != nil {
		return
	}
	c.root = root
	c.reopen()
	if c.file != nil && !c.scan() {
		c.rewrite()
	}
}

// reopen opens the file, and makes it where there is none.
func (c *coloursFile) reopen() {
	c.file, c.entries, c.size = nil, map[coloursKey]place{}, 0
	info, err := c.root.Lstat(coloursName)
	if err == nil && !info.Mode().IsRegular() { // opening a pipe would wait
		return
	}
	if errors.Is(err, os.ErrNotExist) {
		c.replace(nil)
	}
	file, err := c.root.OpenFile(coloursName, os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		if file, err = c.root.Open(coloursName); err != nil {
			return
		}
		c.failures = maxFailures // it may only be read
	}
	c.file = file
}

// scan learns where the entries are. It is false if there is something else between them. An unfinished one at the end may
// be one that another process is writing.
func (c *coloursFile) scan() bool {
	r := bufio.NewReaderSize(io.NewSectionReader(c.file, 0, 4*c.limit), 64<<10)
	mark := make([]byte, len(coloursMark))
	if _, err := io.ReadFull(r, mark); err != nil || string(mark) != coloursMark {
		return false
	}
	c.size = int64(len(mark))
	entry := make([]byte, entryHead)
	for {
		if _, err := io.ReadFull(r, entry[:entryHead]); err != nil {
			return true
		}
		size := int(binary.LittleEndian.Uint32(entry))
		if size > 8*maxHighlight {
			return false
		}
		entry = slices.Grow(entry[:entryHead], size)[:entryHead+size]
		if _, err := io.ReadFull(r, entry[entryHead:]); err != nil {
			return true
		}
		key := coloursKey(entry[4 : 4+sha256.Size])
		if !intact(entry, key) {
			return false
		}
		c.entries[key] = place{c.size + entryHead, size}
		c.size += int64(len(entry))
	}
}

// rewrite makes the file anew with the younger half of what it may hold. Others go on with the old file until they end:
// what they add to it is lost, and made again.
func (c *coloursFile) rewrite() {
	type entry struct {
		key coloursKey
		place
	}
	var list []entry
	for key, p := range c.entries {
		list = append(list, entry{key, p})
	}
	slices.SortFunc(list, func(a, b entry) int { return int(b.at - a.at) })
	var kept [][]byte
	room := c.limit / 2
	for _, e := range list {
		data := make([]byte, entryHead+e.size)
		if room -= int64(len(data)); room < 0 {
			break
		}
		if _, err := c.file.ReadAt(data, e.at-entryHead); err == nil && intact(data, e.key) {
			kept = append(kept, data)
		}
	}
	slices.Reverse(kept)
	c.replace(kept)
	c.reopen()
	if c.file != nil && !c.scan() {
		c.failures = maxFailures
	}
}

// replace puts a file with these entries in place in one step, so that nobody ever sees half of it.
func (c *coloursFile) replace(entries [][]byte) {
	c.sweep()
	temporary := coloursName + "-" + rand.Text()
	text := append([]byte(coloursMark), slices.Concat(entries...)...)
	err := c.root.WriteFile(temporary, text, 0o600)
	if err == nil {
		err = c.root.Rename(temporary, coloursName)
	}
	if err != nil {
		_ = c.root.Remove(temporary)
		c.failures = maxFailures
	}
}

// sweep deletes what processes left that died while they replaced the file.
func (c *coloursFile) sweep() {
	names, _ := fs.Glob(c.root.FS(), coloursName+"-*")
	for _, name := range names {
		if info, err := c.root.Lstat(name); err == nil && time.Since(info.ModTime()) > leftOver {
			_ = c.root.Remove(name)
		}
	}
}
