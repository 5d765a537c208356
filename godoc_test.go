package mastra_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// declared is an exported type as its declaration says, with its comment.
type declared struct {
	spec *ast.TypeSpec
	doc  string
}

// declarations are the exported types of package mastra by their names.
func declarations(t *testing.T) map[string]declared {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	all := map[string]declared{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range f.Decls {
			group, ok := d.(*ast.GenDecl)
			if !ok || group.Tok != token.TYPE {
				continue
			}
			for _, s := range group.Specs {
				spec := s.(*ast.TypeSpec)
				doc := spec.Doc
				if !group.Lparen.IsValid() {
					doc = group.Doc
				}
				if spec.Name.IsExported() {
					all[spec.Name.Name] = declared{spec, oneLine(doc.Text())}
				}
			}
		}
	}
	require.NotEmpty(t, all)
	return all
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// The fields of an alias stand elsewhere, and its comment says where.
func TestGoDoc_AliasLinksItsDeclaration(t *testing.T) {
	t.Parallel()
	aliases := 0
	for name, d := range declarations(t) {
		of, ok := d.spec.Type.(*ast.SelectorExpr)
		if !ok || !d.spec.Assign.IsValid() {
			continue
		}
		aliases++
		assert.Contains(t, d.doc, "["+of.X.(*ast.Ident).Name+"."+of.Sel.Name+"]", name)
	}
	assert.Greater(t, aliases, 40)
}

// What a user meets most is declared in package mastra, so that go doc shows what it
// consists of.
func TestGoDoc_ShowsWhatUsersMeetMost(t *testing.T) {
	t.Parallel()
	all := declarations(t)
	for name, form := range map[string]ast.Expr{
		"Error": &ast.StructType{}, "Issue": &ast.StructType{}, "Attempt": &ast.StructType{}, "Response": &ast.StructType{},
		"RunState": &ast.StructType{}, "AgentResult": &ast.StructType{},
		"Option": &ast.InterfaceType{}, "TokenSource": &ast.InterfaceType{}, "RetryPolicy": &ast.FuncType{},
	} {
		require.Contains(t, all, name)
		spec := all[name].spec
		assert.False(t, spec.Assign.IsValid(), "%s is an alias", name)
		assert.IsType(t, form, spec.Type, name)
		if s, ok := spec.Type.(*ast.StructType); ok {
			shown := slices.ContainsFunc(s.Fields.List, func(f *ast.Field) bool {
				return slices.ContainsFunc(f.Names, (*ast.Ident).IsExported)
			})
			assert.True(t, shown, "%s has fields that a user can read", name)
		}
	}
}

// PerPage 0 lets the server choose: the comment says what it chooses, as openapi.yaml
// does.
func TestGoDoc_SaysWhatPerPageZeroMeans(t *testing.T) {
	t.Parallel()
	a := readAPI(t)
	operations := map[string]string{}
	for _, q := range queryTypes {
		operations[q.typ.Name()] = q.operation
	}
	size := regexp.MustCompile(`(\d+) where absent`)
	met := 0
	for name, d := range declarations(t) {
		s, ok := d.spec.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range s.Fields.List {
			if !slices.ContainsFunc(f.Names, func(n *ast.Ident) bool { return n.Name == "PerPage" }) {
				continue
			}
			met++
			require.Contains(t, operations, name)
			meaning := "lists all on one page."
			for _, p := range a.operations[operations[name]].Parameters {
				if n := size.FindStringSubmatch(p.Description); p.Name == "perPage" && n != nil {
					meaning = "leaves it to the server: " + n[1] + "."
				}
			}
			assert.Contains(t, oneLine(f.Doc.Text()), "PerPage is how many a page holds; 0 "+meaning, name)
		}
	}
	assert.GreaterOrEqual(t, met, 4)
}

// Who reads the guides and the examples need not know package gen.
func TestGoDoc_GuidesAndExamplesDoNotNameGen(t *testing.T) {
	t.Parallel()
	paths := []string{"README.md"}
	ofPackage, err := filepath.Glob("example*_test.go")
	require.NoError(t, err)
	paths = append(paths, ofPackage...)
	for _, dir := range []string{"examples", "docs"} {
		err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			if err == nil && d.Type().IsRegular() {
				paths = append(paths, path)
			}
			return err
		})
		require.NoError(t, err)
	}
	require.Greater(t, len(paths), 10)
	names := regexp.MustCompile(`\bgen\.[A-Z]\w*`)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Empty(t, names.FindAllString(string(text), -1), path)
	}
}
