package bench

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const wrkSays = `Running 1s test @ http://127.0.0.1:1/
  2 threads
RESULT {"answers":%d,"microseconds":1000000,"bytes":10000,"errors":%d,"statuses":%d,"p50":700,"p99":5000}
`

func TestWhatWrkTellsIsBelievedOnlyWithoutErrors(t *testing.T) {
	got, err := parseWrk(fmt.Appendf(nil, wrkSays, 100, 0, 0))
	want := loaded{Answers: 100, Microseconds: 1_000_000, Bytes: 10_000, P50: 700, P99: 5000}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, said := range []string{
		fmt.Sprintf(wrkSays, 100, 1, 0), fmt.Sprintf(wrkSays, 100, 0, 1), fmt.Sprintf(wrkSays, 0, 0, 0), "unable to connect", `RESULT {"answers":`,
	} {
		if _, err := parseWrk([]byte(said)); err == nil {
			t.Errorf("believed: %s", said)
		}
	}
}

func TestMediansAndRatios(t *testing.T) {
	var ours, base []Sample
	for _, n := range []int{30, 10, 20, 60} {
		ours = append(ours, Sample{Answers: n, Wall: time.Second, CPU: time.Second})
		base = append(base, Sample{Answers: 2 * n, Wall: time.Second, CPU: time.Second / 2})
	}
	if diff := cmp.Diff(Spread{25, 10, 60}, over(ours, Sample.rate)); diff != "" {
		t.Error(diff)
	}
	// Round by round: that the rounds themselves differ does not matter.
	if diff := cmp.Diff(Spread{0.5, 0.5, 0.5}, ratio(ours, base, Sample.rate)); diff != "" {
		t.Error(diff)
	}
	if got := columnCPURatio.Cell(ours, base); got != "0.25" {
		t.Errorf("by CPU: %s", got)
	}
	if got := columnRateRatio.Cell(ours[:2], base[1:]); got != "0.88 (0.25–1.50)" {
		t.Errorf("of rounds that differ: %s", got)
	}
}

func TestContestantsTakeTurns(t *testing.T) {
	var order strings.Builder
	turn := func(who string, rounds int) Turn {
		return Turn{Who: who, Rounds: rounds, Measure: func(context.Context, int) (Sample, error) {
			order.WriteString(who)
			return Sample{Answers: 1}, nil
		}}
	}
	r, err := Case{Turns: []Turn{turn("a", 0), turn("b", 0), turn("c", 1)}}.run(t.Context(), 3, &strings.Builder{})
	if err != nil || order.String() != "abcabab" || len(r.Samples[0]) != 3 || len(r.Samples[2]) != 1 {
		t.Errorf("%v, %s, %v", err, order.String(), r.Samples)
	}
}

func TestTimeOfProcesses(t *testing.T) {
	before, err := use(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	var after usage
	for sum, begin := 0, time.Now(); time.Since(begin) < 50*time.Millisecond; sum++ {
		after, err = use(os.Getpid())
	}
	if err != nil || after.CPU <= before.CPU || after.Resident < 1<<20 || after.Peak < after.Resident {
		t.Errorf("%v: before %+v, after %+v", err, before, after)
	}
	if _, err := use(os.Getpid(), 1<<30); err == nil {
		t.Error("a process that has ended uses nothing, and nobody is told")
	}
}

func TestRealPostsArePartedFromTheirFrontMatter(t *testing.T) {
	body := strings.Repeat("Chữ Việt. ", 40) + "\n---\nA rule above.\n"
	for _, head := range []string{"---\ntitle: \"Một bài\"\ndate: 2020-01-01\n---\n", "+++\ntitle = 'Một bài'\n+++\n"} {
		got, is := parse(head + body)
		if !is || got.title != "Một bài" || got.body != body {
			t.Errorf("%v, %q, %q", is, got.title, got.body)
		}
	}
	if _, is := parse("No front matter. " + body); is {
		t.Error("a file without front matter is a post")
	}
	if file := string(source{title: `A "quoted" one`, body: body}.numbered(7)); !strings.HasPrefix(file, "---\ntitle: \"A \\\"quoted\\\" one (7)\"\nslug: post-000007\n") || !strings.HasSuffix(file, body) {
		t.Error(file)
	}
}

func TestTablesGoBetweenTheirMarks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "benchmarks.md")
	if err := os.WriteFile(file, []byte("before\n<!-- bench:a -->\nold\n<!-- /bench:a -->\nbetween\n<!-- bench:b -->\nkept\n<!-- /bench:b -->\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := PartResult{Part: Part{Name: "a", Reading: "Read it so.", Columns: []Column{columnRate}}, Results: []Result{{
		Case:    Case{Name: "c", Turns: []Turn{{Who: "x", Base: true}, {Who: "y"}}},
		Samples: [][]Sample{{{Answers: 12_345, Wall: time.Second}}, {{Answers: 10, Wall: time.Second}, {Answers: 30, Wall: time.Second}}},
	}}}
	if err := (Outcome{Parts: []PartResult{p}}).Publish(file, "Today."); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := "before\n<!-- bench:a -->\nToday. ONLY=a. Median (least–most) of 2 rounds.\n\nRead it so.\n\n|  | who | a second |\n|---|---|---:|\n" +
		"| c | x | 12,345 |\n|  | y | 20 (10–30) |\n<!-- /bench:a -->\nbetween\n<!-- bench:b -->\nkept\n<!-- /bench:b -->\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	p.Name = "nowhere"
	if err := (Outcome{Parts: []PartResult{p}}).Publish(file, "Today."); err == nil {
		t.Error("a table went nowhere, and nobody was told")
	}
}

// A poster that counted refusals as answers would measure how fast Vang says no.
func TestARefusedCommentIsNoAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\nno"))
			_ = conn.(*net.TCPConn).CloseWrite()
		}
	}()
	_, err = job{Kind: "post", Addr: l.Addr().String(), Posts: []string{"a"}, Texts: []string{"b"}, Clients: 1, Count: 1}.do(t.Context())
	if err == nil || !strings.Contains(err.Error(), "429") {
		t.Errorf("the error is %v", err)
	}
}
