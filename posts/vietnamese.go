package posts

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"vang/blog"
)

// In is what a problem says in a language: Vietnamese, or English for any other.
func (p Problem) In(lang blog.Lang) string {
	if base, _, _ := strings.Cut(lang, "-"); base != blog.Vietnamese {
		return p.Message
	}
	return vietnameseOf(p.Message)
}

// vietnameseOf translates a message as far as its parts are known: what follows a key, and what stands before an addition.
func vietnameseOf(message string) string {
	for _, addition := range additions() {
		if rest, ok := strings.CutSuffix(message, addition.english); ok {
			return vietnameseOf(rest) + addition.vietnamese
		}
	}
	for _, s := range sentences() {
		if m := s.pattern.FindStringSubmatch(message); m != nil {
			return fillIn(s.vietnamese, m[1:])
		}
	}
	if key, rest, ok := strings.Cut(message, ": "); ok && !strings.ContainsAny(key, " ") {
		return key + ": " + vietnameseOf(rest)
	}
	return message
}

func fillIn(text string, values []string) string {
	for i, v := range values {
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(i+1)+"}", v)
	}
	return text
}

// sentence is a message with {} for each of its values, and its translation with {1}, {2} and so on for them.
type sentence struct {
	english, vietnamese string
	pattern             *regexp.Regexp
}

var sentences = sync.OnceValue(func() []sentence {
	list := append(vietnameseFiles(), vietnameseTexts()...)
	for i := range list {
		quoted := strings.ReplaceAll(regexp.QuoteMeta(list[i].english), `\{\}`, `(.+?)`)
		list[i].pattern = regexp.MustCompile(`(?s)^` + quoted + `$`)
	}
	return list
})

// additions stand at the end of other messages.
func additions() []sentence {
	return []sentence{
		{english: "; until it is mended the file shows what it said before", vietnamese: "; trong khi chờ sửa, trang vẫn hiện bản trước của tệp"},
		{english: "; the blog shows what it had", vietnamese: "; blog vẫn hiện những gì đã có"},
		{english: "; addresses and titles of the site hold without it, or as they were before", vietnamese: "; địa chỉ và tên trang vẫn như khi không có nó, hoặc như trước"},
		{english: "; dates without a zone are read as UTC", vietnamese: "; ngày không ghi múi giờ được hiểu là UTC"},
	}
}

// vietnameseFiles is what is said of files, front matter and settings.
func vietnameseFiles() []sentence {
	return []sentence{
		{english: "is empty: write a title and a text, or delete it", vietnamese: "trống: hãy viết tựa đề và nội dung, hoặc xóa tệp"},
		{english: "is empty: mount what belongs there, or restart vang if it is to be empty", vietnamese: "trống trơn: hãy gắn lại ổ đĩa hay thư mục mạng vào đó, hoặc khởi động lại vang nếu quả thật không còn gì"},
		{english: "cannot be read ({}): let the user that runs vang read it", vietnamese: "không đọc được ({1}): hãy cho người dùng chạy vang quyền đọc"},
		{english: "cannot be understood: {}", vietnamese: "không hiểu được: {1}"},
		{english: "is a link that leads out of the content folder: it is not followed; put the file itself here", vietnamese: "là liên kết dẫn ra ngoài thư mục nội dung nên không được theo: hãy đặt chính tệp ấy vào đây"},
		{english: "is a link to a folder: posts behind it are not read; put the folder itself here", vietnamese: "là liên kết tới một thư mục nên bài trong đó không được đọc: hãy đặt chính thư mục ấy vào đây"},
		{english: "is no file with text: it is left out", vietnamese: "không phải tệp văn bản nên bị bỏ qua"},
		{english: "has {} MB, and a post may have {}: take out what is not text", vietnamese: "có {1} MB, mà một bài chỉ được {2}: hãy bỏ những gì không phải chữ"},
		{english: "has {} MB, which is much for a picture: make it smaller, 2000 pixels wide are enough for any screen", vietnamese: "có {1} MB, quá nhiều cho một tấm hình: hãy thu nhỏ lại, rộng 2000 điểm ảnh là đủ cho mọi màn hình"},
		{english: "it has more than {} MB", vietnamese: "tệp lớn hơn {1} MB"},
		{english: "it has more than {} files: those after {} are not served; name the folder of the posts alone", vietnamese: "có hơn {1} tệp: những tệp sau {2} không được phục vụ; hãy chỉ nêu thư mục của các bài viết"},
		{english: "its files cannot be listed: {}", vietnamese: "không liệt kê được các tệp bên trong: {1}"},
		{english: "is not written in UTF-8: save it in UTF-8, or letters are lost", vietnamese: "không viết bằng UTF-8: hãy lưu lại bằng UTF-8, nếu không sẽ mất chữ"},
		{english: "has the same address as {}, {}, and is not shown: give one of them another slug", vietnamese: "trùng địa chỉ với {1}, {2}, nên không hiện: hãy cho một trong hai bài slug khác"},
		{english: "cannot be reached at {}, which is an address of Vang itself, and has another: /blog/{}", vietnamese: "không mở được ở {1}, vì đó là địa chỉ của chính Vang; địa chỉ thay thế là /blog/{2}"},
		{english: "cannot be reached at {}, which is an address of Vang itself: give it another slug", vietnamese: "không mở được ở {1}, vì đó là địa chỉ của chính Vang: hãy cho nó slug khác"},
		{english: "shares its name with a post in another language, as {} file(s) do; these have the language in their address, here /blog/{}: a slug of their own gives them another", vietnamese: "trùng tên với bài ở ngôn ngữ khác, cùng với {1} tệp như vậy; địa chỉ của chúng có thêm ngôn ngữ, ở đây là /blog/{2}: đặt slug riêng thì có địa chỉ khác"},
		{english: "shares its name with another post, as {} file(s) do; these have the folder or the day in their address, here /blog/{}: a slug of their own gives them another", vietnamese: "trùng tên với bài khác, cùng với {1} tệp như vậy; địa chỉ của chúng có thêm thư mục hoặc ngày, ở đây là /blog/{2}: đặt slug riêng thì có địa chỉ khác"},
		{english: "is shown from {} on", vietnamese: "chỉ hiện từ {1}"},
		{english: "is no longer shown: its last day has passed", vietnamese: "không còn hiện nữa: đã qua ngày hết hạn"},

		{english: "the front matter has no end: put a line {} behind its last key", vietnamese: "phần đầu bài không có chỗ kết thúc: hãy thêm dòng {1} sau mục cuối"},
		{english: "the front matter is no {}: {}", vietnamese: "phần đầu bài không đúng cú pháp {1}: {2}"},
		{english: "the front matter is no list of keys: write each as key: value", vietnamese: "phần đầu bài không phải danh sách mục: hãy viết mỗi dòng một mục: giá trị"},
		{english: "the front matter's {} cannot be read: {}", vietnamese: "không đọc được {1} ở phần đầu bài: {2}"},
		{english: "the key {} has no meaning here: is it {} that you mean?", vietnamese: "mục {1} không có nghĩa ở đây: có phải bạn muốn viết {2}?"},
		{english: "the key {} stands in line {} already, and this one counts: take one of them out", vietnamese: "mục {1} đã có ở dòng {2}, và dòng này mới được tính: hãy bỏ một trong hai"},
		{english: "{} is neither true nor false: write one of them", vietnamese: "{1} không phải true hay false: hãy viết một trong hai"},
		{english: "{} is no date: write it as 2006-01-02 or 2006-01-02T15:04:05+07:00", vietnamese: "{1} không phải ngày: hãy viết như 2006-01-02 hoặc 2006-01-02T15:04:05+07:00"},
		{english: "only the day of the date {} is understood: write it as 2006-01-02T15:04:05+07:00", vietnamese: "chỉ hiểu được phần ngày của {1}: hãy viết như 2006-01-02T15:04:05+07:00"},
		{english: "the year {} is no date", vietnamese: "năm {1} không phải một ngày"},
		{english: "{} is no language that is known here: write a tag such as vi or en", vietnamese: "{1} không phải ngôn ngữ được biết ở đây: hãy viết mã như vi hoặc en"},
		{english: "{} is an address of another site: write its path alone, such as /2024/x/", vietnamese: "{1} là địa chỉ của trang khác: chỉ viết phần đường dẫn, ví dụ /2024/x/"},
		{english: "{} is not there: put the file beside the text, or correct its name", vietnamese: "không có {1}: hãy đặt tệp cạnh bài viết, hoặc sửa lại tên"},
		{english: "{} has {}, which is no part of an address that is known here: there are :year, :month, :day, :title, :slug, :section and others", vietnamese: "{1} có {2}, không phải thành phần địa chỉ được biết ở đây: có :year, :month, :day, :title, :slug, :section và các phần khác"},
		{english: "the alias {} is the address of {}: it leads there", vietnamese: "địa chỉ cũ {1} là địa chỉ của {2}: nó dẫn đến đó"},
		{english: "the alias {} leads to {} already: take it out of one of them", vietnamese: "địa chỉ cũ {1} đã dẫn đến {2}: hãy bỏ nó ở một trong hai bài"},
		{english: "redirects lead round in a circle, {}: let one of them lead to a page", vietnamese: "các địa chỉ chuyển tiếp dẫn vòng tròn, {1}: hãy cho một địa chỉ dẫn đến một trang"},

		{english: "is no {}: {}", vietnamese: "không đúng cú pháp {1}: {2}"},
		{english: "an author needs a name", vietnamese: "tác giả cần có tên (name)"},
		{english: "authors must be a list of name, url, bio, picture and me", vietnamese: "authors phải là danh sách gồm name, url, bio, picture và me"},
		{english: "a menu's entry needs label and url", vietnamese: "một mục của menu cần label và url"},
		{english: "menu.{} must be a list of label and url", vietnamese: "menu.{1} phải là danh sách gồm label và url"},
		{english: "page_size must be a number from 1 to {}", vietnamese: "page_size phải là số từ 1 đến {1}"},
		{english: "params must be lines of key: value", vietnamese: "params phải gồm các dòng mục: giá trị"},
		{english: "redirects must be lines of old: new, such as /old/page: /blog/new", vietnamese: "redirects phải gồm các dòng cũ: mới, ví dụ /old/page: /blog/new"},
		{english: "{} must be a path such as /old/page, and lead to a path or an address with https://", vietnamese: "{1} phải là đường dẫn như /old/page, và dẫn đến một đường dẫn hoặc địa chỉ https://"},
		{english: "the time zone {} is not known here: write one such as Asia/Ho_Chi_Minh", vietnamese: "không biết múi giờ {1}: hãy viết như Asia/Ho_Chi_Minh"},
		{english: "there is no setting {}: those of {} are {}", vietnamese: "không có thiết lập {1}: {2} có các mục {3}"},
		{english: "{} is no list of keys: write each as key: value", vietnamese: "{1} không phải danh sách mục: hãy viết mỗi dòng một mục: giá trị"},
		{english: "{} must be a text", vietnamese: "{1} phải là văn bản"},
	}
}
