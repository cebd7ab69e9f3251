// Package posts is the library of posts: it turns a folder of Markdown files into an immutable Snapshot.
//
// It imports blog and markdown, and knows neither HTTP nor the store. Library and Snapshot may be used by any number of
// goroutines; a Snapshot never changes once Library.Snapshot has returned it.
package posts
