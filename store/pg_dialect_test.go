package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/migrations"
	"vang/store"
	"vang/store/dialect"
)

// checker knows the tables of the migrations and goose's.
func checker(t testing.TB) *dialect.Checker {
	t.Helper()
	steps, err := migrations.Postgres()
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	err = fs.WalkDir(steps, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(steps, path)
		texts = append(texts, string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := dialect.New(texts, store.VersionTable, store.LockTable)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// isSQL tells texts that are statements, or begin one.
var isSQL = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|SET|CREATE|ALTER|DROP|LOCK)\s`)

// covers demands that every SQL text in the sources of the engine was sent, or is a whole statement that can be checked
// as it stands. A statement that nobody checked is a fault.
func (s *sent) covers(t *testing.T) {
	texts := s.list()
	c := checker(t)
	for where, text := range sources(t) {
		seen := slices.ContainsFunc(texts, func(st *sentStatement) bool { return strings.Contains(st.text, text) })
		if seen {
			continue
		}
		if faults := c.Check(text, dialect.House); len(faults) > 0 {
			t.Errorf("%s: no test sends it, so it was not checked whole: %s\n\t%s", where, text, strings.Join(faults, "\n\t"))
		}
	}
}

// sources returns the SQL texts in the files that the pgx engine is made of, by their places: constants whole, others as
// far as they are written in one piece.
func sources(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	r := reader{set: token.NewFileSet(), consts: map[string]ast.Expr{}, texts: map[string]string{}}
	var parsed []*ast.File
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "sqlite_") {
			continue
		}
		f, err := parser.ParseFile(r.set, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		r.declare(f)
		parsed = append(parsed, f)
	}
	for _, f := range parsed {
		ast.Inspect(f, r.visit)
	}
	if len(r.texts) < 30 {
		t.Fatalf("only %d SQL texts found in the sources: are they collected?", len(r.texts))
	}
	return r.texts
}

// reader finds texts in Go files.
type reader struct {
	set    *token.FileSet
	consts map[string]ast.Expr
	texts  map[string]string
}

func (r *reader) declare(f *ast.File) {
	for _, d := range f.Decls {
		g, is := d.(*ast.GenDecl)
		if !is || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			for i, name := range v.Names {
				if i < len(v.Values) {
					r.consts[name.Name] = v.Values[i]
				}
			}
		}
	}
}

// visit takes the longest constant pieces.
func (r *reader) visit(n ast.Node) bool {
	e, is := n.(ast.Expr)
	if !is {
		return true
	}
	text, whole := r.value(e)
	if !whole {
		return true
	}
	if isSQL.MatchString(text) {
		r.texts[r.set.Position(e.Pos()).String()] = text
	}
	return false
}

// value is a constant's.
func (r *reader) value(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, ok := r.value(e.X)
		right, too := r.value(e.Y)
		return left + right, ok && too && e.Op == token.ADD
	case *ast.Ident:
		if declared := r.consts[e.Name]; declared != nil {
			return r.value(declared)
		}
	}
	return "", false
}

// parameters demands that the server takes each placeholder for the type that Go sends. One whose type it cannot tell
// becomes TEXT, silently, and compares and sorts as such.
func (s *sent) parameters(t *testing.T, address string) {
	ctx := t.Context()
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	checked := 0
	for _, st := range s.list() {
		if st.foreign() || len(st.args) == 0 {
			continue
		}
		prepared, err := c.Prepare(ctx, "", st.text)
		if err != nil {
			t.Errorf("%s\n\t%v", st.text, err)
			continue
		}
		checked++
		for i, oid := range prepared.ParamOIDs {
			if want := typeOf(st.args[i]); want == "" {
				t.Errorf("%s\n\t$%d: the type %T is not one of the house's", st.text, i+1, st.args[i])
			} else if got, known := c.TypeMap().TypeForOID(oid); !known || got.Name != want {
				t.Errorf("%s\n\t$%d is sent as %T and taken for type %d, not for %s", st.text, i+1, st.args[i], oid, want)
			}
		}
	}
	if checked < 25 {
		t.Errorf("only %d statements with placeholders", checked)
	}
}

// typeOf is the type of the database that a Go value is sent for.
func typeOf(v any) string {
	switch v.(type) {
	case string, *string:
		return "text"
	case int, int64:
		return "int8"
	case bool:
		return "bool"
	case []byte:
		return "bytea"
	case []string, []*string:
		return "_text"
	case []int64:
		return "_int8"
	case []bool:
		return "_bool"
	case [][]byte:
		return "_bytea"
	case time.Time:
		return "timestamptz"
	}
	return ""
}

// TestPlantedInSent: what the checks of sent statements must find, they find.
func TestPlantedInSent(t *testing.T) {
	c := checker(t)
	for text, want := range map[string]string{
		`SELECT name FROM comments WHERE id = $1`:      "",
		`SELECT name FROM comments WHERE rev / 2 = $1`: "operator /",
		`SELECT is_applied FROM ` + store.VersionTable: "",
		`SELECT pg_advisory_lock(1)`:                   "pg_advisory_lock",
		`SELECT name FROM nowhere`:                     "no table of the migrations",
	} {
		if faults := strings.Join(c.Check(text, dialect.House), "\n"); (want == "") != (faults == "") || !strings.Contains(faults, want) {
			t.Errorf("%s: %q, want %q", text, faults, want)
		}
	}
	texts := slices.Sorted(maps.Values(sources(t)))
	for _, want := range []string{"UPDATE comments", "FROM posts", "FOR UPDATE", "ON CONFLICT"} {
		if !slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("no text of the sources holds %q", want)
		}
	}
}
