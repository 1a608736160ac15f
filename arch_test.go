package hardneg_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the root package, and the beginning of the paths of all others.
const module = "hardneg"

// mayImport is the architecture: which of our packages each of our packages may import. Arrows go one way, from the command
// through the stages to the vocabulary. Stages know neither one another nor the store; nothing but tests knows the mock model.
var mayImport = map[string][]string{
	// vocabulary: the values that flow, with the standard library only
	"hardneg": {},

	// tools that know nothing of the pipeline
	"internal/hub":   {},
	"internal/text":  {},
	"internal/bm25":  {},
	"internal/dense": {},
	"internal/work":  {},

	// layers that know the values
	"prompts":         {"hardneg"},
	"relabel":         {"hardneg"},
	"store":           {"hardneg"},
	"internal/config": {"hardneg"},
	"internal/corpus": {"hardneg", "internal/text"},
	"internal/export": {module, "internal/text", "internal/work"},
	"internal/llm":    {"hardneg", "internal/text"},

	// stages that ask models
	"generate": {"hardneg", "prompts", "internal/bm25", "internal/dense", "internal/llm", "internal/text"},
	"judge":    {"hardneg", "prompts", "internal/llm"},

	// what people look at
	"internal/report": {"hardneg", "store"},
	"internal/web":    {"hardneg", "store"},

	// the command puts all of them together
	"cmd/gen": {"hardneg", "prompts", "generate", "judge", "relabel", "store", "internal/config", "internal/corpus", "internal/dense", "internal/export", "internal/hub", "internal/llm",
		"internal/report", "internal/text", "internal/web", "internal/work"},

	// for tests and measurements
	"internal/mockllm":             {},
	"internal/mockllm/cmd/mockllm": {"internal/mockllm"},
	"internal/bench":               {"hardneg", "store", "internal/dense", "internal/readers"},
	"internal/readers":             {},
	"internal/ollamatest":          {},
	"internal/hubtest":             {},
}

// mayStart are the packages that may start goroutines. All work of the program is begun in internal/work.
var mayStart = []string{"internal/work", "internal/mockllm", "internal/mockllm/cmd/mockllm", "internal/bench"}

// The bounds of what one can take in at a time.
const (
	mostLinesOfAFile     = 400
	mostLinesOfAFunction = 80
)

// source is one of our files.
type source struct {
	path  string // from the root
	dir   string // the package: "hardneg", or the folder from the root
	test  bool
	file  *ast.File
	lines int
}

var files = token.NewFileSet()

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && path != "." && (name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if dir == "." {
			dir = module
		}
		out = append(out, source{filepath.ToSlash(path), dir, strings.HasSuffix(path, "_test.go"), f, files.File(f.FileStart).LineCount()})
		return nil
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("%d files: %v", len(out), err)
	}
	return out
}

// ours is the package of an import path as the table names it, false if it is none of ours.
func ours(path string) (string, bool) {
	if path == module {
		return module, true
	}
	return strings.CutPrefix(path, module+"/")
}

func TestImportsGoOneWay(t *testing.T) {
	for _, s := range sources(t) {
		allowed, known := mayImport[s.dir]
		if !known {
			t.Errorf("%s: package %s is not in the table; say in arch_test.go (and DESIGN) what it may import", s.path, s.dir)
			continue
		}
		for _, spec := range s.file.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			pkg, is := ours(path)
			switch {
			case s.test: // tests may use what they need; the compiler refuses circles
			case is && !slices.Contains(allowed, pkg):
				t.Errorf("%s imports %s: package %s may import only %s of ours", s.path, pkg, s.dir, list(allowed))
			case !is && s.dir == module && strings.Contains(strings.Split(path, "/")[0], "."):
				t.Errorf("%s imports %s: the vocabulary has the standard library only", s.path, path)
			}
		}
	}
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// Deciding is free and can be repeated at will because it can touch nothing.
func TestRelabelIsPure(t *testing.T) {
	for _, s := range sources(t) {
		for _, spec := range s.file.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if s.dir == "relabel" && !s.test && path != module && path != "math" {
				t.Errorf("%s imports %s: relabel needs the values, arithmetic and nothing else", s.path, path)
			}
		}
	}
}

func TestGoroutinesHaveOneHome(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || slices.Contains(mayStart, s.dir) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if starts(n) {
				t.Errorf("%s starts a goroutine: hand the work to internal/work", files.Position(n.Pos()))
			}
			return true
		})
	}
}

// starts reports a go statement, or a call such as group.Go(func() { … }).
func starts(n ast.Node) bool {
	if _, ok := n.(*ast.GoStmt); ok {
		return true
	}
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return false
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	return ok && method.Sel.Name == "Go"
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said := map[string]bool{}
	for _, s := range sources(t) {
		if !s.test {
			said[s.dir] = said[s.dir] || s.file.Doc != nil && len(s.file.Doc.Text()) > 40
		}
	}
	for dir, ok := range said {
		if !ok {
			t.Errorf("package %s has no comment that says what it is for and what it owns", dir)
		}
	}
}

func TestFilesAndFunctionsAreSmall(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > mostLinesOfAFile {
			t.Errorf("%s has %d lines, more than %d: split it", s.path, s.lines, mostLinesOfAFile)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || s.test { // a table of cases may be long
				continue
			}
			from, to := files.Position(f.Pos()), files.Position(f.End())
			if n := to.Line - from.Line + 1; n > mostLinesOfAFunction {
				t.Errorf("%s: func %s has %d lines, more than %d", fmt.Sprintf("%s:%d", s.path, from.Line), f.Name.Name, n, mostLinesOfAFunction)
			}
		}
	}
}
