// Package views is what readers see: templ components, the models they take, and the words of each language.
//
// It imports blog and knows neither HTTP nor the store: addresses arrive ready in the models. One component draws one
// thing, wherever it appears: the comment in a page, in the answer to its writer and in a push is the same Comment.
// Components may be rendered by any number of goroutines.
package views

import (
	"time"

	"vang/blog"
)

// Frame is what every page shares.
type Frame struct {
	Lang        blog.Lang // of the interface's words and, unless Post says otherwise, of the text
	Site        string    // the blog's title in Lang
	Tagline     string
	Home        string // path of the listing in Lang: "/" or "/vi/"
	Menu        []blog.MenuItem
	Languages   []Language // where this page's reader finds each language; the present one included
	Title       string     // of the page; "" on the first page of home
	Description string
	Canonical   string     // absolute; "" where no base URL is known
	Alternates  []Language // translations of this very page, absolute, for hreflang
	Feeds       []Feed
	Assets      Assets
	Styles      []string // addresses of stylesheets that this page's text needs besides
	Image       string   // absolute address of a picture for shares; "" if there is none
	ImageAlt    string
	ImageWidth  int // in pixels; 0 if it is not known
	ImageHeight int
	Share       Share    // what else a link to the page tells elsewhere
	Me          []string // profiles elsewhere that are this page's owner's: links with rel=me
	Linked      any      // the page for machines, as JSON-LD; nil for none
	Path        string   // of the page, escaped: the menu marks it
	NoIndex     bool
	Search      string // address of the search; "" where there is none
	OpenSearch  string // and of what tells browsers of it
	Desk        *Desk  // what the author's desk shows besides; nil for readers
	Year        int    // of the footer
}

// Share is what a link to a post tells elsewhere, besides its title and picture.
type Share struct {
	Published time.Time // zero if not known
	Updated   time.Time
	Section   string
	Tags      []string
	Authors   []string // addresses of their pages
	Creator   string   // of the author in the Fediverse, such as "@an@example.org"; "" if not known
}

// Language is one language's address.
type Language struct {
	Lang blog.Lang
	URL  string
}

// Feed is one subscription address.
type Feed struct {
	Title, Type, URL string
	Own              bool // whether it is of this very list, not of the whole blog
}

// Assets are the addresses of hashed files.
type Assets struct {
	Style  string // vang.css
	Script string // vang.js
	Icon   string // icon.svg
	Touch  string // touch-icon.png
}

// Entry is one post in a listing.
type Entry struct {
	blog.Post
	Comments int64
	Picture  blog.Picture // its Src is "" for none
	Number   int          // of the part of a series; 0 elsewhere
}

// Listing is home, a category, a tag, a series, an author or a section.
type Listing struct {
	Frame
	Kind    string // "home", "category", "tag", "series", "author", "section"
	Term    blog.Term
	Heading string
	Up      blog.MenuItem // all lists of this kind
	Author  *Author       // of an author's page
	Intro   *Intro        // what the author says above the list; nil if nothing
	Entries []Entry
	Total   int // on all pages
	Page    int // from 1
	Pages   int
	Newer   string // addresses; "" at the ends
	Older   string
}

// Intro is an author's text above a list.
type Intro struct {
	Post     blog.Post
	Document blog.Document
}

// Author is a writer and the address that tells more of them; "" if none does.
type Author struct {
	blog.Person
	Page  string
	Posts int
	Photo blog.Picture // its Src is "" for none
}

// Archive is all posts by year, newest first; a year's own page has one.
type Archive struct {
	Frame
	Only    int // the year that the page is of; 0 for all
	Years   []Year
	Shelves []Shelf // categories and so on, shown above
	Newer   string  // addresses of the years around Only; "" at the ends
	Older   string
}

// Year is the posts of one year; 0 for those without a date.
type Year struct {
	Year    int
	URL     string
	Posts   int
	Entries []Entry // none where the page only leads to the year's own
}

// Shelf is a set of terms: the categories, the tags or the series.
type Shelf struct {
	Kind  string // as a Listing's
	Terms []TermCount
	All   string // address of the page with all of them, where these are some; else ""
}

// TermCount is a term, its address and how many posts have it.
type TermCount struct {
	blog.Term
	URL   string
	Posts int
}

// Directory is the page of all terms of one kind, or of all authors.
type Directory struct {
	Frame
	Kind    string // as a Listing's
	Terms   []TermCount
	Authors []Author
}

// SeriesPart is where a post stands in its series.
type SeriesPart struct {
	blog.Term
	URL      string
	Number   int // from 1
	Of       int
	Parts    []blog.Post // this one and those around it
	First    int         // number of the first of Parts
	Previous *blog.Post
	Next     *blog.Post
}

// PostPage is an article with its discussion, or a page without one.
type PostPage struct {
	Frame
	Post       blog.Post
	Lead       string // the summary, where it says more than the text's beginning; else ""
	Document   blog.Document
	Authors    []Author
	Categories []TermCount
	Tags       []TermCount
	Series     *SeriesPart // nil if none
	Related    []blog.Post
	Previous   *blog.Post // older
	Next       *blog.Post // newer
	Discussion *Discussion
}

// Discussion is the comments below a post: one page of them, and the form.
type Discussion struct {
	Lang     blog.Lang
	Slug     string
	Live     string // address of the WebSocket: "/live?post={slug}"
	List     string // address that answers this very page's list as a fragment, for a reload: "/blog/{slug}/comments?..."
	Cursor   string // "<epoch>.<rev>"
	Order    blog.Order
	From     blog.Key // window of the page, half-open; "" is open
	Until    blog.Key
	Comments []Comment
	Total    int64
	ReadOnly bool
	Target   string // id of the comment that the address points at, highlighted; "" for none
	Notice   string // code of a message above the list: "" or "posted", "held", "deleted", "missing", "saved", "forgotten"
	Oldest   string // addresses of the two orders' first pages
	Newest   string
	Previous string // addresses of the neighbouring pages; "" at the ends
	Next     string
	Form     Form
}

// Comment is one comment as one audience sees it.
type Comment struct {
	blog.Comment
	Slug string
	HTML string // the body, sanitised; safe to write as it is
	Hue  int    // 0 to 11: the colour of the monogram, from the name
	Own  bool   // drawn for its writer: with controls until EditableUntil
	// Drawn is the item's very bytes, where it was drawn before; "" draws it.
	Drawn string
}

// Form is the form for a new comment or a reply.
type Form struct {
	Lang     blog.Lang
	Slug     string
	Action   string // "/blog/{slug}/comments"
	ParentID string // of the comment replied to; "" for a new thread
	Parent   string // that comment's name
	Cancel   string // address that leaves the reply; "" when it is none
	Name     string // filled in: remembered, or what was just sent
	URL      string
	Body     string
	Key      string // idempotency key that came with what was just sent; "" in shared pages
	Known    bool   // the visitor's name is remembered, and can be forgotten at Forget
	Away     bool   // a name may be remembered, where nobody can look just now
	Forget   string // "/me/forget"
	ReadOnly bool
	Errors   []blog.FieldError
	Problem  *Problem // why the whole form was refused; nil if it was not
}

// Problem is an error told to a reader: the kind gives the words.
type Problem struct {
	Kind       blog.Kind
	RetryAfter time.Duration
	RequestID  string // shown with internal errors, to be quoted to the operator
}

// EditPage is the form that changes one's own comment; its EditForm component alone is the answer to htmx.
type EditPage struct {
	Frame
	Post    blog.Post
	Comment Comment
	Action  string // "/blog/{slug}/comments/{id}/edit"
	Cancel  string // back to the comment
	Body    string
	Version int64
	Errors  []blog.FieldError
	Problem *Problem
}

// DeletePage asks before a comment is deleted.
type DeletePage struct {
	Frame
	Post    blog.Post
	Comment Comment
	Action  string // "/blog/{slug}/comments/{id}/delete"
	Cancel  string
}

// ErrorPage is what a reader gets instead of a page.
type ErrorPage struct {
	Frame
	Status  int
	Problem Problem
	Sent    string  // the text that came with the request, to copy; "" for none
	Unread  bool    // a text was sent and could not be read: its writer's browser still has it
	Back    string  // address of what the text was about; "" for none
	BackTo  string  // its title
	Latest  []Entry // a way on
}

// Push is what changed in a discussion, for one audience. The cursor and the total bring the page to this point.
type Push struct {
	Lang     blog.Lang
	Cursor   string
	Total    int64
	ReadOnly bool
	Comments []Comment // those not Shown take their element away
}

// Posted is the answer to a form that htmx sent: the comment in its place, a fresh form, and what to tell the writer.
type Posted struct {
	Lang    blog.Lang
	Comment Comment
	Form    Form
	Notice  string // as in Discussion
}
