package main

import (
	"fmt"
	"io"

	"sitegen/internal/diag"
)

// maxFindings is how many findings one list for people has: nobody mends more of
// them before the next run.
const maxFindings = 100

// list prints findings for people, and where the rest of them can be seen.
func (e *env) list(w io.Writer, color bool, findings diag.Problems) error {
	shown := first(findings, maxFindings)
	if err := diag.Text(w, color, shown); err != nil {
		return err
	}
	more := len(findings) - len(shown)
	if more == 0 {
		return nil
	}
	how := "--format json"
	if e.format == "" { // gen diff has no formats
		how = e.command("vet") + " " + how
	}
	_, err := fmt.Fprintf(w, "… and %d more; %s prints all\n", more, how)
	return err
}

// first are at most n of the findings, in their order: errors, which stop gen, before
// warnings.
func first(findings diag.Problems, n int) diag.Problems {
	if len(findings) <= n {
		return findings
	}
	warnings := max(0, n-findings.Errors())
	var some diag.Problems
	for _, p := range findings {
		if len(some) == n {
			break
		}
		if p.Severity == diag.Warning {
			if warnings == 0 {
				continue
			}
			warnings--
		}
		some = append(some, p)
	}
	return some
}
