package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is the CPU time that processes have had so far, and the resident memory that they have.
type usage struct {
	CPU      time.Duration
	Resident int64 // bytes
	Peak     int64 // bytes of Resident at most
}

// use is what the trees of processes below pids use. A process that has ended counts no more, so that a difference of two is
// good only while the same ones live.
func use(pids ...int) (usage, error) {
	var sum usage
	family, err := families(pids)
	if err != nil {
		return sum, err
	}
	for _, pid := range family {
		u, err := useOf(pid)
		if err != nil {
			return sum, err
		}
		sum.CPU += u.CPU
		sum.Resident += u.Resident
		sum.Peak += u.Peak
	}
	return sum, nil
}

// useOf reads the nanoseconds of each thread: utime and stime of /proc/PID/stat are the same, in steps of 10 ms.
func useOf(pid int) (u usage, err error) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid)) // fails for bad patterns only
	for _, file := range threads {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that has ended
		}
		first, _, _ := bytes.Cut(text, []byte(" "))
		ns, err := strconv.ParseInt(string(first), 10, 64)
		if err != nil {
			return u, fmt.Errorf("%s holds %q: this bench needs a Linux kernel that counts the time of threads", file, text)
		}
		u.CPU += time.Duration(ns)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil || len(threads) == 0 {
		return u, fmt.Errorf("process %d, which is measured, has ended: %w", pid, err)
	}
	u.Resident, u.Peak = kilobytes(status, "VmRSS:"), kilobytes(status, "VmHWM:")
	return u, nil
}

func kilobytes(status []byte, name string) int64 {
	_, rest, _ := bytes.Cut(status, []byte(name))
	var kB int64
	_, _ = fmt.Sscan(string(rest[:min(len(rest), 40)]), &kB) // a kernel thread has none
	return kB << 10
}

// families are the processes named and all that descend from them.
func families(pids []int) ([]int, error) {
	parent := map[int]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		var pid, above int
		var state string
		// The name is in parentheses and may hold anything (proc(5)).
		_, rest, _ := strings.Cut(string(stat[max(0, bytes.LastIndexByte(stat, ')')):]), " ")
		if _, err := fmt.Sscan(rest, &state, &above); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		_, _ = fmt.Sscan(string(stat), &pid)
		parent[pid] = above
	}
	wanted := map[int]bool{}
	for _, pid := range pids {
		if _, runs := parent[pid]; !runs {
			return nil, fmt.Errorf("process %d, which is measured, has ended", pid)
		}
		wanted[pid] = true
	}
	var found []int
	for pid := range parent {
		for p := pid; p > 0; p = parent[p] {
			if wanted[p] {
				found = append(found, pid)
				break
			}
		}
	}
	return found, nil
}
