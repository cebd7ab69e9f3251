package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// sheet is a document of a test.
type sheet struct {
	key, title, text string
	terms            []string
	filters          []string
	date             time.Time
	hash             string
}

func textOf(s sheet) Text {
	return func(yield func(Part, []byte) bool) {
		for line := range strings.SplitSeq(s.text, "\n") {
			part := Prose
			if rest, ok := strings.CutPrefix(line, "# "); ok {
				part, line = Heading, rest
			} else if rest, ok := strings.CutPrefix(line, "` "); ok {
				part, line = Code, rest
			}
			if !yield(part, []byte(line)) {
				return
			}
		}
	}
}

func update(t testing.TB, x *Index, sheets []sheet) {
	t.Helper()
	docs, byKey := make([]Doc, len(sheets)), map[string]sheet{}
	for i, s := range sheets {
		hash := s.hash
		if hash == "" {
			hash = s.text
		}
		docs[i] = Doc{Key: s.key, Hash: hash, Title: s.title, Terms: s.terms, Filters: s.filters, Date: s.date}
		byKey[s.key] = s
	}
	if err := x.Update(context.Background(), fmt.Sprint(docs), docs, func(d Doc) Text { return textOf(byKey[d.Key]) }); err != nil {
		t.Fatal(err)
	}
}

func indexOf(t testing.TB, sheets ...sheet) *Index {
	t.Helper()
	x := &Index{}
	update(t, x, sheets)
	return x
}

func keys(f Found) string {
	list := make([]string, len(f.Hits))
	for i, h := range f.Hits {
		list[i] = h.Key
	}
	return strings.Join(list, " ")
}

func find(x *Index, query string) string { return keys(x.Search(Parse(query), Ask{Until: 50})) }

func library(t testing.TB) *Index {
	return indexOf(t,
		sheet{key: "pho", title: "Đường phố Hà Nội", text: "Những con đường phố cổ.\nÁnh đèn vàng.", terms: []string{"Hà Nội"}, filters: []string{"tag:ha-noi", "lang:vi"}},
		sheet{key: "duong", title: "Ăn uống", text: "Tô phở có vị ngọt, không cho đường vào. Ra phố mua.", filters: []string{"tag:an-uong", "lang:vi"}},
		sheet{key: "plain", title: "Ghi chep", text: "duong pho viet khong dau", filters: []string{"lang:vi"}},
		sheet{key: "duongpho", title: "Chữ khác", text: "Đây là dưỡng phô, một chữ khác."},
		sheet{key: "zh", title: "中文搜索引擎", text: "这个搜索引擎支持中文分词，数据库也可以。"},
		sheet{key: "ja", title: "検索エンジン", text: "データベースを検索する。"},
		sheet{key: "th", title: "ภาษาไทย", text: "การค้นหาภาษาไทยไม่มีเว้นวรรค"},
		sheet{key: "ko", title: "서울 여행", text: "서울에서 부산까지"},
		sheet{key: "go", title: "Serving pages", text: "The package net/http serves pages.\n` http.ListenAndServe(addr, nil)\n` foo_bar := 1", terms: []string{"Go"}, filters: []string{"tag:go", "lang:en"}},
		sheet{key: "cpp", title: "Languages", text: "C++ and C# and F# are older than Go; a c is a letter, net of http", filters: []string{"tag:go", "tag:c-plus-plus", "lang:en"}},
		sheet{key: "en", title: "Writing posts", text: "A writer posted stories about running cities. bar foo", filters: []string{"lang:en"}},
	)
}

func TestFindsWhatIsMeant(t *testing.T) {
	x := library(t)
	for _, c := range []struct{ name, query, want string }{
		{"words without accents find those with", "duong pho", "pho plain duongpho duong"},
		{"exact accents come first", "đường phố", "pho duong"},
		{"other accents come first when they are typed", "dưỡng phô", "duongpho"},
		{"a quoted phrase with accents means them", `"đường phố"`, "pho"},
		{"a quoted phrase stands together", `"duong pho"`, "pho plain duongpho"},
		{"another place of the tone", "hoà", ""},
		{"chinese", "搜索引擎", "zh"},
		{"chinese across words", "数据库", "zh"},
		{"one sign", "库", "zh"},
		{"japanese", "検索", "ja"},
		{"katakana", "データ", "ja"},
		{"thai", "ค้นหา", "th"},
		{"korean with its particle", "서울", "ko"},
		{"code", "net/http", "go"},
		{"snake", "foo_bar", "go"},
		{"method", "http.ListenAndServe", "go"},
		{"C++", "c++", "cpp"},
		{"C#", "C#", "cpp"},
		{"an unfinished word", "listen", "go"},
		{"a finished word", "liste ", ""},
		{"other forms", "stories ", "en"},
		{"another form", "story ", "en"},
		{"and another", "run ", ""},
		{"a term", "Hà Nội", "pho"},
		{"a tag", "tag:go", "cpp go"},
		{"a tag with a word", "tag:Go languages", "cpp"},
		{"a tag that is not", "-tag:c++ tag:go", "go"},
		{"a word that is not", "pages -net/http", ""},
		{"a phrase that is not", `go -"are older"`, "go"},
		{"nothing", "xyzzy", ""},
		{"signs only", "?! --", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := find(x, c.query)
			if c.name == "exact accents come first" || strings.HasPrefix(c.name, "other accents") {
				if !strings.HasPrefix(got, c.want) {
					t.Errorf("%q: %q, want %q first", c.query, got, c.want)
				}
				return
			}
			if got != c.want {
				t.Errorf("%q: %q, want %q", c.query, got, c.want)
			}
		})
	}
}

func TestSaysWhatElseWasMeant(t *testing.T) {
	x := library(t)
	for query, want := range map[string]string{
		"lanugages": "languages", "servng pages": "serving pages", "duongg": "", "pages": "", "xyzzy": "",
	} {
		if got := x.Search(Parse(query), Ask{Until: 5}).Meant; want != "" && got != want || want == "" && query != "duongg" && got != "" {
			t.Errorf("%q: meant %q, want %q", query, got, want)
		}
	}
}

func TestSomeWordsAreBetterThanNothing(t *testing.T) {
	x := library(t)
	f := x.Search(Parse("serving xyzzy pages "), Ask{Until: 5})
	if !f.Partial || keys(f) != "go" {
		t.Errorf("got %+v", f)
	}
	if f := x.Search(Parse("serving pages"), Ask{Until: 5}); f.Partial || keys(f) != "go" {
		t.Errorf("got %+v", f)
	}
	if f := x.Search(Parse("xyzzy"), Ask{Until: 5}); f.Partial || f.Total != 0 {
		t.Errorf("got %+v", f)
	}
}

func TestTitlesThenTermsThenTexts(t *testing.T) {
	filler := strings.Repeat("words that fill a text ", 20)
	x := indexOf(t,
		sheet{key: "text", title: "A", text: filler + "nginx nginx nginx nginx"},
		sheet{key: "heading", title: "B", text: "# nginx\n" + filler},
		sheet{key: "term", title: "C", text: filler, terms: []string{"nginx"}},
		sheet{key: "title", title: "nginx", text: filler},
		sheet{key: "once", title: "D", text: filler + "nginx"},
	)
	if got, want := find(x, "nginx"), "title term heading text once"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheNewerOfEqualsComesFirst(t *testing.T) {
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	x := indexOf(t,
		sheet{key: "b-old", title: "x", text: "same text", date: day},
		sheet{key: "c-new", title: "x", text: "same text", date: day.AddDate(0, 0, 5)},
		sheet{key: "a-older", title: "x", text: "same text", date: day.AddDate(-1, 0, 0)},
	)
	if got, want := find(x, "same text"), "c-new b-old a-older"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFacetsCountAllThatMatch(t *testing.T) {
	f := library(t).Search(Parse("go"), Ask{Until: 1, Facets: true})
	want := []Facet{{"lang:en", 2}, {"tag:go", 2}, {"tag:c-plus-plus", 1}}
	if f.Total != 2 || len(f.Hits) != 1 || !slices.Equal(f.Facets, want) {
		t.Errorf("got %+v, want %v", f, want)
	}
}

// TestChangesAreFoundAtOnce: what is new, changed or gone is found so, and nothing else is read again.
func TestChangesAreFoundAtOnce(t *testing.T) {
	a, b, c := sheet{key: "a", text: "alpha"}, sheet{key: "b", text: "beta"}, sheet{key: "c", text: "gamma"}
	x := indexOf(t, a, b, c)
	b.text = "delta"
	read := []string{}
	docs := []Doc{{Key: "a", Hash: "alpha"}, {Key: "b", Hash: "delta"}}
	err := x.Update(t.Context(), "2", docs, func(d Doc) Text {
		read = append(read, d.Key)
		return textOf(b)
	})
	if err != nil || !slices.Equal(read, []string{"b"}) {
		t.Fatalf("read %v, %v", read, err)
	}
	for query, want := range map[string]string{"alpha": "a", "beta": "", "delta": "b", "gamma": ""} {
		if got := find(x, query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if st := x.Stats(); st.Docs != 2 || x.Version() != "2" {
		t.Errorf("%+v, version %q", st, x.Version())
	}
}

// TestMergedIsTheSame: an index that grew and was merged answers as one that was built at once.
func TestMergedIsTheSame(t *testing.T) {
	var sheets []sheet
	for i := range 3000 {
		sheets = append(sheets, sheet{
			key: fmt.Sprintf("k%04d", i), title: fmt.Sprintf("Bài số %d", i), filters: []string{fmt.Sprintf("tag:t%d", i%7)},
			text: fmt.Sprintf("đường phố %d nhà %d\nword%d common n%d", i%13, i%17, i%97, i%3), date: time.Unix(int64(i)*86400, 0),
		})
	}
	grown := &Index{}
	for n := 200; n <= 3000; n += 200 {
		update(t, grown, sheets[:n])
	}
	changed := slices.Clone(sheets)
	for i := 0; i < len(changed); i += 3 {
		changed[i].text = "changed " + changed[i].text
	}
	update(t, grown, changed)
	update(t, grown, changed[100:])
	whole := indexOf(t, changed[100:]...)
	if g, w := grown.Stats(), whole.Stats(); g.Docs != w.Docs || g.Segments > mostParts {
		t.Errorf("grown %+v, whole %+v", g, w)
	}
	for _, query := range []string{"duong pho", "nha 5", "word7", "changed common", "tag:t3 pho", `"phố 4 nhà"`, "so -changed", "wor", "bai so 17"} {
		a := grown.Search(Parse(query), Ask{Until: 40, Facets: true})
		b := whole.Search(Parse(query), Ask{Until: 40, Facets: true})
		if a.Total != b.Total || a.Total == 0 || !slices.Equal(a.Facets, b.Facets) {
			t.Errorf("%s: %d and %d found; %v %v", query, a.Total, b.Total, a.Facets, b.Facets)
		}
	}
}

func TestUpdateEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	x := &Index{}
	if err := x.Update(ctx, "1", []Doc{{Key: "a"}}, func(Doc) Text { return textOf(sheet{}) }); err == nil || x.Version() != "" {
		t.Errorf("error %v, version %q", err, x.Version())
	}
}

// TestSearchesGoOnWhileTheIndexChanges is for the race detector; besides, a search never sees half of a document.
func TestSearchesGoOnWhileTheIndexChanges(t *testing.T) {
	x := &Index{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := range 40 {
			sheets := []sheet{}
			for i := range 60 {
				sheets = append(sheets, sheet{key: fmt.Sprint(i), title: "one two", text: fmt.Sprintf("alpha beta%d", n*(i%2))})
			}
			update(t, x, sheets)
		}
	}()
	q, searches := Parse(`"one two" alpha`), 0
	for running := true; running; searches++ {
		select {
		case <-done:
			running = false
		default:
		}
		if f := x.Search(q, Ask{Until: 100, Facets: true}); f.Total != len(f.Hits) || f.Ready && f.Total != 60 {
			t.Fatalf("%+v", f)
		}
	}
	if f := x.Search(q, Ask{Until: 100}); f.Total != 60 || searches == 0 {
		t.Errorf("%d found after %d searches", f.Total, searches)
	}
}

// TestWhatIsNotWantedCountsAsWords: each is looked for like one that is wanted, and a query of 300 bytes had room for a hundred.
func TestWhatIsNotWantedCountsAsWords(t *testing.T) {
	q := Parse("a " + strings.Repeat("-b.c ", 50))
	n := len(q.words)
	for _, w := range q.without {
		n += len(w)
	}
	if n > mostQueryWords || len(q.without) == 0 {
		t.Errorf("%d words are looked for, %d without", n, len(q.without))
	}
	if q := Parse(strings.Repeat("tag:a -tag:b ", 20)); len(q.filters) != 1 || len(q.barred) != 1 {
		t.Errorf("the same filters again and again: %v, %v", q.filters, q.barred)
	}
}

// TestAWordTypedAsItStandsComesFirst: who types no accents may mean a word that has none, which then is the closer one.
func TestAWordTypedAsItStandsComesFirst(t *testing.T) {
	newer := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	sheets := []sheet{
		{key: "accented", title: "One", text: "A phố in a text", date: newer},
		{key: "as-typed", title: "Two", text: "A pho in a text", date: newer.AddDate(0, 0, -1)},
	}
	for n := range 30 { // a word that all have tells little
		sheets = append(sheets, sheet{key: fmt.Sprint(n), title: "Other", text: fmt.Sprint("Words of another ", n)})
	}
	x := indexOf(t, sheets...)
	if got := find(x, "pho "); got != "as-typed accented" {
		t.Errorf("found %s", got)
	}
}
