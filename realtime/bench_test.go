package realtime

import (
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// nullConn takes everything at once.
type nullConn struct{}

func (nullConn) send(...[]byte) bool { return true }
func (nullConn) close(int, string)   {}

// benchTopic returns a topic at rev 200 whose memory is full, with n live readers, a tenth of them with views of their own.
func benchTopic(b *testing.B, n int) (*Hub, *topic) {
	b.Helper()
	h := NewHub(nil, HubOptions{})
	items := make([]Change, 200)
	for i := range items {
		items[i] = Change{Rev: int64(i) + 1, Item: strconv.Itoa(i), Public: Message{HTML: []byte(strings.Repeat("x", 600))}}
	}
	t := newTopic(h, "p")
	h.topics["p"] = t
	t.apply(0, Changes{Head: Head{"e1", 200}, Items: items})
	for i := range n {
		sub := Subscriber{Topic: "p"}
		if i%10 == 0 {
			sub.Owner = strconv.Itoa(i)
		}
		r, err := h.open(nullConn{}, sub)
		if err != nil {
			b.Fatal(err)
		}
		h.start(r, Head{"e1", 200})
	}
	return h, t
}

func BenchmarkFanOut(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			_, t := benchTopic(b, n)
			rev := int64(200)
			b.ReportAllocs()
			for b.Loop() {
				rev++
				c := Change{Rev: rev, Item: "new", Public: Message{HTML: []byte("<li>")}, Owner: "10", Own: []byte("<li own>")}
				t.apply(rev-1, Changes{Head: Head{"e1", rev}, Items: []Change{c}})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/reader")
		})
	}
}

func BenchmarkJoinFromMemory(b *testing.B) {
	for _, behind := range []int64{0, 3, 200} {
		b.Run(strconv.FormatInt(behind, 10)+" behind", func(b *testing.B) {
			h, _ := benchTopic(b, 1)
			b.ReportAllocs()
			for b.Loop() {
				r, err := h.open(nullConn{}, Subscriber{Topic: "p"})
				if err != nil {
					b.Fatal(err)
				}
				h.start(r, Head{"e1", 200 - behind})
				h.ended(r)
			}
		})
	}
}

// longSource is topics at rev 1,000, all of whose changes are ready.
type longSource struct {
	items []Change
	reads atomic.Int64
}

func newLongSource() *longSource {
	s := &longSource{items: make([]Change, 1000)}
	for i := range s.items {
		s.items[i] = Change{Rev: int64(i) + 1, Item: strconv.Itoa(i), Public: Message{HTML: []byte(strings.Repeat("x", 600))}}
	}
	return s
}

func (s *longSource) Heads(_ context.Context, topics []string) (map[string]Head, error) {
	heads := make(map[string]Head, len(topics))
	for _, t := range topics {
		heads[t] = Head{"e1", 1000}
	}
	return heads, nil
}

func (s *longSource) Changes(_ context.Context, _ string, rev int64) (Changes, error) {
	s.reads.Add(1)
	ch := Changes{Head: Head{"e1", 1000}}
	if items := changesAfter(s.items, rev); len(items) <= 200 {
		ch.Items = items
	} else {
		ch.TooMany, ch.Floor = true, 800
	}
	return ch, nil
}

func (s *longSource) Reload(Head, time.Duration) Message { return Message{HTML: []byte("<ol>")} }

// BenchmarkReturnWave is 10,000 pages that come back to a hub that has just begun, and the reads of the source that they cost.
func BenchmarkReturnWave(b *testing.B) {
	for _, topics := range []int{1, 500} {
		b.Run("topics="+strconv.Itoa(topics), func(b *testing.B) {
			const pages = 10_000
			src := newLongSource()
			b.ReportAllocs()
			for b.Loop() {
				h := NewHub(src, HubOptions{})
				ctx, cancel := context.WithCancel(context.Background())
				done := make(chan error, 1)
				go func() { done <- h.Run(ctx) }()
				rng := rand.New(rand.NewPCG(1, 2))
				readers := make([]*reader, pages)
				for i := range readers {
					r, err := h.open(nullConn{}, Subscriber{Topic: strconv.Itoa(i % topics)})
					if err != nil {
						b.Fatal(err)
					}
					h.start(r, places(rng))
					readers[i] = r
				}
				for h.waiting() > 0 {
					time.Sleep(100 * time.Microsecond)
				}
				for _, r := range readers {
					h.ended(r)
				}
				cancel()
				<-done
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/pages, "ns/page")
			b.ReportMetric(float64(src.reads.Load())/float64(b.N)/float64(topics), "reads/topic")
		})
	}
}

// waiting is how many readers wait for a read.
func (h *Hub) waiting() (n int) {
	topics, _ := h.listTopics()
	for _, t := range topics {
		t.mu.Lock()
		n += len(t.waiting)
		t.mu.Unlock()
	}
	return n
}

func BenchmarkHeartbeatRound(b *testing.B) {
	h, _ := benchTopic(b, 10_000)
	now := time.Now()
	for b.Loop() {
		h.due(now)
	}
}

func BenchmarkPublish(b *testing.B) {
	bus := NewLocalBus()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- bus.Subscribe(ctx, func(Wake) {}) }()
	b.ReportAllocs()
	for b.Loop() {
		if err := bus.Publish(ctx, Wake{"e1", "p"}); err != nil {
			b.Fatal(err)
		}
	}
	cancel()
	<-done
}
