// Command peer is a server of Centrifuge, the core of Centrifugo, for `make bench-live` to measure beside Vang: the same pushes
// of the same size to the same client. It has a module of its own, so that what it needs is in no other.
//
// POST /publish pushes one message to all sockets of /live and answers with its number, as Vang answers a comment with its rev.
// There is no database behind it: what it lacks of Vang's work is in its favour.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8000", "address to listen on")
	size := flag.Int("size", 1000, "bytes of a message as it leaves, the frame's own included")
	frugal := flag.Bool("frugal", false, "with the options that save memory for many idle connections")
	flag.Parse()
	if err := run(*addr, *size, *frugal); err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}

// waste leaves a megabyte of garbage behind, so that its collector can be watched from outside.
func waste(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write(make([]byte, 1<<20)[:1])
}

// channel is the one that every connection is subscribed to.
const channel = "post"

func run(addr string, size int, frugal bool) error {
	node, err := newNode()
	if err != nil {
		return err
	}
	var config centrifuge.WebsocketConfig
	if frugal {
		config = centrifuge.WebsocketConfig{UseWriteBufferPool: true, ReadBufferSize: 512, ProcessCommandsOffReadLoop: true}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /live", anonymous(centrifuge.NewWebsocketHandler(node, config)))
	p := &publisher{node: node, size: size}
	mux.Handle("POST /publish", p)
	mux.HandleFunc("GET /api/comments", p.cursor)
	mux.Handle("GET /metrics", promhttp.Handler())
	mux.HandleFunc("GET /waste", waste)
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	server := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	return errors.Join(server.ListenAndServe(), node.Shutdown(context.Background()))
}

// newNode subscribes each connection as it comes, so that none asks for it.
func newNode() (*centrifuge.Node, error) {
	node, err := centrifuge.New(centrifuge.Config{})
	if err != nil {
		return nil, err
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{Subscriptions: map[string]centrifuge.SubscribeOptions{channel: {}}}, nil
	})
	return node, node.Run()
}

func anonymous(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := centrifuge.SetCredentials(r.Context(), &centrifuge.Credentials{})
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// publisher numbers messages and pushes them.
type publisher struct {
	node *centrifuge.Node
	size int

	mu sync.Mutex
	n  int64
}

// cursor tells where things stand, in the words of Vang.
func (p *publisher) cursor(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(w, `{"meta":{"cursor":"e.%d"}}`, p.n)
}

// envelope is what Centrifuge and WebSocket put around the data: {"push":{"channel":"post","pub":{"data":...}}} and a header
// of four bytes.
const envelope = len(`{"push":{"channel":"`+channel+`","pub":{"data":}}}`) + 4

func (p *publisher) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	head := fmt.Sprintf("data-cursor=e.%d ", p.n)
	fill := strings.Repeat("x", max(0, p.size-envelope-len(head)-2))
	data, err := json.Marshal(head + fill)
	if err == nil {
		_, err = p.node.Publish(channel, data)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"rev":%d}`, p.n)
}
