package realtime

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// TestEveryPageEndsAsTheSource plays random changes, wakes that come and wakes that are lost, joins with cursors of all
// kinds, departures, slow readers, a failing source and restored databases; in the end every open page shows exactly what
// the source has for it. That revs rise strictly and that no form reaches a stranger, fakeConn checks at each message.
func TestEveryPageEndsAsTheSource(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			opt := HubOptions{Memory: 1 + rng.IntN(40), ReloadsPerSecond: 50}
			withHub(t, opt, func(t *testing.T, h *Hub, src *fakeSource) {
				src.limit = 1 + rng.IntN(60)
				m := &model{t: t, rng: rng, h: h, src: src}
				for range 600 {
					m.step()
				}
				src.setErr(nil)
				time.Sleep(30 * time.Second)
				synctest.Wait()
				m.check()
			})
		})
	}
}

// model is the random world around a hub.
type model struct {
	t     *testing.T
	rng   *rand.Rand
	h     *Hub
	src   *fakeSource
	conns []*fakeConn
	lives int // epochs so far
}

func (m *model) step() {
	switch n := m.rng.IntN(100); {
	case n < 50:
		m.change()
	case n < 75:
		m.join()
	case n < 80:
		m.part()
	case n < 83:
		m.slowDown()
	case n < 86:
		m.src.setErr(errDown)
	case n < 91:
		m.src.setErr(nil)
	case n < 92:
		m.restore()
	case n < 93:
		m.h.Disconnect(m.owner())
	default:
		time.Sleep(time.Duration(m.rng.IntN(1500)) * time.Millisecond)
	}
	if m.rng.IntN(4) == 0 {
		synctest.Wait()
	}
}

func (m *model) topic() string { return []string{"p", "q", "r"}[m.rng.IntN(3)] }
func (m *model) owner() string { return []string{"", "ann", "ben"}[m.rng.IntN(3)] }

func (m *model) change() {
	topic, owner := m.topic(), m.owner()
	item := "i" + strconv.Itoa(m.rng.IntN(80))
	m.src.change(topic, item, "text"+strconv.Itoa(m.rng.Int()), owner, owner != "" && m.rng.IntN(3) == 0)
	switch m.rng.IntN(4) {
	case 0: // the wake is lost
	case 1:
		m.h.Wake("")
	default:
		m.h.Wake(topic)
	}
}

func (m *model) join() {
	sub := Subscriber{Topic: m.topic(), Owner: m.owner(), JSON: m.rng.IntN(4) == 0}
	at := m.src.head(sub.Topic)
	switch m.rng.IntN(6) {
	case 0:
		at.Rev += 1_000_000 // beyond what the test will write: nearer ones come true before they are looked at
	case 1:
		at.Epoch = "elsewhere"
	case 2:
		at.Rev = m.rng.Int64N(at.Rev + 1)
	case 3, 4:
		at.Rev = max(0, at.Rev-m.rng.Int64N(20))
	}
	m.conns = append(m.conns, dial(m.t, m.h, m.src, sub, at))
}

func (m *model) part() {
	if len(m.conns) > 0 {
		m.conns[m.rng.IntN(len(m.conns))].close(1000, "")
	}
}

func (m *model) slowDown() {
	if len(m.conns) > 0 {
		m.conns[m.rng.IntN(len(m.conns))].limit(1 + m.rng.IntN(10))
	}
}

// restore puts a topic back in time, which ends the epoch of all of them.
func (m *model) restore() {
	topic := m.topic()
	m.lives++
	m.src.restore(topic, m.rng.Int64N(m.src.head(topic).Rev+1), fmt.Sprint("life", m.lives))
}

func (m *model) check() {
	var open int
	for i, c := range m.conns {
		if code, _ := c.closed(); code != 0 {
			continue
		}
		open++
		want := m.src.shows(c.sub.Topic, m.src.head(c.sub.Topic).Rev, c.sub)
		if got := c.shown(); !maps.Equal(want, got) {
			m.t.Errorf("connection %d %+v shows %d items, want %d; it got %q", i, c.sub, len(got), len(want), c.messages())
		}
	}
	if open == 0 {
		m.t.Error("no connection is left to look at")
	}
	if s := m.h.Stats(); s.Sockets != open {
		m.t.Errorf("%d sockets, want %d", s.Sockets, open)
	}
}
