package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"sitegen/internal/diag"
	"sitegen/internal/importer"
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

func (c *importCmd) write(text string) error {
	f, err := os.OpenFile(c.SpecOut, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Close())
}

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
		return errDrift
	}
	return nil
}
