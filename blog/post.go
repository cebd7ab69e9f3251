package blog

import "time"

// Site is what an author says of the whole blog, in content/site.yaml.
type Site struct {
	Title       string
	Tagline     string
	Description string
	Lang        Lang            // the language of "/" and of posts that name none
	Author      Person          // of posts that name none
	Taglines    map[Lang]string // per language, over Tagline
	Titles      map[Lang]string // per language, over Title
	Menu        map[Lang][]MenuItem
	PageSize    int // posts on one page of a listing; 10 if not set
}

// MenuItem is one link in the masthead.
type MenuItem struct {
	Label string
	URL   string // absolute path or URL
}

// Person is an author of posts.
type Person struct {
	Name string
	URL  string
}

// Term is one category or tag: the words that its author wrote and the slug they became.
type Term struct {
	Name string
	Slug string
}

// Post is one published article or page, without its text. A Post is immutable once its snapshot is published.
type Post struct {
	Slug        string
	Aliases     []string // former slugs and absolute paths that lead here
	Path        string   // canonical absolute path, escaped: "/blog/{slug}", or "/{slug}" for a page
	Lang        Lang
	Translation string // key shared by the translations of one post; empty when it has none
	Title       string
	Summary     string
	Authors     []Person
	Date        time.Time // zero if the file tells none
	Updated     time.Time // zero if never
	Category    Term      // zero if none
	Tags        []Term
	Image       string // the author's picture for listings and shares; empty if none
	Draft       bool
	Comments    bool   // whether the post takes comments
	Page        bool   // a page such as "about": no date, not listed, no discussion
	Minutes     int    // reading time, at least 1
	Source      string // file and, where known, line: for messages to the author, never for readers
	Hash        string // of the file's content: what a cached rendering is keyed by
}

// Heading is one entry of a table of contents.
type Heading struct {
	Level int // 2 to 4
	ID    string
	Text  string
}

// Document is a post's text, rendered.
type Document struct {
	HTML     string // safe to write as it is
	Headings []Heading
	Words    int
}
