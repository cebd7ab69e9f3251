package main

import (
	"io"
	"log/slog"
	"os"
	"strings"
)

// newLog writes to stdout; as text for a person on a terminal, else as JSON.
func newLog(c call) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.config.LogLevel}
	format := c.config.Log
	if format == "auto" && isTerminal(c.stdout) {
		format = "text"
	}
	if format == "text" {
		return slog.New(slog.NewTextHandler(c.stdout, options))
	}
	return slog.New(slog.NewJSONHandler(c.stdout, options))
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func warnOfPlainHTTP(log *slog.Logger, c Config) {
	if !strings.HasPrefix(c.BaseURL, "https:") {
		log.Warn("cookies are not marked Secure over plain HTTP: put TLS in front and set --base-url https://... before strangers come")
	}
}
