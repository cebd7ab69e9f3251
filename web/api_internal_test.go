package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"vang/blog"
	"vang/views"
)

func TestTheDocumentDescribesExactlyTheRoutes(t *testing.T) {
	var doc struct {
		OpenAPI    string `json:"openapi"`
		Paths      map[string]map[string]json.RawMessage
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Enum []string }
			}
		}
	}
	if err := json.Unmarshal(openAPIDocument, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("OpenAPI %s", doc.OpenAPI)
	}
	var described, routed []string
	for path, operations := range doc.Paths {
		for method := range operations {
			if method != "parameters" {
				described = append(described, strings.ToUpper(method)+" "+path)
			}
		}
	}
	s := &Server{}
	for _, rt := range slices.Concat(s.apiRoutes(), s.liveRoutes()) {
		if !strings.HasPrefix(rt.pattern, "OPTIONS ") {
			routed = append(routed, rt.pattern)
		}
	}
	slices.Sort(described)
	slices.Sort(routed)
	if diff := cmp.Diff(routed, described); diff != "" {
		t.Error(diff)
	}
	var kinds []string
	for k := range errorRows {
		kinds = append(kinds, problemPath+blog.Kind(k).String())
	}
	if diff := cmp.Diff(kinds, doc.Components.Schemas["Problem"].Properties["type"].Enum); diff != "" {
		t.Error(diff)
	}
}

func TestAListCursorComesBackAsItWas(t *testing.T) {
	for _, c := range []listCursor{
		{blog.Oldest, postMark("p"), "e1", "1"},
		{blog.Newest, postMark("another"), "0123456789abcdef", "3.12.4000000000"},
	} {
		got, ok := parseListCursor(c.String())
		if !ok || got != c {
			t.Errorf("%+v, %t, want %+v", got, ok, c)
		}
		if strings.ContainsAny(c.String(), "+/= ") {
			t.Errorf("%s does not stand in an address as it is", c)
		}
	}
}

func FuzzListCursor(f *testing.F) {
	f.Add(listCursor{blog.Oldest, postMark("p"), "e1", "1.2"}.String())
	f.Add("")
	f.Add("b2xkZXN0fHwxfDE")
	f.Fuzz(func(t *testing.T, s string) {
		c, ok := parseListCursor(s)
		if !ok {
			return
		}
		if c.String() != s {
			t.Errorf("%q is read as %+v, which is %q", s, c, c)
		}
		if key, ok := blog.ParseKey(string(c.from)); !ok || key == "" {
			t.Errorf("%q has the key %q", s, c.from)
		}
	})
}

func FuzzListQuery(f *testing.F) {
	f.Add("post=a&sort=newest&limit=5&since=e.1")
	f.Add("cursor=%zz&limit=-1")
	f.Fuzz(func(t *testing.T, s string) {
		values, err := url.ParseQuery(s)
		if err != nil {
			return
		}
		q, err := parseListQuery(values)
		if err != nil {
			if blog.KindOf(err) != blog.Malformed {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if q.slug == "" || q.limit < 1 || q.limit > maxLimit || (q.order != blog.Oldest && q.order != blog.Newest) || (q.since != nil && q.cursor != nil) {
			t.Errorf("%q: %+v", s, q)
		}
	})
}

func FuzzSubmission(f *testing.F) {
	f.Add([]byte(`{"post":"p","parent_id":null,"body":"x","author":{"name":"A","email":"","url":null}}`))
	f.Add([]byte("{\"body\":\"\xff\"}"))
	f.Add([]byte(`{"body":"\u0000","body":1}`))
	f.Add([]byte("{\n\"a\""))
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := parseObject(body)
		if err != nil {
			e := explain(err)
			problems := problemErrors(e, views.Words(blog.English))
			if e.Kind != blog.Malformed || len(problems) != 1 || problems[0].Line < 1 || problems[0].Column < 1 || *problems[0].Offset > int64(len(body)) {
				t.Errorf("%q: %v, %+v", body, err, problems)
			}
			return
		}
		if _, sub, err := readSubmission(o); err == nil {
			for _, s := range []string{sub.ParentID, sub.Body, sub.Name, sub.Email, sub.URL} {
				if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
					t.Errorf("%q let %q through", body, s)
				}
			}
			return
		} else if blog.KindOf(err) != blog.Validation {
			t.Errorf("%q: %v", body, err)
		}
		for _, p := range problemErrors(explain(o.err()), views.Words(blog.English)) {
			if p.Pointer == nil || !strings.HasPrefix(*p.Pointer, "/") || !utf8.ValidString(*p.Pointer) || p.Code == "" {
				t.Errorf("%q: %+v", body, p)
			}
		}
	})
}

func FuzzFirstMessage(f *testing.F) {
	f.Add([]byte(`{"after":"e.42","headers":{"HX-Request":"true"}}`))
	f.Add([]byte(`{"after":null}`))
	f.Fuzz(func(t *testing.T, first []byte) {
		head, ok := firstMessage(first)
		if head.Rev < 0 || (!ok && head.Epoch != "") || (head.Rev > 0 && head.Epoch == "") {
			t.Errorf("%q: %+v, %t", first, head, ok)
		}
	})
}

func FuzzIfMatch(f *testing.F) {
	f.Add(`"3-0123"`)
	f.Add(`W/"1", *`)
	f.Fuzz(func(t *testing.T, s string) {
		versions, star, given := parseIfMatch([]string{s})
		if !given || (star && versions != nil) || slices.ContainsFunc(versions, func(v int64) bool { return v < 0 }) {
			t.Errorf("%q: %v, %t, %t", s, versions, star, given)
		}
	})
}

func TestIfMatchTakesVersionsAndWholeTags(t *testing.T) {
	for header, want := range map[string][]int64{
		`"3"`: {3}, `3`: {3}, `"3-abcdef"`: {3}, `"1", "2-x"`: {1, 2}, `W/"3-x"`: {3}, `"x"`: nil, ``: nil, `"-1"`: nil,
	} {
		got, star, given := parseIfMatch([]string{header})
		if !slices.Equal(got, want) || star || !given {
			t.Errorf("%q: %v, %t, %t", header, got, star, given)
		}
	}
	if _, star, given := parseIfMatch([]string{"*"}); !star || !given {
		t.Error("* is not any")
	}
	if _, _, given := parseIfMatch(nil); given {
		t.Error("no header was given")
	}
}

func TestAcceptedLanguages(t *testing.T) {
	for header, want := range map[string]string{
		"": "", "fr": "", "vi": "vi", "vi-VN,vi;q=0.9,en;q=0.8": "vi", "fr, en-GB;q=0.3, vi;q=0.2": "en", "vi;q=0, en;q=0.1": "en", "en;q=x": "", ";;,": "",
	} {
		if got := acceptedLang(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

func TestUpgradeTokens(t *testing.T) {
	for _, row := range []struct {
		connection, upgrade string
		want                bool
	}{
		{"Upgrade", "websocket", true},
		{"keep-alive, upgrade", "WebSocket", true},
		{"keep-alive", "websocket", false},
		{"Upgrade", "h2c", false},
		{"", "", false},
		{"Upgraded", "websocket", false},
	} {
		h := http.Header{"Connection": {row.connection}, "Upgrade": {row.upgrade}}
		if got := upgrades(h); got != row.want {
			t.Errorf("%+v: %t", row, got)
		}
	}
}

func TestAViewHoldsNothingThatItsReaderMayNotSee(t *testing.T) {
	remarks := testRemarks()
	now := time.Now()
	for _, state := range []blog.State{blog.Published, blog.Pending, blog.Spam, blog.Hidden, blog.Deleted} {
		c := blog.Comment{ID: "x", State: state, Shown: true, Name: "n", URL: "u", Email: "e", Body: "b", Visitor: "v", CreatedAt: now}
		for _, viewer := range []string{"", "v", "w"} {
			v := remarks.view("en", c, "slug", viewer, now)
			sees := state == blog.Published || state == blog.Pending && viewer == "v"
			if told := v.Name + v.URL + v.Body + v.HTML; (told != "") != sees {
				t.Errorf("%s to %q: %q", state, viewer, told)
			}
			if v.Own != (sees && viewer == "v") {
				t.Errorf("%s to %q: own %t", state, viewer, v.Own)
			}
		}
	}
	late := now.Add(blog.EditWindow)
	if remarks.view("en", blog.Comment{State: blog.Published, Visitor: "v", CreatedAt: now}, "slug", "v", late).Own {
		t.Error("own controls after the window")
	}
	if !remarks.view("en", blog.Comment{State: blog.Pending, Visitor: "v", CreatedAt: now}, "slug", "v", late).Own {
		t.Error("a held comment vanished from its writer's page after the window")
	}
}
