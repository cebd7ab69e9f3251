package web_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"vang/realtime"
)

// document is the OpenAPI document as plain JSON.
type document map[string]any

func (p *program) document() document {
	p.t.Helper()
	res := p.get("/api/openapi.json")
	res.want(p.t, 200)
	var d document
	res.into(p.t, &d)
	return d
}

// at walks down a path of names.
func (d document) at(names ...string) any {
	var v any = map[string]any(d)
	for _, name := range names {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// follow resolves a reference within the document.
func (d document) follow(v any) map[string]any {
	m, _ := v.(map[string]any)
	if ref, ok := m["$ref"].(string); ok {
		return d.follow(d.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...))
	}
	return m
}

// faults are what of v is not as schema says. It knows the keywords that the document uses, and no others.
func (d document) faults(schema any, v any, where string) []string {
	s := d.follow(schema)
	if s == nil {
		return []string{where + ": no schema"}
	}
	var out []string
	add := func(format string, args ...any) { out = append(out, where+": "+fmt.Sprintf(format, args...)) }
	for keyword, want := range s {
		switch keyword {
		case "description", "default", "properties", "required", "additionalProperties":
		case "type":
			if !slices.ContainsFunc(listOf(want), func(t any) bool { return hasType(v, t.(string)) }) {
				add("%v is no %v", v, want)
			}
		case "enum":
			if !slices.Contains(want.([]any), v) {
				add("%v is none of %v", v, want)
			}
		case "oneOf":
			fits := 0
			for _, one := range want.([]any) {
				if len(d.faults(one, v, where)) == 0 {
					fits++
				}
			}
			if fits != 1 {
				add("%v fits %d of %v", v, fits, want)
			}
		case "items":
			list, _ := v.([]any)
			for i, item := range list {
				out = append(out, d.faults(want, item, where+"/"+strconv.Itoa(i))...)
			}
		case "minimum", "maximum", "minLength", "maxLength", "pattern", "format", "minItems", "maxItems":
			if v != nil && !holds(keyword, want, v) {
				add("%v breaks %s %v", v, keyword, want)
			}
		default:
			add("the validator does not know %s", keyword)
		}
	}
	if m, ok := v.(map[string]any); ok {
		out = append(out, d.memberFaults(s, m, where)...)
	}
	return out
}

func (d document) memberFaults(s, m map[string]any, where string) []string {
	var out []string
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, ok := m[name.(string)]; !ok {
			out = append(out, where+": no "+name.(string))
		}
	}
	properties, _ := s["properties"].(map[string]any)
	for name, value := range m {
		inner, known := properties[name]
		if !known {
			inner = s["additionalProperties"]
			if inner == nil {
				continue
			}
			if inner == false {
				out = append(out, where+": unexpected "+name)
				continue
			}
		}
		out = append(out, d.faults(inner, value, where+"/"+name)...)
	}
	return out
}

func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

func hasType(v any, name string) bool {
	switch v := v.(type) {
	case nil:
		return name == "null"
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case float64:
		return name == "number" || name == "integer" && v == math.Trunc(v)
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return false
}

func holds(keyword string, want, v any) bool {
	number, _ := v.(float64)
	text, _ := v.(string)
	list, _ := v.([]any)
	limit, _ := want.(float64)
	switch keyword {
	case "minimum":
		return number >= limit
	case "maximum":
		return number <= limit
	case "minLength":
		return utf8.RuneCountInString(text) >= int(limit)
	case "maxLength":
		return utf8.RuneCountInString(text) <= int(limit)
	case "minItems":
		return len(list) >= int(limit)
	case "maxItems":
		return len(list) <= int(limit)
	case "pattern":
		return regexp.MustCompile(want.(string)).MatchString(text)
	}
	if want == "date-time" {
		at, err := time.Parse(time.RFC3339Nano, text)
		return err == nil && strings.HasSuffix(text, "Z") && !at.IsZero()
	}
	return true // other formats are notes
}

// conforms demands that the document knows this answer of an operation, and that the answer is as it says.
func (d document) conforms(t *testing.T, path string, r reply) {
	t.Helper()
	method := strings.ToLower(r.Request.Method)
	response := d.follow(d.at("paths", path, method, "responses", strconv.Itoa(r.StatusCode)))
	if response == nil {
		t.Errorf("%s %s: %d is not in the document", method, path, r.StatusCode)
		return
	}
	content, _ := response["content"].(map[string]any)
	if len(content) == 0 {
		if len(r.body) > 0 {
			t.Errorf("%s %s: %d has a body: %s", method, path, r.StatusCode, r.body)
		}
		return
	}
	media, ok := content[r.Header.Get("Content-Type")].(map[string]any)
	if !ok {
		t.Errorf("%s %s: %d is %s", method, path, r.StatusCode, r.Header.Get("Content-Type"))
		return
	}
	d.check(t, media["schema"], r.body)
}

func (d document) check(t *testing.T, schema any, body []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	for _, fault := range d.faults(schema, v, "") {
		t.Errorf("%s in %s", fault, body)
	}
}

func TestAnswersAreAsTheDocumentSays(t *testing.T) {
	a := newAPI(t)
	p, stranger := a.program(), a.program()
	d := p.document()
	const all, one = "/api/comments", "/api/comments/{id}"
	l := stranger.listen("post=first&since="+emptyCursor(t, a), realtime.Protocol)
	send := func(path, method, at, body string, headers ...string) reply {
		r := p.send(method, at, body, headers...)
		d.conforms(t, path, r)
		return r
	}
	valid := `{"post":"first","body":"x","author":{"name":"Ann","url":"https://ann.example.org"}}`
	d.check(t, d.at("components", "schemas", "NewComment"), []byte(valid))
	var c said
	send(all, "POST", all, valid).into(t, &c)
	send(all, "POST", all, valid)
	send(all, "POST", all, strings.Replace(valid, `"x"`, `"[hold]"`, 1))
	send(all, "POST", all, strings.Replace(valid, `"x"`, `"a reply", "parent_id":"`+c.ID+`"`, 1))
	for _, bad := range []string{`{`, `{}`, `{"post":"nope","body":"x","author":{"name":"A"}}`, `{"post":"quiet","body":"x","author":{"name":"A"}}`} {
		send(all, "POST", all, bad)
	}
	send(all, "POST", all, valid, "Content-Type", "text/plain")
	send(all, "POST", all, `"`+strings.Repeat("x", 1<<20)+`"`)
	for _, query := range []string{"?post=first", "?post=first&limit=1", "?post=first&since=other.1", "?post=nope", "?sort=top", "?post=first&since=" + emptyCursor(t, a)} {
		send(all, "GET", all+query, "")
		d.conforms(t, all, stranger.get(all+query))
	}
	send(all, "GET", all+"?post=first", "", "If-None-Match", "*")
	at := all + "/" + c.ID
	send(one, "GET", at, "")
	send(one, "GET", all+"/nope", "")
	send(one+"/context", "GET", at+"/context", "")
	send(all+"/counts", "GET", all+"/counts?post=first&post=nope", "")
	send(all+"/counts", "GET", all+"/counts", "")
	for _, match := range []string{"", `"0"`, `"0"`} {
		var headers []string
		if match != "" {
			headers = []string{"If-Match", match}
		}
		send(one, "PATCH", at, `{"body":"y"}`, headers...)
	}
	send(one, "DELETE", at, "")
	send(one, "GET", at, "")
	send(one, "PATCH", at, `{"body":"y"}`, "If-Match", "*")
	send("/api/problems/{name}", "GET", "/api/problems/gone", "")
	for last := int64(0); last < 5; { // the comment and its end are one by now, or two: the last is the deletion
		m := l.change()
		d.check(t, d.at("components", "schemas", "LiveChange"), []byte(m.raw))
		last = m.Rev
	}
}

func TestTheValidatorFindsFaults(t *testing.T) {
	a := newAPI(t)
	d := a.program().document()
	comment := d.at("components", "schemas", "Comment")
	var good any
	if err := json.Unmarshal([]byte(`{"id":"x","post":"p","parent_id":null,"depth":0,"seq":1,"rev":1,"version":0,"author":null,"html":"",
		"state":"deleted","reply_count":1,"created_at":"2026-01-02T03:04:05Z","edited_at":null,"permalink":"/","can":{"edit_until":null,"delete":false,"reply":false}}`), &good); err != nil {
		t.Fatal(err)
	}
	if faults := d.faults(comment, good, ""); len(faults) > 0 {
		t.Fatal(faults)
	}
	for name, value := range map[string]any{
		"state": "spam", "seq": 0.0, "rev": 1.5, "author": map[string]any{"name": "A"}, "created_at": "yesterday", "email": "x", "id": nil,
	} {
		bad := map[string]any{}
		maps.Copy(bad, good.(map[string]any))
		bad[name] = value
		if len(d.faults(comment, bad, "")) == 0 {
			t.Errorf("%s = %v passed", name, value)
		}
	}
}
