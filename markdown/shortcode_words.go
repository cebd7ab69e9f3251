package markdown

import (
	"strings"

	"vang/blog"
)

// phrases are what shortcodes say themselves.
type phrases struct {
	details, newIn, deprecatedIn, removedIn, since    string
	watch, listen, post, postBy, code, open, scanThis string
}

func (x *expansion) phrases() phrases {
	if base, _, _ := strings.Cut(x.st.options.Lang, "-"); base == blog.Vietnamese {
		return phrases{
			details: "Chi tiết", newIn: "Mới từ %s", deprecatedIn: "Không nên dùng từ %s", removedIn: "Đã bỏ từ %s", since: "Từ %s",
			watch: "Xem trên %s", listen: "Nghe trên %s", post: "Bài đăng trên %s", postBy: "Bài của @%s trên %s",
			code: "Mã nguồn trên %s", open: "Mở trên %s", scanThis: "Mã QR: %s",
		}
	}
	return phrases{
		details: "Details", newIn: "New in %s", deprecatedIn: "Deprecated in %s", removedIn: "Removed in %s", since: "Since %s",
		watch: "Watch on %s", listen: "Listen on %s", post: "Post on %s", postBy: "Post by @%s on %s",
		code: "Code on %s", open: "Open on %s", scanThis: "QR code: %s",
	}
}
