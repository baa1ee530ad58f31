package sh

import (
	"maps"
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// builtin notes the variables that a builtin assigns by their names.
func (vs variables) builtin(call *syntax.CallExpr) {
	if len(call.Args) == 0 {
		return
	}
	args := call.Args[1:]
	switch call.Args[0].Lit() {
	case "read", "mapfile", "readarray", "getopts", "unset":
		// Options and prompts are taken for names too. That refuses a script
		// without need only where one is called like a value.
	case "printf", "wait":
		i := slices.IndexFunc(args, func(w *syntax.Word) bool { return w.Lit() == "-v" || w.Lit() == "-p" })
		if i < 0 || i+1 >= len(args) {
			return
		}
		args = args[i+1 : i+2]
	default:
		return
	}
	for _, w := range args {
		note(vs.assigned, identifier.FindString(w.Lit()), w.Pos())
	}
}

// assignedWord notes the variable on the left of an arithmetic assignment.
func (vs variables) assignedWord(x syntax.ArithmExpr) {
	if w, ok := x.(*syntax.Word); ok {
		if name := identifier.FindString(w.Lit()); name != "" {
			note(vs.assigned, name, w.Pos())
		} else if len(w.Parts) > 0 {
			if p, ok := w.Parts[0].(*syntax.ParamExp); ok && p.Param != nil {
				note(vs.assigned, p.Param.Value, w.Pos())
			}
		}
	}
}

// isNil also sees the nil pointers that the parser leaves in interfaces.
func isNil(n syntax.Node) bool {
	switch n := n.(type) {
	case nil:
		return true
	case *syntax.Word:
		return n == nil
	}
	return false
}

// note keeps the first place of a name.
func note(places map[string]syntax.Pos, name string, pos syntax.Pos) {
	if _, ok := places[name]; !ok && name != "" {
		places[name] = pos
	}
}

func sortedNames(places map[string]syntax.Pos) []string {
	return slices.Sorted(maps.Keys(places))
}
