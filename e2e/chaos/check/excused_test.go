package check

import (
	"path/filepath"
	"slices"
	"testing"

	"vang/e2e/chaos/history"
)

// What a fault excuses is not a violation; each of these is one without the fault, as TestEveryKindOfViolationIsFound tells.
func TestWhatIsExcusedPasses(t *testing.T) {
	cases := []struct {
		name  string
		spoil func(t *testing.T, s *story)
	}{
		{"a comment without Redis, 2.4 s late", func(t *testing.T, s *story) {
			s.fault(history.RedisKill, 2*second, 60*second)
			s.move(t, html, 2, 5450)
		}},
		{"a comment after the database was away", func(t *testing.T, s *story) {
			s.fault(history.DatabaseRefuse, 3*second+10, 5*second)
			s.move(t, html, 2, 9*second)
		}},
		{"a comment after a replica stood still", func(t *testing.T, s *story) {
			s.fault(history.ReplicaPause, 3*second+10, 5*second).Replica = 2
			s.move(t, html, 2, 6900)
		}},
		{"a comment after the machine stood still", func(t *testing.T, s *story) {
			s.at(4*second, 6*second, history.Record{Process: harness, Kind: history.Stall})
			s.move(t, html, 2, 6900)
		}},
		{"a comment soon after the reader came back", func(t *testing.T, s *story) {
			s.at(2500, 2500, history.Record{Process: html, Kind: history.Disconnect})
			s.at(8*second, 8010, history.Record{Process: html, Kind: history.Connect, Form: html, Cursor: "e.2"})
			s.move(t, html, 2, 9*second)
		}},
		{"sent away while the database is away", func(t *testing.T, s *story) {
			s.fault(history.DatabaseRefuse, 22*second, 25*second)
			s.at(23*second, 24*second, history.Record{Process: writer, Kind: history.Request, Status: 503, RetryAfter: true})
		}},
		{"sent away by Nginx while the database is away", func(t *testing.T, s *story) {
			s.fault(history.DatabaseSilence, 22*second, 35*second)
			s.at(23*second, 34*second, history.Record{Process: writer, Kind: history.Request, Status: 504, RetryAfter: true})
		}},
		{"what is hidden is hidden again, and nobody is told", func(t *testing.T, s *story) {
			s.at(33*second, 33*second+100, history.Record{Process: moderator, Kind: history.Hide, ID: "c3"})
		}},
		{"what is shown is shown again, and nobody is told", func(t *testing.T, s *story) {
			s.at(12*second, 12*second+100, history.Record{Process: moderator, Kind: history.Show, ID: "c1"})
		}},
		{"a page as it was last seen while the database is away", func(t *testing.T, s *story) {
			s.fault(history.DatabaseSilence, 22*second, 35*second)
			s.at(24*second, 24*second+20, history.Record{
				Process: reader1, Kind: history.Load, Form: html, Whole: true, Cursor: "e.1", Order: "oldest",
			})
		}},
		{"an answer that broke off with its replica", func(t *testing.T, s *story) {
			s.fault(history.ReplicaKill, 22*second, 25*second)
			s.at(21*second, 22100, history.Record{Process: reader1, Kind: history.Request, Status: 200, Outcome: history.Cut})
		}},
		{"an answer that nobody waited for", func(t *testing.T, s *story) {
			s.at(21*second, 22100, history.Record{Process: writer, Kind: history.Request, Outcome: history.Unknown, GaveUp: true})
		}},
		{"a comment whose answer never came, and which is there", func(t *testing.T, s *story) {
			p := s.find(t, writer, history.Post, 2)
			p.ID, p.Outcome, p.Rev = "", history.Unknown, 0
			*s = slices.DeleteFunc(*s, func(r history.Record) bool { return r.Kind == history.Hide })
			row := s.find(t, database, history.Row, 2)
			row.State, row.Shown = statePublished, true
			s.find(t, database, history.Head, 0).Count++
			s.find(t, database, history.Row, 0).Replies++
			for _, form := range []string{html, json} {
				f := s.find(t, form, history.Final, 0)
				f.Items = slices.Insert(f.Items, 1, item("c3", "1.3", 6, "m3"))
				s.find(t, form, history.Push, 5).Items[0].Gone = false
			}
		}},
		{"a comment whose answer never came, and which is not there", func(t *testing.T, s *story) {
			s.at(4*second, 5*second, history.Record{Process: writer, Kind: history.Post, Mark: "m9", Outcome: history.Unknown})
		}},
		{"an edit whose answer never came, and which stands", func(t *testing.T, s *story) {
			s.find(t, writer, history.Edit, 0).Outcome = history.Unknown
		}},
		{"everyone's page, as old as it may be", func(t *testing.T, s *story) {
			s.at(22*second, 22*second+20, history.Record{
				Process: reader1, Kind: history.Load, Form: html, Whole: true, Cursor: "e.4", Order: "oldest",
				Items: []history.Item{item("c1", "1", 4, "m1e1"), item("c3", "1.3", 3, "m3"), item("c2", "2", 2, "m2")},
			})
		}},
		{"a page without comments while the database is away", func(t *testing.T, s *story) {
			s.fault(history.DatabaseRefuse, 22*second, 25*second)
			s.at(23*second, 23*second+20, history.Record{Process: reader1, Kind: history.Load, Form: html, Cursor: nowhere})
		}},
		{"a comment that a restore took away", func(t *testing.T, s *story) {
			s.at(55*second, 58*second, history.Record{
				Process: "nemesis", Kind: history.Restore, Fault: history.DatabaseRestore, Made: 52 * second * 1000,
			})
			s.at(53*second, 53*second+50, history.Record{Process: writer, Kind: history.Post, ID: "c9", Mark: "m9", Rev: 9})
		}},
		{"an edit that a restore took away", func(t *testing.T, s *story) {
			s.at(55*second, 58*second, history.Record{
				Process: "nemesis", Kind: history.Restore, Fault: history.DatabaseRestore, Made: 52 * second * 1000,
			})
			s.at(53*second, 53*second+50, history.Record{Process: writer, Kind: history.Edit, ID: "c1", Mark: "m1e2", Rev: 9})
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := good()
			c.spoil(t, &s)
			for _, v := range Check(s.records(), Goals()).Violations {
				t.Error(v)
			}
		})
	}
}

// A list that was asked for before a moderator's answer and came after it tells of what is hidden by leaving it out.
func TestAListOnItsWayTellsWhatIsGone(t *testing.T) {
	for name, c := range map[string]struct {
		items []history.Item
		want  bool
	}{
		"without the comment":   {[]history.Item{item("c1", "", 4, "m1e1")}, false},
		"still with its text":   {[]history.Item{item("c1", "", 4, "m1e1"), item("c3", "", 3, "m3")}, true},
		"with its place, empty": {[]history.Item{item("c1", "", 4, "m1e1"), item("c3", "", 6, "")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := good()
			s.without(t, json, history.Push, 5)
			s.at(29*second, 29*second, history.Record{Process: json, Kind: history.Disconnect})
			s.at(30*second+50, 30*second+500, history.Record{Process: json, Kind: history.Load, Form: json, Whole: true, Cursor: "e.6", Items: c.items})
			s.at(30*second+510, 30*second+520, history.Record{Process: json, Kind: history.Connect, Form: json, Cursor: "e.6"})
			if got := slices.Contains(rules(Check(s.records(), Goals())), Late); got != c.want {
				t.Errorf("late: %v, want %v", got, c.want)
			}
		})
	}
}

// A restore excuses what happened since its backup, and nothing else.
func TestARestoreExcusesOnlyWhatCameAfterTheBackup(t *testing.T) {
	s := good()
	s.at(55*second, 58*second, history.Record{Process: "nemesis", Kind: history.Restore, Fault: history.DatabaseRestore, Made: 52 * second * 1000})
	s.without(t, database, history.Row, 0)
	if !slices.Contains(rules(Check(s.records(), Goals())), Lost) {
		t.Error("a comment from before the backup is gone, and nobody says so")
	}
}

// The file alone is enough to judge a run again.
func TestAHistoryIsJudgedAlikeFromItsFile(t *testing.T) {
	s := good()
	s.without(t, database, history.Row, 1)
	want := Check(s.records(), Goals())
	file := filepath.Join(t.TempDir(), "history.jsonl")
	out, err := history.NewRecorder(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.records() {
		out.Add(r)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	records, err := history.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	got := Check(records, Goals())
	if len(want.Violations) == 0 || len(got.Violations) != len(want.Violations) || got.Violations[0].String() != want.Violations[0].String() {
		t.Errorf("written and read again: %v, before: %v", got.Violations, want.Violations)
	}
}

const reader1 = "reader 1"
