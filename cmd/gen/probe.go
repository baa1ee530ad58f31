package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"sitegen/internal/facts"
	"sitegen/internal/format"
	"sitegen/templates"
)

type probeCmd struct {
	Facts  string `arg:"" optional:"" placeholder:"FILE" help:"Facts that the script has found (standard input)."`
	Script bool   `help:"Print the script that finds them: gen probe --script | ssh root@ADDRESS sh > facts.json"`
	Name   string `default:"web1" placeholder:"HOST" help:"Name of the host in the spec (${default})."`
}

// Run prints the lines of a spec that say what a machine is made of.
func (c *probeCmd) Run(e *env) error {
	if c.Script {
		text, err := fs.ReadFile(templates.FS, "sh/facts.sh")
		if err == nil {
			_, err = e.stdout.Write(text)
		}
		return err
	}
	if f := format.Label("a host", c.Name, 63); f.Bad() {
		return fmt.Errorf("--name: %s: %s", f.What, f.Advice())
	}
	from, name := io.Reader(os.Stdin), "standard input"
	if c.Facts != "" && c.Facts != "-" {
		file, err := os.Open(c.Facts)
		if err != nil {
			return err
		}
		defer file.Close()
		from, name = file, c.Facts
	} else if info, err := os.Stdin.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return errors.New("there are no facts: gen probe --script | ssh root@ADDRESS sh > facts.json, then gen probe facts.json")
	}
	m, err := facts.Read(from)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	_, err = io.WriteString(e.stdout, m.Fragment(c.Name))
	return err
}
