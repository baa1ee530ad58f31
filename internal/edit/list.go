package edit

import (
	"bytes"
	"fmt"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"

	"sitegen/internal/diag"
)

// become gives a list that is written over several lines, or has comments, its new elements:
// those that stay keep their place in the text, and what is said beside them. It is false
// where nothing stays, or nothing is beside it.
func (s *Spec) become(it *item, text string) (done bool, err error) {
	old, isList := it.value.(*ast.ListLit)
	parsed, err := parser.ParseExpr("", text)
	now, toList := parsed.(*ast.ListLit)
	if err != nil || !isList || !toList {
		return false, nil
	}
	if from, to := old.Pos().Offset(), old.End().Offset(); !bytes.ContainsRune(it.file.data[from:to], '\n') {
		return false, nil
	}
	have, want := sources(it.file.data, old), sources([]byte(text), now)
	keep, stays := kept(have, want)
	if len(stays) == 0 {
		return false, nil
	}
	for i := len(have) - 1; i >= 0; i-- {
		if keep[i] {
			continue
		}
		if err := s.Remove(it.at.With(i)); err != nil {
			return true, err
		}
	}
	for i, element := range want {
		if stays[i] {
			continue
		}
		if err := s.insertElement(it.at, i, element); err != nil {
			return true, err
		}
	}
	return true, nil
}

// sources are the elements of a list as cue fmt has them.
func sources(data []byte, list *ast.ListLit) []string {
	var all []string
	for _, e := range list.Elts {
		all = append(all, oneLine(string(data[e.Pos().Offset():e.End().Offset()])))
	}
	return all
}

// kept are the places of the longest run of elements, with others between them, that two
// lists have in the same order.
func kept(a, b []string) (inA, inB map[int]bool) {
	n := make([][]int, len(a)+1) // n[i][j] is how long it is from a[i] and b[j] on
	n[len(a)] = make([]int, len(b)+1)
	for i := len(a) - 1; i >= 0; i-- {
		n[i] = make([]int, len(b)+1)
		for j := len(b) - 1; j >= 0; j-- {
			if n[i][j] = max(n[i+1][j], n[i][j+1]); a[i] == b[j] {
				n[i][j] = 1 + n[i+1][j+1]
			}
		}
	}
	inA, inB = map[int]bool{}, map[int]bool{}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			inA[i], inB[j] = true, true
			i, j = i+1, j+1
		case n[i+1][j] >= n[i][j+1]:
			i++
		default:
			j++
		}
	}
	return inA, inB
}

// insertElement puts an element into a list in front of the one at a place, or behind the last.
func (s *Spec) insertElement(list diag.Path, i int, text string) error {
	items, err := s.items(list.With(i))
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return s.Append(list, text)
	}
	f := items[0].file
	from, _ := extent(items[0].node)
	start, alone := f.lineStart(from)
	if !alone {
		return f.splice(from, from, text+", ")
	}
	indent := f.indent(start)
	return f.splice(start, start, indent+f.indented(text, indent)+",\n")
}

// next puts the element at a path behind the last one of its list, whose place it is.
func (s *Spec) next(at diag.Path, i int, text string) error {
	list := at.Parent()
	items, err := s.items(list)
	if err != nil {
		return err
	}
	n := 0
	if len(items) > 0 {
		if lit, ok := items[0].value.(*ast.ListLit); ok {
			n = len(lit.Elts)
		}
	}
	if i != n {
		return fmt.Errorf("there is no %s, and %s is the next one of the list", at, list.With(n))
	}
	return s.Append(list, text)
}
