package main

import (
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

func eachScript(check func(f *finding, r *output, src string)) func(*output) []string {
	return func(r *output) []string {
		var f finding
		for _, p := range matching(r.files, "scripts/*.sh") {
			check(&f, r, r.files[p])
		}
		f.unless(len(f) > 0 || len(matching(r.files, "scripts/*.sh")) > 2, "no scripts")
		return f
	}
}

// unquoted: a variable or a command's output as the argument of a command and outside
// of quotes. (The words of a for loop may be split on purpose.)
func unquoted(f *finding, r *output, src string) {
	split := func(w *syntax.Word) {
		for _, part := range w.Parts {
			switch part.(type) {
			case *syntax.ParamExp, *syntax.CmdSubst:
				f.unless(false, "%s", src[w.Pos().Offset():w.End().Offset()])
			}
		}
	}
	for _, c := range shellCalls(r, src) {
		for _, w := range c.node.Args {
			split(w)
		}
	}
}

// backgroundEnds: what runs in the background is known by its number, and ends with
// the script.
func backgroundEnds(f *finding, r *output, src string) {
	started, kept := 0, strings.Count(src, "background_pid=$!\n")
	syntax.Walk(parseShell(r, src), func(n syntax.Node) bool {
		if s, ok := n.(*syntax.Stmt); ok && s.Background {
			started++
		}
		return true
	})
	f.unless(started == kept, "%d start in the background, %d are remembered", started, kept)
	trapped := false
	for _, c := range shellCalls(r, src) {
		trapped = trapped || c.String() == "trap cleanup EXIT"
		f.unless(c.words[0] != "ssh" || !slices.ContainsFunc(c.words[1:], func(w string) bool { return regexp.MustCompile(`^-[A-Za-z]*f`).MatchString(w) }), "%s", c)
	}
	ends := false
	for _, c := range callsIn(parseShell(r, functionOf(r, src, "cleanup")), functionOf(r, src, "cleanup")) {
		ends = ends || c.String() == `kill "$background_pid"`
	}
	f.unless(trapped && ends, "the end of the script does not end them")
}

// onlyPolls: the only sleep is the one between two tries.
func onlyPolls(f *finding, r *output, src string) {
	for _, c := range shellCalls(r, src) {
		if c.words[0] != "sleep" {
			continue
		}
		loop := slices.ContainsFunc(c.stack, func(n syntax.Node) bool { _, ok := n.(*syntax.WhileClause); return ok })
		f.unless(loop && c.words[1] == `"$poll_seconds"`, "%s", c)
	}
}

// planIsRead: what is applied is the plan that was shown and confirmed.
func planIsRead(r *output) []string {
	var f finding
	for _, p := range matching(r.files, "scripts/*.sh") {
		f.unless(!strings.Contains(r.files[p], "auto-approve"), "%s does not ask", p)
	}
	f.unless(!strings.Contains(r.files[runbook], "auto-approve"), "the runbook does not ask")
	for _, p := range matching(r.files, bootstrapSH) {
		src := r.files[p]
		steps := traceOf(r, src)
		plan, ask := stepAt(steps, "in_terraform plan"), stepAt(steps, "confirm")
		apply := slices.IndexFunc(steps, func(s string) bool { return strings.HasPrefix(s, "in_terraform apply ") })
		f.unless(plan >= 0 && plan < ask && ask < apply, "plan %d, question %d, apply %d", plan, ask, apply)
		f.unless(apply >= 0 && strings.HasSuffix(steps[apply], `"$tmp/plan"`), "another plan than the one that was shown is applied")
		f.unless(strings.Contains(functionOf(r, src, "confirm"), `[[ $answer == yes ]] || die `), "any answer will do")
	}
	return f
}
