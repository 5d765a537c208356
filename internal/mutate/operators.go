package main

import (
	"go/ast"
	"go/token"
	"strconv"
)

// others names what an operator of an expression is changed to, and the name of
// the change.
var others = map[token.Token]map[token.Token]string{
	token.EQL:  {token.NEQ: "negate"},
	token.NEQ:  {token.EQL: "negate"},
	token.LSS:  {token.GEQ: "negate", token.LEQ: "boundary"},
	token.LEQ:  {token.GTR: "negate", token.LSS: "boundary"},
	token.GTR:  {token.LEQ: "negate", token.GEQ: "boundary"},
	token.GEQ:  {token.LSS: "negate", token.GTR: "boundary"},
	token.LAND: {token.LOR: "and-or"},
	token.LOR:  {token.LAND: "and-or"},
	token.ADD:  {token.SUB: "arithmetic"},
	token.SUB:  {token.ADD: "arithmetic"},
}

// expression adds what can be changed in an expression.
func (f *finder) expression(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		for other := token.Token(0); other < token.TILDE; other++ { // in order
			if name, ok := others[n.Op][other]; ok {
				f.add(name, n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), other.String())
			}
		}
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			f.add("not", n.OpPos, n.OpPos+1, "")
		}
	case *ast.BasicLit:
		f.literal(n)
	}
}

func (f *finder) literal(n *ast.BasicLit) {
	switch n.Kind {
	case token.INT:
		if v, err := strconv.ParseInt(n.Value, 0, 62); err == nil {
			f.replace("integer", n, strconv.FormatInt(v+1, 10))
			f.replace("integer", n, "("+strconv.FormatInt(v-1, 10)+")")
		}
	case token.STRING:
		if s, err := strconv.Unquote(n.Value); err == nil && s != "" {
			f.replace("string", n, `""`)
		}
	}
}

// statement adds what can be changed in a statement. The change keeps the
// variables used where it can, so that the mutant compiles.
func (f *finder) statement(n ast.Node) {
	switch n := n.(type) {
	case *ast.IfStmt:
		f.condition(n.Cond)
		if leaves(n.Body) {
			f.replace("stay", n.Body, "{}")
		}
	case *ast.ForStmt:
		if n.Cond != nil {
			f.condition(n.Cond)
		}
	case *ast.ExprStmt:
		f.replace("call", n, "{}")
	case *ast.DeferStmt:
		f.replace("defer", n, "{}")
	case *ast.GoStmt:
		f.replace("go", n, "{}")
	case *ast.IncDecStmt:
		other := map[token.Token]string{token.INC: "--", token.DEC: "++"}[n.Tok]
		f.add("arithmetic", n.TokPos, n.End(), other)
	case *ast.AssignStmt:
		f.assignment(n)
	}
}

// condition makes the condition always true and always false; it is evaluated
// all the same.
func (f *finder) condition(cond ast.Expr) {
	f.replace("true", cond, "("+f.text(cond)+") || true")
	f.replace("false", cond, "("+f.text(cond)+") && false")
}

// leaves says whether the block ends with a way out.
func leaves(b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	switch b.List[len(b.List)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	}
	return false
}

// assignment evaluates what is assigned, and drops it.
func (f *finder) assignment(n *ast.AssignStmt) {
	if n.Tok == token.DEFINE {
		return
	}
	blanks, dropped := "", false
	for i, left := range n.Lhs {
		if i > 0 {
			blanks += ", "
		}
		blanks += "_"
		name, ok := left.(*ast.Ident)
		dropped = dropped || !ok || name.Name != "_"
	}
	if dropped {
		f.add("assignment", n.Pos(), n.TokPos+token.Pos(len(n.Tok.String())), blanks+" =")
	}
}

// returned makes the error that is returned nil.
func (f *finder) returned(n *ast.ReturnStmt, results *ast.FieldList) {
	if len(n.Results) == 0 || results.NumFields() != len(n.Results) {
		return
	}
	if last := results.List[len(results.List)-1]; f.text(last.Type) != "error" {
		return
	}
	last := n.Results[len(n.Results)-1]
	if f.text(last) != "nil" {
		f.replace("nil-error", last, "nil")
	}
}
