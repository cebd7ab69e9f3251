package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"vang/blog"
	"vang/store"
)

func adminHelp() text {
	return text{
		`Actions:
  hide ID        take a comment away from readers; its text is kept
  show ID        publish a hidden or held comment
  delete ID      erase a comment
  close SLUG     take no more comments under a post
  open SLUG      take comments again
  new-epoch      have every open page load its comments anew; the last step of each restore
An ID is the part after at= in a comment's address. Open pages follow within a second, pages loaded anew within five.`,
		`Hành động:
  hide ID        ẩn một bình luận với người đọc; nội dung vẫn được giữ
  show ID        hiện lại bình luận đã ẩn hoặc đang chờ duyệt
  delete ID      xóa hẳn một bình luận
  close SLUG     ngừng nhận bình luận dưới một bài
  open SLUG      nhận bình luận trở lại
  new-epoch      buộc mọi trang đang mở tải lại bình luận; bước cuối của mỗi lần khôi phục
ID là phần sau at= trong địa chỉ của bình luận. Trang đang mở đổi theo trong một giây, trang tải mới trong năm giây.`,
	}
}

// admin changes comments and discussions straight in the database; running blogs see it when they next look at the heads.
func admin(ctx context.Context, c call) error {
	if len(c.args) == 0 {
		return usageError{command: "admin", err: troubled(text{
			"name an action: hide, show, delete, close, open or new-epoch", "hãy nêu một hành động: hide, show, delete, close, open hoặc new-epoch",
		})}
	}
	action, rest := c.args[0], c.args[1:]
	wants := map[string]int{"hide": 1, "show": 1, "delete": 1, "close": 1, "open": 1, "new-epoch": 0}
	n, known := wants[action]
	switch {
	case !known:
		return usageError{command: "admin", err: troubled(text{"there is no action %q", "không có hành động %q"}, action)}
	case len(rest) != n:
		return usageError{command: "admin", err: troubled(text{"%s takes %d argument(s), but was given %d", "%s nhận %d tham số, nhưng được cho %d"}, action, n, len(rest))}
	}
	// A database made here would only hide that another one was meant.
	st, err := store.Open(ctx, store.Options{Address: c.config.Database, Own: ownClock, Log: newLog(c), MustExist: true})
	if err != nil {
		return err
	}
	defer st.Close()
	line, err := adminAction(ctx, st, action, strings.Join(rest, ""))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, line)
	return err
}

func adminAction(ctx context.Context, st store.Store, action, arg string) (string, error) {
	discussion := blog.NewDiscussion(st, func(string) {}, nil)
	states := map[string]blog.State{"hide": blog.Hidden, "show": blog.Published, "delete": blog.Deleted}
	switch action {
	case "close", "open":
		return setReadOnly(ctx, st, arg, action == "close")
	case "new-epoch":
		epoch, err := st.NewEpoch(ctx, "")
		return "epoch " + epoch, err
	}
	c, err := discussion.Moderate(ctx, arg, states[action])
	switch blog.KindOf(err) {
	case blog.NotFound:
		return "", troubled(text{
			"there is no comment %q: the ID is the part after at= in a comment's address",
			"không có bình luận %q: ID là phần sau at= trong địa chỉ của bình luận",
		}, arg)
	case blog.Gone:
		return "", troubled(text{"comment %s was deleted; its text is gone", "bình luận %s đã bị xóa; nội dung không còn"}, arg)
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("comment %s: %s", c.ID, c.State), nil
}

func setReadOnly(ctx context.Context, st store.Store, slug string, closed bool) (string, error) {
	id, known, err := st.Resolve(ctx, slug)
	if err != nil {
		return "", err
	}
	if !known {
		return "", troubled(text{
			"there is no post %q: the SLUG is the last part of a post's address",
			"không có bài %q: SLUG là phần cuối trong địa chỉ của bài",
		}, slug)
	}
	head, err := st.SetReadOnly(ctx, id, closed)
	if err != nil {
		return "", err
	}
	if head.ReadOnly {
		return slug + ": closed", nil
	}
	return slug + ": open", nil
}

func migrate(ctx context.Context, c call) error {
	st, err := openStore(ctx, c.config, newLog(c))
	if err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, text{"the database is up to date", "cơ sở dữ liệu đã ở phiên bản mới nhất"}.in(c.lang))
	return st.Close()
}

// health asks /readyz of the blog that listens on --addr.
func health(ctx context.Context, c call) error {
	host, port, err := net.SplitHostPort(c.config.Addr)
	if err != nil {
		return err
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return troubled(text{"nothing answers on %s: %v", "không có gì trả lời ở %s: %v"}, c.config.Addr, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return troubled(text{"not ready: /readyz answers %s", "chưa sẵn sàng: /readyz trả lời %s"}, res.Status)
	}
	_, err = fmt.Fprintln(c.stdout, "ready")
	return err
}
