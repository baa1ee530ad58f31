package main

import (
	"bytes"
	"fmt"
	"slices"

	"sitegen/internal/tree"
)

// showBlocked shows what gen would destroy, and the ways on. Edits are shown as a
// diff; of a file that was there before gen there is nothing to compare, and it
// can be of any length: BlockedError lists it with its size.
func showBlocked(e *env, blocked *tree.BlockedError) error {
	if !e.text() {
		e.log.Findings = append(e.log.Findings, e.drift(blocked.Changes)...)
		return errShown
	}
	edited := slices.DeleteFunc(slices.Clone(blocked.Changes), func(c tree.Change) bool { return c.Kind == tree.Foreign })
	for _, c := range edited {
		if err := showDiff(e, c); err != nil {
			return err
		}
	}
	// Last, where a reader of a long diff ends.
	fmt.Fprintf(e.stderr, "gen: %v\nlook at them with %s; move what you need into the spec, or exclude the path there; %s --force PATH writes anyway and keeps a backup\n",
		blocked, e.command("diff"), e.command(""))
	if len(edited) < len(blocked.Changes) {
		fmt.Fprintf(e.stderr, "%s lists them with what is to be done, and %s PATH takes one over: docs/ADOPTING.md of gen\n", e.command("adopt"), e.command("adopt"))
	}
	for _, c := range blocked.Changes {
		if c.Kind != tree.Foreign {
			continue
		}
		for _, line := range shared(c) {
			fmt.Fprintln(e.stderr, line)
		}
	}
	return errShown
}

// maxDiff is how many lines of the diff of one file a refusal shows.
const maxDiff = 60

// showDiff shows how an edited file differs, and where the rest of it can be seen.
func showDiff(e *env, c tree.Change) error {
	var b bytes.Buffer
	if err := tree.Diff(&b, []tree.Change{c}, wantsColor(e.stderr)); err != nil {
		return err
	}
	lines := bytes.SplitAfter(bytes.TrimSuffix(b.Bytes(), []byte("\n")), []byte("\n"))
	more := len(lines) - maxDiff
	if more <= 0 {
		_, err := e.stderr.Write(b.Bytes())
		return err
	}
	_, err := fmt.Fprintf(e.stderr, "%s… and %d more lines: %s --only %s shows all\n",
		bytes.Join(lines[:maxDiff], nil), more, e.command("diff"), quoted(c.Path))
	return err
}
