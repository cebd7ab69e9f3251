package web

import (
	"encoding/json"

	"vang/blog"
)

type jsonFeed struct {
	Version     string     `json:"version"`
	Title       string     `json:"title"`
	Description string     `json:"description,omitempty"`
	HomePage    string     `json:"home_page_url"`
	FeedURL     string     `json:"feed_url"`
	Icon        string     `json:"icon,omitempty"`
	Authors     []jsonName `json:"authors,omitempty"`
	Language    string     `json:"language"`
	Items       []jsonItem `json:"items"`
}

type jsonItem struct {
	ID        string     `json:"id"`
	URL       string     `json:"url"`
	Title     string     `json:"title"`
	HTML      string     `json:"content_html"`
	Summary   string     `json:"summary,omitempty"`
	Image     string     `json:"image,omitempty"`
	Published string     `json:"date_published,omitempty"`
	Modified  string     `json:"date_modified,omitempty"`
	Authors   []jsonName `json:"authors,omitempty"`
	Tags      []string   `json:"tags,omitempty"`
	Language  string     `json:"language"`
}

type jsonName struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// jsonBytes is a feed in JSON Feed 1.1.
func jsonBytes(c channel, items []feedItem) ([]byte, error) {
	feed := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: c.title, Description: c.description, Language: c.lang,
		HomePage: c.home, FeedURL: c.self, Icon: c.icon, Authors: jsonNames(c.authors), Items: []jsonItem{},
	}
	for _, i := range items {
		feed.Items = append(feed.Items, jsonOf(i))
	}
	return json.MarshalIndent(feed, "", " ")
}

func jsonOf(i feedItem) jsonItem {
	j := jsonItem{
		ID: i.url, URL: i.url, Title: i.Title, HTML: i.html, Summary: i.Summary, Image: i.image, Tags: terms(i.Post),
		Authors: jsonNames(i.Authors), Language: i.Lang,
	}
	if !i.Date.IsZero() {
		j.Published = stamp(i.Date)
	}
	if !i.Updated.IsZero() {
		j.Modified = stamp(i.Updated)
	}
	return j
}

func jsonNames(people []blog.Person) []jsonName {
	var names []jsonName
	for _, p := range people {
		if p.Name != "" {
			names = append(names, jsonName{Name: p.Name, URL: p.URL})
		}
	}
	return names
}
