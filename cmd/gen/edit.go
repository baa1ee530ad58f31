package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/edit"
	"sitegen/internal/gen"
	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/spec"
	"sitegen/internal/tree"
)

// editFlags are for commands that change the spec.
type editFlags struct {
	specFlags
	Out outRoot `placeholder:"DIR" help:"The output root (as for gen). Where it is a tree of gen's, it is written in the same run."`
	acceptFlags
	DryRun bool `help:"Show what would become of the spec and of the site, and write nothing."`
}

// was is the spec that a command changes.
type was struct {
	src   spec.Source
	texts []spec.Text
	spec.Reading
	ix   *spec.Index // by the paths as they are written
	site *site.Site  // nil where it is not sound
	want *gen.Result // nil where nothing can be made of it

	about diag.Path // what the command names

	at   diag.Path // what is changed, where it is one place
	gone bool      // it shall not be there any more

	nothing string // what is said where nothing changes

	tree *treeChange // what becomes of files of the tree beside
}

// change is what a command does to the spec.
type change func(s *edit.Spec, b *was) error

// apply changes the spec, and writes it and the tree if both are good.
func (f *editFlags) apply(e *env, do change) error {
	if err := f.acceptFlags.check(); err != nil {
		return err
	}
	release, err := f.hold(e)
	if err != nil {
		return err
	}
	defer release()
	b, err := f.before(e)
	if err != nil {
		return err
	}
	s, err := edit.New(b.texts, b.Index)
	if err != nil {
		return err
	}
	if err := do(s, b); err != nil {
		return err
	}
	texts := s.Texts()
	changes := textChanges(b.texts, texts)
	if len(changes) == 0 && b.tree == nil {
		fmt.Fprintf(e.stderr, "gen: %s; nothing was written\n", cmp.Or(b.nothing, "the spec says that already"))
		return nil
	}
	r := b.src.With(texts).Read()
	if err := b.done(e, r); err != nil {
		return err
	}
	want, err := f.judge(e, r)
	if err != nil {
		if f.DryRun {
			err = cmp.Or(tree.Diff(e.stdout, changes, e.color), err)
		}
		fmt.Fprintln(e.stderr, "gen: nothing was written: these are problems of the spec as it would be, in its new text"+unless(f.DryRun, "; --dry-run shows it"))
		return err
	}
	return f.finish(e, b, texts, changes, want)
}

func unless(not bool, text string) string {
	if not {
		return ""
	}
	return text
}

// before reads the spec as it is. Its problems are not this command's.
func (f *editFlags) before(e *env) (*was, error) {
	e.spec = f.specFlags
	f.Spec = cmp.Or(f.Spec, specAbove())
	b := &was{src: f.source()}
	var problems diag.Problems
	if b.texts, problems = b.src.Texts(); problems.Errors() > 0 {
		return nil, f.find(e, problems)
	}
	b.Reading = b.src.Read()
	b.ix = b.Index.AsWritten()
	e.known = known{on: true, learns: true}
	b.site, problems = rules.Judge(b.Reading)
	if f.find(e, problems) == nil && b.site != nil {
		b.want, _ = f.made(e, f.Out, b.site, !isTree(f.Out.dir())) // what is wrong is known now
	}
	e.known.learns = false
	return b, nil
}

// judge tells what is wrong with the changed spec that was not wrong before. The result is
// nil where what was wrong before keeps it from being made.
func (f *editFlags) judge(e *env, r spec.Reading) (*gen.Result, error) {
	s, problems := rules.Judge(r)
	err := f.find(e, problems)
	var want *gen.Result
	if err == nil && s != nil {
		want, err = f.made(e, f.Out, s, !isTree(f.Out.dir()))
	}
	switch {
	case e.known.errors > 0:
		return nil, errShown
	case err != nil && !errors.Is(err, errShown):
		return nil, err
	}
	return want, nil
}

// done tells whether the change has come to what was meant, and what else it changes.
func (b *was) done(e *env, r spec.Reading) error {
	ix := r.Index.AsWritten()
	if b.at == nil || ix == nil || b.ix == nil {
		return nil
	}
	if b.gone && ix.Has(b.at) {
		return fmt.Errorf("%s: %s is said here too: take it out there by hand; nothing was written", ix.Value(b.at), b.at)
	}
	for _, at := range spec.Changed(b.ix, ix) {
		within := strings.HasPrefix(at.Key()+"\x00", b.at.Key()+"\x00") || strings.HasPrefix(b.at.Key()+"\x00", at.Key()+"\x00")
		if _, element := b.at[len(b.at)-1].(int); !within && !(element && strings.HasPrefix(at.Key(), b.at.Parent().Key())) {
			fmt.Fprintf(e.stderr, "gen: %s changes with it (%s)\n", at, ix.Value(at))
		}
	}
	return nil
}

// textChanges are the files of the spec that have become others.
func textChanges(old, new []spec.Text) []tree.Change {
	var all []tree.Change
	for i, t := range old {
		if bytes.Equal(t.Data, new[i].Data) {
			continue
		}
		name := filepath.ToSlash(t.Name)
		file := func(data []byte) *tree.File { return &tree.File{Path: name, Mode: 0o644, Data: data} }
		all = append(all, tree.Change{Path: name, Old: file(t.Data), New: file(new[i].Data)})
	}
	return all
}
