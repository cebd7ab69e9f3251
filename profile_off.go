//go:build !profile

package main

import (
	"context"
	"log/slog"
)

// profile does nothing: this build serves no profiles.
func profile(context.Context, *slog.Logger) error { return nil }
