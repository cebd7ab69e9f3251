package dialect

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
)

// definition checks a part of a statement that makes or changes tables; false if n is none that it knows. Each such
// statement may run twice: a starter may die between it and the note that it was done.
func (s *statement) definition(n proto.Message, at path) bool {
	switch n := n.(type) {
	case *pg.CreateStmt:
		s.creates(n)
	case *pg.ColumnDef:
		s.column(n, at)
	case *pg.Constraint:
		s.constraint(n)
	case *pg.IndexStmt:
		s.index(n)
	case *pg.IndexElem:
		if len(n.GetCollation()) > 0 || len(n.GetOpclass()) > 0 {
			s.lacks("a collation or operator class of an index")
		}
		if n.GetNullsOrdering() > pg.SortByNulls_SORTBY_NULLS_DEFAULT {
			s.lacks("an index with an order of NULLs")
		}
		if _, is := at.parent().node.(*pg.IndexStmt); is && n.GetExpr() != nil {
			s.breaks("an index over an expression")
		}
	case *pg.AlterTableStmt:
	case *pg.AlterTableCmd:
		s.alters(n)
	case *pg.DropStmt:
		s.drops(n)
	default:
		return false
	}
	return true
}

func (s *statement) creates(n *pg.CreateStmt) {
	name := n.GetRelation().GetRelname()
	if !n.GetIfNotExists() {
		s.breaks("CREATE TABLE %s without IF NOT EXISTS cannot run twice", name)
	}
	if len(n.GetInhRelations()) > 0 || n.GetPartspec() != nil || n.GetPartbound() != nil || n.GetOfTypename() != nil {
		s.lacks("%s inherits, is parted or has a type", name)
	}
	if len(n.GetOptions()) > 0 || n.GetTablespacename() != "" || n.GetAccessMethod() != "" {
		s.lacks("%s has options, a tablespace or an access method", name)
	}
	if !hasKey(n) {
		s.breaks("%s has no primary key: CockroachDB would make a hidden one", name)
	}
}

func hasKey(n *pg.CreateStmt) bool {
	return anyNode(func(n proto.Message) bool {
		c, is := n.(*pg.Constraint)
		return is && c.GetContype() == pg.ConstrType_CONSTR_PRIMARY
	}, nodes(n.GetTableElts(), n.GetConstraints())...)
}

func (s *statement) column(n *pg.ColumnDef, at path) {
	has := func(kind pg.ConstrType) bool {
		return slices.ContainsFunc(n.GetConstraints(), func(c *pg.Node) bool { return c.GetConstraint().GetContype() == kind })
	}
	notNull := has(pg.ConstrType_CONSTR_NOTNULL)
	if !notNull {
		s.breaks("the column %s may be NULL: the engines order NULLs differently", n.GetColname())
	}
	if _, altered := at.parent().node.(*pg.AlterTableCmd); altered && notNull && !has(pg.ConstrType_CONSTR_DEFAULT) {
		s.lacks("the new column %s is NOT NULL without DEFAULT: there are rows already", n.GetColname())
	}
	if n.GetCollClause() != nil || n.GetStorageName() != "" || n.GetCompression() != "" {
		s.lacks("the column %s has a collation, a storage or a compression", n.GetColname())
	}
}

func (s *statement) constraint(n *pg.Constraint) {
	switch n.GetContype() {
	case pg.ConstrType_CONSTR_NULL, pg.ConstrType_CONSTR_NOTNULL, pg.ConstrType_CONSTR_DEFAULT, pg.ConstrType_CONSTR_CHECK,
		pg.ConstrType_CONSTR_PRIMARY, pg.ConstrType_CONSTR_UNIQUE, pg.ConstrType_CONSTR_FOREIGN:
	case pg.ConstrType_CONSTR_ATTR_DEFERRABLE, pg.ConstrType_CONSTR_ATTR_DEFERRED:
		s.lacks("DEFERRABLE")
	case pg.ConstrType_CONSTR_IDENTITY, pg.ConstrType_CONSTR_GENERATED:
		s.breaks("a column that the engine fills: numbers come from the post's row")
	default:
		s.lacks("%s: not on the list of what both engines do alike", n.GetContype())
	}
	if n.GetDeferrable() || n.GetInitdeferred() {
		s.lacks("DEFERRABLE")
	}
	if n.GetNullsNotDistinct() {
		s.lacks("NULLS NOT DISTINCT")
	}
	if len(n.GetOptions()) > 0 || n.GetIndexspace() != "" || n.GetIsNoInherit() {
		s.lacks("options of a constraint")
	}
}

func (s *statement) index(n *pg.IndexStmt) {
	if !n.GetIfNotExists() || n.GetIdxname() == "" {
		s.breaks("CREATE INDEX without IF NOT EXISTS cannot run twice")
	}
	if n.GetAccessMethod() != "btree" {
		s.lacks("an index by %s", n.GetAccessMethod())
	}
	if n.GetNullsNotDistinct() {
		s.lacks("NULLS NOT DISTINCT")
	}
	if len(n.GetOptions()) > 0 || n.GetTableSpace() != "" {
		s.lacks("an index with options or a tablespace")
	}
}

func (s *statement) alters(n *pg.AlterTableCmd) {
	switch n.GetSubtype() {
	case pg.AlterTableType_AT_AddColumn, pg.AlterTableType_AT_DropColumn:
		if !n.GetMissingOk() {
			s.breaks("ALTER TABLE without IF (NOT) EXISTS cannot run twice")
		}
	default:
		s.lacks("%s: not on the list of what both engines do alike", n.GetSubtype())
	}
}

func (s *statement) drops(n *pg.DropStmt) {
	if !n.GetMissingOk() {
		s.breaks("DROP without IF EXISTS cannot run twice")
	}
	switch n.GetRemoveType() {
	case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_INDEX:
	default:
		s.lacks("DROP of %s: not on the list of what both engines do alike", n.GetRemoveType())
	}
}
