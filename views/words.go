package views

import (
	"strconv"
	"strings"
	"sync"

	"vang/blog"
)

// Pseudo is the language of no one: English with every word in ⟦ ⟧. A crawl under it finds what was never translated.
const Pseudo blog.Lang = "qps"

// Catalogue is every word of the interface in one language. Text in braces, such as {name}, is filled in by Fill.
type Catalogue struct {
	Lang   blog.Lang // of the words
	Name   string    // of the language, in itself
	Locale string    // for OpenGraph

	// Page.
	Skip, Site, LanguagesLabel, Draft, Changed, Reload, Feed string

	// The author's desk.
	Desk, DeskFile, DeskShows, DeskFault1, DeskFaults, DeskKept, DeskHide, DeskRemark1, DeskRemarks, DeskMore, DeskLost string

	// Listings and archive.
	Posts, PostsPage, CategoryTitle, TagTitle, Archive, Categories, Tags, NoPosts, Undated string
	Pages, PageOf, Newer, Older, Year                                                      string
	Updated, Minutes1, Minutes, Contents, Neighbours, PreviousPost, NextPost, FiledUnder   string
	Planned, Expired, Related, AllTags, Count1, Count, Author, Authors, PostsBy, Elsewhere string
	Series, SeriesTitle, PartOf, Part, Parts, PreviousPart, NextPart, Subscribe            string

	// Search.
	Search, SearchLabel, SearchHint, SearchWithin, SearchWithout, SearchMeant, SearchAll string
	SearchNotReady, SearchMore, SearchBefore, SearchOf, FoundNone, Found1, Found         string
	FoundPartial, FoundForeign, Years                                                    string

	// Discussion.
	Comments0, Comments1, Comments                                                    string
	Order, OldestFirst, NewestFirst, EarlierComments, LaterComments, CommentPages     string
	ReadOnly, WriteLink, NewComments1, NewComments, Arrived                           string
	Live, Reconnecting, Offline, Anonymous, Edited, ReplyLevel                        string
	Pending, Erased, HiddenComment, Reply, ReplyTo, Edit, EditOf, Delete, DeleteOf    string
	NoticeHeld, NoticePosted, NoticeDeleted, NoticeSaved, NoticeForgotten, NoticeKept string
	NoticeMissing                                                                     string

	// Forms.
	WriteTitle, ReplyTitle, BodyLabel, BodyHint, NameLabel, URLLabel, URLHint, Optional string
	Submit, Submitting, Cancel, Remembered, Away, Forget, NotSent                       string
	EditTitle, EditHint, Save, Saving, DeleteTitle, DeleteAsk, DeleteYes                string

	// Errors.
	Kinds     map[blog.Kind]Message
	Fields    map[string]string // by "field.code", else by code
	RequestID string
	RetryIn1  string
	RetryIn   string
	GoBack    string
	SentText  string
	Home      string
	Latest    string

	months   [12]string
	date     string // with {day}, {month}, {year}
	dateTime string // with {date}, {time}
}

// Message is an error's title and what to do about it.
type Message struct{ Title, Detail string }

var (
	englishWords    = sync.OnceValue(english)
	vietnameseWords = sync.OnceValue(vietnamese)
	pseudoWords     = sync.OnceValue(pseudo)
)

// Words returns the catalogue of lang; English if it has none. Region and script do not matter: "vi-VN" is "vi".
func Words(lang blog.Lang) *Catalogue {
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	switch base {
	case blog.Vietnamese:
		return vietnameseWords()
	case Pseudo:
		return pseudoWords()
	default:
		return englishWords()
	}
}

// Fill puts values into the braces of text: Fill("Page {page}", "page", "2").
func Fill(text string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// count chooses between one and many. Vietnamese has one form for both and says the same twice.
func count(n int64, one, many string) string {
	if n == 1 {
		return Fill(one, "n", "1")
	}
	return Fill(many, "n", strconv.FormatInt(n, 10))
}

// CommentCount is "No comments yet", "1 comment", "12 comments".
func (c *Catalogue) CommentCount(n int64) string {
	if n == 0 {
		return c.Comments0
	}
	return count(n, c.Comments1, c.Comments)
}

// PostCount is "1 post", "12 posts".
func (c *Catalogue) PostCount(n int) string { return count(int64(n), c.Count1, c.Count) }

// ReadingTime is "7 min read"; at least one minute.
func (c *Catalogue) ReadingTime(minutes int) string {
	return count(int64(max(minutes, 1)), c.Minutes1, c.Minutes)
}

// Problem is what a reader is told of an error of kind k.
func (c *Catalogue) Problem(k blog.Kind) Message {
	if m, ok := c.Kinds[k]; ok {
		return m
	}
	return c.Kinds[blog.Internal]
}

// Field is what a reader is told of a field.
func (c *Catalogue) Field(e blog.FieldError) string {
	text, ok := c.Fields[e.Field+"."+e.Code]
	if !ok {
		text, ok = c.Fields[e.Code]
	}
	if !ok {
		text = c.Fields["unknown"]
	}
	return Fill(text, "limit", strconv.Itoa(e.Limit))
}

// Notice is the message of a Discussion's or Posted's code; "" for an unknown one.
func (c *Catalogue) Notice(code string) string {
	switch code {
	case "held":
		return c.NoticeHeld
	case "posted":
		return c.NoticePosted
	case "deleted":
		return c.NoticeDeleted
	case "missing":
		return c.NoticeMissing
	case "saved":
		return c.NoticeSaved
	case "forgotten":
		return c.NoticeForgotten
	}
	return ""
}
