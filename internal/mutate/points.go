package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// pointsOf lists the points of the package's files, in order of file and place.
func pointsOf(root string, p pkg) ([]point, error) {
	var points []point
	for _, name := range p.GoFiles {
		path := filepath.Join(p.Dir, name)
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		file, err := filepath.Rel(root, path)
		if err != nil {
			return nil, err
		}
		found, err := pointsIn(source, point{pkg: p.ImportPath, path: path, file: filepath.ToSlash(file)})
		if err != nil {
			return nil, err
		}
		points = append(points, found...)
	}
	return points, nil
}

// pointsIn lists the points of one file; each begins as a copy of base. A
// generated file has none.
func pointsIn(source []byte, base point) ([]point, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, base.path, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	if ast.IsGenerated(file) || strings.HasSuffix(base.file, ".gen.go") {
		return nil, nil
	}
	f := &finder{source: source, file: set.File(file.FileStart), base: base, seen: map[string]int{}}
	for _, d := range file.Decls {
		f.base.function = "package"
		if fn, ok := d.(*ast.FuncDecl); ok {
			f.base.function = f.nameOf(fn)
		}
		f.walk(d, nil)
	}
	return f.points, nil
}

// A finder collects the points of one file.
type finder struct {
	source []byte
	file   *token.File
	base   point
	points []point
	seen   map[string]int // how often a key was seen
}

func (f *finder) offset(p token.Pos) int { return f.file.Offset(p) }

// text is the source of the node.
func (f *finder) text(n ast.Node) string {
	return string(f.source[f.offset(n.Pos()):f.offset(n.End())])
}

// nameOf is the function's name with its receiver's type, without parameters of
// types.
func (f *finder) nameOf(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	receiver, _, _ := strings.Cut(f.text(fn.Recv.List[0].Type), "[")
	return "(" + receiver + ")." + fn.Name.Name
}

// add notes the change of what stands from start to end.
func (f *finder) add(operator string, start, end token.Pos, with string) {
	p := f.base
	p.operator, p.with = operator, with
	p.start, p.end = f.offset(start), f.offset(end)
	p.line = 1 + bytes.Count(f.source[:p.start], []byte("\n"))
	p.describe(f.source)
	f.seen[p.key()]++
	p.nth = f.seen[p.key()]
	f.points = append(f.points, p)
}

// replace notes the change of the node to other text.
func (f *finder) replace(operator string, n ast.Node, with string) {
	f.add(operator, n.Pos(), n.End(), with)
}

// walk looks at the node and what is in it. results are those of the function
// that the node is in.
func (f *finder) walk(n ast.Node, results *ast.FieldList) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			f.walk(n.Type, results) // not its tag
			return false
		case *ast.FuncDecl:
			if n.Body != nil {
				f.walk(n.Body, n.Type.Results)
			}
			return false
		case *ast.FuncLit:
			f.walk(n.Body, n.Type.Results)
			return false
		case *ast.ArrayType:
			f.walk(n.Elt, results) // not its length
			return false
		case *ast.GenDecl:
			if n.Tok == token.CONST {
				f.constants(n)
				return false
			}
		case *ast.ReturnStmt:
			f.returned(n, results)
		}
		f.expression(n)
		f.statement(n)
		return true
	})
}

// constants looks at a declaration of constants: in a table of one type the
// numbers are but names, and any other numbers do as well.
func (f *finder) constants(d *ast.GenDecl) {
	table := false
	for _, spec := range d.Specs {
		table = table || spec.(*ast.ValueSpec).Type != nil || strings.Contains(f.text(spec), "iota")
	}
	ast.Inspect(d, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && table && lit.Kind == token.INT {
			return false
		}
		f.expression(n)
		return true
	})
}
