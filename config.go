package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vang/web"
)

// Config is all that an operator can decide. Every field has a flag and a VANG_* variable; nothing is required.
type Config struct {
	Addr           string
	Content        string // folder; "" is the embedded content
	Database       string
	BaseURL        string
	TrustedProxies []netip.Prefix
	Secret         string
	Drafts         bool
	RateLimit      web.RateLimit
	MetricsToken   string
	Log            string // "auto", "text", "json"

	values map[string]string // as given, by flag, for printing
}

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

// text is a message in the languages of the command line.
type text struct{ en, vi string }

func (t text) in(lang string) string {
	if lang == "vi" {
		return t.vi
	}
	return t.en
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
			flag: "database", value: "ADDRESS", def: "sqlite:vang.db", secret: true, set: func(c *Config, v string) error { c.Database = v; return nil },
			usage: text{"where comments are kept: sqlite:FILE", "nơi lưu bình luận: sqlite:TỆP"},
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
			usage: text{"show drafts and future posts, and reload open pages when a file changes", "hiện bản nháp và bài hẹn giờ, tự tải lại trang đang mở khi tệp thay đổi"},
		},
		{
			flag: "rate-limit", value: "N/TIME", def: "10/1m", set: setRateLimit,
			usage: text{"comments that one visitor and one address may send, such as 10/1m; off for none", "số bình luận mỗi người và mỗi địa chỉ được gửi, ví dụ 10/1m; off để bỏ giới hạn"},
		},
		{
			flag: "metrics-token", value: "TEXT", secret: true, set: func(c *Config, v string) error { c.MetricsToken = v; return nil },
			usage: text{"lets other than loopback and private addresses read /metrics and /readyz", "cho phép địa chỉ ngoài mạng nội bộ đọc /metrics và /readyz"},
		},
		{
			flag: "log", value: "FORMAT", def: "auto", set: setLog,
			usage: text{"text, json, or auto: text on a terminal, else json", "text, json, hoặc auto: text trên cửa sổ dòng lệnh, còn lại là json"},
		},
	}
}

// parseConfig reads the settings named in want from flags, then variables, then defaults, and returns what is left of args.
func parseConfig(command string, args []string, getenv func(string) string, want ...string) (Config, []string, error) {
	c := Config{values: map[string]string{}}
	set := flag.NewFlagSet("vang "+command, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	rows := only(settings(), want)
	for _, s := range rows {
		take := func(v string) error { c.values[s.flag] = v; return nil }
		if s.value == "" {
			set.BoolFunc(s.flag, "", take)
		} else {
			set.Func(s.flag, "", take)
		}
	}
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return c, nil, err
		}
		return c, nil, usageError{command: command, err: err}
	}
	for _, s := range rows {
		from := "--" + s.flag
		v, given := c.values[s.flag]
		if !given {
			if v = getenv(s.variable()); v != "" {
				from = s.variable()
			} else {
				v = s.def
			}
		}
		c.values[s.flag] = v
		if v == "" {
			continue
		}
		if err := s.set(&c, v); err != nil {
			return c, nil, usageError{command: command, err: fmt.Errorf("%s %w", from, err)}
		}
	}
	return c, set.Args(), nil
}

func only(all []setting, want []string) []setting {
	var rows []setting
	for _, s := range all {
		for _, w := range want {
			if s.flag == w {
				rows = append(rows, s)
			}
		}
	}
	return rows
}

// lines prints the configuration for a person, secrets hidden.
func (c Config) lines() []string {
	var out []string
	for _, s := range settings() {
		if v, ok := c.shown(s); ok {
			out = append(out, fmt.Sprintf("%-20s %s", s.variable(), v))
		}
	}
	return out
}

// attributes is the configuration for the log: what is set, secrets hidden.
func (c Config) attributes() []any {
	var out []any
	for _, s := range settings() {
		if v, ok := c.shown(s); ok && v != "" {
			out = append(out, s.variable(), v)
		}
	}
	return out
}

// shown is the value of a setting as it may be printed; ok is false if this command does not take it.
func (c Config) shown(s setting) (v string, ok bool) {
	v, ok = c.values[s.flag]
	if s.secret && v != "" && v != s.def {
		v = hide(v)
	}
	return v, ok
}

// hide keeps of a secret what is none: the scheme and host of an address without user and password, the path of a file.
func hide(v string) string {
	if strings.HasPrefix(v, "sqlite:") {
		return v
	}
	if u, err := url.Parse(v); err == nil && u.Host != "" {
		return u.Scheme + "://***@" + u.Host + u.Path
	}
	return "***"
}

func setAddr(c *Config, v string) error {
	host, port, err := net.SplitHostPort(v)
	if err != nil {
		return fmt.Errorf("is %q: write HOST:PORT or :PORT, such as :8080", v)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil || strings.ContainsAny(host, "/ ") {
		return fmt.Errorf("is %q: the port is a number from 0 to 65535, not %q", v, port)
	}
	c.Addr = v
	return nil
}

func setBaseURL(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("is %q: write scheme and host alone, such as https://example.org", v)
	}
	c.BaseURL = u.Scheme + "://" + strings.ToLower(u.Host)
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
			return fmt.Errorf("has %q: write addresses or networks such as 127.0.0.1 or 10.0.0.0/8", part)
		}
		c.TrustedProxies = append(c.TrustedProxies, prefix)
	}
	return nil
}

func setSecret(c *Config, v string) error {
	if len(v) < 32 {
		return fmt.Errorf("has %d characters: at least 32 are needed; `openssl rand -hex 32` makes one", len(v))
	}
	c.Secret = v
	return nil
}

func setDrafts(c *Config, v string) error {
	on, err := strconv.ParseBool(v)
	if err != nil {
		return fmt.Errorf("is %q: write true or false", v)
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
		return fmt.Errorf("is %q: write a number and a time such as 10/1m, or off", v)
	}
	c.RateLimit = web.RateLimit{Burst: n, Every: d / time.Duration(n)}
	return nil
}

func setLog(c *Config, v string) error {
	if v != "auto" && v != "text" && v != "json" {
		return fmt.Errorf("is %q: write text, json or auto", v)
	}
	c.Log = v
	return nil
}

// usageError is a command line that cannot be understood; the program ends with status 2.
type usageError struct {
	command string
	err     error
}

func (e usageError) Error() string {
	return fmt.Sprintf("%v\n(vang %s --help lists what it takes)", e.err, e.command)
}

func (e usageError) Unwrap() error { return e.err }
