package views

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"vang/blog"
)

// noon is when everything in the samples happened.
var noon = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func parse(t *testing.T, c templ.Component) *html.Node {
	t.Helper()
	n, err := html.Parse(strings.NewReader(render(t, c)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// find returns the elements for which keep is true, in order.
func find(n *html.Node, keep func(*html.Node) bool) []*html.Node {
	var found []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && keep(d) {
			found = append(found, d)
		}
	}
	return found
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// The samples hold digits and signs where authors and readers would have written, so that every letter is ours.
func sampleFrame(lang blog.Lang) Frame {
	return Frame{
		Lang: lang, Site: "1", Tagline: "2", Home: "/", Title: "3", Description: "4", Canonical: "https://0.0/",
		Menu:      []blog.MenuItem{{Label: "5", URL: "/5"}},
		Languages: []Language{{Lang: lang, URL: "/"}}, Alternates: []Language{{Lang: lang, URL: "https://0.0/"}},
		Feeds:  []Feed{{Title: "6", Type: "application/atom+xml", URL: "/feed.xml"}},
		Assets: Assets{Style: "/static/vang.css", Script: "/static/vang.js", Icon: "/static/icon.svg", Touch: "/static/touch-icon.png"},
		Year:   2026,
	}
}

func samplePost(lang blog.Lang) blog.Post {
	return blog.Post{
		Slug: "7", Path: "/blog/7", Lang: lang, Title: "8", Summary: "9", Authors: []blog.Person{{Name: "10"}, {Name: "11", URL: "/11"}},
		Date: noon, Updated: noon, Minutes: 3, Draft: true, Comments: true, Image: "/12.png",
	}
}

func sampleComment(id string, key blog.Key, state blog.State) Comment {
	return Comment{
		Comment: blog.Comment{
			ID: id, Key: key, Rev: 17, State: state, Shown: state != blog.Pending, Name: "13", URL: "https://14.15",
			CreatedAt: noon, EditedAt: noon,
		},
		Slug: "7", HTML: "<p>16</p>", Hue: 3,
	}
}

func sampleDiscussion(lang blog.Lang) Discussion {
	own := sampleComment("own", "4", blog.Pending)
	own.Own = true
	nameless := sampleComment("nameless", "5", blog.Published)
	nameless.Name, nameless.URL, nameless.EditedAt = "", "", time.Time{}
	return Discussion{
		Lang: lang, Slug: "7", Live: "/live?post=7", List: "/blog/7/comments", Cursor: "0.17", Order: blog.Oldest, Total: 6, From: "1",
		Until: "9", Notice: "held", Oldest: "/blog/7", Newest: "/blog/7?sort=newest", Previous: "/blog/7?until=1", Next: "/blog/7?from=9",
		Comments: []Comment{
			sampleComment("published", "1", blog.Published), sampleComment("deleted", "1.2", blog.Deleted),
			sampleComment("hidden", "1.2.3", blog.Hidden), own, nameless, sampleComment("pending", "6", blog.Pending),
		},
		Form: sampleForm(lang),
	}
}

func sampleForm(lang blog.Lang) Form {
	return Form{
		Lang: lang, Slug: "7", Action: "/blog/7/comments", ParentID: "published", Parent: "13", Cancel: "/blog/7", Name: "17", Known: true,
		Forget: "/me/forget", Body: "18", Key: "19",
		Errors: []blog.FieldError{
			{Field: "body", Code: "too-long", Limit: 20},
			{Field: "name", Code: "required"},
			{Field: "url", Code: "not-an-address"},
			{Field: "parent", Code: "deleted"},
		},
		Problem: &Problem{Kind: blog.RateLimited, RetryAfter: 9 * time.Second, RequestID: "21"},
	}
}

// manyOf is as many terms as stand under their letters.
func manyOf(t TermCount) []TermCount {
	var list []TermCount
	for i := range manyTerms {
		t.Slug = itoa(i)
		list = append(list, t)
	}
	return list
}

// samples is every component in a state in which it says as much as it can.
func samples(lang blog.Lang) map[string]templ.Component {
	f, post, d := sampleFrame(lang), samplePost(lang), sampleDiscussion(lang)
	term := TermCount{Term: blog.Term{Name: "22", Slug: "22"}, URL: "/22", Posts: 2}
	entries := []Entry{{Post: post, Comments: 2}}
	picture := blog.Picture{
		Src: "/38.png", Srcset: "/38.png 100w", Width: 100, Height: 50, Sources: []blog.PictureSource{{Type: "image/webp", Srcset: "/38.webp 100w"}},
	}
	author := Author{
		Person: blog.Person{Name: "39", URL: "https://40.41", Bio: "42", Me: []string{"https://43.44/@45"}}, Page: "/author/39", Posts: 2, Photo: picture,
	}
	other := post
	other.Slug, other.Path, other.Draft, other.Future = "46", "/blog/46", false, true
	article := PostPage{
		Frame: f, Post: post, Lead: "9", Authors: []Author{author, {Person: blog.Person{Name: "47"}}}, Categories: []TermCount{term, term}, Tags: []TermCount{term},
		Previous: &post, Next: &post, Discussion: &d, Related: []blog.Post{post, other},
		Series:   &SeriesPart{Term: term.Term, URL: "/22", Number: 1, Of: 2, Parts: []blog.Post{post, other}, First: 1, Next: &other},
		Document: blog.Document{HTML: "<p>23</p>", Headings: []blog.Heading{{Level: 2, ID: "24", Text: "24"}, {Level: 3, ID: "25", Text: "25"}, {Level: 2, ID: "26", Text: "26"}}},
	}
	closed := article
	quiet := d
	quiet.ReadOnly, quiet.Form.ReadOnly, quiet.Notice, quiet.Comments = true, true, "", nil
	closed.Discussion = &quiet
	edit := EditPage{Frame: f, Post: post, Comment: d.Comments[0], Action: "/27", Cancel: "/28", Body: "29", Version: 1, Problem: &Problem{Kind: blog.Gone}}
	listing := Listing{Frame: f, Kind: "tag", Term: term.Term, Entries: entries, Page: 2, Pages: 3, Newer: "/30", Older: "/31"}
	first := Listing{Frame: f, Kind: "home", Page: 1, Pages: 1, Intro: &Intro{Post: blog.Post{Lang: lang, Title: "48", Summary: "49"}, Document: blog.Document{HTML: "<p>50</p>"}}}
	listed := []Entry{{Post: other, Comments: 2, Picture: picture, Number: 1}, {Post: post, Picture: blog.Picture{Src: "/51.png"}}}
	own := f
	own.Feeds = append([]Feed{{Title: "52", Type: "application/rss+xml", URL: "/52", Own: true}}, f.Feeds...)
	own.Me, own.Linked = []string{"https://53.54"}, map[string]string{"56": "57"}
	shelves := []Shelf{{Kind: "category", Terms: []TermCount{term}}, {Kind: "series", Terms: []TermCount{term}}, {Kind: "tag", Terms: []TermCount{term}, All: "/tags"}}
	posted := Posted{Lang: lang, Comment: d.Comments[0], Form: Form{Lang: lang, Action: "/blog/7/comments"}, Notice: "posted"}
	return map[string]templ.Component{
		"home": Home(listing), "home, first page": Home(first), "term": TermPage(listing),
		"category": TermPage(Listing{Frame: own, Kind: "category", Term: term.Term, Heading: "55", Up: blog.MenuItem{Label: "58", URL: "/58"}, Entries: listed, Total: 1, Page: 1, Pages: 1, Intro: first.Intro}),
		"series":   TermPage(Listing{Frame: own, Kind: "series", Term: term.Term, Heading: "55", Entries: listed, Total: 9, Page: 2, Pages: 3, Newer: "/30", Older: "/31"}),
		"author":   AuthorPage(Listing{Frame: own, Kind: "author", Author: &author, Entries: listed, Total: 2, Page: 1, Pages: 1}),
		"archive":  ArchivePage(Archive{Frame: f, Years: []Year{{Year: 2026, URL: "/2026", Entries: entries}, {Year: 2025, URL: "/2025", Posts: 3}, {Entries: entries}}, Shelves: shelves}),
		"year":     ArchivePage(Archive{Frame: f, Only: 2026, Years: []Year{{Year: 2026, Entries: entries}}, Newer: "/archive/2027", Older: "/archive/2025"}),
		"tags":     DirectoryPage(Directory{Frame: f, Kind: "tag", Terms: manyOf(term)}),
		"authors":  DirectoryPage(Directory{Frame: f, Kind: "author", Authors: []Author{author}}),
		"nobody":   DirectoryPage(Directory{Frame: f, Kind: "series"}),
		"article":  Article(article), "closed article": Article(closed), "page": StaticPage(article),
		"edit": EditPageView(edit), "delete": DeletePageView(DeletePage{Frame: f, Post: post, Comment: d.Comments[0], Action: "/32", Cancel: "/33"}),
		"error":     ErrorView(ErrorPage{Frame: f, Status: 500, Problem: Problem{Kind: blog.Internal, RequestID: "34", RetryAfter: time.Second}, Latest: entries}),
		"unread":    ErrorView(ErrorPage{Frame: f, Status: 413, Problem: Problem{Kind: blog.PayloadTooLarge}, Unread: true, Back: "/36", BackTo: "36"}),
		"unsaved":   ErrorView(ErrorPage{Frame: f, Status: 404, Problem: Problem{Kind: blog.NotFound}, Sent: "37"}),
		"comment":   CommentItem(lang, d.Comments[0]),
		"list":      CommentList(d),
		"form":      CommentForm(d.Form),
		"posted":    PostedAnswer(posted),
		"edited":    EditedAnswer(posted),
		"push":      PushFrame(Push{Lang: lang, Cursor: "0.18", Total: 2, ReadOnly: true, Comments: d.Comments}),
		"reload":    ReloadFrame(lang, "0.18", time.Second),
		"edit form": EditForm(edit),
		"changed":   ChangedFrame(lang),
	}
}
