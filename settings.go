package main

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"vang/realtime"
	"vang/web"
)

// setting is one row of the table of settings: the flags, the variables, the help and the printed configuration all come
// from it.
type setting struct {
	flag   string
	value  string // what the help shows as its value; "" for a switch
	def    string
	secret bool
	usage  text
	set    func(*Config, string) error
}

func (s setting) variable() string {
	return "VANG_" + strings.ToUpper(strings.ReplaceAll(s.flag, "-", "_"))
}

func settings() []setting {
	return []setting{
		{
			flag: "addr", value: "HOST:PORT", def: ":8080", set: setAddr,
			usage: text{"address to listen on", "địa chỉ lắng nghe"},
		},
		{
			flag: "content", value: "DIR", set: func(c *Config, v string) error { c.Content = v; return nil },
			usage: text{"folder of posts, watched for changes (default: the content inside the binary)", "thư mục bài viết, được theo dõi khi thay đổi (mặc định: nội dung nằm trong tệp chạy)"},
		},
		{
			flag: "cache", value: "DIR", set: func(c *Config, v string) error { c.Cache = v; return nil },
			usage: text{
				"folder for what can be made again, such as the colours of code; off for none (default: vang in the user's cache folder)",
				"thư mục cho những gì làm lại được, như màu của mã nguồn; off để không dùng (mặc định: vang trong thư mục cache của người dùng)",
			},
		},
		{
			flag: "database", value: "ADDRESS", def: "sqlite:vang.db", secret: true, set: func(c *Config, v string) error { c.Database = v; return nil },
			usage: text{
				"where comments are kept: sqlite:FILE, or postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/NAME for CockroachDB or PostgreSQL",
				"nơi lưu bình luận: sqlite:TỆP, hoặc postgres://NGƯỜI:MẬTKHẨU@MÁY:CỔNG,MÁY:CỔNG/TÊN cho CockroachDB hay PostgreSQL",
			},
		},
		{
			flag: "redis", value: "ADDRESS", secret: true, set: setRedis,
			usage: text{
				"redis://HOST:PORT that replicas share for wakes, sessions and limits (default: none, for one process)",
				"redis://MÁY:CỔNG mà các bản chạy dùng chung để báo tin, giữ phiên và giới hạn (mặc định: không, cho một tiến trình)",
			},
		},
		{
			flag: "base-url", value: "URL", set: setBaseURL,
			usage: text{"public address of the blog, such as https://example.org (default: taken from each request)", "địa chỉ công khai của blog, ví dụ https://example.org (mặc định: lấy từ từng yêu cầu)"},
		},
		{
			flag: "trusted-proxies", value: "LIST", set: setProxies,
			usage: text{"addresses or networks, separated by commas, whose X-Forwarded-For and X-Request-Id are believed", "các địa chỉ hoặc mạng, cách nhau bằng dấu phẩy, được tin khi gửi X-Forwarded-For và X-Request-Id"},
		},
		{
			flag: "secret", value: "TEXT", secret: true, set: setSecret,
			usage: text{"signs what must not be forged, 32 characters or more (default: made once, kept in the database)", "khóa ký những gì không được giả mạo, ít nhất 32 ký tự (mặc định: tự tạo một lần, lưu trong cơ sở dữ liệu)"},
		},
		{
			flag: "drafts", def: "false", set: setDrafts,
			usage: text{"show drafts and future posts, and what is wrong with files; open pages follow each save", "hiện bản nháp, bài hẹn giờ và những chỗ sai trong tệp; trang đang mở tự đổi theo mỗi lần lưu"},
		},
		{
			flag: "rate-limit", value: "N/TIME", def: "10/1m", set: setRateLimit,
			usage: text{"comments that one visitor and one address may send, and as many changes to them, such as 10/1m; off for none", "số bình luận mỗi người và mỗi địa chỉ được gửi, và số lần sửa xóa cũng bằng chừng ấy, ví dụ 10/1m; off để bỏ giới hạn"},
		},
		{
			flag: "metrics-token", value: "TEXT", secret: true, set: func(c *Config, v string) error { c.MetricsToken = v; return nil },
			usage: text{"lets other than loopback and private addresses read /metrics and /readyz", "cho phép địa chỉ ngoài mạng nội bộ đọc /metrics và /readyz"},
		},
		{
			flag: "drain-delay", value: "TIME", def: "0s", set: setDrainDelay,
			usage: text{"how long /readyz says no, and requests are still served, before a stop begins; for load balancers that ask it", "khi dừng, /readyz báo chưa sẵn sàng trong bao lâu mà vẫn phục vụ; dành cho bộ cân bằng tải có hỏi"},
		},
		{
			flag: "format", value: "FORMAT", def: "human", set: setFormat,
			usage: text{"how findings are told: human, json, or github for annotations of a change there", "cách báo kết quả: human, json, hoặc github để ghi chú vào thay đổi trên đó"},
		},
		{
			flag: "log", value: "FORMAT", def: "auto", set: setLog,
			usage: text{"text, json, or auto: text on a terminal, else json", "text, json, hoặc auto: text trên cửa sổ dòng lệnh, còn lại là json"},
		},
		{
			flag: "log-level", value: "LEVEL", def: "info", set: setLogLevel,
			usage: text{"debug, info, warn or error: what is less than that is not logged; info has a line for each request, debug also for answers that were ready", "debug, info, warn hoặc error: điều gì nhẹ hơn thế thì không ghi; info có một dòng cho mỗi yêu cầu, debug có cả những trang đã sẵn"},
		},
	}
}

func setAddr(c *Config, v string) error {
	host, port, err := net.SplitHostPort(v)
	if err != nil {
		return troubled(text{"is %q: write HOST:PORT or :PORT, such as :8080", "là %q: hãy viết HOST:PORT hoặc :PORT, ví dụ :8080"}, v)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil || strings.ContainsAny(host, "/ ") {
		return troubled(text{"is %q: the port is a number from 0 to 65535, not %q", "là %q: cổng là một số từ 0 đến 65535, không phải %q"}, v, port)
	}
	c.Addr = v
	return nil
}

func setRedis(c *Config, v string) error {
	client, err := realtime.OpenRedis(v) // it does not connect
	if err != nil {
		return troubled(text{"is %[1]v", "không phải địa chỉ của Redis: hãy viết redis://MÁY:6379 hoặc, với TLS, rediss://MÁY:6379; " +
			"có mật khẩu thì redis://:MẬTKHẨU@MÁY:6379, trong đó các ký tự như @ : / ? # %% viết thành %%40 %%3A %%2F %%3F %%23 %%25%.0[1]v"}, err)
	}
	c.Redis = v
	return client.Close()
}

func setBaseURL(c *Config, v string) error {
	origin, err := web.Origin(v)
	if err != nil {
		return troubled(text{"is %q: write scheme and host alone, such as https://example.org", "là %q: chỉ viết giao thức và tên máy, ví dụ https://example.org"}, v)
	}
	c.BaseURL = origin
	return nil
}

func setProxies(c *Config, v string) error {
	for part := range strings.SplitSeq(v, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if addr, err := netip.ParseAddr(part); err == nil {
			c.TrustedProxies = append(c.TrustedProxies, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			return troubled(text{"has %q: write addresses or networks such as 127.0.0.1 or 10.0.0.0/8", "có %q: hãy viết địa chỉ hoặc mạng, ví dụ 127.0.0.1 hay 10.0.0.0/8"}, part)
		}
		c.TrustedProxies = append(c.TrustedProxies, prefix)
	}
	return nil
}

func setSecret(c *Config, v string) error {
	if len(v) < 32 {
		return troubled(text{"has %d characters: at least 32 are needed; `openssl rand -hex 32` makes one", "có %d ký tự: cần ít nhất 32; lệnh `openssl rand -hex 32` tạo ra một khóa"}, len(v))
	}
	c.Secret = v
	return nil
}

func setDrafts(c *Config, v string) error {
	on, err := strconv.ParseBool(v)
	if err != nil {
		return troubled(text{"is %q: write true or false", "là %q: hãy viết true hoặc false"}, v)
	}
	c.Drafts = on
	return nil
}

func setRateLimit(c *Config, v string) error {
	if v == "off" {
		c.RateLimit = web.RateLimit{}
		return nil
	}
	count, per, _ := strings.Cut(v, "/")
	n, err := strconv.Atoi(count)
	d, derr := time.ParseDuration(per)
	if err != nil || derr != nil || n < 1 || d <= 0 || n > 1_000_000 {
		return troubled(text{"is %q: write a number and a time such as 10/1m, or off", "là %q: hãy viết một số và một khoảng thời gian, ví dụ 10/1m, hoặc off"}, v)
	}
	c.RateLimit = web.RateLimit{Burst: n, Every: d / time.Duration(n)}
	return nil
}

func setFormat(c *Config, v string) error {
	switch v {
	case "human", "json", "github":
		c.Format = v
		return nil
	}
	return troubled(text{"is %q: write human, json or github", "là %q: hãy viết human, json hoặc github"}, v)
}

func setLog(c *Config, v string) error {
	if v != "auto" && v != "text" && v != "json" {
		return troubled(text{"is %q: write text, json or auto", "là %q: hãy viết text, json hoặc auto"}, v)
	}
	c.Log = v
	return nil
}

func setLogLevel(c *Config, v string) error {
	switch v {
	case "debug", "info", "warn", "error":
		return c.LogLevel.UnmarshalText([]byte(v))
	}
	return troubled(text{"is %q: write debug, info, warn or error", "là %q: hãy viết debug, info, warn hoặc error"}, v)
}

func setDrainDelay(c *Config, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 || d > time.Hour {
		return troubled(text{"is %q: write a time such as 5s", "là %q: hãy viết một khoảng thời gian, ví dụ 5s"}, v)
	}
	c.DrainDelay = d
	return nil
}
