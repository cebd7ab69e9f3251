package views

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"vang/blog"
)

var (
	braces = regexp.MustCompile(`\{[a-z]+\}`)
	word   = regexp.MustCompile(`\pL`)
)

// flat is every message of a catalogue by the name of its place.
func flat(c *Catalogue) map[string]string {
	all := map[string]string{}
	v := reflect.ValueOf(*c)
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.String {
			all[v.Type().Field(i).Name] = f.String()
		}
	}
	for k, m := range c.Kinds {
		all["kind "+k.String()+" title"], all["kind "+k.String()+" detail"] = m.Title, m.Detail
	}
	for k, s := range c.Fields {
		all["field "+k] = s
	}
	for i, m := range c.months {
		all["month "+itoa(i+1)] = m
	}
	return all
}

func placeholders(s string) []string {
	found := braces.FindAllString(s, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestEveryLanguageSaysEverything(t *testing.T) {
	en := flat(Words(blog.English))
	for _, lang := range []blog.Lang{blog.Vietnamese, Pseudo} {
		other := flat(Words(lang))
		if len(other) != len(en) {
			t.Errorf("%s has %d messages, English %d", lang, len(other), len(en))
		}
		for name, text := range en {
			if strings.TrimSpace(text) == "" || strings.TrimSpace(other[name]) == "" {
				t.Errorf("%s: %q in English, %q in %s", name, text, other[name], lang)
			}
			if got, want := placeholders(other[name]), placeholders(text); !slices.Equal(got, want) {
				t.Errorf("%s: %s fills in %v, English %v", name, lang, got, want)
			}
		}
	}
}

func TestEveryKindOfErrorHasWords(t *testing.T) {
	for _, lang := range []blog.Lang{blog.English, blog.Vietnamese} {
		w := Words(lang)
		kinds := 0
		for k := blog.Internal; k == blog.Internal || k.String() != blog.Internal.String(); k++ {
			kinds++
			if _, ok := w.Kinds[k]; !ok {
				t.Errorf("%s: no words for %s", lang, k)
			}
		}
		if kinds != len(w.Kinds) {
			t.Errorf("%s: words for %d kinds, there are %d", lang, len(w.Kinds), kinds)
		}
		if got := w.Problem(blog.Kind(999)); got != w.Kinds[blog.Internal] {
			t.Errorf("%s: an unknown kind says %q", lang, got.Title)
		}
	}
}

func TestFieldErrors(t *testing.T) {
	for _, lang := range []blog.Lang{blog.English, blog.Vietnamese} {
		for _, code := range []string{
			"required", "too-long", "not-utf8", "control-characters", "not-an-address", "unknown", "deleted", "unexpected",
		} {
			if Words(lang).Fields[code] == "" {
				t.Errorf("%s: no words for %s", lang, code)
			}
		}
	}
	w := Words(blog.English)
	for _, tt := range []struct {
		err  blog.FieldError
		want string
	}{
		{blog.FieldError{Field: "body", Code: "required"}, "Please write something."},
		{blog.FieldError{Field: "email", Code: "required"}, "Please fill this in."},
		{blog.FieldError{Field: "name", Code: "too-long", Limit: 60}, "This is too long: at most 60 characters."},
		{blog.FieldError{Field: "body", Code: "nobody-knows"}, "This is not known here."},
	} {
		if got := w.Field(tt.err); got != tt.want {
			t.Errorf("Field(%v) = %q, want %q", tt.err, got, tt.want)
		}
	}
}

func TestUnknownLanguagesFallBackToEnglish(t *testing.T) {
	for lang, want := range map[blog.Lang]blog.Lang{
		"": "en", "en": "en", "en-GB": "en", "fr": "en", "vi": "vi", "vi-VN": "vi", "VI": "vi", "qps": "qps",
	} {
		if got := Words(lang).Lang; got != want {
			t.Errorf("Words(%q) are in %q, want %q", lang, got, want)
		}
	}
}

func TestPseudoWrapsEachWordAndNothingElse(t *testing.T) {
	for text, want := range map[string]string{
		"Page {page} of {pages}":   "⟦Page⟧ {page} ⟦of⟧ {pages}",
		"{n} new":                  "{n} ⟦new⟧",
		"{date}, {time} UTC":       "{date}, {time} ⟦UTC⟧",
		"such as https://a.b, {x}": "⟦such⟧ ⟦as⟧ ⟦https://a.b,⟧ {x}",
		"":                         "",
	} {
		if got := wrapWords(text); got != want {
			t.Errorf("wrapWords(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2026, time.November, 22, 21, 5, 0, 0, time.FixedZone("ICT", 7*3600))
	en, vi := Words(blog.English), Words(blog.Vietnamese)
	for _, tt := range []struct{ got, want string }{
		{en.Date(at), "22 November 2026"},
		{vi.Date(at), "22 tháng 11, 2026"},
		{en.DateTime(at), "22 November 2026, 14:05 UTC"},
		{vi.DateTime(at), "14:05 UTC, 22 tháng 11, 2026"},
		{stamp(at), "2026-11-22T14:05:00Z"},
		{day(at), "2026-11-22"},
		{en.retry(1500 * time.Millisecond), "Try again in 2 seconds."},
		{en.retry(time.Second), "Try again in 1 second."},
		{en.retry(0), ""},
		{en.CommentCount(0), "No comments yet"},
		{en.CommentCount(1), "1 comment"},
		{en.CommentCount(12), "12 comments"},
		{vi.CommentCount(12), "12 bình luận"},
		{en.ReadingTime(0), "1 min read"},
		{vi.ReadingTime(7), "7 phút đọc"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
