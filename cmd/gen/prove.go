package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"

	"sitegen/internal/diag"
	"sitegen/internal/gen"
	"sitegen/internal/gen/said"
	"sitegen/internal/prove"
	"sitegen/internal/prove/meant"
	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/spec"
	"sitegen/internal/summary"
)

type proveCmd struct {
	formatFlags
	Out  outRoot `placeholder:"DIR" complete:"files" help:"The output root (the tree of gen's that this folder is or lies in, else out)."`
	Spec string  `placeholder:"PATH" complete:"files" help:"Compare what the tree says with this spec (the one that the tree was written from, .sitegen.spec)."`
	sourceFlags
	Hostname string `arg:"" optional:"" complete:"hostname" help:"Print the way of this hostname, a hop a line, in place of what is wrong."`
}

// errUnproved is drift of another kind: a link of the tree does not hold.
var errUnproved = fmt.Errorf("a link of the tree does not hold: %w", errDrift)

// Run reads the tree back and tells which of its links do not hold.
func (c *proveCmd) Run(e *env) error {
	e.format = c.Format
	root, err := (&outFlags{Out: c.Out}).open(e)
	if err != nil {
		return err
	}
	if root == nil {
		return fmt.Errorf("the output root %q does not exist: there is nothing to prove; say another with --out", e.out)
	}
	defer root.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var options prove.Options
	if nix, err := exec.LookPath("nix-instantiate"); err == nil {
		options.Nix = prove.WithNix(nix)
	}
	done := e.doing("reading the tree, and following its links")
	p, err := prove.Run(ctx, root.FS(), options)
	done()
	if err != nil {
		return fmt.Errorf("the output root %q cannot be read: %w", e.out, reason(err))
	}
	if c.Hostname != "" {
		return c.chain(e, p)
	}
	s, err := c.spec(e, root)
	if err != nil {
		return err
	}
	if s != nil {
		links := meant.Differences(p, s)
		values, err := c.contents(ctx, e, root, s, links)
		if err != nil {
			return err
		}
		p.Findings = slices.Concat(p.Findings, links, values)
	}
	var found diag.Problems
	for _, f := range p.Findings {
		severity := diag.Error
		if f.Warning {
			severity = diag.Warning
		}
		found = append(found, diag.Problem{Pos: e.pos(f.At.File, f.At.Line), Message: f.Text, Hint: f.Hint, Rule: f.Rule, Severity: severity})
	}
	if err := e.find(found...); err != nil {
		return err
	}
	if found.Errors() > 0 {
		return errUnproved
	}
	if e.text() {
		_, err = fmt.Fprintln(e.stdout, p.Sum())
	}
	return err
}

// spec is the site of the spec that the flags name, or else of the one that the tree has
// with it; nil where that is not there, or of another gen.
func (c *proveCmd) spec(e *env, root *os.Root) (*site.Site, error) {
	if c.Spec != "" {
		return (&specFlags{c.Spec, c.sourceFlags}).load(e)
	}
	if c.OneFile || c.Strict || len(c.Tag) > 0 {
		return nil, errors.New("--one-file, --tag and --strict say how the spec is read: name it with --spec")
	}
	files := map[string][]byte{}
	if data, err := root.ReadFile(said.Path); err == nil {
		files[said.Path] = data
	}
	return summary.Read(files).Site, nil
}

// contents compares the files of the tree with those that the spec gives. A spec that the
// tree has with it may be one that this gen would refuse: then there are none.
func (c *proveCmd) contents(ctx context.Context, e *env, root *os.Root, s *site.Site, links []prove.Finding) ([]prove.Finding, error) {
	if c.Spec == "" {
		data, err := root.ReadFile(said.Path)
		if err != nil {
			return nil, err
		}
		var problems diag.Problems
		if s, problems = rules.Judge(spec.ReadSaid(said.Path, data)); s == nil {
			return []prove.Finding{{Rule: prove.RuleUnproved, At: prove.Place{File: said.Path}, Warning: true,
				Text: fmt.Sprintf("VALUES WERE NOT COMPARED with the spec that the tree was written from, which is not sound: %s", problems[0].Message)}}, nil
		}
	}
	if found := rules.ReadOwn(s, root.FS()); found.Errors() > 0 {
		return []prove.Finding{{Rule: prove.RuleUnproved, At: prove.Place{File: said.Path}, Warning: true,
			Text: fmt.Sprintf("VALUES WERE NOT COMPARED with the spec, since a file of yours cannot be read: %s", found[0].Message)}}, nil
	}
	r, err := gen.Run(s, gen.All())
	if err != nil {
		return nil, err
	}
	want := map[string][]byte{}
	for _, f := range r.Tree.Files() {
		want[f.Path] = f.Data
	}
	var parse func(context.Context, []byte) ([]byte, error)
	if nix, err := exec.LookPath("nix-instantiate"); err == nil {
		parse = prove.ParseNix(nix)
	}
	return meant.Contents(ctx, root.FS(), want, links, parse)
}

// chain prints the way of a hostname.
func (c *proveCmd) chain(e *env, p *prove.Proof) error {
	if !e.text() {
		return errors.New("--format is for findings, not for the way of a hostname")
	}
	hops, ok := p.Chain(c.Hostname)
	if !ok {
		return fmt.Errorf("no record and no rule of %s is for %q", e.out, c.Hostname)
	}
	for _, h := range hops {
		where := ""
		if h.At.File != "" {
			where = e.pos(h.At.File, h.At.Line).String() + ": "
		}
		if _, err := fmt.Fprintf(e.stdout, "%s%s\n", where, h.Text); err != nil {
			return err
		}
	}
	return nil
}
