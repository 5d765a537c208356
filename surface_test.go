package mastra_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// compiled returns the types of packages of this module ("" for mastra itself) as the
// compiler has written them, which takes less than to check their sources.
func compiled(t *testing.T, names ...string) []*types.Package {
	t.Helper()
	args := []string{"list", "-export", "-deps", "-json=ImportPath,Export"}
	for _, name := range names {
		args = append(args, path.Join(module, name))
	}
	out, err := exec.Command("go", args...).Output()
	require.NoError(t, err)
	files := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p struct{ ImportPath, Export string }
		require.NoError(t, d.Decode(&p))
		files[p.ImportPath] = p.Export
	}
	imports := importer.ForCompiler(token.NewFileSet(), "gc", func(name string) (io.ReadCloser, error) { return os.Open(files[name]) })
	packages := make([]*types.Package, len(names))
	for i, name := range names {
		packages[i], err = imports.Import(path.Join(module, name))
		require.NoError(t, err)
	}
	return packages
}

// surface collects the types of package gen that the calls of package mastra name.
type surface struct {
	gen   *types.Package
	given map[*types.TypeName]string // what a user gives, however deep in a request, with one call that takes it
	got   map[*types.TypeName]string // what a call returns
}

// take notes every type of gen that a value of type t can hold.
func (s surface) take(call string, t types.Type, seen map[types.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if t.Obj().Pkg() == s.gen {
			s.given[t.Obj()] = cmp.Or(s.given[t.Obj()], call)
		}
		for arg := range t.TypeArgs().Types() {
			s.take(call, arg, seen)
		}
		if p := t.Obj().Pkg(); p != nil && strings.HasPrefix(p.Path(), module) {
			s.take(call, t.Underlying(), seen)
		}
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() {
				s.take(call, f.Type(), seen)
			}
		}
	case *types.Interface:
		for m := range t.Methods() {
			s.take(call, m.Type(), seen)
		}
	case *types.Signature:
		for v := range t.Params().Variables() {
			s.take(call, v.Type(), seen)
		}
		for v := range t.Results().Variables() {
			s.take(call, v.Type(), seen)
		}
	case *types.Map:
		s.take(call, t.Key(), seen)
		s.take(call, t.Elem(), seen)
	case interface{ Elem() types.Type }: // a pointer, a slice, an array, a channel
		s.take(call, t.Elem(), seen)
	}
}

// give notes the types of gen that stand in a result's own type.
func (s surface) give(call string, t types.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if t.Obj().Pkg() == s.gen {
			s.got[t.Obj()] = cmp.Or(s.got[t.Obj()], call)
		}
		for arg := range t.TypeArgs().Types() { // of an iterator
			s.give(call, arg)
		}
	case *types.Map:
		s.give(call, t.Key())
		s.give(call, t.Elem())
	case interface{ Elem() types.Type }:
		s.give(call, t.Elem())
	}
}

func (s surface) call(name string, f *types.Func) {
	for v := range f.Signature().Params().Variables() {
		s.take(name, v.Type(), map[types.Type]bool{})
	}
	for v := range f.Signature().Results().Variables() {
		s.give(name, v.Type())
	}
}

// read collects what the exported functions and methods of a package name.
func (s surface) read(p *types.Package) {
	for _, name := range p.Scope().Names() {
		switch o := p.Scope().Lookup(name).(type) {
		case *types.Func:
			if o.Exported() {
				s.call(name, o)
			}
		case *types.TypeName:
			if !o.Exported() || o.IsAlias() {
				continue
			}
			for m := range types.NewMethodSet(types.NewPointer(o.Type())).Methods() {
				if f, ok := m.Obj().(*types.Func); ok && f.Exported() {
					s.call(name+"."+f.Name(), f)
				}
			}
		}
	}
}

// A user of package mastra never has to import gen: what a call takes and returns
// has a name in mastra, and so have the values of an enum that a call takes.
func TestGen_IsNeverImportedByAUser(t *testing.T) {
	t.Parallel()
	packages := compiled(t, "", "gen")
	mastra, gen := packages[0], packages[1]
	aliases := map[*types.TypeName]bool{}
	values := map[string]bool{} // of constants, by type
	value := func(c *types.Const) string { return fmt.Sprint(types.Unalias(c.Type()), " ", c.Val().ExactString()) }
	for _, name := range mastra.Scope().Names() {
		o := mastra.Scope().Lookup(name)
		if !o.Exported() {
			continue
		}
		switch o := o.(type) {
		case *types.TypeName:
			if n, ok := types.Unalias(o.Type()).(*types.Named); ok && o.IsAlias() {
				aliases[n.Obj()] = true
			}
		case *types.Const:
			values[value(o)] = true
		}
	}
	s := surface{gen, map[*types.TypeName]string{}, map[*types.TypeName]string{}}
	s.read(mastra)
	require.NotEmpty(t, s.given)
	require.NotEmpty(t, s.got)
	for _, of := range []map[*types.TypeName]string{s.given, s.got} {
		for o := range maps.Keys(of) {
			assert.True(t, aliases[o], "%s makes a user import gen: there is no alias of gen.%s", of[o], o.Name())
		}
	}
	for _, name := range gen.Scope().Names() {
		c, ok := gen.Scope().Lookup(name).(*types.Const)
		if !ok {
			continue
		}
		if n, ok := types.Unalias(c.Type()).(*types.Named); ok && s.given[n.Obj()] != "" {
			assert.True(t, values[value(c)], "%s makes a user import gen: there is no constant for gen.%s", s.given[n.Obj()], name)
		}
	}
}
