// Package search finds posts by their words, whatever their script, with accents or without.
//
// It imports blog alone. An Index may be searched by any number of goroutines while it is brought up to date.
//
// An index is a few segments, each of them sorted terms with the documents and the positions where they stand, in arrays of
// bytes that nobody changes: what changes makes a new small segment, and small ones are merged. Terms are kept as they are
// written, in small letters, and found by what remains of them without accents.
package search

import (
	"iter"
	"time"

	"vang/blog"
)

// Part is what a piece of a document's text is.
type Part uint8

// The parts of a text.
const (
	Prose Part = iota
	Heading
	Code
)

// Text is the pieces of a document's text, one paragraph or line of code after another. A piece is valid until the next.
type Text = iter.Seq2[Part, []byte]

// Doc is a document to be found, without its text.
type Doc struct {
	Key     string // what Search gives back; there is one document for each
	Hash    string // of the text: a document is read again when it or anything here changes
	Lang    blog.Lang
	Title   string
	Terms   []string // names of its tags, categories, series and authors
	Filters []string // what a query may ask for: "tag:go", "year:2024", "lang:vi"; the part behind the colon is a slug
	Date    time.Time
}

// Hit is one found document.
type Hit struct {
	Key   string
	Score float64
}

// Facet is how many of the found documents have a filter.
type Facet struct {
	Filter string
	Count  int
}

// Found is the answer to a query.
type Found struct {
	Hits    []Hit // those asked for, the best first
	Total   int   // of all that match
	Partial bool  // no document has all the words: these have some
	Facets  []Facet
	Meant   string // what else the query may have meant, as it is typed; "" if nothing
	Ready   bool   // all documents are in the index
}

// Stats tell how large an index is.
type Stats struct {
	Docs     int
	Terms    int // different ones, in each segment
	Segments int
	Bytes    int // that the index takes in memory
}
