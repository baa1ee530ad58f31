package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"sitegen/internal/verify"
)

type verifyCmd struct {
	Out     outRoot  `placeholder:"DIR" help:"The output root (this folder if it is one already, else out)."`
	Spec    string   `placeholder:"PATH" help:"Also tell whether the tree is what this spec says."`
	Require []string `placeholder:"NAME" help:"Readers that have to run, by their name or their program's, or all; separated by commas."`
	Format  string   `default:"text" enum:"text,json,github" help:"How the result is printed: text, json or github (${default})."`
	Network bool     `help:"Let readers use the network: charts, schemas, flake inputs."`
	Charts  string   `placeholder:"DIR" help:"Folder with the Helm charts, as NAME-VERSION.tgz or unpacked."`
	Schemas []string `placeholder:"LOCATION" sep:"none" help:"Where kubeconform finds schemas, as its -schema-location; can be repeated."`
}

// errRefused is drift of another kind: the tree is not what its readers take.
var errRefused = fmt.Errorf("a reader does not accept the tree: %w", errDrift)

// Run has every program that is there read the tree, and prints what they say.
func (c *verifyCmd) Run(e *env) error {
	drifted, err := c.drifted(e)
	if err != nil {
		return err
	}
	report, err := c.report()
	if err != nil {
		return err
	}
	if err := c.print(e, report); err != nil {
		return err
	}
	if unmet := report.Unmet(); len(unmet) > 0 {
		for _, r := range unmet {
			fmt.Fprintf(e.stderr, "gen: %s is required and did not run: %s\n", r.Reader, r.Reason)
		}
		return errShown
	}
	if drifted || report.Problems() > 0 {
		return errRefused
	}
	return nil
}

func (c *verifyCmd) report() (*verify.Report, error) {
	dir, err := filepath.Abs(c.Out.dir())
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("the output root %q cannot be read: %w", c.Out.dir(), errors.Unwrap(err))
	}
	defer root.Close()
	if entries, err := os.ReadDir(dir); err == nil && len(entries) == 0 {
		return nil, fmt.Errorf("the output root %q is empty: there is nothing to verify", c.Out.dir())
	}
	charts, schemas, err := c.places()
	if err != nil {
		return nil, err
	}
	// An interrupt ends the programs, and the copy of the tree is removed.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return verify.Run(ctx, verify.Options{
		Root: root, Dir: dir, Runner: verify.System{Path: os.Getenv("PATH")},
		Network: c.Network, Charts: charts, Schemas: schemas, Require: c.Require,
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

func (c *verifyCmd) print(e *env, report *verify.Report) error {
	switch c.Format {
	case "json":
		return report.JSON(e.stdout)
	case "github":
		return report.GitHub(e.stdout, filepath.ToSlash(c.Out.dir()))
	}
	return report.Text(e.stdout)
}

// drifted says so when the tree is not what the spec says: what readers think of
// it is then not what they would think of the spec's.
func (c *verifyCmd) drifted(e *env) (bool, error) {
	if c.Spec == "" {
		return false, nil
	}
	want, err := (&specFlags{Spec: c.Spec, Format: "text"}).wanted(e)
	if err != nil {
		return false, err
	}
	changes, err := (&outFlags{Out: c.Out}).differences(want)
	if err != nil || len(changes) == 0 {
		return false, err
	}
	fmt.Fprintf(e.stderr, "gen: %d files are not what %s says; gen check names them\n", len(changes), c.Spec)
	return true, nil
}
