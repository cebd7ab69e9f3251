package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"vang/blog"
	"vang/cards"
	"vang/content"
	"vang/diagrams"
	"vang/markdown"
	"vang/maths"
	"vang/pictures"
	"vang/posts"
	"vang/realtime"
	"vang/static"
	"vang/store"
	"vang/web"
	"vang/wire"
)

const (
	drainRate   = 1_000            // sockets closed in a second, so that at most so many return in one
	drainLimit  = 30 * time.Second // for all sockets
	finishLimit = 25 * time.Second // for requests in flight

	indexDelay = time.Second // after the start: the first readers' pages come before the search; who searches sooner begins it

	registerLimit = 3 * time.Second // for one try to give new posts their discussions
	registerAgain = 5 * time.Second // after the database did not take new posts
)

// serve runs the blog until ctx ends.
func serve(ctx context.Context, c call) error {
	log := newLog(c)
	log.Info("configuration", c.config.attributes()...)
	listener, err := listen(ctx, c.config.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	if err := profile(ctx, log); err != nil {
		return err
	}
	app, err := newApp(ctx, c.config, log)
	if err != nil {
		return err
	}
	defer app.close()
	warnOfPlainHTTP(log, c.config)
	log.Info("serving", "address", "http://"+reachable(listener.Addr()), "version", versionString(),
		"posts", len(app.library.Snapshot().Posts("")))
	return app.serve(ctx, listener, c.config.DrainDelay)
}

// listen takes the port first: that it is in use is the commonest mistake, and nothing is touched before it is told.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, troubled(text{
			"%s is in use by another program: stop it, or choose another port with --addr, such as --addr :8081",
			"%s đang được chương trình khác dùng: hãy dừng nó, hoặc chọn cổng khác bằng --addr, ví dụ --addr :8081",
		}, addr)
	case errors.Is(err, syscall.EACCES):
		return nil, troubled(text{
			"%s may not be used by this user: ports below 1024 need a right of their own; choose another with --addr, such as --addr :8080",
			"người dùng này không được dùng %s: cổng dưới 1024 cần quyền riêng; hãy chọn cổng khác bằng --addr, ví dụ --addr :8080",
		}, addr)
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return l, nil
}

// app is the running blog: every part, in the order in which it was started.
type app struct {
	log       *slog.Logger
	store     store.Store
	shared    shared
	lineage   *realtime.Lineage // of the database: its epoch goes with each wake
	publisher *realtime.Publisher
	hub       *realtime.Hub
	library   *posts.Library
	addresses *addresses
	server    *web.Server
}

func openStore(ctx context.Context, c Config, log *slog.Logger) (store.Store, error) {
	return store.Open(ctx, store.Options{Address: c.Database, Own: ownClock, Log: log})
}

// await carries out a step of the start that needs the database, and again while one that may answer later does not,
// saying so.
func await(ctx context.Context, log *slog.Logger, step func() error) error {
	for {
		err := step()
		var trouble *blog.Error
		if err == nil || !errors.As(err, &trouble) || trouble.Kind != blog.Unavailable || trouble.RetryAfter <= 0 {
			return err
		}
		log.Warn("waiting for the database", "error", err, "next_try_in", trouble.RetryAfter)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(trouble.RetryAfter):
		}
	}
}

// newApp opens and wires everything but the listener. What was opened is closed again when a later part fails.
func newApp(ctx context.Context, c Config, log *slog.Logger) (a *app, err error) {
	a = &app{log: log, addresses: &addresses{}}
	opened := a // a itself is nil where an error is returned
	defer func() {
		if err != nil {
			opened.close()
		}
	}()
	if err = await(ctx, log, func() (err error) { a.store, err = openStore(ctx, c, log); return err }); err != nil {
		return nil, err
	}
	secret := []byte(c.Secret)
	if len(secret) == 0 {
		if err = await(ctx, log, func() (err error) { secret, err = a.store.Secret(ctx); return err }); err != nil {
			return nil, err
		}
	}
	if a.library, err = openLibrary(ctx, c, a.store.Now, log); err != nil {
		return nil, err
	}
	if err = await(ctx, log, func() error { return a.addresses.sync(ctx, a.store, a.library.Snapshot(), log) }); err != nil {
		return nil, err
	}
	var epoch string
	if err = await(ctx, log, func() (err error) { epoch, err = a.store.Epoch(ctx); return err }); err != nil {
		return nil, err
	}
	a.lineage = realtime.NewLineage(epoch, a.store.Epoch, log)
	a.lineage.OnNewLife(a.register) // a database that was put back does not know the posts that are younger than its backup
	strangers := markdown.NewStranger()
	remarks := web.NewRemarks(strangers)
	source := web.NewSource(web.SourceDeps{Reader: a.store, Library: a.library, Comments: strangers, Remarks: remarks, Slugs: a.addresses.slug, BaseURL: c.BaseURL})
	a.hub = realtime.NewHub(source, realtime.HubOptions{
		Log: log, OnBackwards: a.renewEpoch,
		OnHead: func(topic string) { a.server.Stale(topic) }, // such as after `vang admin hide`, by another process
	})
	if a.shared, err = share(c, a.store, log); err != nil {
		return nil, err
	}
	a.publisher = realtime.NewPublisher(a.shared.bus, log, func(w realtime.Wake) { a.hub.Wake(w.Topic) })
	press, err := openCards(c)
	if err != nil {
		return nil, err
	}
	a.server, err = web.New(web.Deps{
		Config: web.Config{
			BaseURL: c.BaseURL, TrustedProxies: c.TrustedProxies, Secret: secret, RateLimit: c.RateLimit,
			MetricsToken: c.MetricsToken, Drafts: c.Drafts, Version: versionString(),
		},
		Library: a.library, Discussion: blog.NewDiscussion(a.store, a.wake, nil),
		Reader: a.store, Health: a.store, PostIDs: a.addresses.id, Slugs: a.addresses.slug,
		Comments: strangers, Remarks: remarks, Hub: a.hub, Bus: a.shared.bus, Sessions: a.shared.sessions, Redis: a.shared.redis, Lineage: a.lineage,
		Registry: prometheus.NewRegistry(), Log: log, Now: a.store.Now, Cards: press,
	})
	return a, err
}

// openCards is what draws pictures for shares. It loads its fonts when a card is asked for.
func openCards(c Config) (*cards.Rack, error) {
	fonts, err := static.Part("cards")
	if err != nil {
		return nil, err
	}
	dir := cacheFolder(c.Cache, slog.New(slog.DiscardHandler)) // what is wrong with it was told when the library was opened
	if dir != "" {
		dir = filepath.Join(dir, "cards")
	}
	return cards.NewRack(cards.New(fonts), dir), nil
}

func openLibrary(ctx context.Context, c Config, now blog.Clock, log *slog.Logger) (*posts.Library, error) {
	cache := cacheFolder(c.Cache, log)
	formulas, err := static.Part("formulas")
	if err != nil {
		return nil, err
	}
	author := markdown.NewAuthor(markdown.AuthorOptions{Cache: cache, Math: maths.New(formulas).MathML, Diagram: diagrams.Draw})
	return posts.Open(ctx, posts.Options{
		FS: content.FS, Dir: c.Content, Cache: cache, Drafts: c.Drafts, Now: now, Author: author, Log: log,
		Pictures: pictures.NewGallery(pictures.Options{Dir: cache, Log: log}),
	})
}

// wake tells every replica, this one too, that a discussion changed; it never waits.
func (a *app) wake(postID string) {
	a.server.Stale(postID)
	a.publisher.Announce(realtime.Wake{Epoch: a.lineage.Epoch(), Topic: postID})
}

// renewEpoch answers a head that went backwards: the database was put back, so every cursor from before is void.
func (a *app) renewEpoch(ctx context.Context, _ string, seen realtime.Head) {
	epoch, err := a.store.NewEpoch(ctx, seen.Epoch)
	if err != nil {
		a.log.Error("begin a new epoch", "error", err)
		return
	}
	a.log.Warn("the database was put back: every open page loads its comments anew", "epoch", epoch)
}

// serve answers requests until ctx ends, then stops in order: not ready for drainDelay, listener, sockets, requests, loops.
func (a *app) serve(ctx context.Context, listener net.Listener, drainDelay time.Duration) error {
	loops, stopLoops := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() { a.loop("deliver comments", a.hub.Run(loops)) })
	running.Go(func() { a.loop("follow the bus", a.hub.Follow(loops, a.shared.bus)) })
	running.Go(func() {
		a.loop("mark pages stale", a.shared.bus.Subscribe(loops, func(w realtime.Wake) { a.server.Stale(w.Topic) }))
	})
	running.Go(func() { a.loop("publish wakes", a.publisher.Run(loops)) })
	running.Go(func() { a.loop("know the database's own wakes", a.lineage.Run(loops, a.shared.bus)) })
	running.Go(func() { a.watch(loops) })
	indexing := time.AfterFunc(indexDelay, a.server.Index)
	defer indexing.Stop()
	defer running.Wait()
	defer stopLoops()

	server := &http.Server{
		Handler: a.server.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	front := wire.New(server, a.server.Ready)
	failed := make(chan error, 1)
	go func() { failed <- front.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	a.stop(context.WithoutCancel(ctx), listener, front, drainDelay)
	return nil
}

// stop leaves time for load balancers to look elsewhere, takes nothing new, and lets what runs finish.
func (a *app) stop(ctx context.Context, listener net.Listener, front *wire.Front, drainDelay time.Duration) {
	a.log.Info("stopping", "open_sockets", a.hub.Stats().Sockets, "drain_delay", drainDelay)
	a.server.SetDraining(true)
	time.Sleep(drainDelay)
	finish, cancel := context.WithTimeout(ctx, finishLimit)
	defer cancel()
	drain, stopDrain := context.WithTimeout(ctx, drainLimit)
	defer stopDrain()
	_ = listener.Close()
	if err := a.hub.Drain(drain, drainRate); err != nil {
		a.log.Warn("sockets were cut off", "error", err)
	}
	if err := front.Shutdown(finish); err != nil {
		a.log.Warn("requests were still running", "after", finishLimit)
	}
}

// loop tells that a part ended for another reason than the end of the program.
func (a *app) loop(name string, err error) {
	if err != nil {
		a.log.Error("a part of the program ended; restart it", "part", name, "error", err)
	}
}

// watch follows the folder of posts: new posts get their discussions, then open pages are told.
func (a *app) watch(ctx context.Context) {
	err := a.library.Watch(ctx, func(before, after *posts.Snapshot) {
		if !a.addresses.knows(after) {
			a.register(ctx)
		}
		a.server.ContentChanged(before, after)
		a.server.Index()
	})
	if err != nil && ctx.Err() == nil {
		a.log.Error("the content folder is no longer watched: restart to see changes", "error", err)
	}
}

// register gives the posts of the newest snapshot their discussions. While the database does not answer, it comes again.
func (a *app) register(ctx context.Context) {
	try, cancel := context.WithTimeout(ctx, registerLimit)
	defer cancel()
	err := a.addresses.sync(try, a.store, a.library.Snapshot(), a.log)
	if err == nil || ctx.Err() != nil {
		return
	}
	a.log.Error("new posts take no comments until the database answers", "error", err)
	again := time.AfterFunc(registerAgain, func() { a.register(ctx) })
	context.AfterFunc(ctx, func() { again.Stop() })
}

func (a *app) close() {
	if a.server != nil {
		a.server.Close()
	}
	a.shared.close()
	if a.store != nil {
		if err := a.store.Close(); err != nil {
			a.log.Error("close the database", "error", err)
		}
	}
}

// reachable is an address that a browser on this machine can open.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
