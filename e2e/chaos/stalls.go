package chaos

import (
	"context"
	"time"

	"vang/e2e/chaos/history"
)

// stallTick is how often watchStalls looks, stallLeast what counts.
const (
	stallTick  = 20 * time.Millisecond
	stallLeast = 200 * time.Millisecond
)

// watchStalls writes down when this process itself was not run for long: the blog shares its machine, and was not either.
func watchStalls(ctx context.Context, out *history.Recorder) {
	for last := out.Now(); pause(ctx, stallTick); {
		now := out.Now()
		if late := now - last - stallTick.Microseconds(); late > stallLeast.Microseconds() {
			out.Add(history.Record{Process: "harness", Kind: history.Stall, Begin: now - late, End: now})
		}
		last = now
	}
}
