package benchlive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"vang/e2e/benchlive/crowd"
)

const (
	stormEvery  = 5 * time.Millisecond // 200 comments a second
	stormFor    = 10 * time.Second
	stormHands  = 16 // writers at a time
	stormLooks  = 20 * time.Millisecond
	stormFinish = time.Minute // until the last of it has come
)

// storm is many writers at one post, who do not wait for each other: what was to be said at a time counts from that time.
type storm struct {
	*stand
	hands    []*crowd.Caller
	due      []time.Duration         // wishes that no hand was free for
	posts    []time.Duration         // from a wish to its answer
	answered map[int64]time.Duration // by number
	wanted   int
}

// stormRows has a storm pass over one post.
func stormRows(ctx context.Context, b *Bench, n int) (rows [][]string, err error) {
	s, err := b.startAlone(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	st, err := newStand(ctx, b.loop, s, s, n, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	if _, err := st.pushes(ctx, 3, 0); err != nil {
		return nil, err
	}
	st.readers.Leave(s.live) // who is cut off comes back, as pages do
	lasts := stormFor
	if b.options.Quick {
		lasts /= 5
	}
	w := &storm{stand: st, answered: map[int64]time.Duration{}, wanted: int(lasts / stormEvery)}
	row, err := w.pass(ctx)
	if err != nil {
		return nil, err
	}
	return [][]string{append([]string{strconv.Itoa(n), strconv.Itoa(w.wanted)}, row...)}, nil
}

func (w *storm) pass(ctx context.Context) (row []string, err error) {
	defer func() {
		for _, hand := range w.hands {
			err = errors.Join(err, hand.Close())
		}
	}()
	before, err := w.metrics(ctx)
	if err != nil {
		return nil, err
	}
	cpu, err := w.cpu()
	if err != nil {
		return nil, err
	}
	first, begin, messages := w.at+1, w.loop.Now(), w.readers.Tally.Messages
	if err := w.blow(ctx); err != nil {
		return nil, err
	}
	took := w.loop.Now() - begin
	end, err := w.cpu()
	if err != nil {
		return nil, err
	}
	after, err := w.metrics(ctx)
	messages = w.readers.Tally.Messages - messages
	late := w.late(first)
	slices.Sort(w.posts)
	of := func(name string) string { return fmt.Sprintf("%.0f", after[name]-before[name]) }
	return []string{
		milli(part(w.posts, 50)), milli(part(w.posts, 99)),
		of("vang_live_reads_total"), of("vang_page_cache_misses_total"), of("vang_live_pushes_total"),
		fmt.Sprintf("%.2f", float64(end-cpu)/float64(took)), fmt.Sprintf("%.1f", micro((end-cpu)/time.Duration(max(messages, 1)))),
		milli(part(late, 50)), milli(part(late, 99)), milli(part(late, 100)), strconv.Itoa(len(w.readers.Ends)),
	}, errors.Join(err, w.readers.Tally.Err())
}

// blow says all that is to be said and waits until all have all of it.
func (w *storm) blow(ctx context.Context) error {
	begin := w.loop.Now()
	for i := range w.wanted {
		at := begin + time.Duration(i)*stormEvery
		w.loop.At(at, func() error { w.due = append(w.due, at); return w.hand() })
	}
	if err := w.look(ctx); err != nil {
		return err
	}
	return w.loop.Until(ctx, "the storm is over and all have all of it", stormFor+stormFinish, func() bool {
		return len(w.answered) == w.wanted && w.readers.Tally.Came(w.at) >= w.readers.Readers
	})
}

// hand gives what is to be said to those who are free.
func (w *storm) hand() error {
	for i := 0; i < stormHands && len(w.due) > 0; i++ {
		if i == len(w.hands) {
			// Not before there is something to say: a server may end a connection on which nothing is asked for ten seconds.
			hand, err := crowd.NewCaller(w.loop, w.addr)
			if err != nil {
				return err
			}
			w.hands = append(w.hands, hand)
		}
		if w.hands[i].Busy {
			continue
		}
		if err := w.speak(w.hands[i]); err != nil {
			return err
		}
	}
	return nil
}

// speak has a hand send what has been due for longest.
func (w *storm) speak(hand *crowd.Caller) error {
	at := w.due[0]
	w.due = w.due[1:]
	return hand.Ask(w.say(w.text(0)), func(a crowd.Answer) error {
		number, err := numberOf(a)
		if err != nil {
			return err
		}
		w.answered[number] = a.At
		w.at = max(w.at, number)
		w.posts = append(w.posts, a.At-at)
		return w.hand()
	})
}

// look has someone load the page again and again while comments come.
func (w *storm) look(ctx context.Context) error {
	request := []byte("GET /blog/" + slug + " HTTP/1.1\r\nHost: " + w.addr + "\r\nAccept-Encoding: gzip\r\n\r\n")
	var again func() error
	again = func() error {
		if ctx.Err() != nil || len(w.answered) == w.wanted {
			return nil
		}
		w.loop.At(w.loop.Now()+stormLooks, again)
		if w.writer.Busy {
			return nil
		}
		return w.writer.Ask(request, func(a crowd.Answer) error {
			if a.Status != 200 {
				return fmt.Errorf("the page was answered with %d %.200s", a.Status, a.Body)
			}
			return nil
		})
	}
	return again()
}

// late is how long after their commits the comments from number first on came to their readers, the soonest first.
func (w *storm) late(first int64) []time.Duration {
	var all []time.Duration
	for number := first; number <= w.at; number++ {
		came := w.readers.Tally.Times(number)
		since := w.answered[number]
		if len(came) > 0 {
			since = min(since, came[0])
		}
		for _, at := range came {
			all = append(all, at-since)
		}
	}
	slices.Sort(all)
	return all
}
