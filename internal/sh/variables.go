package sh

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// variables is what a script does with variables, by their names: the first
// place of each use.
type variables struct {
	read     map[string]syntax.Pos
	optional map[string]bool // read with a default only, so it need not be set
	assigned map[string]syntax.Pos
	number   map[string]syntax.Pos // read where bash evaluates arithmetic
	assoc    map[string]bool       // declared with -A: its subscripts are strings
}

var (
	valueName  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	wholeNum   = regexp.MustCompile(`^(?:0|-?[1-9][0-9]{0,17})$`)
	identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*`)
)

// check compares the values with the script.
func (t *Template) check(vars []Var) error {
	given := map[string]bool{}
	var errs []error
	for _, v := range vars {
		if given[v.Name] {
			errs = append(errs, fmt.Errorf("value %q is given twice", v.Name))
		}
		given[v.Name] = true
		if err := t.checkVar(v); err != nil {
			errs = append(errs, err)
		}
	}
	for _, name := range sortedNames(t.vars.read) {
		_, assigned := t.vars.assigned[name]
		if valueName.MatchString(name) && !given[name] && !assigned && !t.vars.optional[name] {
			errs = append(errs, fmt.Errorf("line %d reads $%s, which nothing sets", t.vars.read[name].Line(), name))
		}
	}
	return errors.Join(errs...)
}

func (t *Template) checkVar(v Var) error {
	if !valueName.MatchString(v.Name) {
		return fmt.Errorf("value name %q is not a lower-case variable name", v.Name)
	}
	read, ok := t.vars.read[v.Name]
	switch {
	case !ok:
		return fmt.Errorf("value %q is not used in the script", v.Name)
	case int(read.Offset()) < t.markerOffset:
		return fmt.Errorf("line %d reads $%s before the values are set", read.Line(), v.Name)
	}
	if pos, ok := t.vars.assigned[v.Name]; ok {
		return fmt.Errorf("line %d assigns %s, which is a value", pos.Line(), v.Name)
	}
	// Bash runs the commands in a[$(…)] when it evaluates a variable as a number.
	if pos, ok := t.vars.number[v.Name]; ok {
		if text, err := v.text(); err != nil || !wholeNum.MatchString(text) {
			return fmt.Errorf("line %d calculates with $%s, and %q is not a whole number", pos.Line(), v.Name, v.Value)
		}
	}
	return nil
}

// inspect walks through the script. It refuses eval, which would read a value as
// code.
func inspect(file *syntax.File) (variables, error) {
	vs := variables{
		read: map[string]syntax.Pos{}, optional: map[string]bool{}, assigned: map[string]syntax.Pos{},
		number: map[string]syntax.Pos{}, assoc: map[string]bool{},
	}
	var err error
	syntax.Walk(file, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 && call.Args[0].Lit() == "eval" && err == nil {
			err = fmt.Errorf("%d:%d: eval would read a value as code", call.Pos().Line(), call.Pos().Col())
		}
		if decl, ok := n.(*syntax.DeclClause); ok {
			vs.declared(decl)
		}
		return true
	})
	syntax.Walk(file, func(n syntax.Node) bool {
		vs.node(n)
		return true
	})
	return vs, err
}

func (vs variables) node(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.ParamExp:
		vs.param(n)
	case *syntax.Assign:
		if n.Name != nil {
			note(vs.assigned, n.Name.Value, n.Pos())
			vs.subscript(n.Name.Value, n.Index)
		}
	case *syntax.WordIter:
		note(vs.assigned, n.Name.Value, n.Pos())
	case *syntax.Redirect:
		if n.N != nil {
			note(vs.assigned, strings.Trim(n.N.Value, "{}"), n.Pos())
		}
	case *syntax.CoprocClause:
		if n.Name != nil {
			note(vs.assigned, n.Name.Lit(), n.Pos())
		}
	case *syntax.CallExpr:
		vs.builtin(n)
	case *syntax.UnaryTest:
		if n.Op == syntax.TsVarSet {
			if w, ok := n.X.(*syntax.Word); ok {
				note(vs.read, identifier.FindString(w.Lit()), n.Pos())
			}
		}
	case *syntax.BinaryTest:
		if numeric[n.Op] {
			vs.arithmetic(n.X)
			vs.arithmetic(n.Y)
		}
	case *syntax.ArithmExp:
		vs.arithmetic(n.X)
	case *syntax.ArithmCmd:
		vs.arithmetic(n.X)
	case *syntax.LetClause:
		for _, x := range n.Exprs {
			vs.arithmetic(x)
		}
	case *syntax.CStyleLoop:
		for _, x := range []syntax.ArithmExpr{n.Init, n.Cond, n.Post} {
			vs.arithmetic(x)
		}
	}
}

var numeric = map[syntax.BinTestOperator]bool{
	syntax.TsEql: true, syntax.TsNeq: true, syntax.TsLeq: true,
	syntax.TsGeq: true, syntax.TsLss: true, syntax.TsGtr: true,
}

func (vs variables) declared(decl *syntax.DeclClause) {
	for _, a := range decl.Args {
		if a.Naked && a.Value != nil && strings.HasPrefix(a.Value.Lit(), "-") && strings.Contains(a.Value.Lit(), "A") {
			for _, a := range decl.Args {
				if a.Name != nil {
					vs.assoc[a.Name.Value] = true
				}
			}
		}
	}
}

func (vs variables) param(n *syntax.ParamExp) {
	if n.Param == nil {
		return
	}
	name := n.Param.Value
	_, before := vs.read[name]
	note(vs.read, name, n.Pos())
	withDefault := false
	if n.Exp != nil {
		switch n.Exp.Op {
		case syntax.AssignUnset, syntax.AssignUnsetOrNull:
			note(vs.assigned, name, n.Pos())
		case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
			withDefault = true
		}
	}
	vs.optional[name] = withDefault && (!before || vs.optional[name])
	vs.subscript(name, n.Index)
	if n.Slice != nil {
		vs.arithmetic(n.Slice.Offset)
		vs.arithmetic(n.Slice.Length)
	}
}

// subscript notes the variables in name[index].
func (vs variables) subscript(name string, index syntax.ArithmExpr) {
	if index != nil && !vs.assoc[name] {
		vs.arithmetic(index)
	}
}

// arithmetic notes the variables that are evaluated as numbers under n, and those
// that are assigned there. In arithmetic a bare word is a variable.
func (vs variables) arithmetic(n syntax.Node) {
	if isNil(n) {
		return
	}
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.ParamExp:
			if n.Param != nil && !n.Length {
				note(vs.number, n.Param.Value, n.Pos())
			}
		case *syntax.Word:
			if name := identifier.FindString(n.Lit()); name != "" {
				note(vs.read, name, n.Pos())
				note(vs.number, name, n.Pos())
			}
		case *syntax.CmdSubst:
			return false
		case *syntax.UnaryArithm:
			if n.Op == syntax.Inc || n.Op == syntax.Dec {
				vs.assignedWord(n.X)
			}
		case *syntax.BinaryArithm:
			if strings.HasSuffix(n.Op.String(), "=") && !slices.Contains([]string{"==", "!=", "<=", ">="}, n.Op.String()) {
				vs.assignedWord(n.X)
			}
		}
		return true
	})
}
