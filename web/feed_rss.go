package web

import (
	"encoding/xml"
	"time"
)

type rssFeed struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	Content string     `xml:"xmlns:content,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Media   string     `xml:"xmlns:media,attr"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Language    string    `xml:"language"`
	LastBuild   string    `xml:"lastBuildDate,omitempty"`
	Image       *rssImage `xml:"image"`
	Self        atomLink  `xml:"atom:link"`
	Items       []rssItem `xml:"item"`
}

type rssImage struct {
	URL   string `xml:"url"`
	Title string `xml:"title"`
	Link  string `xml:"link"`
}

type rssItem struct {
	Title       string     `xml:"title"`
	Link        string     `xml:"link"`
	GUID        string     `xml:"guid"`
	Date        string     `xml:"pubDate,omitempty"`
	Creators    []string   `xml:"dc:creator"`
	Categories  []string   `xml:"category"`
	Description string     `xml:"description,omitempty"`
	Picture     *feedMedia `xml:"media:content"`
	Content     string     `xml:"content:encoded"`
}

// rssBytes is a feed in RSS 2.0, with what everyone adds to it: the whole text, names of authors, its own address.
func rssBytes(c channel, items []feedItem) ([]byte, error) {
	feed := rssFeed{
		Version: "2.0", Atom: "http://www.w3.org/2005/Atom", Content: "http://purl.org/rss/1.0/modules/content/",
		DC: "http://purl.org/dc/elements/1.1/", Media: mediaSpace,
		Channel: rssChannel{
			Title: c.title, Link: c.home, Description: or(c.description, c.title), Language: c.lang,
			Self: atomLink{Rel: "self", Type: rssType, Href: c.self},
		},
	}
	if c.icon != "" {
		feed.Channel.Image = &rssImage{URL: c.icon, Title: c.title, Link: c.home}
	}
	if !c.updated.IsZero() {
		feed.Channel.LastBuild = rssDate(c.updated)
	}
	for _, i := range items {
		feed.Channel.Items = append(feed.Channel.Items, rssOf(i))
	}
	return marshalXML(feed)
}

func rssOf(i feedItem) rssItem {
	item := rssItem{
		Title: i.Title, Link: i.url, GUID: i.url, Categories: terms(i.Post), Description: i.Summary, Picture: mediaOf(i), Content: i.html,
	}
	if !i.Date.IsZero() {
		item.Date = rssDate(i.Date)
	}
	for _, a := range i.Authors {
		if a.Name != "" {
			item.Creators = append(item.Creators, a.Name)
		}
	}
	return item
}

// rssDate is a time as mail writes it (RFC 822 with four digits of the year).
func rssDate(t time.Time) string { return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700") }
