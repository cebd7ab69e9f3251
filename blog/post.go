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
	PageSize    int            // posts on one page of a listing; 10 if not set
	Authors     []Person       // those that posts may name by slug or name, with bios and pictures
	Me          []string       // profiles elsewhere that are the site's owner's: links with rel=me
	Image       string         // picture for shares of what has none of its own; "" has one drawn
	Params      map[string]any // settings that Vang does not know, by small-letter key: for shortcodes and templates
}

// MenuItem is one link in the masthead.
type MenuItem struct {
	Label string
	URL   string // absolute path or URL
}

// Person is an author of posts.
type Person struct {
	Name    string
	URL     string   // their own page elsewhere; "" if none is known
	Slug    string   // of their page here
	Bio     string   // a sentence or a few, plain
	Picture string   // address or path
	Me      []string // profiles elsewhere
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
	Category    Term      // the first of Categories; zero if none
	Categories  []Term
	Tags        []Term
	Series      Term   // zero if none
	Part        int    // of the series, from 1; 0 if the author numbers none: parts are in order of date then
	Section     string // folder of the post below the content, such as "posts/2024"; "" at its top
	Image       string // the author's picture for listings and shares; empty if none
	ImageAlt    string
	Canonical   string // absolute address of the original, where this is a copy; else ""
	Weight      int    // order among pages; 0 is last
	Draft       bool
	Future      bool   // shown before its date, on the author's desk alone
	Expired     bool   // shown after its last day, on the author's desk alone
	Comments    bool   // whether the post takes comments
	Page        bool   // a page such as "about": no date, not listed, no discussion
	Minutes     int    // reading time, at least 1
	Source      string // file and, where known, line: for messages to the author, never for readers
	Hash        string // of the file's content: what a cached rendering is keyed by

	Params map[string]any // front matter that Vang does not know, by small-letter key; nil if none
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
	Pictures []Picture // in the order of the text, those of other sites too
	Formulas bool      // it has formulas or drawings: its page needs their style
}

// Picture is a picture of a document, ready for a page.
type Picture struct {
	Src           string // address, escaped
	Alt           string
	Width, Height int             // in CSS pixels; 0 if they are not known
	Srcset        string          // smaller and larger variants, "" if there are none
	Sources       []PictureSource // better formats, the best first
	Missing       bool            // the text names a file that is not there
}

// PictureSource is the same picture in another format.
type PictureSource struct {
	Type   string // such as "image/avif"
	Srcset string
}
