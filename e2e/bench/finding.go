package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	postsToFind    = 10_000
	queriesInRound = 40
)

func findingPart() Part {
	return Part{
		Name: "finding", Title: "Ten thousand posts",
		Reading: "A blog of 10,000 posts. *Front page*: from the start of the process, with a new database, to the whole first answer; Hugo makes all pages of the same posts, " +
			"feeds and lists too, and ends. *Feed*: twenty whole posts, the first time and from then on. *Search*: one query after the other, each for the first time, " +
			"when the index is there; *index* is what the process used from its start until it was quiet.",
		Columns: []Column{columnP50, columnP99, columnCPU, columnMemory, columnPeak, columnBytes},
		Cases:   findingCases,
	}
}

func findingCases(ctx context.Context, b *Bench) ([]Case, error) {
	count := postsToFind
	if b.Quick {
		count = 300
	}
	content, err := b.blog(count)
	if err != nil {
		return nil, err
	}
	dir, err := b.folder("finding")
	if err != nil {
		return nil, err
	}
	front := Case{Name: "front page", Rounds: 3, Turns: []Turn{{Who: "Vang", Measure: func(ctx context.Context, round int) (Sample, error) {
		s, err := b.startVang(ctx, content, filepath.Join(dir, strconv.Itoa(round)), "/")
		s.P50, s.P99 = s.Wall, s.Wall
		return s, err
	}}}}
	if _, err := exec.LookPath("hugo"); err != nil {
		b.leave("Hugo is not installed (sh tools/need.sh hugo hugo)")
	} else {
		front.Turns = append(front.Turns, Turn{Who: "Hugo, all pages", Rounds: 1, Measure: func(ctx context.Context, _ int) (Sample, error) {
			s, err := b.buildHugo(ctx, content)
			s.P50, s.P99 = s.Wall, s.Wall
			return s, err
		}})
	}
	return append([]Case{front, b.indexCase(content), b.feedCase(content)}, b.searchCases(content)...), nil
}

// indexCase starts a blog and waits until it has nothing left to do.
func (b *Bench) indexCase(content *blog) Case {
	return Case{Name: "index", Rounds: 1, Turns: []Turn{{Who: "Vang", Measure: func(ctx context.Context, _ int) (sample Sample, err error) {
		started := len(b.undo)
		defer func() { err = errors.Join(err, b.closeFrom(started)) }()
		begin := time.Now()
		s, err := b.vang(ctx, content.dir, "")
		if err != nil {
			return sample, err
		}
		if err := b.found(ctx, s, "the"); err != nil {
			return sample, err
		}
		if err := quiet(ctx, s.pids...); err != nil {
			return sample, err
		}
		wall := time.Since(begin)
		u, err := use(s.pids...)
		return Sample{Answers: 1, Wall: wall, P50: wall, P99: wall, CPU: u.CPU, Memory: u.Resident, Peak: u.Peak}, err
	}}}}
}

// found waits until a search finds something: an index may still be made when the first readers come.
func (b *Bench) found(ctx context.Context, s *server, words string) error {
	for begin := time.Now(); ; {
		_, page, err := b.query(ctx, s, words)
		if err != nil || strings.Contains(page, "<mark>") {
			return err
		}
		if time.Since(begin) > patience {
			return fmt.Errorf("a search for %q still finds nothing after %v", words, patience)
		}
		if err := rest(ctx, 5); err != nil {
			return err
		}
	}
}

// query asks for words and returns the size of the answer and its page.
func (b *Bench) query(ctx context.Context, s *server, words string) (int64, string, error) {
	a := ask{url: s.url + "/search?q=" + url.QueryEscape(words), header: http.Header{"Accept-Encoding": {"gzip"}}}
	res, body, err := a.fetch(ctx)
	if err != nil {
		return 0, "", err
	}
	if res.StatusCode != http.StatusOK {
		return 0, "", fmt.Errorf("a search for %q is answered %s", words, res.Status)
	}
	if res.Header.Get("Content-Encoding") != "gzip" {
		return int64(len(body)), string(body), nil
	}
	zr, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	page, err := io.ReadAll(zr)
	return int64(len(body)), string(page), err
}

func (b *Bench) feedCase(content *blog) Case {
	return Case{Name: "feed", Rounds: 3, Turns: []Turn{
		{Who: "Vang, first", Measure: func(ctx context.Context, _ int) (Sample, error) { return b.feed(ctx, content, 1) }},
		{Who: "Vang, then", Measure: func(ctx context.Context, _ int) (Sample, error) { return b.feed(ctx, content, 100) }},
	}}
}

// feed asks a blog that has just started for its feed: the first answer, or some after it.
func (b *Bench) feed(ctx context.Context, content *blog, answers int) (sample Sample, err error) {
	started := len(b.undo)
	defer func() { err = errors.Join(err, b.closeFrom(started)) }()
	s, err := b.vang(ctx, content.dir, "")
	if err != nil {
		return sample, err
	}
	if err := quiet(ctx, s.pids...); err != nil {
		return sample, err
	}
	a := ask{url: s.url + "/feed.xml", header: http.Header{"Accept-Encoding": {"gzip"}}, status: http.StatusOK, body: -1}
	for range min(2, answers-1) {
		if _, err := a.check(ctx); err != nil {
			return sample, err
		}
	}
	return b.each(ctx, s, answers, func(int) (int64, error) { return a.check(ctx) })
}

// each asks a number of times, one after the other, and tells what the answers took.
func (b *Bench) each(_ context.Context, s *server, times int, ask func(n int) (int64, error)) (Sample, error) {
	sample := Sample{Answers: times}
	before, err := use(s.pids...)
	if err != nil {
		return sample, err
	}
	took := make([]time.Duration, 0, times)
	for n := range times {
		begin := time.Now()
		if sample.Bytes, err = ask(n); err != nil {
			return sample, err
		}
		took = append(took, time.Since(begin))
		sample.Wall += took[n]
	}
	after, err := use(s.pids...)
	slices.Sort(took)
	sample.CPU, sample.Memory, sample.Peak = after.CPU-before.CPU, after.Resident, after.Peak
	sample.P50, sample.P99 = took[len(took)/2], took[(len(took)*99)/100]
	return sample, err
}

// searchCases are what readers look for, taken from the titles of the posts.
func (b *Bench) searchCases(content *blog) []Case {
	var running *server
	var cases []Case
	for _, kind := range []struct {
		name    string
		queries []string
	}{
		{"search, a word", b.queries(1, false)},
		{"search, two words", b.queries(2, false)},
		{"search, the beginning of a word", beginnings(b.queries(1, false))},
		{"search, Chinese", b.queries(1, true)},
	} {
		if len(kind.queries) < 3 {
			b.leave("%s: no title has such words", kind.name)
			continue
		}
		cases = append(cases, Case{Name: kind.name, Rounds: 3, Turns: []Turn{{Who: "Vang", Measure: func(ctx context.Context, round int) (Sample, error) {
			if running == nil {
				s, err := b.vang(ctx, content.dir, "")
				if err != nil {
					return Sample{}, err
				}
				if err := errors.Join(b.found(ctx, s, "the"), quiet(ctx, s.pids...)); err != nil {
					return Sample{}, err
				}
				running = s
			}
			part := kind.queries[len(kind.queries)*round/3 : len(kind.queries)*(round+1)/3]
			return b.each(ctx, running, len(part), func(n int) (int64, error) {
				size, _, err := b.query(ctx, running, part[n])
				return size, err
			})
		}}}})
	}
	return cases
}

// queries are different words of titles, several at once, or two letters of Chinese ones.
func (b *Bench) queries(words int, chinese bool) (found []string) {
	for _, s := range b.sources {
		query := ""
		if chinese {
			if han := strings.FieldsFunc(s.title, func(r rune) bool { return !unicode.Is(unicode.Han, r) }); len(han) > 0 && len([]rune(han[0])) > 1 {
				query = string([]rune(han[0])[:2])
			}
		} else {
			long := slices.DeleteFunc(strings.FieldsFunc(s.title, func(r rune) bool { return !unicode.IsLetter(r) || unicode.Is(unicode.Han, r) }), func(w string) bool { return len(w) < 4 })
			if len(long) >= words {
				query = strings.ToLower(strings.Join(long[:words], " "))
			}
		}
		if query != "" && !slices.Contains(found, query) {
			if found = append(found, query); len(found) == 3*queriesInRound {
				break
			}
		}
	}
	return found
}

func beginnings(words []string) (found []string) {
	for _, w := range words {
		if runes := []rune(w); !slices.Contains(found, string(runes[:3])) {
			found = append(found, string(runes[:3]))
		}
	}
	return found
}
