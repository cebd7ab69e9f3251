package benchlive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"vang/testbed"
)

// pair is two replicas on one core, which share a database and a Redis.
type pair struct {
	one, two *server
	postgres *testbed.Postgres
	redis    *testbed.Redis
}

func (b *Bench) startPair(ctx context.Context) (p *pair, err error) {
	dir, err := os.MkdirTemp(b.dir, "pair-")
	if err != nil {
		return nil, err
	}
	p = &pair{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.stop())
		}
	}()
	for _, part := range []string{"postgres", "redis"} {
		if err := os.Mkdir(filepath.Join(dir, part), 0o755); err != nil {
			return p, err
		}
	}
	if p.postgres, err = testbed.StartPostgres(ctx, filepath.Join(dir, "postgres")); err != nil {
		return p, err
	}
	if err := p.postgres.CreateDatabase(ctx, "vang"); err != nil {
		return p, err
	}
	if p.redis, err = testbed.StartRedis(ctx, filepath.Join(dir, "redis"), testbed.RedisOptions{}); err != nil {
		return p, err
	}
	for _, s := range []**server{&p.one, &p.two} {
		*s, err = b.startVang(ctx, "--database", p.postgres.URL("vang"), "--redis", p.redis.URL())
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

func (p *pair) stop() error {
	var err error
	for _, s := range []*server{p.one, p.two} {
		if s != nil {
			err = errors.Join(err, s.stop())
		}
	}
	if p.redis != nil {
		p.redis.Process().Kill()
	}
	if p.postgres != nil {
		p.postgres.Kill()
	}
	return err
}

// replicasRows measures comments that are written at one replica and read at the other.
func replicasRows(ctx context.Context, b *Bench, n int) (rows [][]string, err error) {
	p, err := b.startPair(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	st, err := newStand(ctx, b.loop, p.two, p.one, n, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	if _, err := st.pushes(ctx, 3, 0); err != nil {
		return nil, err
	}
	begin, err := p.one.cpu()
	if err != nil {
		return nil, err
	}
	w, err := st.pushes(ctx, 2*pushesFor(n), 0)
	if err != nil {
		return nil, err
	}
	end, err := p.one.cpu()
	cpu := w.cpu + (end-begin)/time.Duration(n*len(w.pushes))
	return [][]string{{
		strconv.Itoa(n), fmt.Sprintf("%.1f", micro(cpu)), spreadOf(w.pushes, p50Of).String(),
		spreadOf(w.pushes, p99Of).String(), spreadOf(w.pushes, lastOf).String(), spreadOf(w.pushes, postOf).String(),
	}}, err
}
