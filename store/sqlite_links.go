package store

import (
	"context"
	"database/sql"
	"sync"
)

// links are the connections that read a file.
type links struct {
	free   chan *link // those that nobody reads with; at most cap(free) read at once
	crowd  crowd
	closed chan struct{}
	once   sync.Once
}

func newLinks(db *sql.DB, n int) *links {
	r := &links{free: make(chan *link, n), closed: make(chan struct{})}
	for range n {
		r.free <- &link{db: db}
	}
	return r
}

// open has every link read once, so that all of them hold the files which p remembers and go on reading should those go.
func (r *links) open(ctx context.Context, p *place) error {
	for range cap(r.free) {
		l := <-r.free
		l.place = p
		r.free <- l
	}
	var epoch string
	for range cap(r.free) { // by the link that waited longest: each has its turn
		err := r.read(ctx, true, func(ctx context.Context, t txn) error { return t.row(ctx, []any{&epoch}, selectEpoch) })
		if err != nil {
			return err
		}
	}
	return nil
}

// close waits for those who read.
func (r *links) close() {
	r.once.Do(func() {
		close(r.closed)
		for range cap(r.free) {
			(<-r.free).disconnect()
		}
	})
}

// read is reader's. A single statement too is in a transaction: that costs nothing here, and its end is seen to.
func (r *links) read(ctx context.Context, _ bool, f func(ctx context.Context, t txn) error) error {
	return r.borrow(ctx, func(l *link) error {
		if err := l.connect(ctx); err != nil {
			return err
		}
		if err := l.exec(ctx, `BEGIN`); err != nil {
			l.disconnect()
			return err
		}
		err := f(ctx, txn{l})
		if err == nil {
			err = ctx.Err() // an end in the middle may have cut a list short
		}
		if end := l.exec(context.WithoutCancel(ctx), `ROLLBACK`); end != nil {
			l.disconnect()
		}
		return err
	})
}

// borrow waits for a free link and gives it back.
func (r *links) borrow(ctx context.Context, f func(*link) error) error {
	select {
	case <-r.closed:
		return errClosed()
	default:
	}
	if err := r.crowd.enter(); err != nil {
		return err
	}
	l, err := r.await(ctx)
	r.crowd.leave()
	if err != nil {
		return err
	}
	defer func() { r.free <- l }()
	return f(l)
}

// await waits for a free link.
func (r *links) await(ctx context.Context) (*link, error) {
	select {
	case l := <-r.free:
		return l, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.closed:
		return nil, errClosed()
	}
}
