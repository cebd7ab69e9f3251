// Package content embeds what the binary shows by itself: the posts, pages and settings in this folder, and the small
// site that `vang init` writes. It imports the standard library only and reads nothing: posts does.
package content

import "embed"

// FS holds site.yaml, posts, pages and their pictures, as an author's folder would: what `--content` replaces.
//
//go:embed site.yaml posts pages media
var FS embed.FS

// Starter holds the site that `vang init` writes, below the folder StarterRoot.
//
//go:embed all:_starter
var Starter embed.FS

// StarterRoot is the folder of Starter that is copied.
const StarterRoot = "_starter"
