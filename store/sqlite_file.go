package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// checkPath finds the mistakes that SQLite would only call "unable to open database file".
func checkPath(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return &trouble{code: "sqlite-folder", detail: path, remedy: "is a folder: name a file in it, such as sqlite:" +
			filepath.Join(path, "vang.db")}
	}
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &trouble{code: "sqlite-no-folder", detail: path, remedy: "cannot be made because the folder " + dir +
			" does not exist: make it, or name another file"}
	case err != nil:
		return &trouble{code: "sqlite-bad-folder", detail: path, remedy: "cannot be opened: look after its folder", err: err}
	case !info.IsDir():
		return &trouble{code: "sqlite-not-a-folder", detail: path, remedy: "cannot be made because " + dir +
			" is not a folder: name another file"}
	}
	return nil
}

// checkExists demands a database at path. An empty file is what a start that was cut off leaves behind.
func checkExists(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().IsRegular() && info.Size() == 0 {
		return &trouble{code: "sqlite-missing", detail: path, whole: "there is no database at " + path +
			"; name it with --database sqlite:FILE"}
	}
	return nil
}

// makeFile makes an empty file if there is none. SQLite would make one that all may read where the umask lets them, and it
// holds a secret, addresses and sessions. The log and its index inherit its mode; a file that is there keeps its own.
func makeFile(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil // what else may be wrong with it, SQLite tells
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case err == nil:
		return f.Close() // nobody has it open yet: closing a file drops all locks that this process holds on it
	case errors.Is(err, fs.ErrPermission):
		return unavailable(0, &trouble{code: "sqlite-cannot-open", detail: path, remedy: cannotOpen(path), err: err})
	case !errors.Is(err, fs.ErrExist):
		return &trouble{code: "sqlite-disk", detail: path, remedy: "cannot be made: look after its disk", err: err}
	}
	if _, err := os.Stat(path); err != nil {
		return &trouble{code: "sqlite-dead-link", detail: path, remedy: "is a link to a file that is not there: make that file," +
			" or name another"}
	}
	return nil // another process was first
}

// place remembers which files an open database consists of. Connections hold on to files, not to names: after a file was
// deleted or replaced they would go on, and what they write would be gone with the next restart. A nil place is that of a
// database that nobody else knows.
type place struct {
	file   string   // the database's own name where names holds a link to it
	names  []string // of the database, its log and the log's index
	opened []fs.FileInfo
}

// newPlace looks at the files of a database. All of them must be there, so some connection must have read.
func newPlace(file string) (*place, error) {
	real, err := filepath.EvalSymlinks(file) // beside which SQLite keeps the log
	if err != nil {
		return nil, err
	}
	p := &place{file: real, names: []string{file, real + "-wal", real + "-shm"}}
	for _, name := range p.names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		p.opened = append(p.opened, info)
	}
	return p, nil
}

// check demands that the names still lead to the files that were opened. A file that was moved away and is put back is the
// same file, and all goes on. What it costs is nothing beside a commit (measured: 3 µs for the three).
func (p *place) check() error {
	if p == nil {
		return nil
	}
	for i, name := range p.names {
		info, err := os.Stat(name)
		if err == nil && os.SameFile(info, p.opened[i]) {
			continue
		}
		return unavailable(0, moved(p.file, name, err))
	}
	return nil
}

// moved tells that name no longer leads to what was opened under it; err is why it cannot be looked at, nil if another file
// stands there.
func moved(file, name string, err error) *trouble {
	switch {
	case err == nil:
		// A log beside a database that is not its own would be played into it.
		return &trouble{code: "sqlite-replaced", detail: name, remedy: fmt.Sprintf("was replaced while Vang ran: put the former"+
			" file back; or stop Vang, remove %s-wal and %s-shm unless they came with the new file, and start Vang again",
			file, file)}
	case errors.Is(err, fs.ErrNotExist):
		return &trouble{code: "sqlite-moved", detail: name, remedy: "was deleted or moved away while Vang ran: put the same file" +
			" back (a copy is not enough), or restart Vang to go on with what is there"}
	default:
		return &trouble{code: "sqlite-hidden", detail: name, remedy: "can no longer be looked at: let the user that runs Vang" +
			" into its folder", err: err}
	}
}

func isMoved(err error) bool {
	code, _, _ := Trouble(err)
	return code == "sqlite-replaced" || code == "sqlite-moved" || code == "sqlite-hidden"
}
