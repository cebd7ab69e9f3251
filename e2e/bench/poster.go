package bench

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// poster is a reader who sends comments over one connection: bytes that are made by hand, so that the load costs little.
type poster struct {
	job    job
	name   string // the session remembers it: another one each time would be written each time
	conn   net.Conn
	in     *bufio.Reader
	out    []byte
	cookie string
	run    string            // unlike that of every other poster: what it sends was never sent before
	roots  map[string]string // by post, a comment that can be answered
}

func posters(ctx context.Context, j job) (all []client, err error) {
	for i := range j.Clients {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", j.Addr)
		if err != nil {
			return nil, err
		}
		all = append(all, &poster{job: j, name: "Reader " + strconv.Itoa(i), conn: conn, in: bufio.NewReader(conn), run: rand.Text(), roots: map[string]string{}})
	}
	return all, nil
}

func (p *poster) close() { _ = p.conn.Close() }

// do sends a comment and reads the answer, which must be 201.
func (p *poster) do(_ context.Context, n int) error {
	post := p.job.Posts[n%len(p.job.Posts)]
	comment := map[string]any{
		"post": post, "author": map[string]string{"name": p.name},
		"body": fmt.Sprintf("%s\n\n%d %s", p.job.Texts[n%len(p.job.Texts)], n, p.run),
	}
	if root := p.roots[post]; root != "" && p.job.Replies && n%3 == 0 {
		comment["parent_id"] = root
	}
	body, err := json.Marshal(comment)
	if err != nil {
		return err
	}
	if p.job.New {
		p.cookie = ""
	}
	p.out = fmt.Appendf(p.out[:0], "POST /api/comments HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nIdempotency-Key: %s-%d\r\nContent-Length: %d\r\n",
		p.job.Addr, p.run, n, len(body))
	if p.cookie != "" {
		p.out = append(p.out, "Cookie: "+p.cookie+"\r\n"...)
	}
	p.out = append(append(p.out, "\r\n"...), body...)
	if err := p.conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	if _, err := p.conn.Write(p.out); err != nil {
		return err
	}
	return p.read(post)
}

// read reads one answer, and of its head what is needed: net/http would cost the load's core more than the rest.
func (p *poster) read(post string) error {
	status, err := p.in.ReadString('\n')
	if err != nil {
		return err
	}
	length, id := -1, ""
	for {
		line, err := p.in.ReadString('\n')
		if err != nil {
			return err
		}
		name, value, found := strings.Cut(strings.TrimSpace(line), ":")
		if !found {
			break
		}
		switch value = strings.TrimSpace(value); http.CanonicalHeaderKey(name) {
		case "Content-Length":
			if length, err = strconv.Atoi(value); err != nil {
				return err
			}
		case "Location":
			id = value[strings.LastIndexByte(value, '/')+1:]
		case "Set-Cookie":
			p.cookie, _, _ = strings.Cut(value, ";")
		}
	}
	if !strings.Contains(status, " 201 ") || length <= 0 {
		said, _ := io.ReadAll(io.LimitReader(p.in, int64(max(0, length))))
		return fmt.Errorf("a comment is answered with %q: %s", strings.TrimSpace(status), said)
	}
	if p.roots[post] == "" {
		p.roots[post] = id
	}
	_, err = p.in.Discard(length)
	return err
}
