package benchlive

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// cores are who runs where: the measured servers on one core, everything else (the crowd, databases, this program) on the rest.
type cores struct {
	server int
	shared bool // there is one core only, and numbers are worth little
}

// pin keeps this process, and what it starts, off the servers' core.
func pin() (cores, error) {
	var all unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return cores{}, fmt.Errorf("ask for the cores: %w", err)
	}
	for core := range 1024 {
		if !all.IsSet(core) {
			continue
		}
		if all.Count() == 1 {
			return cores{server: core, shared: true}, nil
		}
		all.Clear(core)
		return cores{server: core}, pinThreads(&all)
	}
	return cores{}, errors.New("this process may run on no core")
}

// pinThreads moves the threads that there are; those that come later inherit it.
func pinThreads(to *unix.CPUSet) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(id, to); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("keep off the servers' core: %w", err)
		}
	}
	return nil
}
