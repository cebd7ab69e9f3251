package realtime

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(crowdURL); url != "" {
		os.Exit(crowd(url)) // a child of a benchmark
	}
	goleak.VerifyTestMain(m)
}
