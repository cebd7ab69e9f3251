package cards_test

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"vang/cards"
	"vang/static"
)

func press(t testing.TB) *cards.Press {
	t.Helper()
	files, err := static.Part("cards")
	if err != nil {
		t.Fatal(err)
	}
	return cards.New(files)
}

func vietnamese() cards.Card {
	return cards.Card{Title: "Đường phố Hà Nội nghiêng nghiêng, thuở ấy", Site: "Tiếng vang", By: "Nguyễn Thị Ánh", Date: "22 tháng 11, 2026", Lang: "vi"}
}

func TestACardIsAPictureOfTheRightSize(t *testing.T) {
	data, err := press(t).Draw(t.Context(), vietnamese())
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != 1200 || b.Dy() != 630 {
		t.Errorf("the card is %v", b)
	}
	if len(data) > 200_000 {
		t.Errorf("the card has %d bytes", len(data))
	}
	dark := 0
	for x := 84; x < 1100; x++ { // letters stand in the middle
		for y := 200; y < 450; y += 3 {
			if r, _, _, _ := img.At(x, y).RGBA(); r>>8 < 0x60 {
				dark++
			}
		}
	}
	if dark < 3_000 {
		t.Errorf("only %d dark points where the title should be", dark)
	}
}

// TestEveryLetterIsThere, of the languages that cards are for, in the fonts that they are drawn with.
func TestEveryLetterIsThere(t *testing.T) {
	p := press(t)
	for lang, text := range map[string]string{
		"vi": "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵAÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬĐÊỀỂỄẾỆÔỒỔỖỐỘƠỜỞỠỚỢƯỪỬỮỨỰỲỶỸÝỴ “”–…₫",
		"en": "The quick brown fox—jumps over it’s lazy dog? 0123456789 !@#$%^&*()_+[]{}|\\:;\"'<>,./~` ©®™€£¥",
		"cs": "Příliš žluťoučký kůň úpěl ďábelské ódy", "pl": "Zażółć gęślą jaźń", "tr": "Pijamalı hasta yağız şoföre çabucak güvendi",
		"ru": "Съешь ещё этих мягких французских булок", "uk": "ґєії", "el": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
		"zh": "我能吞下玻璃而不伤身体，《春江花月夜》：“滚滚长江东逝水”！谢益辉", "zh-TW": "我能吞下玻璃而不傷身體。臺灣繁體中文「龜鬱龍」", "ja": "いろはにほへと色は匂へど散りぬるを、アイウエオ・ヴ「東京」々ー",
		"ko": "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다 똠방각하",
	} {
		missing, err := cards.Missing(p, text, lang)
		if err != nil {
			t.Fatal(err)
		}
		if lang == "ko" {
			missing = strings.ReplaceAll(missing, "똠", "") // rarer than the 2,350 syllables of the country's own set
		}
		if missing != "" {
			t.Errorf("%s lacks %q", lang, missing)
		}
	}
}

// TestACardReadsOnlyTheFontsThatItNeeds: all of them would take some forty megabytes.
func TestACardReadsOnlyTheFontsThatItNeeds(t *testing.T) {
	p := press(t)
	for _, tc := range []struct {
		words, lang, want string
		most              int
	}{
		{"Hà Nội", "vi", "serif", 1}, {"Hello 你好", "en", "zh", 4}, {"こんにちは", "en", "ja", 3}, {"안녕하세요", "", "ko", 4}, {"东京", "ja", "ja", 3},
	} {
		names, err := cards.Files(p, tc.words, tc.lang)
		if err != nil || len(names) == 0 || len(names) > tc.most {
			t.Errorf("%s reads %v, %v", tc.words, names, err)
		}
		if !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, tc.want) }) {
			t.Errorf("%s reads %v, none of %s", tc.words, names, tc.want)
		}
	}
}

func TestTitlesAreBrokenWell(t *testing.T) {
	p := press(t)
	for _, tc := range []struct {
		title, lang string
		most        int
	}{
		{"Hello", "en", 1},
		{"Đường phố Hà Nội nghiêng nghiêng, thuở ấy", "vi", 2},
		{"使用 Go 编写一个可以实时评论的博客系统：从零开始到部署上线的完整指南", "zh", 4},
		{"「吾輩は猫である」。名前は、まだ無い。どこで生れたかとんと見当がつかぬ。", "ja", 4},
		{strings.Repeat("words that go on ", 60), "en", 6},
		{strings.Repeat("x", 300), "en", 6},
		{strings.Repeat("界", 500), "zh", 6},
	} {
		lines, size, err := cards.Lines(p, tc.title, tc.lang)
		if err != nil || len(lines) == 0 || len(lines) > tc.most || size < 40 {
			t.Errorf("%.40q: %d lines of %v, %v", tc.title, len(lines), size, err)
			continue
		}
		for _, l := range lines {
			first, _ := utf8.DecodeRuneInString(l)
			last, _ := utf8.DecodeLastRuneInString(l)
			if strings.ContainsRune("、。，：」！", first) || strings.ContainsRune("「《", last) {
				t.Errorf("%q is a line of %.40q", l, tc.title)
			}
		}
		whole := strings.ReplaceAll(strings.Join(lines, ""), " ", "")
		if cut := strings.HasSuffix(whole, "…"); cut != (len(tc.title) > 250) {
			t.Errorf("%.40q: cut is %v: %q", tc.title, cut, lines)
		}
	}
}

func TestWhichTitlesAreLegible(t *testing.T) {
	for text, want := range map[string]bool{
		"Hello": true, "Đường": true, "Привет": true, "你好": true, "こんにちは": true, "안녕": true, "2026": true, "C++ & 🎉": true,
		"": false, "🎉": false, "مرحبا": false, "नमस्ते": false, "สวัสดี": false, "Hello مرحبا": false, "...": false,
	} {
		if got := cards.Legible(text); got != want {
			t.Errorf("Legible(%q) is %v", text, got)
		}
	}
}

func TestVersionsTellCardsApart(t *testing.T) {
	c := vietnamese()
	seen := map[string]bool{c.Version(): true}
	for _, change := range []func(*cards.Card){
		func(c *cards.Card) { c.Title += "." }, func(c *cards.Card) { c.Site += "." }, func(c *cards.Card) { c.By = "" },
		func(c *cards.Card) { c.Date = "" }, func(c *cards.Card) { c.Lang = "zh" },
	} {
		other := c
		change(&other)
		if seen[other.Version()] {
			t.Errorf("%+v has a version that another card has", other)
		}
		seen[other.Version()] = true
	}
	if c.Version() != vietnamese().Version() {
		t.Error("the version of one card changes")
	}
}

func TestStrangeCardsAreDrawn(t *testing.T) {
	p := press(t)
	for _, c := range []cards.Card{
		{},
		{Title: "🎉🎉", Site: "مرحبا"},
		{Title: "a\x00b\u202ec\ufeff\xff"},
		{Title: "e\u0301\u0302\u0303\u0304"},
		{Title: strings.Repeat("i", 9_000)},
		{Title: "\U00020000\U0002A6D6 ꙮ ﷽", Site: strings.Repeat("W", 900), By: strings.Repeat("名", 900)},
	} {
		if _, err := p.Draw(t.Context(), c); err != nil {
			t.Errorf("%.60q: %v", c.Title, err)
		}
	}
}

func TestWithoutFontsAPressSaysWhatToDo(t *testing.T) {
	_, err := cards.New(fstest.MapFS{}).Draw(t.Context(), vietnamese())
	if err == nil || !strings.Contains(err.Error(), "make assets") {
		t.Errorf("the error is %v", err)
	}
}

func TestARackKeepsCards(t *testing.T) {
	for name, dir := range map[string]string{"in a folder": filepath.Join(t.TempDir(), "cards"), "in memory": ""} {
		t.Run(name, func(t *testing.T) {
			r := cards.NewRack(press(t), dir)
			var wait sync.WaitGroup
			got := make([][]byte, 8)
			for i := range got {
				wait.Go(func() {
					var err error
					if got[i], err = r.Card(t.Context(), vietnamese()); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			for _, g := range got {
				if len(g) == 0 || !bytes.Equal(g, got[0]) {
					t.Fatal("readers of one card got several")
				}
			}
			broken := cards.NewRack(cards.New(fstest.MapFS{}), dir) // draws nothing: what it gives was kept
			again, err := broken.Card(t.Context(), vietnamese())
			if kept := err == nil && bytes.Equal(again, got[0]); kept != (dir != "") {
				t.Errorf("kept for another process: %v, %v", kept, err)
			}
		})
	}
}

func TestAFolderOfCardsIsBounded(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	for i, name := range []string{"a.png", "b.png", "c.png", "half-1"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, make([]byte, 1000), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, now, now.Add(time.Duration(i-10)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := cards.Prune(dir, 3000); err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	for i := range left {
		left[i] = filepath.Base(left[i])
	}
	if want := []string{"b.png", "c.png"}; !slices.Equal(left, want) {
		t.Errorf("left are %v, want %v", left, want)
	}
}

func BenchmarkCard(b *testing.B) {
	p := press(b)
	for name, c := range map[string]cards.Card{
		"vi": vietnamese(), "zh": {Title: "使用编写一个可以实时评论的博客系统：从零开始到部署上线的完整指南", Site: "谢益辉的博客", By: "谢益辉", Lang: "zh"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Draw(b.Context(), c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
