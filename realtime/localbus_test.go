package realtime_test

import (
	"testing"

	"vang/realtime"
	"vang/realtime/bustest"
)

func TestLocalBus(t *testing.T) {
	bustest.Run(t, func(*testing.T) realtime.Bus { return realtime.NewLocalBus() })
}
