package search

import (
	"strings"
	"testing"
)

func shown(list []Fragment) string {
	var b strings.Builder
	for _, f := range list {
		if f.Marked {
			b.WriteString("[" + f.Text + "]")
		} else {
			b.WriteString(f.Text)
		}
	}
	return b.String()
}

func TestMarks(t *testing.T) {
	for _, c := range []struct{ query, text, want string }{
		{"duong pho", "Những đường phố cũ, một con đường.", "Những [đường phố] cũ, một con [đường]."},
		{"la gi", "Vang là gì, là thế nào", "Vang [là gì], là thế nào"},
		{"đường", "đường, đương, duong", "[đường], đương, duong"},
		{"duong", "đường, đương, duong", "[đường], [đương], [duong]"},
		{"搜索引擎", "中文搜索引擎和搜索", "中文[搜索引擎]和[搜索]"},
		{"库", "数据库里", "数据[库]里"},
		{"net/http", "use net/http, not http", "use [net]/[http], not http"},
		{"confi", "reconfigure the Configuration", "reconfigure the [Configuration]"},
		{"c++", "C, C++ and C#", "C, [C++] and C#"},
		{"stories ", "one story", "one [story]"},
		{"<b>", "a <b> & b", "a <[b]> & [b]"},
		{"e\u0301te\u0301 ", "l'été", "l'[été]"},
		{"hoà bình", "hòa bình", "[hòa bình]"},
		{"x", "", ""},
	} {
		q := Parse(c.query)
		if got := shown(q.Mark(c.text)); got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.query, c.text, got, c.want)
		}
	}
}

func TestExcerptIsWhereMostOfTheWordsAre(t *testing.T) {
	far := strings.Repeat("không có gì ở đây cả. ", 60)
	s := sheet{text: far + "phố đây rồi.\n# Đề mục\n" + far + "Cuối cùng là đường phố Hà Nội.\n" + far}
	q := Parse("duong pho")
	got := shown(q.Excerpt(textOf(s), 120))
	if !strings.Contains(got, "[đường phố] Hà Nội") || !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") || len([]rune(got)) > 140 {
		t.Errorf("got %q", got)
	}
	q = Parse("vắng mặt")
	if got := q.Excerpt(textOf(s), 120); got != nil {
		t.Errorf("got %q of a text without the words", shown(got))
	}
}

// FuzzSearch: whatever is asked of whatever text, nothing breaks, and marks and texts stay whole.
func FuzzSearch(f *testing.F) {
	for _, s := range []string{"duong pho", `"đường phố" -x tag:y`, "c++ C# net/http", "搜索 ก็", "-\"", "tag:", "\xff\xfe", "e\u0301", "“a”", "q\u0300\u0301"} {
		f.Add(s, "Những con đường phố cổ. "+s)
	}
	f.Fuzz(func(t *testing.T, query, text string) {
		x := indexOf(t, sheet{key: "a", title: text, text: text, filters: []string{"tag:y"}}, sheet{key: "b", text: query})
		q := Parse(query)
		x.Search(q, Ask{Until: 5, Facets: true})
		var b strings.Builder
		for _, m := range q.Mark(text) {
			b.WriteString(m.Text)
		}
		if want := string(composed([]byte(text))); b.String() != want {
			t.Errorf("%q marked in %q: %q", query, text, b.String())
		}
		q.Excerpt(textOf(sheet{text: text}), 60)
	})
}
