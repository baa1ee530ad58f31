package main

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// TestExamplesParse: each command's help says in one sentence when to use it, and
// shows at least two examples, which are command lines of this command that gen takes.
func TestExamplesParse(t *testing.T) {
	one := regexp.MustCompile(`^Use it ([^.]|\.[^ ])*\.$`)
	for _, cmd := range newParser(new(cli)).Model.Leaves(false) {
		when, examples, _ := strings.Cut(cmd.Detail, "\n\n")
		if !one.MatchString(when) {
			t.Errorf("gen %s: the help does not begin with one sentence “Use it … .”: %q", cmd.Path(), when)
		}
		lines := strings.Split(examples, "\n")
		if len(lines) < 2 {
			t.Errorf("gen %s: %d examples, want two", cmd.Path(), len(lines))
		}
		for _, line := range lines {
			if !strings.HasPrefix(line, "  ") {
				t.Errorf("gen %s: %q is not indented: kong would join it with the next", cmd.Path(), line)
			}
			if !slices.Contains(commandsOf(t, line), cmd.Path()) {
				t.Errorf("gen %s: %q is no example of it", cmd.Path(), line)
			}
		}
	}
}

// commandsOf are the commands of gen that a line of shell runs, without their arguments.
func commandsOf(t *testing.T, line string) []string {
	t.Helper()
	file, err := syntax.NewParser().Parse(strings.NewReader(line), "")
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	var all []string
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 || call.Args[0].Lit() != "gen" {
			return true
		}
		args, err := expand.Fields(nil, call.Args[1:]...)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		parser := newParser(new(cli), kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
		ctx, err := parser.Parse(ownFirst(parser.Model, normalize(args)))
		if err == nil {
			err = once(ctx)
		}
		if err != nil {
			t.Errorf("%q: %v", line, err)
			return true
		}
		all = append(all, ctx.Selected().Path())
		return true
	})
	return all
}
