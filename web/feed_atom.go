package web

import (
	"encoding/xml"

	"vang/blog"
)

// mediaSpace is where pictures of entries are named, in Atom as in RSS.
const mediaSpace = "http://search.yahoo.com/mrss/"

type atomFeed struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Media    string      `xml:"xmlns:media,attr"`
	Lang     string      `xml:"xml:lang,attr"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Subtitle string      `xml:"subtitle,omitempty"`
	Updated  string      `xml:"updated"`
	Icon     string      `xml:"icon,omitempty"`
	Links    []atomLink  `xml:"link"`
	Authors  []atomName  `xml:"author"`
	Entries  []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomName struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

type atomEntry struct {
	Lang       string     `xml:"xml:lang,attr"`
	ID         string     `xml:"id"`
	Title      string     `xml:"title"`
	Updated    string     `xml:"updated"`
	Published  string     `xml:"published,omitempty"`
	Links      []atomLink `xml:"link"`
	Authors    []atomName `xml:"author"`
	Categories []atomTerm `xml:"category"`
	Summary    string     `xml:"summary,omitempty"`
	Picture    *feedMedia `xml:"media:content"`
	Content    atomText   `xml:"content"`
}

type atomTerm struct {
	Term string `xml:"term,attr"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

// feedMedia is the picture of an entry (Media RSS).
type feedMedia struct {
	URL    string `xml:"url,attr"`
	Medium string `xml:"medium,attr"`
}

func mediaOf(i feedItem) *feedMedia {
	if i.image == "" {
		return nil
	}
	return &feedMedia{URL: i.image, Medium: "image"}
}

// atomBytes is a feed in Atom (RFC 4287).
func atomBytes(c channel, items []feedItem) ([]byte, error) {
	feed := atomFeed{
		Media: mediaSpace, Lang: c.lang, ID: c.home, Title: c.title, Subtitle: c.description, Updated: stamp(c.updated), Icon: c.icon,
		Authors: atomNames(c.authors),
		Links:   []atomLink{{Rel: "self", Type: atomType, Href: c.self}, {Rel: "alternate", Type: "text/html", Href: c.home}},
	}
	for _, i := range items {
		feed.Entries = append(feed.Entries, atomOf(i))
	}
	return marshalXML(feed)
}

func atomOf(i feedItem) atomEntry {
	e := atomEntry{
		Lang: i.Lang, ID: i.url, Title: i.Title, Updated: stamp(updated(i.Post)), Summary: i.Summary, Authors: atomNames(i.Authors),
		Links: []atomLink{{Rel: "alternate", Type: "text/html", Href: i.url}}, Picture: mediaOf(i),
		Content: atomText{Type: "html", Text: i.html},
	}
	if !i.Date.IsZero() {
		e.Published = stamp(i.Date)
	}
	for _, t := range terms(i.Post) {
		e.Categories = append(e.Categories, atomTerm{Term: t})
	}
	return e
}

// atomNames are authors; a feed needs one (RFC 4287, 4.1.1), an entry does not.
func atomNames(people []blog.Person) []atomName {
	var names []atomName
	for _, p := range people {
		if p.Name != "" {
			names = append(names, atomName{Name: p.Name, URI: p.URL})
		}
	}
	return names
}
