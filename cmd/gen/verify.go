package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"sitegen/internal/diag"
	"sitegen/internal/rules"
	"sitegen/internal/verify"
)

type verifyCmd struct {
	formatFlags
	Out  outRoot `placeholder:"DIR" complete:"files" help:"The output root (the tree of gen's that this folder is or lies in, else out)."`
	Spec string  `placeholder:"PATH" complete:"files" help:"Also tell whether the tree is what this spec says."`
	sourceFlags
	Require []string `placeholder:"NAME" complete:"reader" help:"Readers that have to run, by their name or their program's, or all; separated by commas."`
	Network bool     `help:"Let readers use the network: charts, schemas, flake inputs."`
	Charts  string   `placeholder:"DIR" complete:"files" help:"Folder with the Helm charts, as NAME-VERSION.tgz or unpacked."`
	Schemas []string `placeholder:"LOCATION" sep:"none" complete:"files" help:"Where kubeconform finds schemas, as its -schema-location; can be repeated."`
}

// errRefused is drift of another kind: the tree is not what its readers take.
var errRefused = fmt.Errorf("a reader does not accept the tree: %w", errDrift)

// Run has every program that is there read the tree, and prints what they say.
func (c *verifyCmd) Run(e *env) error {
	e.format, e.out = c.Format, c.Out.dir()
	drifted, err := c.drifted(e)
	if err != nil {
		return err
	}
	r, err := c.report(e)
	if err != nil {
		return err
	}
	if err := show(e, r); err != nil {
		return err
	}
	if unmet := r.Unmet(); len(unmet) > 0 {
		if e.text() {
			for _, res := range unmet {
				fmt.Fprintf(e.stderr, "gen: %s is required and did not run: %s\n", res.Reader, res.Reason)
			}
		}
		return errShown
	}
	if drifted || r.Problems() > 0 {
		return errRefused
	}
	return nil
}

// show prints the table, then what was not read and why, then each problem; for
// machines these are findings, and the table is a part of JSON.
func show(e *env, r *verify.Report) error {
	var gaps, problems diag.Problems
	for _, res := range r.Results {
		rule := rules.RuleVerify + res.Reader
		for _, g := range res.Gaps() {
			f := diag.Problem{Message: "not verified: " + g.What, Rule: rule, Severity: diag.Warning}
			if g.Advice != "" {
				f.Hint = "to get it: " + g.Advice
			}
			if res.Required && res.State == verify.Skipped {
				f.Message, f.Severity = f.Message+" (required)", diag.Error
			}
			gaps = append(gaps, f)
		}
		for _, p := range res.Problems {
			problems = append(problems, diag.Problem{Pos: e.pos(p.Path, p.Line), Message: p.Text, Rule: rule, Severity: diag.Error})
		}
	}
	if !e.text() {
		e.log.Findings, e.log.Readers = slices.Concat(e.log.Findings, gaps, problems), r.Results
		return nil
	}
	if err := r.Table(e.stdout, e.color); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout)
	for _, g := range gaps {
		// A line each, without warning: that a program is not there is no fault.
		line := g.Message
		if g.Hint != "" {
			line += "; " + g.Hint
		}
		fmt.Fprintf(e.stdout, "%s [%s]\n", line, g.Rule)
	}
	if err := e.list(e.stdout, e.color, problems); err != nil {
		return err
	}
	// A reader that did not run is not one that found nothing.
	_, err := fmt.Fprintf(e.stdout, "%d readers ok, %d partly, %d skipped, %d refuse the tree\n",
		r.Count(verify.OK), r.Count(verify.Partly), r.Count(verify.Skipped), r.Count(verify.Failed))
	return err
}

func (c *verifyCmd) report(e *env) (*verify.Report, error) {
	root, err := (&outFlags{Out: c.Out}).open(e)
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, fmt.Errorf("the output root %q does not exist: there is nothing to verify; say another with --out", e.out)
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("the output root %q cannot be read: %w", e.out, reason(err))
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("the output root %q is empty: there is nothing to verify", e.out)
	}
	dir, err := filepath.Abs(e.out)
	if err != nil {
		return nil, err
	}
	charts, schemas, err := c.places()
	if err != nil {
		return nil, err
	}
	// An interrupt ends the programs, and the copy of the tree is removed.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer e.doing("the programs that read the tree look at it")()
	return verify.Run(ctx, verify.Options{
		Root: root, Dir: dir, Runner: verify.System{Path: os.Getenv("PATH")},
		Network: c.Network, Charts: charts, Schemas: schemas, Require: c.Require, Reach: verify.Reach,
	})
}

// places are --charts and --schemas from wherever a reader runs.
func (c *verifyCmd) places() (charts string, schemas []string, err error) {
	if c.Charts != "" {
		if charts, err = filepath.Abs(c.Charts); err != nil {
			return "", nil, err
		}
	}
	for _, s := range c.Schemas {
		if s != "default" && !strings.Contains(s, "://") {
			if s, err = filepath.Abs(s); err != nil {
				return "", nil, err
			}
		}
		schemas = append(schemas, s)
	}
	return charts, schemas, nil
}

// drifted says so when the tree is not what the spec says: what readers think of
// it is then not what they would think of the spec's.
func (c *verifyCmd) drifted(e *env) (bool, error) {
	if c.Spec == "" {
		if c.OneFile || c.Strict || len(c.Tag) > 0 {
			return false, errors.New("--one-file, --tag and --strict say how the spec is read: name it with --spec")
		}
		return false, nil
	}
	want, err := (&specFlags{c.Spec, c.sourceFlags}).wanted(e, c.Out, false)
	if err != nil {
		return false, err
	}
	changes, err := (&outFlags{Out: c.Out}).differences(e, c.Spec, want)
	if err != nil || len(changes) == 0 {
		return false, err
	}
	if e.text() {
		fmt.Fprintf(e.stderr, "gen: the tree is not what the spec says in %d of its files; %s names them\n", len(toRead(changes)), e.command("check"))
	} else {
		e.log.Findings = append(e.log.Findings, e.drift(toRead(changes))...)
	}
	return true, nil
}
