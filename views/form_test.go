package views

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"vang/blog"
)

func byID(n *html.Node, id string) *html.Node {
	for _, e := range find(n, func(e *html.Node) bool { got, _ := attr(e, "id"); return got == id }) {
		return e
	}
	return nil
}

func TestErrorsStandBesideTheirFieldAndTheTextIsKept(t *testing.T) {
	page := parse(t, CommentForm(sampleForm(blog.English)))
	for id, want := range map[string]string{
		"f-body": "This is too long: at most 20 characters.",
		"f-name": "Please give a name. It need not be your real one.",
		"f-url":  "This is no web address. It should look like https://example.org, or be empty.",
	} {
		field, message := byID(page, id), byID(page, id+"-error")
		if message == nil || text(message) != want {
			t.Fatalf("%s: no message %q", id, want)
		}
		if by, _ := attr(field, "aria-describedby"); !strings.Contains(by, id+"-error") {
			t.Errorf("%s is described by %q", id, by)
		}
		if invalid, _ := attr(field, "aria-invalid"); invalid != "true" {
			t.Errorf("%s is not said to be invalid", id)
		}
		if message.Parent != field.Parent {
			t.Errorf("%s: the message stands elsewhere", id)
		}
	}
	if got := text(byID(page, "f-body")); got != "18" {
		t.Errorf("the text came back as %q", got)
	}
	alert := find(page, func(n *html.Node) bool { role, _ := attr(n, "role"); return role == "alert" })[0]
	for _, want := range []string{"A little slower, please.", "Try again in 9 seconds.", "21", "was deleted"} {
		if !strings.Contains(text(alert), want) {
			t.Errorf("the alert %q does not say %q", text(alert), want)
		}
	}
}

func TestAnEmptyFirstLineSurvives(t *testing.T) {
	for _, body := range []string{"\nfirst line empty", "\n\ntwo", "plain"} {
		page := parse(t, CommentForm(Form{Lang: blog.English, Body: body}))
		if got := byID(page, "f-body").FirstChild.Data; got != body {
			t.Errorf("%q came back as %q", body, got)
		}
	}
}

func TestTheFormStandsOpenWhenItIsInUse(t *testing.T) {
	for name, f := range map[string]Form{
		"reply": {ParentID: "x"}, "text": {Body: "x"}, "error": {Errors: []blog.FieldError{{Field: "body", Code: "required"}}},
		"problem": {Problem: &Problem{Kind: blog.RateLimited}},
	} {
		if !strings.Contains(render(t, CommentForm(f)), "data-open") {
			t.Errorf("folded although it holds a %s", name)
		}
	}
	if got := render(t, CommentForm(Form{Name: "remembered", Known: true})); strings.Contains(got, "data-open") {
		t.Error("open although nobody uses it")
	}
}

func TestAClosedDiscussionHasNoForm(t *testing.T) {
	if got := render(t, CommentForm(Form{Lang: blog.English, ReadOnly: true})); strings.Contains(got, "<form") {
		t.Errorf("a form in %s", got)
	}
}

func TestTheEditFormAnswersInItsSlotOnlyInside(t *testing.T) {
	e := EditPage{Frame: sampleFrame(blog.English), Comment: sampleComment("abc", "1", blog.Published), Action: "/e", Version: 4}
	if got := render(t, EditForm(e)); !strings.Contains(got, `data-hx-target="#s-abc"`) || !strings.Contains(got, `name="version" value="4"`) {
		t.Errorf("EditForm: %s", got)
	}
	if got := render(t, EditPageView(e)); strings.Contains(got, "data-hx-post") {
		t.Error("the page of its own has no slot to answer in")
	}
}

func TestANameThatIsNotAtHandIsToldOfAndCannotBeForgotten(t *testing.T) {
	for _, lang := range []blog.Lang{blog.English, blog.Vietnamese} {
		form := parse(t, CommentForm(Form{Lang: lang, Slug: "p", Action: "/x", Forget: "/me/forget", Away: true}))
		if got := text(form); !strings.Contains(got, Words(lang).Away) || strings.Contains(got, Words(lang).Forget) {
			t.Errorf("%s: %s", lang, got)
		}
		plain := parse(t, CommentForm(Form{Lang: lang, Slug: "p", Action: "/x", Forget: "/me/forget"}))
		if got := text(plain); strings.Contains(got, Words(lang).Away) {
			t.Errorf("%s, nothing amiss: %s", lang, got)
		}
	}
}
