// Package markdown renders text, twice: for authors everything that a blog wants, for strangers a safe subset that is
// sanitised again after rendering.
//
// It imports blog and goldmark and knows neither files nor HTTP. Both renderers may be used by any number of goroutines.
package markdown
