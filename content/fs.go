// Package content embeds what the binary shows by itself: the posts, pages and settings in this folder, and the small
// site that `vang init` writes. It imports the standard library only and reads nothing: posts does.
package content

import (
	"embed"
	"fmt"
	"io/fs"
)

// FS holds site.yaml, posts, pages and media, as an author's folder would: what `--content` replaces.
//
//go:embed site.yaml posts pages media
var FS embed.FS

//go:embed all:_starter
var starter embed.FS

// Starter returns the folders that `vang init` copies, one over the other: the texts, in both languages, and the settings of
// a site whose language is lang, "en" or "vi".
func Starter(lang string) ([]fs.FS, error) {
	var parts []fs.FS
	for _, dir := range []string{"site", lang} {
		if _, err := fs.Stat(starter, "_starter/"+dir); err != nil {
			return nil, fmt.Errorf("starter in %q: %w", lang, err)
		}
		part, err := fs.Sub(starter, "_starter/"+dir)
		if err != nil {
			return nil, fmt.Errorf("starter in %q: %w", lang, err)
		}
		parts = append(parts, part)
	}
	return parts, nil
}
