package web

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"vang/realtime"
)

func TestHealthAndMetricsTellOfAnotherBlogsReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := realtime.NewLocalBus()
		lineage := realtime.NewLineage("ours", func(context.Context) (string, error) { return "ours", nil }, slog.New(slog.DiscardHandler))
		s := &Server{deps: Deps{Bus: bus, Lineage: lineage}}
		reg := prometheus.NewRegistry()
		if err := registerAll(reg, s.busCollectors()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- lineage.Run(ctx, bus) }()
		status := func() string { return lookAtNeighbours(lineage).Status }
		if got := status(); got != "ok" {
			t.Errorf("alone: %s", got)
		}
		for range 60 {
			if err := bus.Publish(ctx, realtime.Wake{Epoch: "theirs", Topic: "p"}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if got := status(); got != "degraded" {
			t.Errorf("with another blog on the bus: %s", got)
		}
		if n, err := testutil.GatherAndCount(reg); err != nil || n != 6 {
			t.Errorf("%d metrics, %v", n, err)
		}
		if total, _ := lineage.Foreign(); total < 20 {
			t.Errorf("%d foreign wakes are counted", total)
		}
		cancel()
		<-done
	})
}
