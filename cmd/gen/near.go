package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/edit"
	"sitegen/internal/format"
	"sitegen/internal/gen"
	"sitegen/internal/spec"
)

// missing says that an entry which a path leads to is not in the spec, and which one may be
// meant; "" where it is there, or none is near.
func (b *was) missing(at diag.Path) string {
	if b.ix == nil {
		return ""
	}
	for i, e := range at {
		name, ok := e.(string)
		if here := at[:i+1]; ok && spec.Named(here) && !b.ix.Has(here) {
			if near := format.NearestHint(name, b.ix.Names(at[:i])); near != "" {
				return fmt.Sprintf("the spec does not say %s; %s", here, near)
			}
			return ""
		}
	}
	return ""
}

// near is the error of a change at a path, or that another one may be meant.
func (b *was) near(at diag.Path, err error) error {
	if other := b.missing(at); err != nil && other != "" {
		return errors.New(other)
	}
	return err
}

// quotedName finds the name with dots that a path without quotes may mean: of
// domains.example.com.primary, domains."example.com".primary.
func (b *was) quotedName(at diag.Path) string {
	for i := range at {
		name := ""
		for j, e := range at[i:] {
			part, ok := e.(string)
			if !ok {
				break
			}
			if name += "." + part; j == 0 {
				continue
			}
			meant := slices.Concat(at[:i], diag.Path{name[1:]}, at[i+j+1:])
			if spec.Named(meant[:i+1]) && b.ix != nil && b.ix.Has(meant[:i+1]) && spec.Known(meant) == nil {
				return "a name with dots is in quotes: " + quoted(meant.String())
			}
		}
	}
	return ""
}

// leftOut tells which files that @if leaves out say what is changed.
func (b *was) leftOut(e *env) {
	for _, p := range b.Problems {
		if p.Rule != spec.LeftOut || b.about == nil {
			continue
		}
		data, err := os.ReadFile(p.Pos.File)
		if err != nil {
			continue
		}
		if s, err := edit.New([]spec.Text{{Name: p.Pos.File, Data: data}}, b.Index); err == nil && s.Says(b.about) {
			fmt.Fprintf(e.stderr, "gen: %s is left out, and says %s too: it stays as it is\n", p.Pos.File, b.about)
		}
	}
}

// moves tells where the encrypted file of what has another name has to go: gen cannot write it.
func (b *was) moves(e *env, want *gen.Result) {
	if b.want == nil || want == nil {
		return
	}
	from, to := encrypted(b.want), encrypted(want)
	gone := slices.DeleteFunc(slices.Clone(from), func(f string) bool { return slices.Contains(to, f) })
	come := slices.DeleteFunc(slices.Clone(to), func(f string) bool { return slices.Contains(from, f) })
	if len(gone) == 1 && len(come) == 1 {
		fmt.Fprintf(e.stderr, "gen: move %s to %s, where there is one: it is encrypted, and yours\n", gone[0], come[0])
	}
}

// encrypted are the paths of the encrypted files that Argo CD reads.
func encrypted(r *gen.Result) []string {
	var all []string
	for _, a := range r.Site.ArgoSecrets() {
		all = append(all, a.File())
	}
	return all
}
