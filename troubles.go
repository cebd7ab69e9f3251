package main

import (
	"vang/store"
)

// inVietnamese tells what is wrong with the database, and what to do, to those who read Vietnamese; "" where it has no words
// of its own. detail is the file, or the hosts and the database.
func inVietnamese(err error) string {
	code, detail, ok := store.Trouble(err)
	if !ok || troubles()[code] == "" {
		return ""
	}
	switch code {
	case "address", "pg-address", "sqlite-no-file":
		detail = "địa chỉ của nó"
	}
	return detail + " " + troubles()[code]
}

// troubles holds the Vietnamese of each code of store.Trouble, said of the file or the database that stands before it.
func troubles() map[string]string {
	const again = "; vang sẽ tự thử lại"
	return map[string]string{
		"address":    "không bắt đầu bằng cách gọi nào được biết: hãy viết sqlite:TỆP, ví dụ sqlite:vang.db, hoặc postgres://NGƯỜI:MẬTKHẨU@MÁY:CỔNG/TÊN",
		"pg-address": "không đọc được: hãy viết postgres://NGƯỜI:MẬTKHẨU@MÁY:26257,MÁY:26257/TÊN, và trong mật khẩu viết %40 thay @, %3A thay :, %2F thay /, %3F thay ?, %23 thay #, %25 thay %",

		"pg-busy":        "có quá nhiều người ghi cùng lúc" + again,
		"pg-certificate": "không chứng minh được mình là ai: hãy sửa sslmode và sslrootcert trong địa chỉ, hoặc chứng chỉ của cơ sở dữ liệu",
		"pg-connections": "đã hết kết nối: hãy tăng max_connections của nó, hoặc giảm pool_max_conns trong địa chỉ",
		"pg-database":    "không tồn tại: hãy tạo bằng CREATE DATABASE, hoặc nêu tên khác trong địa chỉ",
		"pg-empty":       "chưa có blog nào: hãy nêu cơ sở dữ liệu của blog bằng --database",
		"pg-encoding":    "dùng bảng mã không ghi được mọi chữ: hãy tạo cơ sở dữ liệu với ENCODING 'UTF8'",
		"pg-full":        "không lớn thêm được: hãy giải phóng chỗ trên đĩa của nó",
		"pg-given-up":    "còn đang bận khi bên gọi đã thôi chờ",
		"pg-host":        "không tìm thấy: hãy sửa tên máy trong địa chỉ, hoặc máy chủ tên miền" + again,
		"pg-licence":     "bị CockroachDB hãm lại vì thiếu giấy phép: hãy đặt COCKROACH_LICENSE, hoặc chạy một nút duy nhất",
		"pg-lost":        "làm đứt kết nối: hãy xem lại nó và mạng",
		"pg-newer":       "đã được một bản Vang mới hơn ghi: hãy chạy bản đó, hoặc khôi phục bản sao lưu làm trước đó",
		"pg-parameter":   "không hiểu điều địa chỉ yêu cầu sau dấu ?: hãy sửa lại",
		"pg-password":    "không nhận tên người dùng hoặc mật khẩu: hãy sửa trong địa chỉ",
		"pg-permission":  "cho người dùng quá ít quyền: hãy cho người ấy làm chủ cơ sở dữ liệu",
		"pg-plain":       "không mã hóa: hãy cho nó một chứng chỉ, hoặc viết sslmode=disable trong địa chỉ nếu mạng ở giữa đáng tin",
		"pg-refused":     "không nhận kết nối: hãy khởi động nó, hoặc sửa máy và cổng trong địa chỉ" + again,
		"pg-slow":        "mất quá nhiều thời gian",
		"pg-standby":     "chỉ cho đọc: hãy nêu máy chính trong địa chỉ, hoặc tắt chế độ chỉ đọc",
		"pg-starting":    "đang khởi động hoặc đang dừng" + again,
		"pg-tables":      "thiếu những bảng nó từng có: hãy khôi phục một bản sao lưu",
		"pg-timeout":     "không trả lời kịp: hãy xem lại nó và mạng" + again,
		"pg-trouble":     "gặp trục trặc riêng: hãy xem nhật ký của nó",

		"sqlite-bad-folder":   "không mở được: hãy xem lại thư mục chứa nó",
		"sqlite-cannot-open":  "không mở hoặc tạo được: hãy cho người dùng chạy Vang quyền ghi tệp này, các tệp -wal và -shm nếu có, và thư mục chứa nó",
		"sqlite-damaged":      "bị hỏng hoặc không phải cơ sở dữ liệu SQLite: hãy thay bằng bản sao lưu, hoặc nêu tệp khác",
		"sqlite-dead-link":    "là liên kết tới một tệp không có: hãy tạo tệp ấy, hoặc nêu tệp khác",
		"sqlite-disk":         "không đọc hoặc ghi được: hãy xem lại đĩa",
		"sqlite-folder":       "là một thư mục: hãy nêu một tệp trong đó, ví dụ sqlite:vang.db",
		"sqlite-full":         "không lớn thêm được: hãy giải phóng chỗ trên đĩa",
		"sqlite-given-up":     "còn đang bận khi bên gọi đã thôi chờ",
		"sqlite-hidden":       "không còn nhìn thấy được: hãy cho người dùng chạy Vang quyền vào thư mục của nó",
		"sqlite-locked":       "đang bị chương trình khác khóa: hãy đóng chương trình đó, hoặc chờ nó xong",
		"sqlite-missing":      "không có ở đó: hãy nêu cơ sở dữ liệu của blog bằng --database",
		"sqlite-moved":        "đã bị xóa hoặc dời đi khi Vang đang chạy: hãy đặt đúng tệp ấy trở lại rồi khởi động lại Vang",
		"sqlite-newer":        "đã được một bản Vang mới hơn ghi: hãy chạy bản đó, hoặc khôi phục bản sao lưu làm trước đó",
		"sqlite-no-file":      "không nêu tệp nào: hãy viết sqlite:TỆP, ví dụ sqlite:vang.db",
		"sqlite-no-folder":    "không tạo được vì thư mục chứa nó không có: hãy tạo thư mục, hoặc nêu nơi khác",
		"sqlite-not-a-folder": "không tạo được vì phần trên đường dẫn là một tệp, không phải thư mục: hãy nêu nơi khác",
		"sqlite-not-local":    "không giữ được nhật ký ghi trước: hãy đặt nó trên đĩa của chính máy này",
		"sqlite-read-only":    "không ghi được: hãy cho người dùng chạy Vang quyền ghi tệp này, các tệp -wal và -shm nếu có, và thư mục chứa nó",
		"sqlite-replaced":     "đã bị thay bằng tệp khác khi Vang đang chạy: hãy đặt tệp cũ trở lại, hoặc khởi động lại Vang",
	}
}
