package edit

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// spot is a place where something new can go: a scope, beside those that are like it.
type spot struct {
	scope    *scope
	n        int       // how many elements of the path are there
	labels   []string  // from the scope to the new thing
	siblings []sibling // in the order of the text
}

// sibling is a field beside the new one, and the node of the scope that says it.
type sibling struct {
	node ast.Node
	name string
}

// insert puts in a field that is not there, into what there is of the path to it.
func (s *Spec) insert(at diag.Path, text string) error {
	for n := len(at) - 1; n >= 0; n-- {
		spots, err := s.spots(at, n)
		if err != nil {
			return err
		}
		if len(spots) > 0 {
			return best(at, spots).put(at, text)
		}
		if spec.Named(at[:n+1]) {
			continue // one more of what a loop makes can stand beside it
		}
		if err := s.madeElsewhere(at[:n]); err != nil {
			return err
		}
	}
	return fmt.Errorf("there is no place for %s", at)
}

// spots are the places for a path in what there is of its first n elements.
func (s *Spec) spots(at diag.Path, n int) ([]spot, error) {
	scopes, err := s.scopes(at[:n])
	if err != nil {
		return nil, err
	}
	if len(scopes) == 0 {
		return nil, s.noStruct(at[:n])
	}
	var labels []string
	for _, e := range at[n:] {
		name, ok := e.(string)
		if !ok {
			return nil, fmt.Errorf("there is no %s: the list has fewer elements", at)
		}
		labels = append(labels, name)
	}
	var all []spot
	for _, sc := range scopes {
		if _, list := sc.lit.(*ast.ListLit); list {
			return nil, fmt.Errorf("%s is a list, and has no names in it", at[:n])
		}
		sp := spot{scope: sc, n: n, labels: labels}
		for _, d := range sc.nodes {
			if f, ok := d.(*ast.Field); ok {
				if name, _, err := ast.LabelName(f.Label); err == nil {
					sp.siblings = append(sp.siblings, sibling{d, name})
				}
			}
		}
		all = append(all, sp.outward())
	}
	return joined(all), nil
}

// noStruct refuses a place in what is no struct.
func (s *Spec) noStruct(at diag.Path) error {
	items, err := s.items(at)
	if err != nil || len(items) == 0 {
		return err
	}
	it := items[0]
	if why := computed(it.value); why != "" {
		return refused(it.file, it.value, at, byHand, "%s", why)
	}
	return refused(it.file, it.value, at, "gen set "+at.String()+" '{ … }' gives it another one as a whole", "is a value, and no struct with fields")
}

// outward goes from a struct without braces to the scope that it stands in.
func (sp spot) outward() spot {
	for sp.scope.chained {
		out := sp.scope.item
		name, _, _ := ast.LabelName(out.node.(*ast.Field).Label)
		sp.labels = append([]string{name}, sp.labels...)
		for i := range sp.siblings {
			sp.siblings[i].node = out.node
		}
		sp.scope = out.scope
	}
	return sp
}

// joined makes one spot of those in the same scope: a: b: 1 and a: c: 2 are siblings.
func joined(spots []spot) []spot {
	var all []spot
	for _, sp := range spots {
		i := slices.IndexFunc(all, func(o spot) bool {
			return o.scope.file == sp.scope.file && o.scope.lit == sp.scope.lit && slices.Equal(o.labels, sp.labels)
		})
		if i < 0 {
			all = append(all, sp)
		} else {
			all[i].siblings = append(all[i].siblings, sp.siblings...)
		}
	}
	return all
}

// best is the spot with most siblings; at the top, the one with the field that the schema
// has before.
func best(at diag.Path, spots []spot) spot {
	top := spots[0]
	for _, sp := range spots[1:] {
		if sp.n == 0 && sp.before(at) > top.before(at) || sp.n > 0 && len(sp.siblings) >= len(top.siblings) {
			top = sp
		}
	}
	return top
}

// order is the place of a field at the top in the schema.
func order(name any) int {
	return slices.IndexFunc(spec.TopNames(), func(n string) bool { return n == name })
}

// before is the place in the schema of the nearest sibling before the new field; -1 for none.
func (sp spot) before(at diag.Path) int {
	nearest := -1
	for _, s := range sp.siblings {
		if n := order(s.name); n < order(at[0]) {
			nearest = max(nearest, n)
		}
	}
	return nearest
}

// after is the sibling behind which the new field goes; -1 for before all of them.
func (sp spot) after(at diag.Path) int {
	last := len(sp.siblings) - 1
	if sp.n == 0 {
		nearest := sp.before(at)
		for i, s := range sp.siblings {
			if nearest >= 0 && order(s.name) == nearest {
				last = i
			}
		}
		return last
	}
	sorted := slices.IsSortedFunc(sp.siblings, func(a, b sibling) int { return strings.Compare(a.name, b.name) })
	if !sorted || last < 1 || !spec.Named(at[:sp.n+1]) {
		return last
	}
	name, _ := at[sp.n].(string)
	return slices.IndexFunc(append(slices.Clone(sp.siblings), sibling{name: name + "\xff"}), func(s sibling) bool { return s.name > name }) - 1
}

// madeElsewhere refuses what evaluation brings about and no file has as it stands.
func (s *Spec) madeElsewhere(at diag.Path) error {
	if len(at) == 0 || s.ix == nil || !s.ix.Has(at) {
		return nil
	}
	pos, written := s.ix.Place(at)
	if written.IsValid() {
		pos = written
	}
	return &RefusedError{Pos: pos, Path: at, Why: s.Made(pos), Hint: byHand}
}
