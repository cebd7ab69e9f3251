package views

import "vang/blog"

func vietnamese() *Catalogue {
	return &Catalogue{
		Lang: blog.Vietnamese, Name: "Tiếng Việt", Locale: "vi_VN",

		Skip: "Đến nội dung chính", Site: "Trang", LanguagesLabel: "Ngôn ngữ", Draft: "Bản nháp, chỉ mình bạn thấy",
		Changed: "Bài viết đã thay đổi từ lúc bạn mở trang.", Reload: "Xem bản mới", Feed: "Bản tin {kind}",

		Desk: "Bàn viết", DeskFile: "Trang này lấy từ tệp", DeskShows: "Bản nháp và bài hẹn giờ đều hiện. Trang tự đổi theo mỗi lần lưu.",
		DeskFault1: "{n} chỗ chưa hiện được như đã viết", DeskFaults: "{n} chỗ chưa hiện được như đã viết",
		DeskKept: "Trong khi chờ sửa, trang vẫn hiện bản trước của tệp.", DeskHide: "Ẩn", DeskRemark1: "{n} lưu ý",
		DeskRemarks: "{n} lưu ý", DeskMore: "Và {n} lưu ý nữa: vang check liệt kê đủ.", DeskLost: "mất kết nối",

		Posts: "Bài mới nhất", PostsPage: "Bài viết, trang {page}", CategoryTitle: "Chuyên mục: {name}", TagTitle: "Thẻ: {name}",
		Archive: "Lưu trữ", Categories: "Chuyên mục", Tags: "Thẻ", NoPosts: "Ở đây chưa có bài nào.",
		Undated: "Không ghi ngày", Pages: "Các trang", PageOf: "Trang {page} trên {pages}", Newer: "Bài mới hơn", Older: "Bài cũ hơn",
		Year:    "Bài viết năm {year}",
		Updated: "cập nhật {date}", Minutes1: "{n} phút đọc",
		Minutes: "{n} phút đọc", Contents: "Mục lục", Neighbours: "Bài khác", PreviousPost: "Bài trước", NextPost: "Bài sau",
		FiledUnder: "Xếp trong",
		Planned:    "Chưa đến ngày đăng, chỉ mình bạn thấy", Expired: "Đã hết hạn, chỉ mình bạn thấy", Related: "Bài liên quan",
		AllTags: "Tất cả các thẻ", Count1: "{n} bài", Count: "{n} bài", Author: "Tác giả", Authors: "Tác giả", PostsBy: "Bài của {name}",
		Elsewhere: "{name} ở nơi khác", Series: "Loạt bài", SeriesTitle: "Loạt bài: {name}", PartOf: "Phần {part} trên {parts}",
		Part: "Phần {part}", Parts: "Tất cả các phần", PreviousPart: "Phần trước", NextPart: "Phần sau", Subscribe: "Theo dõi",

		Search: "Tìm kiếm", SearchLabel: "Tìm trong mọi bài viết",
		SearchHint:   `Không cần gõ dấu. "Cụm từ trong ngoặc kép" phải đứng liền nhau, -từ để loại bài có từ ấy, tag:tên để tìm trong một thẻ.`,
		SearchWithin: "Chỉ tìm trong", SearchWithout: "Thôi chỉ tìm trong {name}", SearchMeant: "Có phải bạn muốn tìm", SearchAll: "Mọi ngôn ngữ: {n}",
		SearchNotReady: "Phần tìm kiếm đang được chuẩn bị: lát nữa có thể thấy thêm.",
		SearchMore:     "Kết quả tiếp theo", SearchBefore: "Kết quả trước", SearchOf: "Tìm: {query}",
		FoundNone: "Không tìm thấy gì cho “{query}”.", Found1: "{n} kết quả.", Found: "{n} kết quả.",
		FoundPartial: "Không bài nào có đủ các từ; những bài này có một phần.", FoundForeign: "Không có bài nào bằng ngôn ngữ này; đây là bài bằng ngôn ngữ khác.",
		Years: "Năm",

		Comments0: "Chưa có bình luận", Comments1: "{n} bình luận", Comments: "{n} bình luận", Order: "Thứ tự bình luận",
		OldestFirst: "Cũ trước", NewestFirst: "Mới trước", EarlierComments: "Bình luận trước",
		LaterComments: "Bình luận tiếp theo", CommentPages: "Các trang bình luận",
		ReadOnly:  "Cuộc thảo luận đã khép lại: vẫn đọc được, nhưng không nhận thêm bình luận.",
		WriteLink: "Viết bình luận", NewComments1: "{n} bình luận mới",
		NewComments: "{n} bình luận mới", Arrived: "{name} vừa bình luận",
		Live: "Trực tiếp", Reconnecting: "Đang kết nối lại", Offline: "Ngoại tuyến", Anonymous: "Ẩn danh",
		Edited: "đã sửa", ReplyLevel: "Trả lời, bậc {n}",
		Pending: "Đang chờ duyệt. Chỉ mình bạn thấy bình luận này.", Erased: "Bình luận này đã bị xóa.",
		HiddenComment: "Người kiểm duyệt đã ẩn bình luận này.", Reply: "Trả lời", ReplyTo: "Trả lời {name}", Edit: "Sửa",
		EditOf: "Sửa bình luận của bạn", Delete: "Xóa", DeleteOf: "Xóa bình luận của bạn",
		NoticeHeld:      "Cảm ơn bạn. Bình luận đang chờ duyệt; trong lúc đó chỉ mình bạn thấy.",
		NoticePosted:    "Bình luận của bạn đã được đăng.",
		NoticeDeleted:   "Bình luận của bạn đã được xóa.",
		NoticeSaved:     "Đã lưu thay đổi của bạn.",
		NoticeForgotten: "Trình duyệt này không còn nhớ tên bạn nữa.",
		NoticeMissing:   "Bình luận này không còn ở đây.",
		NoticeKept:      "Bình luận mà bạn đang trả lời không còn nữa. Những gì bạn viết vẫn được giữ lại.",

		WriteTitle: "Viết bình luận", ReplyTitle: "Trả lời {name}", BodyLabel: "Bình luận",
		BodyHint:  "Dùng được Markdown: *nghiêng*, **đậm**, `mã`, > trích dẫn, liên kết.",
		NameLabel: "Tên", URLLabel: "Trang web", URLHint: "Hiện thành liên kết trên tên bạn.", Optional: "không bắt buộc",
		Submit: "Đăng bình luận", Submitting: "Đang đăng…", Cancel: "Hủy",
		Remembered: "Trình duyệt này đang nhớ tên bạn.", Forget: "Quên tôi đi",
		Away:      "Tạm thời chưa lấy được tên đã nhớ của bạn. Bạn vẫn bình luận được: chỉ cần gõ tên.",
		NotSent:   "Chưa gửi được. Những gì bạn viết vẫn còn đây: hãy thử lại sau giây lát.",
		EditTitle: "Sửa bình luận của bạn", EditHint: "Bạn có thể sửa đến {time}.", Save: "Lưu", Saving: "Đang lưu…",
		DeleteTitle: "Xóa bình luận của bạn?", DeleteAsk: "Nội dung và tên của bạn sẽ bị xóa hẳn, không lấy lại được.",
		DeleteYes: "Xóa",

		Kinds: vietnameseKinds(), Fields: vietnameseFields(),
		RequestID: "Mã số của yêu cầu này, nếu bạn muốn báo cho chúng tôi:", RetryIn1: "Hãy thử lại sau {n} giây.",
		RetryIn:  "Hãy thử lại sau {n} giây.",
		GoBack:   "Hãy bấm nút Quay lại của trình duyệt: những gì bạn viết vẫn còn ở đó.",
		SentText: "Những gì bạn viết, để sao chép",
		Home:     "Về trang đầu", Latest: "Hoặc đọc tiếp",

		months: [12]string{
			"tháng 1", "tháng 2", "tháng 3", "tháng 4", "tháng 5", "tháng 6",
			"tháng 7", "tháng 8", "tháng 9", "tháng 10", "tháng 11", "tháng 12",
		},
		date: "{day} {month}, {year}", dateTime: "{time} UTC, {date}",
	}
}

func vietnameseKinds() map[blog.Kind]Message {
	return map[blog.Kind]Message{
		blog.Internal:             {"Phía chúng tôi có trục trặc", "Không phải lỗi của bạn, và chúng tôi đã ghi nhận. Xin thử lại sau giây lát."},
		blog.Malformed:            {"Không hiểu được yêu cầu", "Một phần của địa chỉ hoặc của nội dung gửi lên không đúng khuôn dạng. Hãy quay lại, tải lại trang rồi thử lần nữa."},
		blog.Unauthenticated:      {"Xin đăng nhập", "Phần này dành cho người đã đăng nhập."},
		blog.Forbidden:            {"Bạn không được phép làm việc này", "Bạn chỉ có thể thay đổi những gì chính mình đã viết, từ đúng trình duyệt đã dùng để viết."},
		blog.EditWindowClosed:     {"Đã quá muộn để sửa", "Bình luận chỉ sửa được trong 15 phút sau khi đăng. Bạn có thể viết một trả lời bên dưới."},
		blog.Banned:               {"Bạn không thể bình luận ở đây", "Chủ trang đã khóa bình luận đối với bạn."},
		blog.ReadOnly:             {"Cuộc thảo luận đã khép lại", "Vẫn đọc được, nhưng không nhận thêm bình luận hay thay đổi nào."},
		blog.NotFound:             {"Ở đây không có gì", "Có thể địa chỉ bị gõ nhầm, hoặc nội dung đã chuyển đi nơi khác."},
		blog.MethodNotAllowed:     {"Địa chỉ này không làm được việc đó", "Địa chỉ có thật, nhưng không dành cho loại yêu cầu này. Hãy quay lại và dùng các liên kết, nút bấm trên trang."},
		blog.Duplicate:            {"Bạn đã nói điều này rồi", "Những lời này của bạn đã có ở đây, nên không được đăng thêm lần nữa."},
		blog.Gone:                 {"Nội dung đã bị xóa", "Thứ bạn muốn thay đổi không còn nữa."},
		blog.PreconditionFailed:   {"Nội dung vừa thay đổi", "Có người, có thể chính bạn ở một thẻ khác, đã sửa nó sau khi bạn mở. Hãy xem lại rồi sửa lần nữa."},
		blog.PayloadTooLarge:      {"Nội dung quá dài", "Xin rút ngắn rồi gửi lại."},
		blog.UnsupportedMediaType: {"Không nhận loại nội dung này", "Hãy gửi bằng biểu mẫu, hoặc bằng JSON ở những nơi tài liệu cho phép."},
		blog.Validation:           {"Còn chỗ thiếu hoặc sai", "Xin xem lại những ô được đánh dấu bên dưới. Những gì bạn viết không mất đi đâu."},
		blog.IdempotencyMismatch:  {"Lần gửi này từng mang nội dung khác", "Cùng một lần gửi đã đến hai lần với hai nội dung khác nhau. Hãy tải lại trang để xem điều gì đã được đăng, rồi thử lại."},
		blog.PreconditionRequired: {"Chưa rõ bạn muốn sửa bản nào", "Hãy cho biết bạn đang sửa phiên bản nào, để không ghi đè lên thay đổi của người khác."},
		blog.RateLimited:          {"Xin chậm lại một chút", "Bạn đã gửi quá nhiều trong thời gian ngắn. Những gì bạn viết vẫn được giữ lại."},
		blog.Unavailable:          {"Lúc này chưa lưu được", "Cơ sở dữ liệu không trả lời. Xin thử lại sau giây lát; những gì bạn viết vẫn còn trên trang này."},
		blog.TooSlow:              {"Gửi mất quá nhiều thời gian", "Đường truyền quá chậm hoặc bị ngắt giữa chừng. Chưa có gì được lưu; xin gửi lại."},
	}
}

func vietnameseFields() map[string]string {
	return map[string]string{
		"required":             "Xin điền vào ô này.",
		"body.required":        "Xin viết vài lời.",
		"name.required":        "Xin cho biết tên. Không nhất thiết là tên thật.",
		"too-long":             "Dài quá: nhiều nhất {limit} ký tự.",
		"not-utf8":             "Có ký tự không phải Unicode hợp lệ. Xin gõ lại.",
		"control-characters":   "Có ký tự điều khiển không nhìn thấy được. Xin bỏ đi, hoặc gõ lại.",
		"not-an-address":       "Đây không phải là địa chỉ hợp lệ.",
		"url.not-an-address":   "Đây không phải là địa chỉ web. Hãy viết như https://example.org, hoặc để trống.",
		"email.not-an-address": "Đây không phải là địa chỉ thư. Hãy viết như ten@example.org, hoặc để trống.",
		"unknown":              "Không có thứ này ở đây.",
		"parent.unknown":       "Bình luận mà bạn trả lời không nằm trong cuộc thảo luận này.",
		"post.unknown":         "Không có bài viết nào như vậy.",
		"deleted":              "Nội dung này vừa bị xóa.",
		"parent.deleted":       "Bình luận mà bạn trả lời đã bị xóa. Bạn có thể đăng lời mình thành bình luận mới.",
		"unexpected":           "Không ngờ có thứ này ở đây.",

		"not-a-string":         "Chỗ này phải là văn bản.",
		"not-an-object":        "Chỗ này phải là một đối tượng.",
		"not-a-cursor":         "Đây không phải con trỏ mà một câu trả lời trước đã đưa ra.",
		"of-another-order":     "Con trỏ này thuộc về danh sách có thứ tự khác.",
		"of-another-post":      "Con trỏ này thuộc về bài viết khác.",
		"not-with-cursor":      "Chỉ dùng con trỏ hoặc since, không dùng cả hai.",
		"out-of-range":         "Giá trị này nằm ngoài phạm vi cho phép.",
		"too-many":             "Quá nhiều: tối đa {limit}.",
		"more-than-one":        "Chỉ được có một mục này.",
		"comes-with-reactions": "Chưa thể sắp xếp theo cảm xúc.",
		"syntax":               "Đây không phải JSON đúng cú pháp.",
	}
}
