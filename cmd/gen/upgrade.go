package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/edit"
	"sitegen/internal/gen"
	"sitegen/internal/rules"
	"sitegen/internal/spec"
)

// schemaStep is a change of the schema that a spec written before it has to follow.
type schemaStep struct {
	was, is string
	do      func(u *upgrade) ([]diag.Path, error) // returns what it has changed
}

// steps are the changes of the schema so far, the oldest first. No field has had another
// name or another place yet; where a default has changed, a spec for which the old one
// held says it from then on.
func steps() []schemaStep {
	gateway := []string{"hosts.*.nics.*.ipv6.gateway", "hosts.*.vlans.*.ipv6.gateway", "hosts.*.bonds.*.ipv6.gateway"}
	return []schemaStep{
		{
			was: "ipv6: gateway was fe80::1 on every card, VLAN and bond",
			is:  "it is auto: none for a private address, or where another one has the way to the internet for IPv4",
			do:  func(u *upgrade) ([]diag.Path, error) { return u.keep(gateway, "address", `"fe80::1"`) },
		},
	}
}

type upgradeCmd struct{ editFlags }

// upgrade is a spec on its way to today's schema.
type upgrade struct {
	e    *env
	cmd  *upgradeCmd
	spec *edit.Spec
	was  *was
}

// Run makes the steps that the spec needs.
func (c *upgradeCmd) Run(e *env) error {
	return c.apply(e, func(s *edit.Spec, b *was) error {
		b.nothing = "the spec is as this gen has it"
		u := &upgrade{e, c, s, b}
		for _, st := range steps() {
			changed, err := st.do(u)
			if err != nil {
				return err
			}
			for _, at := range changed {
				fmt.Fprintf(e.stderr, "gen: %s; %s: %s says it now\n", st.was, st.is, at)
			}
		}
		return nil
	})
}

// keep says the old default of a field where the tree was written with it: an entry that
// has the field beside, does not say this one, and of which the lines that the old value
// makes are in the tree.
func (u *upgrade) keep(patterns []string, beside, old string) ([]diag.Path, error) {
	var changed []diag.Path
	if u.was.ix == nil || u.was.want == nil || !isTree(u.cmd.Out.dir()) {
		return nil, nil // nothing tells what was before
	}
	for _, at := range spec.Changed(&spec.Index{}, u.was.ix) {
		field := at.Parent().With(lastOf(patterns[0]))
		if at[len(at)-1] != beside || u.was.ix.Has(field) || !slices.ContainsFunc(patterns, field.Matches) {
			continue
		}
		held, err := u.held(field, old)
		if err == nil && held {
			err = u.spec.Set(field, old)
		}
		var refused *edit.RefusedError
		switch {
		case errors.As(err, &refused):
			fmt.Fprintf(u.e.stderr, "gen: %s was %s by default, and is not any more: say it by hand at %s\n", field, old, refused.Pos)
		case err != nil:
			return nil, err
		case held:
			changed = append(changed, field)
		}
	}
	return changed, nil
}

func lastOf(pattern string) string { return pattern[strings.LastIndexByte(pattern, '.')+1:] }

// held tells whether the tree has the lines of machines that a value makes and that today's
// default does not.
func (u *upgrade) held(at diag.Path, value string) (bool, error) {
	s, err := edit.New(u.was.texts, u.was.Index)
	if err != nil {
		return false, err
	}
	if err := s.Set(at, value); err != nil {
		return false, err
	}
	site, problems := rules.Judge(u.was.src.With(s.Texts()).Read())
	if problems.Errors() > 0 || site == nil {
		return false, nil // never was so
	}
	known := u.e.known
	u.e.known.was, u.e.known.learns = nil, true // this spec is neither the one before nor the one to come
	old, err := u.cmd.made(u.e, u.cmd.Out, site, false)
	u.e.known = known
	if err != nil {
		return false, err
	}
	return hasLines(u.cmd.Out.dir(), u.was.want, old), nil
}

// hasLines tells whether a tree on disk has what one result has more than another in the
// files of machines, as often as the one has it.
func hasLines(dir string, now, old *gen.Result) bool {
	differ := false
	for _, f := range old.Tree.Files() {
		today, _ := now.Tree.Lookup(f.Path)
		if !strings.HasPrefix(f.Path, "machines/") || bytes.Equal(today.Data, f.Data) {
			continue
		}
		disk, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err != nil {
			return false
		}
		then, is, has := count(f.Data), count(today.Data), count(disk)
		for line, n := range then {
			if n > is[line] && has[line] < n {
				return false
			}
		}
		differ = true
	}
	return differ
}

// count is how often each line is in a text.
func count(text []byte) map[string]int {
	n := map[string]int{}
	for line := range bytes.Lines(text) {
		n[strings.TrimSpace(string(line))]++
	}
	return n
}
