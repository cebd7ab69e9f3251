package static

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func built() fstest.MapFS {
	return fstest.MapFS{
		".gitkeep":       {},
		"vang.css":       {Data: []byte("body{}")},
		"vang.css.br":    {Data: []byte("br")},
		"vang.css.gz":    {Data: []byte("gz")},
		"vang.js":        {Data: []byte("1")},
		"icon.svg":       {Data: []byte("<svg/>")},
		"touch-icon.png": {Data: []byte("png")},
	}
}

func TestNewNamesFilesByTheirContent(t *testing.T) {
	a, err := New(built())
	if err != nil {
		t.Fatal(err)
	}
	got, current := a.Lookup(a.Path("vang.css"))
	if !current {
		t.Errorf("Lookup(Path) is not current")
	}
	if got == nil || !regexp.MustCompile(`^/static/vang\.[0-9a-f]{12}\.css$`).MatchString(got.Path) {
		t.Fatalf("Lookup(Path) = %+v, want a hashed name", got)
	}
	want := &File{
		Name: "vang.css", Path: got.Path, ContentType: "text/css; charset=utf-8",
		ETag: `"` + strings.Split(got.Path, ".")[1] + `"`, Identity: []byte("body{}"), Gzip: []byte("gz"), Brotli: []byte("br"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	other := built()
	other["vang.css"] = &fstest.MapFile{Data: []byte("body{color:red}")}
	b, err := New(other)
	if err != nil {
		t.Fatal(err)
	}
	if a.Path("vang.css") == b.Path("vang.css") {
		t.Errorf("two contents share the address %s", a.Path("vang.css"))
	}
	if a.Path("vang.js") != b.Path("vang.js") {
		t.Errorf("the same content has two addresses")
	}
}

func TestLookup(t *testing.T) {
	a, err := New(built())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path    string
		name    string // "" for none
		current bool
	}{
		{a.Path("vang.js"), "vang.js", true},
		{a.Path("touch-icon.png"), "touch-icon.png", true},
		{"/static/vang.js", "vang.js", false},
		{"/static/vang.000000000000.js", "vang.js", false},
		{"/static/vang.000000000000.css", "vang.css", false},
		{"/static/vang.zzzzzzzzzzzz.js", "", false},
		{"/static/vang.css.br", "", false},
		{"/static/.gitkeep", "", false},
		{"/static/", "", false},
		{"/vang.js", "", false},
		{"/static/../fs.go", "", false},
	} {
		f, current := a.Lookup(tt.path)
		name := ""
		if f != nil {
			name = f.Name
		}
		if name != tt.name || current != tt.current {
			t.Errorf("Lookup(%q) = %q, %v; want %q, %v", tt.path, name, current, tt.name, tt.current)
		}
	}
	if got := a.Path("none.css"); got != "" {
		t.Errorf("Path of an unknown name = %q", got)
	}
}

func TestContentTypesDoNotDependOnTheMachine(t *testing.T) {
	for name, want := range map[string]string{
		"a.css": "text/css; charset=utf-8", "a.js": "text/javascript; charset=utf-8", "a.svg": "image/svg+xml", "a.png": "image/png",
		"a.unknown-kind": "application/octet-stream",
	} {
		if got := contentType(name); got != want {
			t.Errorf("contentType(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestAnUnbuiltTreeSaysWhatToRun(t *testing.T) {
	_, err := New(fstest.MapFS{".gitkeep": {}})
	if err == nil || !strings.Contains(err.Error(), "make assets") {
		t.Errorf("New of an empty folder: %v, want the remedy", err)
	}
}

func TestAnUnreadableFolderIsAnError(t *testing.T) {
	if _, err := New(broken{}); err == nil {
		t.Error("New of a broken folder: no error")
	}
}

type broken struct{}

func (broken) Open(string) (fs.File, error) { return nil, fs.ErrPermission }
