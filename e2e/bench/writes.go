package bench

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"vang/testbed"
)

const writeRounds = 3

func sqliteWritesPart() Part {
	return Part{
		Name: "posts-sqlite", Title: "Comments sent, SQLite",
		Reading: "From request to answer: readers with sessions send real paragraphs over JSON, each when the last is answered, and `--rate-limit` is off. " +
			"*INSERT* is a program in Vang's place, on the same core, that puts the same texts into one table with one index through the same driver, each in a transaction of its own, " +
			"with as many clients. Every commit waits for the disk (`synchronous=FULL`).",
		Columns: []Column{columnRate, columnRateRatio, columnCPU, columnCPURatio, columnP50, columnP99, columnBusy},
		Cases:   sqliteWrites,
	}
}

func postgresWritesPart() Part {
	return Part{
		Name: "posts-postgres", Title: "Comments sent, PostgreSQL",
		Reading: "As above. *Counted INSERT* also counts up the one row of its post in the same transaction, as those must who number comments without holes, and so goes one by one. " +
			"PostgreSQL (`fsync=on`), Redis and the program share the servers' core, and the CPU time of all is counted.",
		Columns: []Column{columnRate, columnRateRatio, columnCPU, columnBeside, columnCPURatio, columnP50, columnP99, columnBusy},
		Cases:   postgresWrites,
	}
}

// desk is where comments go: a Vang, and the databases that work for it.
type desk struct {
	who    string
	vang   *server
	beside []int
}

// manyPosts is over how many posts comments are spread.
func (b *Bench) manyPosts() int {
	if b.Quick {
		return 20
	}
	return 1000
}

func sqliteWrites(ctx context.Context, b *Bench) ([]Case, error) {
	content, err := b.blog(b.manyPosts())
	if err != nil {
		return nil, err
	}
	s, err := b.vang(ctx, content.dir, "")
	if err != nil {
		return nil, err
	}
	dir, err := b.folder("raw")
	if err != nil {
		return nil, err
	}
	d := desk{who: "Vang", vang: s}
	var cases []Case
	for _, clients := range b.clientCounts() {
		raw := b.raw("INSERT", job{Kind: "sqlite", Addr: filepath.Join(dir, "raw.db"), Posts: content.slugs}, clients)
		raw.Base = true
		cases = append(cases, Case{Name: named("SQLite", clients), Rounds: writeRounds, Turns: append([]Turn{raw}, b.posts(d, content, clients)...)})
	}
	return cases, nil
}

func (b *Bench) clientCounts() []int {
	if b.Quick {
		return []int{8}
	}
	return []int{1, 8, 32}
}

func named(engine string, clients int) string {
	if clients == 1 {
		return engine + ", 1 client"
	}
	return fmt.Sprintf("%s, %d clients", engine, clients)
}

// raw has a program in Vang's place do j.
func (b *Bench) raw(who string, j job, clients int) Turn {
	return Turn{Who: who, Measure: func(ctx context.Context, _ int) (Sample, error) {
		j.Texts, j.Clients, j.Seconds, j.Self = b.texts(500), clients, b.Window.Seconds(), true
		return b.work(ctx, b.serverCore, j)
	}}
}

// posts sends comments to all posts in turn, to one post (another in each round), and, from many readers, without sessions.
func (b *Bench) posts(d desk, content *blog, clients int) []Turn {
	turn := func(who string, change func(j *job, round int)) Turn {
		return Turn{Who: d.who + ", " + who, Measure: func(ctx context.Context, round int) (Sample, error) {
			j := job{
				Kind: "post", Addr: d.vang.addr, Posts: content.slugs, Texts: b.texts(500), Clients: clients, Seconds: b.Window.Seconds(), Watch: d.vang.pids, Beside: d.beside,
			}
			change(&j, round)
			return b.work(ctx, b.loadCore, j)
		}}
	}
	turns := []Turn{
		turn("many posts", func(*job, int) {}),
		turn("one post", func(j *job, round int) { j.Posts = content.slugs[(round*7+clients)%len(content.slugs):][:1] }),
	}
	if clients == 8 {
		turns = append(turns, turn("many posts, each comment a new reader's", func(j *job, _ int) { j.New = true }))
	}
	return turns
}

// servers are those beside Vang.
type servers struct {
	postgres *testbed.Postgres
	redis    *testbed.Redis
	database []int // processes
	bus      []int
}

func (b *Bench) servers(ctx context.Context) (s servers, err error) {
	dir, err := b.folder("postgres")
	if err != nil {
		return s, err
	}
	if s.postgres, err = testbed.StartPostgres(ctx, dir); err != nil {
		return s, err
	}
	b.later(func() error { s.postgres.Stop(); return nil })
	if dir, err = b.folder("redis"); err != nil {
		return s, err
	}
	if s.redis, err = testbed.StartRedis(ctx, dir, testbed.RedisOptions{}); err != nil {
		return s, err
	}
	b.later(s.redis.Stop)
	s.database, s.bus = []int{s.postgres.Process().PID()}, []int{s.redis.Process().PID()}
	return s, b.pin(slices.Concat(s.database, s.bus)...)
}

func postgresWrites(ctx context.Context, b *Bench) ([]Case, error) {
	content, err := b.blog(b.manyPosts())
	if err != nil {
		return nil, err
	}
	s, err := b.servers(ctx)
	if err != nil {
		return nil, err
	}
	pg := s.postgres
	for _, name := range []string{"raw", "alone", "shared"} {
		if err := pg.CreateDatabase(ctx, name); err != nil {
			return nil, err
		}
	}
	alone, err := b.vang(ctx, content.dir, pg.URL("alone"))
	if err != nil {
		return nil, err
	}
	shared, err := b.vang(ctx, content.dir, pg.URL("shared"), "--redis", s.redis.URL())
	if err != nil {
		return nil, err
	}
	desks := []desk{
		{"Vang", alone, s.database},
		{"Vang with Redis", shared, slices.Concat(s.database, s.bus)},
	}
	var cases []Case
	for _, clients := range b.clientCounts() {
		raw := job{Addr: pg.URL("raw"), Posts: content.slugs, Beside: s.database, Kind: "pgx"}
		head := raw
		head.Kind, head.Posts = "pgx-head", content.slugs[:1]
		c := Case{Name: named("PostgreSQL", clients), Rounds: writeRounds, Turns: []Turn{b.raw("INSERT", raw, clients), b.raw("counted INSERT, one post", head, clients)}}
		c.Turns[0].Base = true
		for _, d := range desks {
			c.Turns = append(c.Turns, b.posts(d, content, clients)...)
		}
		cases = append(cases, c)
	}
	return cases, nil
}
