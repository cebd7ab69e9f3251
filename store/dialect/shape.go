package dialect

import (
	"google.golang.org/protobuf/proto"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// cte is one query of the statement's WITH.
type cte struct {
	query  *pg.Node
	writes string          // the table it changes; "" for none
	reads  map[string]bool // the tables it reads
	after  map[string]bool // the tables that are changed by those on whose rows it stands
}

// collect looks at the statement's WITH before its parts are visited.
func (s *statement) collect(top *pg.Node) {
	for _, n := range withOf(top).GetCtes() {
		c := n.GetCommonTableExpr()
		if c == nil {
			continue
		}
		part := &cte{query: c.GetCtequery(), writes: target(c.GetCtequery()), reads: map[string]bool{}, after: map[string]bool{}}
		for name := range s.mentioned(c.GetCtequery()) {
			if above := s.ctes[name]; above != nil {
				part.stands(above)
			} else {
				part.reads[name] = true
			}
		}
		s.ctes[c.GetCtename()] = part
		s.order = append(s.order, c.GetCtename())
	}
	walk(top, func(n proto.Message, _ path) {
		if join, is := n.(*pg.JoinExpr); is {
			s.outer = s.outer || join.GetJointype() != pg.JoinType_JOIN_INNER
		}
	})
}

func (c *cte) stands(above *cte) {
	for t := range above.after {
		c.after[t] = true
	}
	if above.writes != "" {
		c.after[above.writes] = true
	}
}

// mentioned returns the names that n reads from; the table that it changes is not one of them.
func (s *statement) mentioned(n proto.Message) map[string]bool {
	names := map[string]bool{}
	walk(n, func(n proto.Message, at path) {
		if r, is := n.(*pg.RangeVar); is && at.parent().field != "relation" {
			names[r.GetRelname()] = true
		}
	})
	return names
}

// target is the table that a statement changes; "" for none.
func target(n *pg.Node) string {
	switch n := n.GetNode().(type) {
	case *pg.Node_InsertStmt:
		return n.InsertStmt.GetRelation().GetRelname()
	case *pg.Node_UpdateStmt:
		return n.UpdateStmt.GetRelation().GetRelname()
	case *pg.Node_DeleteStmt:
		return n.DeleteStmt.GetRelation().GetRelname()
	}
	return ""
}

func withOf(n *pg.Node) *pg.WithClause {
	switch n := n.GetNode().(type) {
	case *pg.Node_SelectStmt:
		return n.SelectStmt.GetWithClause()
	case *pg.Node_InsertStmt:
		return n.InsertStmt.GetWithClause()
	case *pg.Node_UpdateStmt:
		return n.UpdateStmt.GetWithClause()
	case *pg.Node_DeleteStmt:
		return n.DeleteStmt.GetWithClause()
	}
	return nil
}

// top checks how the parts of the statement stand to each other.
func (s *statement) top(n *pg.Node) {
	s.changes(n)
	written := map[string]bool{}
	for _, name := range s.order {
		c := s.ctes[name]
		for t := range c.after {
			if c.reads[t] {
				s.breaks("%s reads %s, which was changed above it: engines differ in whether it sees that", name, t)
			}
		}
		if c.writes != "" {
			written[c.writes] = true
		}
	}
	if len(written) == 0 {
		return
	}
	main := n.GetSelectStmt()
	if main == nil {
		s.breaks("a WITH that changes data hangs under something else than SELECT: casts are no type hints there")
		return
	}
	tail := proto.Clone(main).(*pg.SelectStmt)
	tail.WithClause = nil
	for name := range s.mentioned(tail) {
		if s.ctes[name] == nil {
			s.breaks("the tail reads %s, not only what the WITH gives it: engines differ in whether it sees the changes", name)
		}
	}
}

// changes checks that no table is changed in two places. CockroachDB refuses it unless all are INSERTs without ON CONFLICT
// (its issue 70731: two changes of one row corrupt the table).
func (s *statement) changes(n *pg.Node) {
	queries := []*pg.Node{n}
	for _, name := range s.order {
		queries = append(queries, s.ctes[name].query)
	}
	count, plain := map[string]int{}, map[string]int{}
	for _, q := range queries {
		t := target(q)
		if t == "" {
			continue
		}
		count[t]++
		if i := q.GetInsertStmt(); i != nil && i.GetOnConflictClause() == nil {
			plain[t]++
		}
	}
	for t, c := range count {
		if c > 1 && plain[t] < c {
			s.lacks("%s is changed in %d places of one statement", t, c)
		}
	}
}

// locks tells whether one of the WITH's queries takes row locks.
func (s *statement) locks() bool {
	for _, name := range s.order {
		for _, l := range s.ctes[name].query.GetSelectStmt().GetLockingClause() {
			if l.GetLockingClause().GetStrength() == pg.LockClauseStrength_LCS_FORUPDATE {
				return true
			}
		}
	}
	return false
}
