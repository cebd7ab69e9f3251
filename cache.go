package main

import (
	"log/slog"
	"os"
	"path/filepath"
)

const cacheOff = "off"

// cacheFolder is the folder for what can be made again, "" where there is none: everything works without. Nobody is told
// that the one which nobody asked for cannot be made, as in a container whose files may only be read.
func cacheFolder(asked string, log *slog.Logger) string {
	if asked == cacheOff {
		return ""
	}
	dir := asked
	if dir == "" {
		own, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(own, "vang")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		if asked != "" {
			log.Warn("no cache folder: name one that can be written with --cache, or off", "error", err)
		}
		return ""
	}
	return dir
}
