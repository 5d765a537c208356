package main

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
)

// edge says that one file of a package uses another one.
type edge struct {
	from, to    string   // names of the files, without folder
	definitions []string // what is used, in the order of first use: F, T, T.method, T.field; never empty
	line        int      // of the first use
}

// graph holds the edges of a package by the files that they leave and reach.
type graph map[string]map[string]*edge

// uses finds which file of the package uses which. Fields and methods need no
// look at the selections: the name behind the dot is a use of the member itself,
// also where it is promoted.
func (p *source) uses() graph {
	names := p.members()
	g := graph{}
	for _, f := range p.files {
		from := p.file(f.Pos())
		for n := range ast.Preorder(f) {
			id, ok := n.(*ast.Ident)
			if !ok {
				continue
			}
			used := p.info.Uses[id]
			if used == nil || used.Pkg() != p.types {
				continue
			}
			to := p.file(used.Pos())
			if to == from {
				continue
			}
			// A member of an instantiated type stands where the generic one does.
			name := cmp.Or(names[used.Pos()], used.Name())
			g.add(from, to, name, p.fset.PositionFor(id.Pos(), false).Line)
		}
	}
	return g
}

func (g graph) add(from, to, definition string, line int) {
	if g[from] == nil {
		g[from] = map[string]*edge{}
	}
	e := g[from][to]
	if e == nil {
		e = &edge{from: from, to: to, line: line}
		g[from][to] = e
	}
	if !slices.Contains(e.definitions, definition) {
		e.definitions = append(e.definitions, definition)
	}
}

// within returns the edges between the given files: those of the fewest
// definitions first, then by name.
func (g graph) within(files []string) []edge {
	var edges []edge
	for _, from := range files {
		for _, to := range files {
			if e := g[from][to]; e != nil {
				edges = append(edges, *e)
			}
		}
	}
	slices.SortStableFunc(edges, func(a, b edge) int { return cmp.Compare(len(a.definitions), len(b.definitions)) })
	return edges
}

// file is the name of the file that holds pos. Line directives do not count:
// the file is the one that a developer can move a definition out of.
func (p *source) file(pos token.Pos) string {
	return filepath.Base(p.fset.File(pos).Name())
}

// members names the methods and fields of the package's types as T.name, by the
// position of their declaration. Their objects alone do not tell the type.
func (p *source) members() map[token.Pos]string {
	names := map[token.Pos]string{}
	for _, f := range p.files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if method := p.info.Defs[d.Name].(*types.Func); method.Signature().Recv() != nil {
					names[d.Name.Pos()] = receiver(method) + "." + d.Name.Name
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if t, ok := s.(*ast.TypeSpec); ok {
						p.membersOf(t, names)
					}
				}
			}
		}
	}
	return names
}

// membersOf adds the fields and the methods that stand inside a type's declaration.
func (p *source) membersOf(t *ast.TypeSpec, names map[token.Pos]string) {
	for n := range ast.Preorder(t.Type) {
		id, ok := n.(*ast.Ident)
		if !ok {
			continue
		}
		switch member := p.info.Defs[id].(type) {
		case *types.Var:
			if member.IsField() {
				names[id.Pos()] = t.Name.Name + "." + id.Name
			}
		case *types.Func:
			names[id.Pos()] = t.Name.Name + "." + id.Name
		}
	}
}

// receiver is the name of the type that has the method.
func receiver(method *types.Func) string {
	t := types.Unalias(method.Signature().Recv().Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	return t.(*types.Named).Obj().Name()
}
