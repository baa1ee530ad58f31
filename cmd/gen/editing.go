package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"sitegen/internal/diag"
	"sitegen/internal/edit"
	"sitegen/internal/spec"
)

type addCmd struct {
	editFlags
	inFlags
	named
	Fields []string `arg:"" optional:"" name:"--FIELD VALUE" help:"Its fields by the names that the schema has, also of those inside (--resources.limits.memory 1Gi). A list is a flag for each element, and what starts with { or [ is CUE."`
}

// Run adds an entry.
func (c *addCmd) Run(e *env) error {
	return c.apply(e, func(s *edit.Spec, b *was) error {
		at, err := c.path(b, c.inFlags)
		if err != nil {
			return err
		}
		if c.Kind == "record" {
			zone, _ := at[1].(string)
			text, err := fields(at.With(0), append(c.Fields, "--name="+inZone(c.Name, zone)), "type", "name")
			if err != nil {
				return err
			}
			b.at = at
			return s.Append(at, text)
		}
		b.at, b.about = at, at
		text, err := fields(at, c.Fields)
		if err != nil {
			return err
		}
		return s.Add(at, text)
	})
}

type removeCmd struct {
	editFlags
	inFlags
	Type    string `placeholder:"TYPE" help:"Of a record: its type, where the name has several."`
	Content string `placeholder:"TEXT" help:"Of a record: its content, where the name has several."`
	named
}

// Run removes an entry.
func (c *removeCmd) Run(e *env) error {
	return c.apply(e, func(s *edit.Spec, b *was) error {
		at, err := c.path(b, c.inFlags)
		if err == nil && c.Kind == "record" {
			at, err = b.record(at, c.Name, c.Type, c.Content)
		}
		if err != nil {
			return err
		}
		b.at, b.about, b.gone = at, at, c.Kind != "record"
		return b.near(at, s.Remove(at))
	})
}

type renameCmd struct {
	editFlags
	inFlags
	named
	New string `arg:"" help:"The new name."`
}

// Run renames an entry, and what refers to it by its name.
func (c *renameCmd) Run(e *env) error {
	if c.Kind == "record" {
		return errors.New("a record has no name of its own: gen set 'domains.\"ZONE\".records[N].name' NAME")
	}
	if c.New == "" {
		return errors.New("the new name is empty")
	}
	return c.apply(e, func(s *edit.Spec, b *was) error {
		at, err := c.path(b, c.inFlags)
		if err != nil {
			return err
		}
		if to := at.Parent().With(c.New); b.ix != nil && b.ix.Has(to) {
			return fmt.Errorf("there is %s already, at %s", to, b.ix.Label(to))
		}
		b.about = at
		return b.near(at, s.RenameAll(at, c.New))
	})
}

type setCmd struct {
	editFlags
	Path  string   `arg:"" complete:"field" help:"Path of a field of the spec, as messages have it: clients.bakery.image, versions.charts.cilium."`
	Value []string `arg:"" help:"Its value: a text needs no quotes of CUE's, a list is several words, and what starts with { or [ is CUE. -- goes before one that begins with a dash."`
}

// Run sets a field.
func (c *setCmd) Run(e *env) error {
	return c.apply(e, func(s *edit.Spec, b *was) error {
		at, err := b.fieldPath(c.Path)
		if err != nil {
			return err
		}
		if other := b.missing(at); other != "" { // it may be a new one, all the same
			fmt.Fprintf(e.stderr, "gen: %s\n", other)
		}
		b.at, b.about = at, at
		text, err := spec.Literal(at, c.Value)
		if err != nil {
			return err
		}
		return s.Set(at, text)
	})
}

type unsetCmd struct {
	editFlags
	Path string `arg:"" complete:"field" help:"Path of a field of the spec, as messages have it."`
}

// Run takes a field out.
func (c *unsetCmd) Run(e *env) error {
	return c.apply(e, func(s *edit.Spec, b *was) error {
		at, err := b.fieldPath(c.Path)
		if err != nil {
			return err
		}
		b.at, b.about = at, at
		return b.near(at, s.Remove(at))
	})
}

// fieldPath is a path that the command line names, of a field that there can be.
func (b *was) fieldPath(text string) (diag.Path, error) {
	at, ok := diag.ParsePath(text)
	if !ok {
		return nil, fmt.Errorf("%q is no path of a field: clients.bakery.image, 'domains.\"example.com\".records[0].content'", text)
	}
	err := spec.Known(at)
	if other := b.quotedName(at); err != nil && other != "" {
		err = fmt.Errorf("%s is no field; %s", at, other)
	}
	return at, err
}

// ownFirst puts the flags that gen add has itself in front of the fields of what it adds,
// which are whatever the schema says: kong knows only the former.
func ownFirst(model *kong.Application, args []string) []string {
	if len(args) == 0 || args[0] != "add" {
		return args
	}
	takes := map[string]bool{"--help": false, "-h": false} // whether a value follows
	for _, node := range model.Children {
		if node.Name != "add" {
			continue
		}
		for _, flags := range node.AllFlags(false) {
			for _, f := range flags {
				takes["--"+f.Name] = !f.IsBool()
				if f.Short != 0 {
					takes["-"+string(f.Short)] = !f.IsBool()
				}
			}
		}
	}
	var own, others []string
	for i := 1; i < len(args); i++ {
		name, _, given := strings.Cut(args[i], "=")
		value, ok := takes[name]
		switch {
		case args[i] == "--":
			others = append(others, args[i+1:]...)
			i = len(args)
		case !ok:
			others = append(others, args[i])
		default:
			own = append(own, args[i])
			if value && !given && i+1 < len(args) {
				i++
				own = append(own, args[i])
			}
		}
	}
	if len(others) > 0 {
		others = append([]string{"--"}, others...)
	}
	return append(append([]string{"add"}, own...), others...)
}
