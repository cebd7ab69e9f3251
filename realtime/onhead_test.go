package realtime

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// told are the topics that OnHead was called with, and what the reader had got by then.
type told struct {
	mu     sync.Mutex
	topics []string
	had    []int
	reader *fakeConn
}

func (o *told) onHead(topic string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.topics = append(o.topics, topic)
	if o.reader != nil {
		o.had = append(o.had, len(o.reader.messages()))
	}
}

func (o *told) take() (topics []string, had []int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	topics, had = o.topics, o.had
	o.topics, o.had = nil, nil
	return topics, had
}

func TestAHeadThatMovedIsToldBeforeTheReadersHear(t *testing.T) {
	heads := &told{}
	withHub(t, HubOptions{OnHead: heads.onHead}, func(t *testing.T, h *Hub, src *fakeSource) {
		c := dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		synctest.Wait()
		heads.mu.Lock()
		heads.reader = c
		heads.mu.Unlock()
		if first, _ := heads.take(); !cmp.Equal(first, []string{"p"}) {
			t.Errorf("at the first read told of %q", first)
		}
		src.write("p", 1) // by another process: nobody wakes the hub
		time.Sleep(time.Second)
		synctest.Wait()
		topics, had := heads.take()
		if !cmp.Equal(topics, []string{"p"}) || !cmp.Equal(had, []int{0}) || len(c.messages()) != 1 {
			t.Errorf("told of %q when the reader had %v messages, now %q", topics, had, c.messages())
		}
		h.Wake("p")
		time.Sleep(time.Minute)
		synctest.Wait()
		if again, _ := heads.take(); len(again) != 0 {
			t.Errorf("told of %q while nothing moved", again)
		}
	})
}
