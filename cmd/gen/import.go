package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"sitegen/internal/diag"
	"sitegen/internal/gen"
	"sitegen/internal/importer"
	"sitegen/internal/rules"
	"sitegen/internal/spec"
)

type importCmd struct {
	Dir     string `arg:"" placeholder:"DIR" complete:"files" help:"The repository: its top folder, or the one with its Terraform, Kubernetes and NixOS files in it."`
	SpecOut string `name:"out" placeholder:"FILE" complete:"files" help:"Write the spec to this file, which must not exist, and the report to standard output (the spec to standard output, the report to standard error)."`
}

// Run reads a repository that was written by hand. Nothing in it is changed.
func (c *importCmd) Run(e *env) error {
	if info, err := os.Stat(c.Dir); err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%s is no folder", c.Dir)
	}
	if c.SpecOut != "" {
		if _, err := os.Lstat(c.SpecOut); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already, and is not replaced: name another file", c.SpecOut)
		}
	}
	r, err := importer.Import(c.Dir)
	if err != nil {
		return err
	}
	if r.Problems.Errors() == 0 {
		paths, err := pathsOf(r.Spec)
		if err != nil {
			return err
		}
		r.Report.At(func(p string) bool { return paths[p] })
	}
	to := e.stderr
	if c.SpecOut == "" {
		_, err = io.WriteString(e.stdout, r.Spec)
	} else {
		to, err = e.stdout, c.write(r.Spec)
	}
	if err == nil {
		err = r.Report.WriteText(to)
	}
	if err != nil {
		return err
	}
	return tellProblems(to, r.Problems)
}

// pathsOf are those of the files that gen writes of a sound spec.
func pathsOf(text string) (map[string]bool, error) {
	dir, err := os.MkdirTemp("", "gen-import-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "site.cue")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		return nil, err
	}
	s, found := rules.Load(spec.Source{Path: name, OneFile: true})
	if s == nil {
		return nil, found
	}
	r, err := gen.Run(s, gen.All())
	if err != nil {
		return nil, err
	}
	paths := map[string]bool{}
	for _, f := range r.Tree.Files() {
		paths[f.Path] = true
	}
	return paths, nil
}

func (c *importCmd) write(text string) error {
	f, err := os.OpenFile(c.SpecOut, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Close())
}

// next is what comes after the report.
const next = `
next: fill in the spec (--out FILE writes it to one) until gen vet says nothing; gen adopt -out . lists the files that gen
writes too, and gen adopt -out . PATH takes one over; docs/ADOPTING.md of gen has the order
`

// tellProblems says what the rules find in the spec: what is a placeholder, or wants a word
// of its owner.
func tellProblems(to io.Writer, found diag.Problems) error {
	if len(found) > 0 {
		fmt.Fprintln(to, "\nthe rules say of the spec")
	}
	for _, p := range found {
		fmt.Fprintf(to, "  %s\n", p)
	}
	if found.Errors() > 0 {
		fmt.Fprintln(to, "\nthe spec is not sound yet: gen writes nothing from it")
		fmt.Fprint(to, next)
		return errDrift
	}
	fmt.Fprint(to, next)
	return nil
}
