package benchlive

import "slices"

// plan is everything that is measured, in this order.
func (b *Bench) plan() []scenario {
	sizes, largest := []int{1_000, 5_000, 10_000}, 10_000
	if m := most(); m >= 15_000 {
		sizes = append(sizes, m/5_000*5_000)
	}
	if b.options.Quick {
		sizes, largest = []int{1_000}, 1_000
	}
	sizes = slices.DeleteFunc(sizes, func(n int) bool { return n > most() })
	largest = min(largest, most())
	return []scenario{
		{
			name: "pushes", title: "One comment to all who read a post", sockets: sizes, rows: pushesRows,
			about: "A process on one core with SQLite. Memory: of the process, after two collections of garbage, less what it held without sockets; " +
				"`live` is its heap and stacks, `after` the resident memory when the pushes are over. With a thousand sockets the resident numbers drown in " +
				"what the process itself takes and gives back. CPU: everything that the server did from the first " +
				"POST to the last message, by messages received. Times are from commit (the answer to the writer or the first reader's message, whichever was " +
				"first) to the reader's end, of which the readers' own part (`readers' us`) is little: the middle push, and in brackets the middle eight of ten pushes.",
			columns: []string{"sockets", "server", "kB a socket", "live", "after", "goroutines", "us CPU a message", "readers' us", "bytes", "p50 ms", "p99 ms", "last ms", "POST ms"},
		},
		{
			name: "stuck", title: "With readers who are stuck", sockets: []int{largest}, rows: stuckRows,
			about: "One in a hundred more sockets never reads, with a tiny receive buffer. First all is well; then large comments fill what the kernel keeps " +
				"for the stuck, and the same pushes are measured while their writes wait; then again when they have been cut off.",
			columns: []string{"sockets", "stuck", "when", "p50 ms", "p99 ms", "last ms", "us CPU a message", "p99 to before"},
		},
		{
			name: "storm", title: "A storm of comments on one post", sockets: []int{1_000}, rows: stormRows,
			about: "200 comments a second for ten seconds while all read and the page is asked for 50 times a second. Readings: how often the discussion was read and " +
				"rendered for pushes; pages: how often the page was rendered.",
			columns: []string{"sockets", "comments", "POST p50 ms", "POST p99 ms", "readings", "pages", "pushes", "cores", "us CPU a message", "late p50 ms", "late p99 ms", "latest ms", "cut off"},
		},
		{
			name: "replicas", title: "Through another replica", sockets: slices.DeleteFunc([]int{1_000, 5_000}, func(n int) bool { return b.options.Quick && n > 1_000 }),
			rows:    replicasRows,
			about:   "Comments are sent to one replica and read at another; PostgreSQL and Redis between them, on the readers' core.",
			columns: []string{"sockets", "us CPU a message, both replicas", "p50 ms", "p99 ms", "last ms", "POST ms"},
		},
		{
			name: "drain", title: "A replica is stopped and its readers go to another", sockets: []int{largest}, rows: drainRows,
			about: "SIGTERM. Each page comes back after 0 to 1 s, as the script has it, while 2 comments a second are written. Nobody may miss or see one twice. " +
				"Reads: of the discussion, at the other replica, for all who returned. CPU: of the other replica, the comments included.",
			columns: []string{"sockets", "last sent away s", "all back s", "process ended s", "returns/s, most", "away p50 ms", "away p99 ms", "from memory", "from database", "reads", "reloads", "comments", "CPU s"},
		},
		{
			name: "crash", title: "A server is killed and started again", sockets: []int{largest}, rows: crashRows,
			about:   "SIGKILL, on SQLite, and started again at once: nobody was told, so all come back within a second or so, and again where they were refused. CPU: of the new process, its start included.",
			columns: []string{"sockets", "ready after s", "all back s", "returns/s, most", "away p50 ms", "away p99 ms", "from memory", "from database", "reads", "reloads", "comments", "CPU s"},
		},
	}
}
