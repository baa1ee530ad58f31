package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/gen"
	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/spec"
	"sitegen/internal/tree"
	"sitegen/schema"
)

// load reads the spec and tells what is wrong with it.
func (f *specFlags) load(e *env) (*site.Site, error) {
	e.spec = *f
	f.Spec = cmp.Or(f.Spec, specAbove())
	s, problems := rules.Load(f.source())
	if err := f.find(e, problems); err != nil {
		return nil, err
	}
	return s, nil
}

// find tells problems of the spec; errors among them end the run.
func (f *specFlags) find(e *env, problems diag.Problems) error {
	if f.Strict {
		for i := range problems {
			problems[i].Severity = diag.Error
		}
	}
	if err := e.find(problems...); err != nil {
		return err
	}
	if problems.Errors() > 0 {
		return errShown
	}
	return nil
}

// wanted is what the spec describes, with what it takes from files of the user's in
// the output root. Where vet is true, one that is missing is only warned of.
func (f *specFlags) wanted(e *env, out outRoot, vet bool) (*gen.Result, error) {
	s, err := f.load(e)
	if err != nil {
		return nil, err
	}
	return f.made(e, out, s, vet)
}

// made is what a site that has been read comes to.
func (f *specFlags) made(e *env, out outRoot, s *site.Site, vet bool) (*gen.Result, error) {
	if err := f.readOwn(e, out, s, vet); err != nil {
		return nil, err
	}
	r, err := gen.Run(s, gen.All())
	if err != nil {
		return nil, err
	}
	return r, f.find(e, rules.Silence(r.Site, idle(r), rules.RuleIdle))
}

// readOwn reads the user's files that the output is made of.
func (f *specFlags) readOwn(e *env, out outRoot, s *site.Site, vet bool) error {
	root, err := (&outFlags{Out: out}).open(e)
	if err != nil {
		return err
	}
	var folder fs.FS
	if root != nil {
		defer root.Close()
		folder = root.FS()
	}
	found := rules.ReadOwn(s, folder)
	for i := range found {
		if vet && found[i].Rule == rules.RuleMissing {
			found[i].Severity = diag.Warning
		}
	}
	return f.find(e, found)
}

// idle makes findings of patterns that leave out no file.
func idle(r *gen.Result) diag.Problems {
	var all diag.Problems
	for i, pattern := range r.Site.Output.Exclude {
		if !slices.Contains(r.Idle, pattern) {
			continue
		}
		at := diag.Path{"output", "exclude", i}
		all = append(all, diag.Problem{
			Pos: r.Site.At(at), Path: at.String(), Message: fmt.Sprintf("%q leaves out no file", pattern),
			Hint: "take it out, or correct it: patterns are relative to the output root", Rule: rules.RuleIdle, Severity: diag.Warning,
		})
	}
	return all
}

type checkCmd struct {
	specFlags
	formatFlags
	outFlags
	Facts []string `placeholder:"FILE" complete:"files" help:"Compare a machine with the spec too: its facts, as gen probe --script finds them. Can be repeated."`
}

// Run reports each difference in a line, and then what to do.
func (c *checkCmd) Run(e *env) error {
	e.format = c.Format
	want, err := c.wanted(e, c.Out, false)
	if err != nil {
		return err
	}
	changes, err := c.differences(e, c.Spec, want)
	if err != nil {
		return err
	}
	unsound, err := c.around(e, want, changes)
	if err != nil {
		return err
	}
	other, err := c.compareFacts(e, want.Site)
	if err != nil {
		return err
	}
	unsound = cmp.Or(unsound, other)
	if !e.text() {
		e.log.Findings = append(e.log.Findings, e.drift(toRead(changes))...)
		return cmp.Or(unsound, driftOf(changes))
	}
	if err := tree.Report(e.stdout, toRead(changes), e.color); err != nil {
		return err
	}
	advise(e, changes)
	if len(c.Only) == 0 {
		if err := listYours(e, &c.outFlags, want, changes); err != nil {
			return err
		}
	}
	return cmp.Or(unsound, driftOf(changes))
}

// around tells what is wrong with the user's own files, which is drift as well; of a
// root that does not exist yet there is nothing to tell.
func (c *checkCmd) around(e *env, want *gen.Result, changes []tree.Change) (drift, err error) {
	root, err := c.open(e)
	if err != nil || root == nil || len(c.Only) > 0 {
		return nil, err
	}
	defer root.Close()
	found, err := around(e, root, want, changes, summaryOf(root, want, changes), true)
	if err != nil {
		return nil, err
	}
	if err = c.find(e, found); errors.Is(err, errShown) {
		return errDrift, nil
	}
	return nil, err
}

// diffCmd has no formats: a diff is one, which other programs sum up or colour.
type diffCmd struct {
	specFlags
	outFlags
	summaryFlags
}

// Run shows the differences as a unified diff, from what is there to what is wanted.
func (c *diffCmd) Run(e *env) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Summary {
		return c.summarize(e)
	}
	want, err := c.wanted(e, c.Out, false)
	if err != nil {
		return err
	}
	changes, err := c.differences(e, c.Spec, want)
	if err != nil {
		return err
	}
	if err := tree.Diff(e.stdout, toRead(changes), e.color); err != nil {
		return err
	}
	return driftOf(changes)
}

func driftOf(changes []tree.Change) error {
	if len(changes) > 0 {
		return errDrift
	}
	return nil
}

type vetCmd struct {
	specFlags
	formatFlags
	Out outRoot `placeholder:"DIR" complete:"files" help:"The output root, where files that the spec leaves to you are looked for (as for gen check)."`
}

// Run checks the spec, generates from it, and writes nothing. It warns of files that
// are the user's to write and not there yet, since gen will stop at them, and says
// which rules the spec silences.
func (c *vetCmd) Run(e *env) error {
	e.format = c.Format
	r, err := c.wanted(e, c.Out, true)
	if err != nil {
		return err
	}
	root, err := (&outFlags{Out: c.Out}).open(e)
	if err != nil {
		return err
	}
	if root != nil {
		defer root.Close()
	}
	missing, err := missingReferences(root, r, diag.Warning)
	if err != nil {
		return err
	}
	if err := c.find(e, rules.Silence(r.Site, missing, rules.RuleNeeded)); err != nil {
		return err
	}
	for _, rule := range slices.Sorted(maps.Keys(r.Site.Silence)) {
		fmt.Fprintf(e.stderr, "gen: %s is silenced: %s\n", rule, r.Site.Silence[rule])
	}
	return nil
}

type schemaCmd struct {
	JSON bool `name:"json" help:"Print it as JSON Schema (draft 2020-12)."`
}

// Run prints the schema as one CUE file, or as JSON Schema.
func (c *schemaCmd) Run(e *env) error {
	text, err := schema.Text()
	if c.JSON {
		text, err = spec.JSONSchema()
	}
	if err != nil {
		return err
	}
	_, err = e.stdout.Write(text)
	return err
}

// version is that of a release, whose build says it: -ldflags "-X main.version=1.2.0".
var version string

type versionCmd struct{}

// Run prints the version: the release's, the module's, or the commit it was built from.
func (c *versionCmd) Run(e *env) error {
	v := cmp.Or(version, "(devel)")
	if info, ok := debug.ReadBuildInfo(); ok && version == "" {
		v = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && strings.Trim(v, "()") == "devel" {
				v = s.Value
			}
		}
	}
	_, err := fmt.Fprintln(e.stdout, "gen", v)
	return err
}
