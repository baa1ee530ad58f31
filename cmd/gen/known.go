package main

import (
	"slices"

	"sitegen/internal/diag"
)

// known are findings that there were before a change of the spec.
type known struct {
	on     bool          // the spec is being changed
	learns bool          // what is found now is of the spec before
	was    diag.Problems // what was found then, and has not been found again
	before int           // how many of it stop gen
	same   int           // how many of those are as they were
	errors int           // how many stop gen that there were not before
}

// mends tells whether the change takes an error away, or makes another of it, and no new one.
func (k *known) mends() bool { return k.errors == 0 && k.same < k.before }

// tells are the findings that are not as they were. Places move, and messages count: the
// rule and the path tell whether there was one before.
func (k *known) tells(found diag.Problems) diag.Problems {
	if k.learns {
		k.was, k.before = append(k.was, found...), k.before+found.Errors()
		return nil
	}
	same := func(a, b diag.Problem) bool {
		return a.Rule == b.Rule && a.Path == b.Path && a.Severity == b.Severity
	}
	var other diag.Problems
	for _, p := range found {
		switch was := k.take(func(w diag.Problem) bool { return same(w, p) && w.Message == p.Message }); {
		case !was:
			other = append(other, p)
		case p.Severity == diag.Error:
			k.same++
		}
	}
	for _, p := range other {
		if was := p.Path != "" && k.take(func(w diag.Problem) bool { return same(w, p) }); !was && p.Severity == diag.Error {
			k.errors++
		}
	}
	return other
}

// take looks for one of the findings before, which counts no more.
func (k *known) take(is func(diag.Problem) bool) bool {
	i := slices.IndexFunc(k.was, is)
	if i >= 0 {
		k.was = slices.Delete(k.was, i, i+1)
	}
	return i >= 0
}
