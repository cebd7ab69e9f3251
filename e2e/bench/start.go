package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func startPart() Part {
	return Part{
		Name: "start", Title: "Start",
		Reading: "From the start of the process to the whole first answer, which is a post's page, on all cores. *First*: with a new database. *Again*: with the database, " +
			"and whatever else it keeps, of the first start. Memory is what is resident two seconds later, and at most until then. " +
			"Hugo makes all pages of the same posts once and ends.",
		Columns: []Column{columnWall, columnCPUAll, columnMemory, columnPeak},
		Cases:   startCases,
	}
}

func startCases(_ context.Context, b *Bench) ([]Case, error) {
	sizes := []int{10, 1000, 10_000, 100_000}
	if b.Quick {
		sizes = sizes[:2]
	}
	var cases []Case
	for _, n := range sizes {
		content, err := b.blog(n)
		if err != nil {
			return nil, err
		}
		dir, err := b.folder("start")
		if err != nil {
			return nil, err
		}
		c := Case{Name: whole(float64(n)) + " posts", Rounds: 3, Turns: []Turn{
			{Who: "Vang, first", Measure: func(ctx context.Context, round int) (Sample, error) {
				return b.startVang(ctx, content, filepath.Join(dir, strconv.Itoa(round)), "/blog/"+content.middle)
			}},
			{Who: "Vang, again", Measure: func(ctx context.Context, round int) (Sample, error) {
				return b.startVang(ctx, content, filepath.Join(dir, strconv.Itoa(round)), "/blog/"+content.middle)
			}},
		}}
		if n >= 100_000 {
			c.Rounds = 1
		}
		if _, err := exec.LookPath("hugo"); err != nil {
			b.leave("Hugo is not installed (sh tools/need.sh hugo hugo)")
		} else if n <= 1000 {
			c.Turns = append(c.Turns, Turn{Who: "Hugo, all pages", Measure: func(ctx context.Context, _ int) (Sample, error) { return b.buildHugo(ctx, content) }})
		}
		cases = append(cases, c)
	}
	return cases, nil
}

// startVang starts a blog that keeps what it keeps in dir, asks it for a page, and ends it.
func (b *Bench) startVang(ctx context.Context, content *blog, dir, path string) (sample Sample, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return sample, err
	}
	started := len(b.undo)
	defer func() { err = errors.Join(err, b.closeFrom(started)) }()
	s, err := listener("vang")
	if err != nil {
		return sample, err
	}
	begin := time.Now()
	process, err := b.launch(s, b.Vang, "serve", "--addr", s.addr, "--content", content.dir, "--database", "sqlite:"+filepath.Join(dir, "vang.db"), "--log", "json")
	if err != nil {
		return sample, err
	}
	a := ask{url: s.url + path, header: http.Header{"Accept-Encoding": {"gzip"}}, status: http.StatusOK, body: -1}
	for {
		size, err := a.check(ctx)
		if err == nil {
			sample = Sample{Answers: 1, Wall: time.Since(begin), Bytes: size}
			break
		}
		if !errors.Is(err, syscall.ECONNREFUSED) || !process.Running() || time.Since(begin) > 2*time.Minute {
			said, _ := os.ReadFile(s.log)
			return sample, fmt.Errorf("%w\n%s", err, said[max(0, len(said)-2000):])
		}
		time.Sleep(time.Millisecond)
	}
	u, err := use(s.pids...)
	if err != nil {
		return sample, err
	}
	sample.CPU = u.CPU
	if err := rest(ctx, 200); err != nil {
		return sample, err
	}
	if u, err = use(s.pids...); err != nil {
		return sample, err
	}
	sample.Memory, sample.Peak = u.Resident, u.Peak
	return sample, process.Stop(syscall.SIGTERM, patience)
}

// buildHugo has Hugo make the pages of the same posts. Its shortcodes are broken up: those of the real sites are not here.
func (b *Bench) buildHugo(ctx context.Context, content *blog) (Sample, error) {
	dir, err := hugoSite(b.path("hugo-" + strconv.Itoa(len(content.slugs))))
	if err != nil {
		return Sample{}, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "content", "posts"), 0o755); err != nil {
		return Sample{}, err
	}
	for _, slug := range content.slugs {
		text, err := os.ReadFile(filepath.Join(content.dir, "posts", slug+".md"))
		if err != nil {
			return Sample{}, err
		}
		broken := strings.ReplaceAll(string(text), "{{", "{ {")
		if err := os.WriteFile(filepath.Join(dir, "content", "posts", slug+".md"), []byte(broken), 0o644); err != nil {
			return Sample{}, err
		}
	}
	begin := time.Now()
	cmd := exec.CommandContext(ctx, "hugo", "--quiet", "--source", dir, "--destination", filepath.Join(dir, "public"), "--cleanDestinationDir")
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return Sample{}, fmt.Errorf("hugo: %w\n%s", err, out[:min(len(out), 2000)])
	}
	used, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return Sample{
		Answers: 1, Wall: time.Since(begin), CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), Peak: used.Maxrss << 10,
	}, nil
}
