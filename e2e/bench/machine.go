package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// cores are the first two on which this process may run: one for what is measured, one for what sends the load.
func cores() (server, load int, err error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0, err
	}
	_, list, _ := strings.Cut(string(status), "Cpus_allowed_list:")
	list, _, _ = strings.Cut(list, "\n")
	var found []int
	for span := range strings.SplitSeq(strings.TrimSpace(list), ",") {
		from, to, isRange := strings.Cut(span, "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err := errors.Join(err1, err2); err != nil {
			return 0, 0, fmt.Errorf("the cores of this process are %q: %w", list, err)
		}
		for core := first; core <= last && len(found) < 2; core++ {
			found = append(found, core)
		}
	}
	if len(found) < 2 {
		return 0, 0, errors.New("this process may use one core only: the bench needs one for the servers and one for the load")
	}
	return found[0], found[1], nil
}

// Machine says in one line what the numbers were measured on.
func Machine() string {
	var kernel syscall.Utsname
	_ = syscall.Uname(&kernel) // fails for a bad pointer only
	var release strings.Builder
	for _, c := range kernel.Release {
		if c == 0 {
			break
		}
		release.WriteByte(byte(c))
	}
	return fmt.Sprintf("%d cores of %s, %s of memory, Linux %s, %s", runtime.NumCPU(), fact("/proc/cpuinfo", "model name"),
		memory(), release.String(), runtime.Version())
}

// fact is what a file of "name: value" lines says of name.
func fact(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if key, value, found := strings.Cut(lines.Text(), ":"); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func memory() string {
	var kB float64
	_, _ = fmt.Sscan(fact("/proc/meminfo", "MemTotal"), &kB)
	return fmt.Sprintf("%.0f GiB", kB/(1<<20))
}
