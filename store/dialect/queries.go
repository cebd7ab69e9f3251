package dialect

import (
	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
)

// visit checks one node. What it does not know is a fault.
func (s *statement) visit(n proto.Message, at path) {
	switch n := n.(type) {
	case *pg.List, *pg.String, *pg.Integer, *pg.Float, *pg.Boolean, *pg.BoolExpr, *pg.NullTest, *pg.CaseExpr, *pg.CaseWhen,
		*pg.CoalesceExpr, *pg.MinMaxExpr, *pg.RowExpr, *pg.A_ArrayExpr, *pg.A_Indirection, *pg.Alias, *pg.ResTarget,
		*pg.CommonTableExpr, *pg.OnConflictClause, *pg.RangeSubselect:
		// The same in both.
	case *pg.SelectStmt:
		s.selects(n)
	case *pg.InsertStmt:
		s.inserts(n, at)
	case *pg.UpdateStmt:
		s.updates(n, at)
	case *pg.DeleteStmt:
		s.nested("DELETE", n.GetWithClause(), at)
	case *pg.WithClause:
		if n.GetRecursive() {
			s.breaks("WITH RECURSIVE: nobody has looked yet how each engine plans it")
		}
		if len(at) > 1 {
			s.lacks("a WITH inside the statement: CockroachDB has no correlated ones, and changes data in the outermost alone")
		}
	case *pg.InferClause:
		s.infers(n)
	case *pg.LockingClause:
		s.locksRows(n)
	case *pg.RangeVar:
		s.table(n)
	case *pg.JoinExpr:
		if n.GetIsNatural() {
			s.breaks("NATURAL JOIN depends on columns that are added later")
		}
	case *pg.RangeFunction:
		if n.GetIsRowsfrom() && len(n.GetFunctions()) > 1 || len(n.GetColdeflist()) > 0 {
			s.lacks("ROWS FROM, or a function with a list of columns")
		}
	case *pg.TransactionStmt:
		s.transaction(n)
	case *pg.DefElem:
		s.option(n)
	case *pg.VariableSetStmt:
		s.variable(n)
	default:
		if !s.expression(n, at) && !s.definition(n, at) {
			s.lacks("%s: not on the list of what both engines do alike", n.ProtoReflect().Descriptor().Name())
		}
	}
}

func (s *statement) selects(n *pg.SelectStmt) {
	if n.GetIntoClause() != nil {
		s.lacks("SELECT INTO")
	}
	if n.GetLimitOption() == pg.LimitOption_LIMIT_OPTION_WITH_TIES {
		s.lacks("WITH TIES")
	}
	if n.GetGroupDistinct() {
		s.lacks("GROUP BY DISTINCT")
	}
	if n.GetLimitCount() != nil && len(n.GetSortClause()) == 0 && !isOne(n.GetLimitCount()) {
		s.breaks("LIMIT without ORDER BY: which rows come is chance")
	}
}

// isOne tells the constant 1.
func isOne(n *pg.Node) bool { return n.GetAConst().GetIval().GetIval() == 1 }

func (s *statement) inserts(n *pg.InsertStmt, at path) {
	s.nested("INSERT", n.GetWithClause(), at)
	if len(n.GetCols()) == 0 {
		s.breaks("INSERT without a list of columns breaks when one is added")
	}
	if n.GetOverride() > pg.OverridingKind_OVERRIDING_NOT_SET {
		s.lacks("OVERRIDING")
	}
	for _, set := range n.GetOnConflictClause().GetTargetList() {
		s.noCast(set, "ON CONFLICT ... SET")
	}
}

func (s *statement) updates(n *pg.UpdateStmt, at path) {
	s.nested("UPDATE", n.GetWithClause(), at)
	for _, set := range n.GetTargetList() {
		s.noCast(set, "SET")
	}
	subquery := n.GetWhereClause() != nil && anyNode(func(n proto.Message) bool { _, is := n.(*pg.SubLink); return is }, n.GetWhereClause())
	if (subquery || len(n.GetFromClause()) > 0) && !s.locks() {
		s.breaks("an UPDATE that depends on a subquery takes no lock before it reads, on recent CockroachDB: WITH lk AS (SELECT ... FOR UPDATE)")
	}
}

// nested: changes of data stand at the top or in the outermost WITH.
func (s *statement) nested(verb string, with *pg.WithClause, at path) {
	depth := 0
	for _, step := range at {
		switch step.node.(type) {
		case *pg.SelectStmt, *pg.InsertStmt, *pg.UpdateStmt, *pg.DeleteStmt:
			depth++
		}
	}
	if depth > 1 || depth == 1 && at.parent().field != "ctequery" {
		s.lacks("%s below the top of the statement", verb)
	}
	if depth > 0 && with != nil {
		s.lacks("a WITH inside the statement: CockroachDB has no correlated ones, and changes data in the outermost alone")
	}
}

// noCast: in SET a cast is no hint for CockroachDB; the placeholder takes the column's type by itself.
func (s *statement) noCast(set *pg.Node, where string) {
	if anyNode(func(n proto.Message) bool {
		c, is := n.(*pg.TypeCast)
		return is && anyNode(isParam, c.GetArg())
	}, set) {
		s.breaks("a cast in %s: there it is no type hint; the column is", where)
	}
}

func (s *statement) infers(n *pg.InferClause) {
	if n.GetConname() != "" {
		s.breaks("ON CONFLICT ON CONSTRAINT: name the columns")
	}
	for _, e := range n.GetIndexElems() {
		if e.GetIndexElem().GetExpr() != nil {
			s.lacks("an expression in ON CONFLICT")
		}
	}
}

func (s *statement) locksRows(n *pg.LockingClause) {
	if n.GetStrength() != pg.LockClauseStrength_LCS_FORUPDATE {
		s.breaks("a row lock other than FOR UPDATE: CockroachDB's weaker ones do nothing below READ COMMITTED")
	}
}

func (s *statement) table(n *pg.RangeVar) {
	switch name := n.GetRelname(); {
	case n.GetCatalogname() != "":
		s.lacks("a table of another database: %s", name)
	case n.GetSchemaname() != "":
		s.breaks("%s.%s: tables are named without schema", n.GetSchemaname(), name)
	case n.GetRelpersistence() != "p":
		s.lacks("a temporary or unlogged table: %s", name)
	case s.origin == Foreign && name == "pg_tables":
	case !s.checker.tables[name] && s.ctes[name] == nil:
		s.lacks("%s is no table of the migrations", name)
	}
}

func (s *statement) transaction(n *pg.TransactionStmt) {
	switch n.GetKind() {
	case pg.TransactionStmtKind_TRANS_STMT_BEGIN, pg.TransactionStmtKind_TRANS_STMT_COMMIT, pg.TransactionStmtKind_TRANS_STMT_ROLLBACK:
	default:
		s.breaks("%s: nothing but BEGIN, COMMIT and ROLLBACK", n.GetKind())
	}
}

// option is one of a transaction's.
func (s *statement) option(n *pg.DefElem) {
	switch n.GetDefname() {
	case "transaction_isolation", "transaction_read_only":
	default:
		s.lacks("the option %s", n.GetDefname())
	}
}

// variable: those of a whole session belong into the pool's configuration, where no connection can be without them.
func (s *statement) variable(n *pg.VariableSetStmt) {
	switch n.GetName() {
	case "idle_in_transaction_session_timeout", "statement_timeout":
	default:
		s.lacks("the variable %s: not on the list of what both engines have", n.GetName())
	}
	if !n.GetIsLocal() {
		s.breaks("SET without LOCAL outlives its transaction: the pool's connections are shared")
	}
}
