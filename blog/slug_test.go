package blog

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{
		"Đường phố Hà Nội":                             "duong-pho-ha-noi",
		"\u0110u\u031bo\u031b\u0300ng pho\u0302\u0301": "duong-pho", // decomposed, as macOS names files
		"Nghiêng nghiêng, thuở ấy":                     "nghieng-nghieng-thuo-ay",
		"Don't panic!":                                 "dont-panic",
		"Jekyll 3.1.2 Released":                        "jekyll-3.1.2-released",
		"The end. 2 of 3":                              "the-end-2-of-3",
		"C++":                                          "c-plus-plus",
		"C#":                                           "c-sharp",
		"Issue #5":                                     "issue-5",
		"snake_case":                                   "snake_case",
		"中文 标题":                                        "中文-标题",
		"Привет, мир":                                  "привет-мир",
		"हिन्दी में":                                   "हिन्दी-में",
		"Straße / Øl":                                  "strasse-ol",
		"../../etc/passwd":                             "etc-passwd",
		"---":                                          Slug("---"),
		"":                                             Slug(""),
	} {
		if got := Slug(in); got != want || got == "" {
			t.Errorf("Slug(%q) = %q, want %q", in, got, want)
		}
	}
	if Slug("!!!") == Slug("???") {
		t.Error("names without letters must keep different slugs")
	}
}

func TestFoldFindsEveryVietnameseLetter(t *testing.T) {
	const letters = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
	for _, r := range letters + strings.ToUpper(letters) {
		if got := Fold(string(r)); len(got) != 1 {
			t.Errorf("Fold(%q) = %q", r, got)
		}
	}
}

func FuzzSlug(f *testing.F) {
	for _, s := range []string{"", "Đường phố", "C++ C# .NET", "..", "a/b\\c", "\xff\xfe", strings.Repeat("ệ", 300), "中文"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		slug := Slug(s)
		bad := func(r rune) bool { return !isSlugRune(r) && r != '-' && r != '.' }
		switch {
		case slug == "", len(slug) > maxSlug+8, !utf8.ValidString(slug), strings.IndexFunc(slug, bad) >= 0:
			t.Fatalf("Slug(%q) = %q", s, slug)
		case strings.Contains(slug, ".."), strings.HasPrefix(slug, "."), Slug(slug) != slug && isASCII(slug):
			t.Fatalf("Slug(%q) = %q, of itself %q", s, slug, Slug(slug))
		}
	})
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}
