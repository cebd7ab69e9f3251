package blog

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxSlug = 150 // bytes: below what file systems and address bars carry, escaped

// Fold writes s in small letters and takes the marks off Latin ones: "Đường phố" and "duong pho" become the same text.
// Letters of other scripts stay as they are.
func Fold(s string) string {
	if isPlain(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	latin := false // whether a mark that stands alone belongs to a Latin letter
	for _, r := range s {
		r = unicode.ToLower(r)
		if r >= 0x0300 && r <= 0x036F && latin {
			continue
		}
		latin = unicode.Is(unicode.Latin, r)
		if base := foldRune(r); base != "" {
			b.WriteString(base)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Slug makes of s the part of an address that people can read and type: small letters, digits and hyphens. Vietnamese and
// other Latin text is folded, other scripts keep their letters. "C++" becomes "c-plus-plus" and "C#" "c-sharp", so that
// languages which differ only in a sign keep different addresses. It is never empty.
func Slug(s string) string {
	var b strings.Builder
	gap, last := false, rune(0)
	put := func(word string) {
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		b.WriteString(word)
		gap = false
	}
	runes := []rune(Fold(s))
	for i, r := range runes {
		switch {
		case isSlugRune(r) && b.Len()+utf8.RuneLen(r) < maxSlug:
			put(string(r))
		case r == '.' && unicode.IsDigit(last) && i+1 < len(runes) && unicode.IsDigit(runes[i+1]):
			put(".")
		case r == '+' && (isSlugRune(last) || last == '+'):
			gap = true
			put("plus")
			gap = true
		case r == '#' && unicode.IsLetter(last) && (i+1 == len(runes) || !isSlugRune(runes[i+1])):
			gap = true
			put("sharp")
			gap = true
		case r == '\'' || r == '’' || r == '\u200b' || r == '\u00ad':
		default:
			gap = true
		}
		if b.Len() >= maxSlug {
			break
		}
		last = r
	}
	if slug := strings.Trim(b.String(), "_-."); slug != "" {
		return slug
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(s))
	return "x" + strconv.FormatUint(uint64(h.Sum32()), 36)
}

func isSlugRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_')
}

// foldRune gives the base letters of a small Latin letter with marks, "" for all others. A switch, not a map: it needs no
// memory and the compiler searches it by halves.
func foldRune(r rune) string {
	switch r {
	case 'à', 'á', 'â', 'ã', 'ä', 'å', 'ā', 'ă', 'ą', 'ǎ', 'ǟ', 'ǡ', 'ǻ', 'ȁ', 'ȃ', 'ȧ', 'ḁ',
		'ạ', 'ả', 'ấ', 'ầ', 'ẩ', 'ẫ', 'ậ', 'ắ', 'ằ', 'ẳ', 'ẵ', 'ặ', 'ª':
		return "a"
	case 'è', 'é', 'ê', 'ë', 'ē', 'ĕ', 'ė', 'ę', 'ě', 'ȅ', 'ȇ', 'ȩ', 'ḕ', 'ḗ', 'ḙ', 'ḛ', 'ḝ', 'ẹ', 'ẻ', 'ẽ', 'ế', 'ề', 'ể', 'ễ', 'ệ', 'ə':
		return "e"
	case 'ì', 'í', 'î', 'ï', 'ĩ', 'ī', 'ĭ', 'į', 'ı', 'ǐ', 'ȉ', 'ȋ', 'ḭ', 'ḯ', 'ỉ', 'ị':
		return "i"
	case 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'ō', 'ŏ', 'ő', 'ơ', 'ǒ', 'ǫ', 'ǭ', 'ǿ', 'ȍ', 'ȏ', 'ȫ', 'ȭ', 'ȯ', 'ȱ', 'ṍ', 'ṏ', 'ṑ', 'ṓ',
		'ọ', 'ỏ', 'ố', 'ồ', 'ổ', 'ỗ', 'ộ', 'ớ', 'ờ', 'ở', 'ỡ', 'ợ', 'º':
		return "o"
	case 'ù', 'ú', 'û', 'ü', 'ũ', 'ū', 'ŭ', 'ů', 'ű', 'ų', 'ư', 'ǔ', 'ǖ', 'ǘ', 'ǚ', 'ǜ', 'ȕ', 'ȗ', 'ṳ', 'ṵ', 'ṷ', 'ṹ', 'ṻ',
		'ụ', 'ủ', 'ứ', 'ừ', 'ử', 'ữ', 'ự':
		return "u"
	case 'ý', 'ÿ', 'ŷ', 'ȳ', 'ẏ', 'ỳ', 'ỵ', 'ỷ', 'ỹ', 'ẙ':
		return "y"
	}
	return foldConsonant(r)
}

func foldConsonant(r rune) string {
	switch r {
	case 'đ', 'ð', 'ď', 'ḋ', 'ḍ', 'ḏ', 'ḑ', 'ḓ':
		return "d"
	case 'ç', 'ć', 'ĉ', 'ċ', 'č', 'ḉ':
		return "c"
	case 'ĝ', 'ğ', 'ġ', 'ģ', 'ǧ', 'ǵ', 'ḡ':
		return "g"
	case 'ĥ', 'ħ', 'ȟ', 'ḣ', 'ḥ', 'ḧ', 'ḩ', 'ḫ', 'ẖ':
		return "h"
	case 'ĵ', 'ǰ':
		return "j"
	case 'ķ', 'ĸ', 'ǩ', 'ḱ', 'ḳ', 'ḵ':
		return "k"
	case 'ĺ', 'ļ', 'ľ', 'ŀ', 'ł', 'ḷ', 'ḹ', 'ḻ', 'ḽ':
		return "l"
	case 'ḿ', 'ṁ', 'ṃ':
		return "m"
	case 'ñ', 'ń', 'ņ', 'ň', 'ŋ', 'ǹ', 'ṅ', 'ṇ', 'ṉ', 'ṋ':
		return "n"
	case 'ŕ', 'ŗ', 'ř', 'ȑ', 'ȓ', 'ṙ', 'ṛ', 'ṝ', 'ṟ':
		return "r"
	case 'ś', 'ŝ', 'ş', 'š', 'ș', 'ſ', 'ṡ', 'ṣ', 'ṥ', 'ṧ', 'ṩ':
		return "s"
	case 'ţ', 'ť', 'ŧ', 'ț', 'ṫ', 'ṭ', 'ṯ', 'ṱ', 'ẗ':
		return "t"
	case 'ŵ', 'ẁ', 'ẃ', 'ẅ', 'ẇ', 'ẉ', 'ẘ':
		return "w"
	case 'ź', 'ż', 'ž', 'ẑ', 'ẓ', 'ẕ':
		return "z"
	case 'ḃ', 'ḅ', 'ḇ':
		return "b"
	case 'ḟ':
		return "f"
	case 'ṕ', 'ṗ':
		return "p"
	case 'ṽ', 'ṿ':
		return "v"
	case 'ẋ', 'ẍ':
		return "x"
	case 'ß':
		return "ss"
	case 'æ', 'ǣ', 'ǽ':
		return "ae"
	case 'œ':
		return "oe"
	case 'þ':
		return "th"
	case 'ĳ':
		return "ij"
	}
	return ""
}
