package check

import (
	"slices"
	"testing"

	"vang/e2e/chaos/history"
)

func rules(r Report) []Rule {
	var list []Rule
	for _, v := range r.Violations {
		if !slices.Contains(list, v.Rule) {
			list = append(list, v.Rule)
		}
	}
	return list
}

func TestAGoodHistoryPasses(t *testing.T) {
	for _, v := range Check(good().records(), Goals()).Violations {
		t.Error(v)
	}
}

// spoiled is a good story with one thing gone wrong, and the rules that must say so: the first, and perhaps others.
type spoiled struct {
	name  string
	spoil func(t *testing.T, s *story)
	rule  Rule
}

func TestEveryKindOfViolationIsFound(t *testing.T) {
	covered := map[Rule]bool{}
	for _, cases := range [][]spoiled{stored(), pushed(), seen(), timed(), answered()} {
		for _, c := range cases {
			covered[c.rule] = true
			t.Run(c.name, func(t *testing.T) {
				s := good()
				c.spoil(t, &s)
				report := Check(s.records(), Goals())
				i := slices.IndexFunc(report.Violations, func(v Violation) bool { return v.Rule == c.rule })
				if i < 0 {
					t.Fatalf("not found: %s; found: %v", c.rule, report.Violations)
				}
				if len(report.Violations[i].Records) == 0 && c.rule != Incomplete {
					t.Errorf("no record proves it: %s", report.Violations[i])
				}
			})
		}
	}
	for _, rule := range allRules {
		if !covered[rule] {
			t.Errorf("no story breaks the rule %q", rule)
		}
	}
}

var allRules = []Rule{
	Lost, Doubled, Refused, Foreign, Misplaced, LostEdit, LostMove, Risen, Numbers, SameRev, Burnt,
	Back, Gap, Twice, Order, Differs, Late, Leaked, OldText, StaleRead, Degraded, OwnMissing, DeadLink,
	FailedRequest, NoRetryAfter, CutAnswer, Incomplete,
}

const harness, writer, moderator, database = "harness", "writer", "moderator", "database"

// stored are faults of the database's content.
func stored() []spoiled {
	return []spoiled{
		{"a comment is lost", func(t *testing.T, s *story) { s.without(t, database, history.Row, 0) }, Lost},
		{"an answer does not say what was taken", func(t *testing.T, s *story) {
			s.at(4*second, 4*second+10, history.Record{Process: writer, Kind: history.Post, Mark: "m9"})
		}, Lost},
		{"a comment stands twice", func(t *testing.T, s *story) {
			row := *s.find(t, database, history.Row, 0)
			row.ID, row.Seq, row.Key, row.Rev = "c9", 5, "5", 7
			*s = append(*s, row)
		}, Doubled},
		{"a comment stands twice, once as it was before the edit", func(t *testing.T, s *story) {
			row := *s.find(t, database, history.Row, 0)
			row.ID, row.Seq, row.Key, row.Rev, row.Mark = "c9", 5, "5", 7, "m1"
			*s = append(*s, row)
		}, Doubled},
		{"one whose answer never came stands twice", func(t *testing.T, s *story) {
			p := s.find(t, writer, history.Post, 0)
			p.ID, p.Outcome = "", history.Unknown
			row := *s.find(t, database, history.Row, 0)
			row.ID, row.Seq, row.Key, row.Rev, row.Mark = "c9", 5, "5", 7, "m1"
			s.find(t, database, history.Row, 0).Mark = "m1"
			*s = append(*s, row)
		}, Doubled},
		{"two wishes were told the same id", func(t *testing.T, s *story) {
			s.find(t, writer, history.Post, 1).ID = "c1"
		}, Doubled},
		{"a refused comment is there", func(t *testing.T, s *story) {
			s.find(t, writer, history.Post, 0).Outcome = history.Fail
		}, Refused},
		{"a refused comment is there, and nobody was told its id", func(t *testing.T, s *story) {
			p := s.find(t, writer, history.Post, 1)
			p.Outcome, p.ID = history.Fail, ""
			s.find(t, database, history.Row, 1).Mark, s.find(t, database, history.Row, 1).State = "m2", statePublished
		}, Refused},
		{"a comment is there that nobody sent", func(t *testing.T, s *story) {
			row := *s.find(t, database, history.Row, 0)
			row.ID, row.Mark = "c9", "m9"
			*s = append(*s, row)
		}, Foreign},
		{"a reply stands under another comment", func(t *testing.T, s *story) { s.find(t, database, history.Row, 2).Parent = "c4" }, Misplaced},
		{"an edit is lost", func(t *testing.T, s *story) { s.find(t, database, history.Row, 0).Mark = "m1" }, LostEdit},
		{"a refused edit stands", func(t *testing.T, s *story) {
			s.find(t, writer, history.Edit, 0).Outcome = history.Fail
		}, LostEdit},
		{"what was hidden is shown", func(t *testing.T, s *story) { s.find(t, database, history.Row, 2).State = statePublished }, LostMove},
		{"what was held is shown by itself", func(t *testing.T, s *story) {
			s.find(t, moderator, history.Show, 0).Outcome = history.Fail
		}, LostMove},
		{"a deleted comment is back", func(t *testing.T, s *story) {
			row := s.find(t, database, history.Row, 1)
			row.State, row.Mark = statePublished, "m2"
		}, Risen},
		{"a deleted comment keeps its text", func(t *testing.T, s *story) { s.find(t, database, history.Row, 1).Mark = "m2" }, Risen},
		{"a seq is missing", func(t *testing.T, s *story) { s.find(t, database, history.Row, 3).Seq = 5 }, Numbers},
		{"a seq was burnt", func(t *testing.T, s *story) { s.find(t, database, history.Head, 0).Seq = 5 }, Numbers},
		{"two rows have one rev", func(t *testing.T, s *story) { s.find(t, database, history.Row, 0).Rev = 5 }, Numbers},
		{"a rev lies beyond the head", func(t *testing.T, s *story) { s.find(t, database, history.Head, 0).Rev = 7 }, Numbers},
		{"the count is wrong", func(t *testing.T, s *story) { s.find(t, database, history.Head, 0).Count = 3 }, Numbers},
		{"a reply is not counted off", func(t *testing.T, s *story) { s.find(t, database, history.Row, 0).Replies = 1 }, Numbers},
		{"a trace is shown of what has nothing below", func(t *testing.T, s *story) { s.find(t, database, history.Row, 1).Shown = true }, Numbers},
		{"a key is not the parent's", func(t *testing.T, s *story) { s.find(t, database, history.Row, 2).Key = "2.3" }, Numbers},
		{"an id is given twice", func(t *testing.T, s *story) { *s = append(*s, *s.find(t, database, history.Row, 0)) }, Numbers},
		{"a row belongs to no post", func(t *testing.T, s *story) { s.find(t, database, history.Row, 0).Post = "b" }, Numbers},
		{"two changes were told one rev", func(t *testing.T, s *story) { s.find(t, writer, history.Post, 1).Rev = 1 }, SameRev},
		{"numbers were burnt", func(t *testing.T, s *story) { s.find(t, database, history.Head, 0).Rev = 99 }, Burnt},
	}
}

// pushed are faults of what readers get and show.
func pushed() []spoiled {
	return []spoiled{
		{"a frame comes twice", func(t *testing.T, s *story) { *s = append(*s, *s.find(t, html, history.Push, 2)) }, Back},
		{"two frames change places", func(t *testing.T, s *story) {
			a, b := s.find(t, html, history.Push, 3), s.find(t, html, history.Push, 4)
			a.Cursor, b.Cursor, a.Items, b.Items = b.Cursor, a.Cursor, b.Items, a.Items
		}, Back},
		{"a connection begins before its cursor", func(t *testing.T, s *story) { s.find(t, html, history.Connect, 0).Cursor = "e.2" }, Back},
		{"a push of another epoch comes without a reload", func(t *testing.T, s *story) { s.find(t, json, history.Push, 3).Cursor = "f.4" }, Back},
		{"an item is older than what was passed", func(t *testing.T, s *story) { s.find(t, html, history.Push, 3).Items[0].Rev = 2 }, Back},
		{"a frame never comes", func(t *testing.T, s *story) { s.without(t, html, history.Push, 3) }, Gap},
		{"a program misses a removal", func(t *testing.T, s *story) { s.without(t, json, history.Push, 4) }, Gap},
		{"an element stands twice in a page", func(t *testing.T, s *story) {
			e := s.find(t, "visitor", history.Load, 0)
			e.Items = append(e.Items, e.Items[2])
		}, Twice},
		{"a text stands twice under two ids", func(t *testing.T, s *story) {
			e := s.find(t, html, history.Final, 0)
			e.Items = append(e.Items, item("c9", "9", 4, "m1e1"))
		}, Twice},
		{"a page is out of order", func(t *testing.T, s *story) {
			items := s.find(t, "visitor", history.Load, 0).Items
			items[1], items[2] = items[2], items[1]
		}, Order},
		{"a list holds what stands outside its window", func(t *testing.T, s *story) { s.find(t, "visitor", history.Load, 0).Until = "2" }, Order},
		{"a reader lacks a comment in the end", func(t *testing.T, s *story) {
			e := s.find(t, html, history.Final, 0)
			e.Items = e.Items[:1]
		}, Differs},
		{"a reader shows a deleted comment in the end", func(t *testing.T, s *story) {
			e := s.find(t, json, history.Final, 0)
			e.Items = append(e.Items, item("c2", "", 2, "m2"))
		}, Differs},
		{"a reader shows an old text in the end", func(t *testing.T, s *story) { s.find(t, html, history.Final, 0).Items[0].Mark = "m1" }, Differs},
		{"a reader shows an old rev in the end", func(t *testing.T, s *story) { s.find(t, html, history.Final, 0).Items[0].Rev = 1 }, Differs},
		{"a reader shows a comment in another place", func(t *testing.T, s *story) { s.find(t, html, history.Final, 0).Items[0].Key = "3" }, Differs},
		{"a reader stands behind in the end", func(t *testing.T, s *story) { s.find(t, json, history.Final, 0).Cursor = "e.7" }, Differs},
	}
}

// seen are faults of what strangers may read.
func seen() []spoiled {
	page := func(at int64, session bool, cursor string, items ...history.Item) func(*testing.T, *story) {
		return func(_ *testing.T, s *story) {
			s.at(at, at+20, history.Record{
				Process: "visitor", Kind: history.Load, Form: html, Session: session, Whole: true, Cursor: cursor, Order: "oldest", Items: items,
			})
		}
	}
	return []spoiled{
		{"a held text is pushed", func(t *testing.T, s *story) {
			s.find(t, html, history.Push, 6).Items = []history.Item{item("c4", "4", 7, "m4")}
		}, Leaked},
		{"a held text is in a page", page(45*second, false, "e.7", item("c4", "4", 7, "m4")), Leaked},
		{"a hidden text is pushed", func(t *testing.T, s *story) {
			s.find(t, html, history.Push, 6).Items = []history.Item{item("c3", "1.3", 7, "m3")}
		}, Leaked},
		{"the push that takes a text away holds it", func(t *testing.T, s *story) { s.find(t, json, history.Push, 5).Items[0].Mark = "m3" }, Leaked},
		{"a hidden text is in a page made for one reader", page(31*second, true, "e.6", item("c3", "1.3", 3, "m3")), Leaked},
		{"a hidden text is in everyone's page for too long", page(38*second, false, "e.6", item("c3", "1.3", 3, "m3")), Leaked},
		{"a deleted text is in everyone's page for too long", page(24*second, false, "e.5", item("c2", "2", 2, "m2")), Leaked},
		{"a text that nobody sent", page(24*second, false, "e.5", item("c9", "9", 2, "m9")), Leaked},
		{"a refused text", func(t *testing.T, s *story) {
			s.at(4*second, 4*second+10, history.Record{Process: writer, Kind: history.Post, Mark: "m9", Outcome: history.Fail})
			page(24*second, false, "e.5", item("c9", "9", 2, "m9"))(t, s)
		}, Leaked},
		{"a replaced text", page(14*second, false, "e.4", item("c1", "1", 1, "m1")), OldText},
		{"a page goes back", func(t *testing.T, s *story) {
			page(21*second, true, "e.5")(t, s)
			page(22*second, true, "e.4")(t, s)
		}, StaleRead},
		{"a page lacks what was acknowledged", page(11*second, true, "e.3"), StaleRead},
		{"everyone's page lacks for long what was acknowledged", page(14*second, false, "e.3"), StaleRead},
		{"a page lacks a comment, and nobody was told its rev", func(t *testing.T, s *story) {
			s.find(t, writer, history.Post, 0).Rev = 0
			page(8*second, false, "e.3", item("c3", "1.3", 3, "m3"), item("c2", "2", 2, "m2"))(t, s)
		}, StaleRead},
		{"a page lacks its comments", page(14*second, false, nowhere), Degraded},
		{"the page after a form lacks the comment", func(t *testing.T, s *story) {
			s.find(t, writer, history.Follow, 0).Outcome = history.Fail
		}, OwnMissing},
	}
}

// timed are changes that come too late.
func timed() []spoiled {
	return []spoiled{
		{"a comment comes late", func(t *testing.T, s *story) { s.move(t, html, 2, 5500) }, Late},
		{"an edit comes late", func(t *testing.T, s *story) { s.move(t, json, 3, 13*second) }, Late},
		{"a removal comes late", func(t *testing.T, s *story) { s.move(t, html, 5, 33*second) }, Late},
		{"an approval comes late", func(t *testing.T, s *story) { s.move(t, html, 7, 54*second) }, Late},
		{"a comment comes later than without Redis", func(t *testing.T, s *story) {
			s.fault(history.RedisKill, 2*second, 60*second)
			s.move(t, html, 2, 6*second)
		}, Late},
		{"a comment comes long after a reader came back", func(t *testing.T, s *story) {
			s.at(1500, 1500, history.Record{Process: html, Kind: history.Disconnect})
			s.at(5*second, 5010, history.Record{Process: html, Kind: history.Connect, Form: html, Cursor: "e.1"})
			s.move(t, html, 1, 9*second)
			s.move(t, html, 2, 9001)
		}, Late},
		{"a silent connection is not given up", func(t *testing.T, s *story) {
			s.fault(history.NetworkSilence, 55*second, 56*second).Replica = history.Proxied
			s.find(t, html, history.Connect, 0).Replica = history.Proxied
			s.at(126*second, 126*second, history.Record{Process: html, Kind: history.Disconnect})
		}, DeadLink},
	}
}

// move has a push come at another time.
func (s story) move(t *testing.T, reader string, n int, to int64) {
	t.Helper()
	p := s.find(t, reader, history.Push, n)
	p.Begin, p.End = to*1000, to*1000
}

// answered are answers that nobody may get.
func answered() []spoiled {
	answer := func(r history.Record) func(*testing.T, *story) {
		return func(_ *testing.T, s *story) {
			r.Process, r.Kind, r.Text = writer, history.Request, "POST"
			s.fault(history.ReplicaKill, 11*second, 13*second)
			s.fault(history.DatabaseRefuse, 22*second, 25*second)
			s.at(r.Begin, r.Begin+100, r)
		}
	}
	return []spoiled{
		{"a gateway's error while a replica is dead", answer(history.Record{Begin: 12 * second, Status: 502}), FailedRequest},
		{"no answer while a replica is dead", answer(history.Record{Begin: 12 * second, Outcome: history.Unknown}), FailedRequest},
		{"sent away while a replica is dead", answer(history.Record{Begin: 12 * second, Status: 503, RetryAfter: true}), FailedRequest},
		{"an internal error while the database is away", answer(history.Record{Begin: 23 * second, Status: 500}), FailedRequest},
		{"sent away for ever while the database is away", answer(history.Record{Begin: 23 * second, Status: 503}), NoRetryAfter},
		{"Nginx gave up while a replica is dead", answer(history.Record{Begin: 12 * second, Status: 504, RetryAfter: true}), FailedRequest},
		{"an answer breaks off by itself", answer(history.Record{Begin: 35 * second, Status: 200, Outcome: history.Cut}), CutAnswer},
		{"the run did not end", func(t *testing.T, s *story) { s.without(t, harness, history.End, 0) }, Incomplete},
		{"nobody read to the end", func(t *testing.T, s *story) {
			s.without(t, html, history.Final, 0)
			s.without(t, json, history.Final, 0)
		}, Incomplete},
	}
}
