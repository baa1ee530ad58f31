package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"sitegen/internal/diag"
	"sitegen/internal/facts"
	"sitegen/internal/format"
	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/templates"
)

type probeCmd struct {
	Facts  string `arg:"" optional:"" placeholder:"FILE" complete:"files" help:"Facts that the script has found, or a report of nixos-facter (standard input)."`
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

// differences are findings of where a machine is not what the spec says of a host.
func differences(s *site.Site, m *facts.Machine, host *site.Host, severity diag.Severity) diag.Problems {
	var found diag.Problems
	for _, d := range m.Compare(host) {
		found = append(found, diag.Problem{Pos: s.At(d.At), Path: d.At.String(), Message: d.What, Hint: d.Do, Rule: rules.RuleFacts, Severity: severity})
	}
	return found
}

// compareFacts makes findings of machines that are not what the spec says of their hosts.
func (c *checkCmd) compareFacts(e *env, s *site.Site) (drift, err error) {
	for _, name := range c.Facts {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		m, err := facts.Read(file)
		file.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		host := m.Host(s)
		if host == nil {
			return nil, fmt.Errorf("%s: no host of the spec has a disk or a card of this machine", name)
		}
		found := differences(s, m, host, diag.Error)
		if len(found) > 0 {
			drift = errDrift
		}
		if err := e.find(found...); err != nil {
			return nil, err
		}
	}
	return drift, nil
}
