// Package dialect checks SQL texts against what CockroachDB lacks, or does otherwise than PostgreSQL, and against the house's
// rules for statements that run on both.
//
// It is for tests, and stands in for a CockroachDB where there is none. It reads PostgreSQL's own grammar and lets pass what
// is on its lists, not what it has no objection to: a construct that nobody has looked up yet is a fault, and whoever needs
// it looks it up and adds it. It imports the parser alone. A Checker may be used by one goroutine at a time.
package dialect

import (
	"fmt"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"
	parser "github.com/wasilibs/go-pgquery"
	"google.golang.org/protobuf/proto"
)

// Checker knows the tables that statements may speak of.
type Checker struct {
	tables map[string]bool
}

// Origin is who wrote a statement.
type Origin int

const (
	// House is this repository: both the engine's limits and the house's rules hold.
	House Origin = iota
	// Foreign is a module that cannot be changed here: the engine's limits hold.
	Foreign
)

// New returns a Checker that takes tables from the statements of migrations, and names of further ones.
func New(migrations []string, tables ...string) (*Checker, error) {
	c := &Checker{tables: map[string]bool{}}
	for _, t := range tables {
		c.tables[t] = true
	}
	for _, text := range migrations {
		tree, err := parser.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("parse %q: %w", text, err)
		}
		for _, s := range tree.GetStmts() {
			if create := s.GetStmt().GetCreateStmt(); create != nil {
				c.tables[create.GetRelation().GetRelname()] = true
			}
		}
	}
	return c, nil
}

// Check returns what is wrong with text, one line a fault, sorted; nothing if it is good. Each text is one statement.
func (c *Checker) Check(text string, from Origin) []string {
	tree, err := parser.Parse(text)
	if err != nil {
		return []string{"not SQL: " + err.Error()}
	}
	if n := len(tree.GetStmts()); n != 1 {
		return []string{fmt.Sprintf("%d statements in one text", n)}
	}
	s := &statement{checker: c, origin: from, faults: map[string]bool{}, ctes: map[string]*cte{}}
	s.check(tree.GetStmts()[0].GetStmt())
	faults := make([]string, 0, len(s.faults))
	for f := range s.faults {
		faults = append(faults, f)
	}
	slices.Sort(faults)
	return faults
}

// IsDDL tells whether text changes tables. CockroachDB commits an open transaction before such a statement.
func IsDDL(text string) bool {
	tree, err := parser.Parse(text)
	if err != nil {
		return false
	}
	for _, s := range tree.GetStmts() {
		switch s.GetStmt().GetNode().(type) {
		case *pg.Node_CreateStmt, *pg.Node_IndexStmt, *pg.Node_AlterTableStmt, *pg.Node_DropStmt, *pg.Node_CreateTableAsStmt,
			*pg.Node_RenameStmt, *pg.Node_TruncateStmt:
			return true
		}
	}
	return false
}

// statement is one statement under the eye of a Checker.
type statement struct {
	checker *Checker
	origin  Origin
	faults  map[string]bool
	ctes    map[string]*cte // of its WITH
	order   []string        // their names
	outer   bool            // it has an outer join
}

// lacks notes what CockroachDB lacks or does otherwise.
func (s *statement) lacks(format string, args ...any) {
	s.faults[fmt.Sprintf(format, args...)] = true
}

// breaks notes what breaks a rule of the house.
func (s *statement) breaks(format string, args ...any) {
	if s.origin == House {
		s.lacks(format, args...)
	}
}

func (s *statement) check(top *pg.Node) {
	s.collect(top)
	s.top(top)
	walk(top, func(n proto.Message, at path) { s.visit(n, at) })
}
