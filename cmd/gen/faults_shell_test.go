package main

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// shellCall is a command of a script: its words as they are written, and where it
// stands.
type shellCall struct {
	node  *syntax.CallExpr
	words []string
	stack []syntax.Node
	src   string
}

// parseShell reads a script as bash does.
func parseShell(r *output, src string) *syntax.File {
	r.t.Helper()
	f, err := syntax.NewParser().Parse(strings.NewReader(src), r.name)
	if err != nil {
		r.t.Fatal(err)
	}
	return f
}

// shellCalls are the commands of a script, from the top.
func shellCalls(r *output, src string) []shellCall {
	r.t.Helper()
	return callsIn(parseShell(r, src), src)
}

func callsIn(root syntax.Node, src string) []shellCall {
	var all []shellCall
	var stack []syntax.Node
	syntax.Walk(root, func(n syntax.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		if c, ok := n.(*syntax.CallExpr); ok && len(c.Args) > 0 {
			all = append(all, shellCall{c, wordsOf(c, src), append([]syntax.Node(nil), stack...), src})
		}
		stack = append(stack, n)
		return true
	})
	return all
}

func wordsOf(c *syntax.CallExpr, src string) []string {
	var words []string
	for _, w := range c.Args {
		words = append(words, src[w.Pos().Offset():w.End().Offset()])
	}
	return words
}

func (c shellCall) String() string { return strings.Join(c.words, " ") }

// under tells whether the call runs only where some command before it succeeded: the
// condition of an if around it, all of whose parts have to hold.
func (c shellCall) under(wanted func(words []string) bool) bool {
	for i, n := range c.stack {
		branch, ok := n.(*syntax.IfClause)
		if !ok || i+1 == len(c.stack) {
			continue
		}
		inThen := false
		for _, stmt := range branch.Then {
			inThen = inThen || stmt == c.stack[i+1]
		}
		if !inThen {
			continue
		}
		for _, stmt := range branch.Cond {
			if holds(stmt, c.src, wanted) {
				return true
			}
		}
	}
	return false
}

// holds tells whether a condition implies that the wanted command succeeded.
func holds(stmt *syntax.Stmt, src string, wanted func([]string) bool) bool {
	if stmt.Negated {
		return false
	}
	switch cmd := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		return len(cmd.Args) > 0 && wanted(wordsOf(cmd, src))
	case *syntax.BinaryCmd:
		return cmd.Op == syntax.AndStmt && (holds(cmd.X, src, wanted) || holds(cmd.Y, src, wanted))
	}
	return false
}

// trace lists the commands that a script runs, in the order in which it comes to
// them when nothing fails; the bodies of its functions stand where they are called.
func traceOf(r *output, src string) []string {
	r.t.Helper()
	file := parseShell(r, src)
	functions := map[string]*syntax.FuncDecl{}
	syntax.Walk(file, func(n syntax.Node) bool {
		if f, ok := n.(*syntax.FuncDecl); ok {
			functions[f.Name.Value] = f
		}
		return true
	})
	var all []string
	var follow func(n syntax.Node, depth int)
	follow = func(n syntax.Node, depth int) {
		syntax.Walk(n, func(n syntax.Node) bool {
			if f, ok := n.(*syntax.FuncDecl); ok && depth == 0 {
				return f == nil
			}
			c, ok := n.(*syntax.CallExpr)
			if !ok || len(c.Args) == 0 || depth > 8 {
				return true
			}
			words := wordsOf(c, src)
			all = append(all, strings.Join(words, " "))
			for i, word := range words { // a function may be the argument of another
				if f := functions[word]; f != nil && (i == 0 || words[0] == "wait_for") {
					follow(f.Body, depth+1)
				}
			}
			return true
		})
	}
	follow(file, 0)
	return all
}

// functionOf is the text of a function of a script.
func functionOf(r *output, src, name string) string {
	r.t.Helper()
	body := ""
	syntax.Walk(parseShell(r, src), func(n syntax.Node) bool {
		if f, ok := n.(*syntax.FuncDecl); ok && f.Name.Value == name {
			body = src[f.Pos().Offset():f.End().Offset()]
		}
		return true
	})
	return body
}
