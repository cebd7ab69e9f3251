package dialect

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
)

// functions are those that both engines have, with the same meaning for the types of the house. Each was looked up in
// CockroachDB's list of functions, or run there, before it was written here.
var functions = strings.Fields(`count sum min max row_number generate_series unnest
	length substr replace lpad to_hex encode decode gen_random_uuid clock_timestamp now`)

// foreignFunctions are more of them, which the house does not use.
var foreignFunctions = strings.Fields(`current_schema`)

// operators likewise. Integers are never divided: CockroachDB gives a fraction. Texts are not compared by pattern: the
// engines escape and fold differently.
var operators = strings.Fields(`= <> < <= > >= + - * ||`)

// types are the house's, by the names that the parser gives them.
var types = strings.Fields(`int8 text bytea bool timestamptz`)

// foreignTypes are more that CockroachDB has.
var foreignTypes = strings.Fields(`int4 interval timestamp varchar uuid name regclass`)

// hidden are columns that every table has in one engine only.
var hidden = strings.Fields(`ctid xmin xmax cmin cmax tableoid oid rowid crdb_internal_mvcc_timestamp crdb_internal_origin_timestamp`)

// expression checks a part of one; false if n is none that it knows.
func (s *statement) expression(n proto.Message, at path) bool {
	switch n := n.(type) {
	case *pg.A_Expr:
		s.operator(n)
	case *pg.A_Const:
		s.constant(n)
	case *pg.A_Star:
		s.breaks("*: a list of columns does not change when one is added")
	case *pg.A_Indices:
		if n.GetIsSlice() {
			s.lacks("a slice of an array")
		}
	case *pg.SubLink:
		s.subquery(n)
	case *pg.ColumnRef:
		if name := last(n.GetFields()); slices.Contains(hidden, name) {
			s.lacks("the hidden column %s", name)
		}
	case *pg.FuncCall:
		s.function(n)
	case *pg.WindowDef:
		if n.GetStartOffset() != nil || n.GetEndOffset() != nil {
			s.breaks("a window with a frame of its own")
		}
	case *pg.TypeName:
		s.typeName(n)
	case *pg.TypeCast:
		// Its type is a node of its own.
	case *pg.ParamRef:
		s.placeholder(at)
	case *pg.SortBy:
		s.sorts(n)
	default:
		return false
	}
	return true
}

func (s *statement) operator(n *pg.A_Expr) {
	switch n.GetKind() {
	case pg.A_Expr_Kind_AEXPR_OP, pg.A_Expr_Kind_AEXPR_OP_ANY, pg.A_Expr_Kind_AEXPR_OP_ALL, pg.A_Expr_Kind_AEXPR_IN, pg.A_Expr_Kind_AEXPR_NULLIF,
		pg.A_Expr_Kind_AEXPR_DISTINCT, pg.A_Expr_Kind_AEXPR_NOT_DISTINCT, pg.A_Expr_Kind_AEXPR_BETWEEN:
	default:
		s.lacks("%s: not on the list of what both engines do alike", n.GetKind())
		return
	}
	name := last(n.GetName())
	switch {
	case n.GetKind() == pg.A_Expr_Kind_AEXPR_BETWEEN:
	case name == "/":
		s.lacks("the operator /: on integers CockroachDB gives a fraction")
	case !slices.Contains(operators, name):
		s.lacks("the operator %s: not on the list of what both engines do alike", name)
	}
}

func (s *statement) constant(n *pg.A_Const) {
	if n.GetBsval() != nil {
		s.lacks("a bit string")
	}
	if f := n.GetFval(); f != nil && strings.ContainsAny(f.GetFval(), ".eE") {
		s.breaks("the fraction %s: numbers are BIGINT", f.GetFval())
	}
}

func (s *statement) subquery(n *pg.SubLink) {
	switch n.GetSubLinkType() {
	case pg.SubLinkType_EXISTS_SUBLINK, pg.SubLinkType_ANY_SUBLINK, pg.SubLinkType_EXPR_SUBLINK, pg.SubLinkType_ARRAY_SUBLINK:
	default:
		s.lacks("%s: not on the list of what both engines do alike", n.GetSubLinkType())
	}
}

func (s *statement) function(n *pg.FuncCall) {
	name := strings.TrimPrefix(strings.Join(words(n.GetFuncname()), "."), "pg_catalog.")
	known := slices.Contains(functions, name) || s.origin == Foreign && slices.Contains(foreignFunctions, name)
	if !known {
		s.lacks("the function %s: not on the list of what both engines have", name)
	}
	if n.GetAggWithinGroup() || n.GetFuncVariadic() {
		s.lacks("WITHIN GROUP or VARIADIC")
	}
}

func (s *statement) typeName(n *pg.TypeName) {
	name := strings.TrimPrefix(strings.Join(words(n.GetNames()), "."), "pg_catalog.")
	switch {
	case n.GetSetof() || n.GetPctType() || len(n.GetArrayBounds()) > 1:
		s.lacks("SETOF, %%TYPE or an array of arrays")
	case strings.HasSuffix(name, "serial") || strings.HasPrefix(name, "serial"):
		s.lacks("%s: CockroachDB numbers by clock and node, with gaps and without order", name)
	case slices.Contains(types, name):
	case !slices.Contains(foreignTypes, name):
		s.lacks("the type %s: not on the list of what both engines have", name)
	default:
		s.breaks("the type %s: the house has BIGINT, TEXT, BYTEA, BOOL and TIMESTAMPTZ", name)
	}
	if len(n.GetTypmods()) > 0 {
		s.breaks("a length or precision of the type %s", name)
	}
}

// placeholder: one whose type nothing else says is TEXT, silently. A cast says it: in a list that is selected, in VALUES
// that go into no table, and as an argument of a function.
func (s *statement) placeholder(at path) {
	switch p := at.parent(); p.node.(type) {
	case *pg.TypeCast:
		return
	case *pg.FuncCall:
		s.breaks("a placeholder without cast as argument of a function")
		return
	}
	for i := len(at) - 1; i >= 0; i-- {
		switch n := at[i].node.(type) {
		case *pg.A_Expr, *pg.SubLink, *pg.BoolExpr, *pg.CaseWhen:
			return // compared with something that has a type
		case *pg.SelectStmt:
			s.selected(n, at[i].field, at[:i])
			return
		}
	}
}

func (s *statement) selected(n *pg.SelectStmt, field string, above path) {
	_, insert := above.parent().node.(*pg.InsertStmt)
	switch {
	case field == "target_list":
		s.breaks("a placeholder without cast in a SELECT list")
	case field == "values_lists" && !insert:
		s.breaks("a placeholder without cast in VALUES")
	}
}

// sorts: the engines put NULLs at opposite ends. Columns of the migrations are never NULL, nor are numbers of rows.
func (s *statement) sorts(n *pg.SortBy) {
	if len(n.GetUseOp()) > 0 {
		s.lacks("ORDER BY ... USING")
	}
	if n.GetSortbyNulls() > pg.SortByNulls_SORTBY_NULLS_DEFAULT || s.origin == Foreign {
		return
	}
	column := n.GetNode().GetColumnRef()
	switch {
	case column == nil:
		s.breaks("ORDER BY an expression without NULLS FIRST or LAST")
	case s.outer:
		s.breaks("ORDER BY beside an outer join without NULLS FIRST or LAST")
	}
}
